import type pg from 'pg';
import type {ColumnFacts, TableFacts, TouchedTable} from '../../domain/review/table-facts.ts';
import {quoteIdentifier, quoteTable} from './identifiers.ts';

/** Milliseconds that one exact question (is it empty, does a column hold a value) may take; then the answer is unknown. */
const probeLimitMs = 5000;

/**
 * Sizes, estimates, columns and dependents of all the tables in one round trip, then emptiness exactly, table by table.
 * Answers in the order asked; a table that is not there comes as `exists: false`.
 *
 * @param client Inside a transaction: what takes too long, or may not be read, is rolled back to a savepoint.
 */
export async function readTableFacts(
	client: pg.ClientBase,
	tables: readonly TouchedTable[],
): Promise<readonly TableFacts[]> {
	if (tables.length === 0) return [];
	const {rows} = await client.query<CatalogRow>(catalogQuery, [
		tables.map(({schema}) => schema),
		tables.map(({name}) => name),
	]);
	const facts: TableFacts[] = [];
	for (const [index, table] of tables.entries()) {
		const row = rows[index];
		facts.push(row?.kind == null ? absent(table) : await presentFacts(client, table, row));
	}
	return facts;
}

interface CatalogRow {
	/** pg_class.relkind; null where there is no such table. */
	readonly kind: string | null;
	readonly schema: string;
	readonly name: string;
	readonly rows: number | null;
	readonly bytes: number;
	readonly scans: number | null;
	readonly since: Date | null;
	readonly columns: readonly {readonly name: string; readonly notNull: boolean}[] | null;
	readonly dependents: readonly string[] | null;
}

/**
 * Partitions and inheriting tables are summed. The estimate is the planner's: the density that the last ANALYZE found,
 * times the pages of now; reltuples −1 is a table never analysed (documentation, "pg_class"), so unknown. A table without
 * a page has no row.
 */
const catalogQuery = `
WITH RECURSIVE asked AS (
	SELECT position, CASE WHEN schema IS NULL THEN to_regclass(quote_ident(name))::oid ELSE (
		SELECT named.oid FROM pg_catalog.pg_class named JOIN pg_catalog.pg_namespace n ON n.oid = named.relnamespace
		WHERE n.nspname = schema AND named.relname = name) END AS oid
	FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS names (schema, name, position)
), members AS (
	SELECT oid AS root, oid FROM asked WHERE oid IS NOT NULL
	UNION
	SELECT members.root, i.inhrelid FROM members JOIN pg_catalog.pg_inherits i ON i.inhparent = members.oid
), leaves AS (
	SELECT members.root, members.oid, c.relkind, c.reltuples, c.relpages,
		pg_relation_size(members.oid) / current_setting('block_size')::int AS pages
	FROM members JOIN pg_catalog.pg_class c ON c.oid = members.oid WHERE c.relkind <> 'p'
), estimated AS (
	SELECT root, oid, CASE
		WHEN relkind NOT IN ('r', 'm') THEN NULL
		WHEN pages = 0 THEN 0
		WHEN reltuples < 0 OR relpages = 0 THEN NULL
		ELSE reltuples / relpages * pages END AS rows
	FROM leaves
), sums AS (
	SELECT root, CASE WHEN bool_or(rows IS NULL) THEN NULL ELSE round(sum(rows)) END AS rows,
		sum(pg_total_relation_size(estimated.oid)) AS bytes, sum(seq_scan + coalesce(idx_scan, 0)) AS scans
	FROM estimated LEFT JOIN pg_catalog.pg_stat_all_tables statistics ON statistics.relid = estimated.oid
	GROUP BY root
)
SELECT c.relkind::text AS kind, n.nspname::text AS schema, c.relname::text AS name,
	sums.rows::float8 AS rows, coalesce(sums.bytes, 0)::float8 AS bytes, sums.scans::float8 AS scans,
	(SELECT stats_reset FROM pg_catalog.pg_stat_database WHERE datname = current_database()) AS since,
	(SELECT json_agg(json_build_object('name', attname, 'notNull', attnotnull) ORDER BY attnum)
		FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
	(SELECT json_agg(DISTINCT uses.name ORDER BY uses.name) FROM (
		SELECT CASE v.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END || v.oid::regclass::text AS name
		FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
			JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
		WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
			AND d.refobjid = c.oid AND v.oid <> c.oid
		UNION ALL
		SELECT 'foreign key ' || quote_ident(conname) || ' of ' || conrelid::regclass::text
		FROM pg_catalog.pg_constraint
		WHERE contype = 'f' AND confrelid = c.oid AND conrelid <> c.oid AND conparentid = 0
		UNION ALL
		SELECT 'function ' || d.objid::regprocedure::text FROM pg_catalog.pg_depend d
		WHERE d.classid = 'pg_proc'::regclass AND ((d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
			OR (d.refclassid = 'pg_type'::regclass AND d.refobjid = c.reltype))
	) AS uses) AS dependents
FROM asked
LEFT JOIN pg_catalog.pg_class c ON c.oid = asked.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN sums ON sums.root = c.oid
ORDER BY position`;

function absent({schema, name}: TouchedTable): TableFacts {
	return {
		table: {schema, name},
		exists: false,
		estimatedRows: null,
		empty: false,
		bytes: 0,
		columns: [],
		dependents: [],
		scans: null,
		statisticsSince: null,
	};
}

async function presentFacts(client: pg.ClientBase, table: TouchedTable, row: CatalogRow): Promise<TableFacts> {
	const probe = probeOf(client, row);
	const empty = (await probe()) === false;
	return {
		table: {schema: table.schema, name: table.name},
		exists: true,
		estimatedRows: row.rows,
		empty,
		bytes: row.bytes,
		columns: await columnFacts(table, row, empty, probe),
		dependents: row.dependents ?? [],
		scans: row.scans,
		statisticsSince: row.since,
	};
}

type Probe = (where?: string) => Promise<boolean | null>;

async function columnFacts(
	{droppedColumns}: TouchedTable,
	row: CatalogRow,
	empty: boolean,
	probe: Probe,
): Promise<readonly ColumnFacts[]> {
	const columns: ColumnFacts[] = [];
	for (const {name, notNull} of row.columns ?? []) {
		const isAsked = droppedColumns?.includes(name) === true;
		const filled = isAsked && !empty ? await probe(`${quoteIdentifier(name)} IS NOT NULL`) : null;
		columns.push({name, notNull, allNull: isAsked && empty ? true : filled === null ? null : !filled});
	}
	return columns;
}

/** Asks whether there is a row. Null: not known, for it took too long, may not be read, or is not a table of its own. */
function probeOf(client: pg.ClientBase, {kind, schema, name}: CatalogRow): Probe {
	return async (where) => {
		// A view's query is people's own code, a foreign table's answer comes from elsewhere: neither is asked.
		if (kind !== 'r' && kind !== 'p' && kind !== 'm') return null;
		const condition = where === undefined ? '' : ` WHERE ${where}`;
		await client.query('SAVEPOINT lockstep_probe');
		try {
			// Under row security hidden rows would look like none: switched off, the server says so instead.
			await client.query(`SET LOCAL statement_timeout = ${probeLimitMs}; SET LOCAL row_security = off`);
			const sql = `SELECT EXISTS (SELECT 1 FROM ${quoteTable({schema, name})}${condition} LIMIT 1) AS filled`;
			const {rows} = await client.query<{filled: boolean}>(sql);
			return rows[0]?.filled ?? null;
		} catch (error) {
			if (isUnanswered(error)) return null;
			throw error;
		} finally {
			await client.query('ROLLBACK TO SAVEPOINT lockstep_probe; RELEASE SAVEPOINT lockstep_probe');
		}
	};
}

/** SQLSTATEs: query_canceled (statement_timeout), lock_not_available, insufficient_privilege, object_not_in_prerequisite_state. */
function isUnanswered(error: unknown): boolean {
	const code = error instanceof Error && 'code' in error ? error.code : null;
	return code === '57014' || code === '55P03' || code === '42501' || code === '55000';
}
