import type {AlterTableCmd, AlterTableType, Constraint as ConstraintNode, Node} from 'libpg-query';
import type {TableName} from '../../domain/script/table-name.ts';
import type {SchemaChange} from '../../domain/script/schema-change.ts';
import {columnDefinition, typeText} from './column-definition.ts';
import {columnConstraints, constraintOf} from './constraints.ts';
import {constantText, fieldsOf, isNullConstant, listOf, tableOfRange, type Fields} from './tree.ts';
import {writtenPart, type WrittenSql} from './written-part.ts';

/** ALTER TABLE of a table; of views, indexes, sequences and types nothing here. */
export function alterTable(
	{relation, cmds, objtype}: Fields<'AlterTableStmt'>,
	sql: WrittenSql,
): readonly SchemaChange[] {
	const isTable = objtype === undefined || objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_FOREIGN_TABLE';
	if (!isTable) return [];
	const table = tableOfRange(relation);
	return listOf(cmds, 'AlterTableCmd').flatMap((command) => {
		const alteration = command.subtype === undefined ? undefined : alterations[command.subtype];
		return alteration?.(table, command, sql) ?? [{kind: 'other', tag: 'ALTER TABLE', table}];
	});
}

/** Null where the command is not what it seems. */
type Alteration = (table: TableName, command: AlterTableCmd, sql: WrittenSql) => readonly SchemaChange[] | null;

const alterations: Readonly<Partial<Record<AlterTableType, Alteration>>> = {
	AT_AddColumn: addColumn,
	AT_DropColumn: (table, {name, behavior}) => [
		{kind: 'drop-column', table, column: name ?? '', cascade: behavior === 'DROP_CASCADE'},
	],
	AT_AlterColumnType: alterType,
	AT_SetNotNull: (table, {name}) => [{kind: 'set-not-null', table, column: name ?? ''}],
	AT_DropNotNull: (table, {name}) => [{kind: 'drop-not-null', table, column: name ?? ''}],
	AT_ColumnDefault: (table, {name, def}, sql) => [
		{kind: 'set-default', table, column: name ?? '', defaultText: setDefaultText(def, sql)},
	],
	AT_AddConstraint: (table, {def}) => addConstraint(table, fieldsOf(def, 'Constraint')),
	AT_ValidateConstraint: (table, {name}) => [{kind: 'validate-constraint', table, name: name ?? ''}],
	AT_DropConstraint: (table, {name}) => [{kind: 'drop-constraint', table, name: name ?? ''}],
	// From here on the other table's rows are what this one has, too.
	AT_AddInherit: (table, {def}) =>
		[table, tableOfRange(fieldsOf(def, 'RangeVar') ?? undefined)].map((changed) => ({
			kind: 'other' as const,
			tag: 'ALTER TABLE',
			table: changed,
		})),
};

/** A column's own constraints (REFERENCES, UNIQUE, CHECK) come as changes of their own after it. */
function addColumn(table: TableName, command: AlterTableCmd, sql: WrittenSql): readonly SchemaChange[] | null {
	const definition = fieldsOf(command.def, 'ColumnDef');
	if (definition === null) return null;
	const column = columnDefinition(definition, sql);
	const constraints = columnConstraints(listOf(definition.constraints, 'Constraint'), column.column);
	return [
		{kind: 'add-column', table, ...column, ifNotExists: command.missing_ok ?? false},
		...constraints.map((constraint) => ({kind: 'add-constraint' as const, table, ...constraint})),
	];
}

function alterType(table: TableName, {name, def}: AlterTableCmd, sql: WrittenSql): readonly SchemaChange[] | null {
	const definition = fieldsOf(def, 'ColumnDef');
	if (definition === null) return null;
	const using = definition.raw_default !== undefined;
	return [{kind: 'alter-type', table, column: name ?? '', type: typeText(definition, sql), using}];
}

function addConstraint(table: TableName, node: ConstraintNode | null): readonly SchemaChange[] | null {
	const constraint = constraintOf(node, null);
	return constraint === null ? null : [{kind: 'add-constraint', table, ...constraint}];
}

/** SET DEFAULT NULL leaves a column as DROP DEFAULT does. */
function setDefaultText(def: Node | undefined, sql: WrittenSql): string | null {
	if (def === undefined || isNullConstant(def)) return null;
	const location = firstLocation(def);
	if (location === null) return constantText(def) ?? '…';
	const index = sql.indexOf(location);
	// Brackets and words such as CAST stand before the first thing that the tree can place.
	const begin = Math.max(0, index - farthestDefault);
	const before = /^.*\bDEFAULT\s*/isu.exec(sql.text.slice(begin, index))?.[0].length ?? index - begin;
	return writtenPart(sql.text, begin + before, sql.text.length);
}

/** Characters between DEFAULT and the first thing behind it, at most. */
const farthestDefault = 400;

/** Of an expression whichever part begins first. */
function firstLocation(root: unknown): number | null {
	if (typeof root !== 'object' || root === null) return null;
	let first: number | null = null;
	for (const [key, value] of Object.entries(root)) {
		const found = key === 'location' && typeof value === 'number' ? value : firstLocation(value);
		if (found !== null && found >= 0 && (first === null || found < first)) first = found;
	}
	return first;
}
