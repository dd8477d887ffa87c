import type {TableName} from '../../domain/script/table-name.ts';
import type {ConstraintDefinition, CreateTable} from '../../domain/script/schema-change.ts';
import {columnDefinition} from './column-definition.ts';
import {columnConstraints, constraintOf} from './constraints.ts';
import {fieldsOf, listOf, tableOfRange, type Fields} from './tree.ts';
import type {WrittenSql} from './written-part.ts';

export function createTable(fields: Fields<'CreateStmt'>, sql: WrittenSql): CreateTable {
	const parent = fields.partbound === undefined ? undefined : listOf(fields.inhRelations, 'RangeVar')[0];
	const inherits =
		parent === undefined ? listOf(fields.inhRelations, 'RangeVar').map((range) => tableOfRange(range)) : [];
	const constraints = constraintsOf(fields);
	const closed = closedColumns(constraints);
	return {
		kind: 'create-table',
		table: tableOfRange(fields.relation),
		ifNotExists: fields.if_not_exists ?? false,
		partitionOf: parent === undefined ? null : tableOfRange(parent),
		...(inherits.length === 0 ? {} : {inherits}),
		partitioned: fields.partspec !== undefined,
		columns: listOf(fields.tableElts, 'ColumnDef').map((definition) => {
			const column = columnDefinition(definition, sql);
			return closed.has(column.column) ? {...column, notNull: true} : column;
		}),
		constraints,
	};
}

/** CREATE TABLE AS and SELECT INTO: the query gives the columns. */
export function createTableAs(table: TableName, ifNotExists: boolean): CreateTable {
	return {
		kind: 'create-table',
		table,
		ifNotExists,
		partitionOf: null,
		partitioned: false,
		columns: [],
		constraints: [],
	};
}

/** In the order of the text. */
function constraintsOf({tableElts}: Fields<'CreateStmt'>): readonly ConstraintDefinition[] {
	return (tableElts ?? []).flatMap((element) => {
		const definition = fieldsOf(element, 'ColumnDef');
		if (definition !== null) {
			return columnConstraints(listOf(definition.constraints, 'Constraint'), definition.colname ?? '');
		}
		return constraintOf(fieldsOf(element, 'Constraint'), null) ?? [];
	});
}

/** A table's own PRIMARY KEY or NOT NULL closes its columns as one at the column does. */
function closedColumns(constraints: readonly ConstraintDefinition[]): ReadonlySet<string> {
	const closing = constraints.filter(({constraint}) => constraint === 'primary-key' || constraint === 'not-null');
	return new Set(closing.flatMap(({columns}) => columns));
}
