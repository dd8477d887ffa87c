import type pg from 'pg';
import type {
	ColumnFacts,
	ColumnUse,
	ConstraintFacts,
	TableFacts,
	TableKind,
	TouchedTable,
} from '../../domain/review/table-facts.ts';
import type {ConstraintKind} from '../../domain/script/schema-change.ts';
import {columnsProvenNotNull} from './check-expression.ts';
import {readColumnUse, type UsedColumn} from './column-use.ts';
import {quoteIdentifier} from './identifiers.ts';
import {rowProbe} from './row-probe.ts';
import {
	catalogParameters,
	catalogQuery,
	type CatalogRow,
	type ConstraintRow,
	type PresentRow,
} from './table-facts-query.ts';

/**
 * What the catalogs know of all the tables in one round trip; the statements that use dropped columns in a second one,
 * where the target counts them; then, table by table, the exact questions: is it empty, does a dropped column hold a
 * value. Answers in the order asked; a table that is not there comes as `exists: false`. What may not be read is unknown.
 *
 * @param client Inside a transaction: what takes too long, or may not be read, is rolled back to a savepoint.
 */
export async function readTableFacts(
	client: pg.ClientBase,
	tables: readonly TouchedTable[],
): Promise<readonly TableFacts[]> {
	if (tables.length === 0) return [];
	const {rows} = await client.query<CatalogRow>(catalogQuery, [...catalogParameters(tables)]);
	const useOf = await readUse(client, tables, rows);
	const facts: TableFacts[] = [];
	for (const [index, table] of tables.entries()) {
		const row = rows[index];
		if (row === undefined || row.kind === null) facts.push(absentTable(table));
		else facts.push(presentTable(table, row, await exactColumns(client, table, row), useOf));
	}
	return facts;
}

type UseOf = (row: PresentRow, column: string) => ColumnUse | null;

async function readUse(
	client: pg.ClientBase,
	tables: readonly TouchedTable[],
	rows: readonly CatalogRow[],
): Promise<UseOf> {
	const dropped = tables.flatMap(({droppedColumns}, index) => droppedOf(rows[index], droppedColumns));
	const view = dropped[0]?.row.statementsView ?? null;
	if (view === null) return () => null;
	const uses = await readColumnUse(client, view, dropped);
	return (row, column) => uses[dropped.findIndex((asked) => asked.row === row && asked.column === column)] ?? null;
}

function droppedOf(
	row: CatalogRow | undefined,
	droppedColumns: readonly string[] = [],
): readonly (UsedColumn & {readonly row: PresentRow})[] {
	if (row === undefined || row.kind === null) return [];
	const table = {schema: row.schema, name: row.name};
	const existing = (row.columns ?? []).filter(({name}) => droppedColumns.includes(name));
	return existing.map(({name}) => ({table, column: name, row}));
}

interface ExactColumns {
	readonly empty: boolean;
	/** By name, for the dropped columns that the table has; null is unknown. */
	readonly allNull: ReadonlyMap<string, boolean | null>;
}

/** A view's query is people's own code, a foreign table's answer comes from elsewhere: neither is asked. */
async function exactColumns(
	client: pg.ClientBase,
	{droppedColumns}: TouchedTable,
	row: PresentRow,
): Promise<ExactColumns> {
	const dropped = droppedOf(row, droppedColumns).map(({column}) => column);
	const isProbed = (row.kind === 'r' || row.kind === 'p' || row.kind === 'm') && !row.isElsewhere;
	const probe = isProbed ? rowProbe(client, row, row.serverVersion) : () => Promise.resolve(null);
	const empty = row.hasNoPage || (await probe()) === false;
	const allNull = new Map<string, boolean | null>();
	for (const column of dropped) {
		const filled = empty ? false : await probe(`${quoteIdentifier(column)} IS NOT NULL`);
		allNull.set(column, filled === null ? null : !filled);
	}
	return {empty, allNull};
}

function absentTable({schema, name}: TouchedTable): TableFacts {
	return {
		table: {schema, name},
		exists: false,
		kind: 'table',
		estimatedRows: null,
		empty: false,
		bytes: 0,
		columns: [],
		indexes: [],
		constraints: [],
		dependents: [],
		use: null,
	};
}

const tableKinds: Readonly<Record<PresentRow['kind'], TableKind>> = {
	r: 'table',
	p: 'partitioned-table',
	v: 'view',
	m: 'materialized-view',
	f: 'foreign-table',
};

function presentTable({schema, name}: TouchedTable, row: PresentRow, exact: ExactColumns, useOf: UseOf): TableFacts {
	const {reads, writes, since, lastRead} = row;
	return {
		table: {schema, name},
		exists: true,
		kind: tableKinds[row.kind],
		estimatedRows: row.rows,
		empty: exact.empty,
		bytes: row.bytes,
		columns: (row.columns ?? []).map((column): ColumnFacts => ({
			...column,
			allNull: exact.allNull.get(column.name) ?? null,
			use: useOf(row, column.name),
		})),
		indexes: (row.indexes ?? []).map((index) => ({...index, columns: index.columns ?? []})),
		constraints: (row.constraints ?? []).map(constraintFacts),
		dependents: (row.dependents ?? []).map((dependent) => ({...dependent, columns: dependent.columns ?? []})),
		use: reads === null || writes === null ? null : {reads, writes, since, lastRead},
	};
}

const constraintKinds: Readonly<Record<ConstraintRow['type'], ConstraintKind>> = {
	p: 'primary-key',
	u: 'unique',
	f: 'foreign-key',
	c: 'check',
	x: 'exclude',
	n: 'not-null',
};

function constraintFacts(row: ConstraintRow): ConstraintFacts {
	const {name, type, validated, columns} = row;
	const kind = constraintKinds[type];
	return {name, kind, validated, columns: columns ?? [], provesNotNull: provenNotNull(row)};
}

/** A CHECK that is not validated yet tells what it will prove; a NOT NULL of that kind has nothing more to tell. */
function provenNotNull({type, validated, columns, expression}: ConstraintRow): readonly string[] {
	if (type === 'n') return validated ? (columns ?? []) : [];
	return expression === null ? [] : columnsProvenNotNull(expression);
}
