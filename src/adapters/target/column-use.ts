import type pg from 'pg';
import type {ColumnUse} from '../../domain/review/table-facts.ts';
import type {TableName} from '../../domain/script/table-name.ts';
import {quoteIdentifier} from './identifiers.ts';
import {answered, probeMark} from './row-probe.ts';
import type {StatementsView} from './table-facts-query.ts';
import {folded, mayHold, namesColumn, namesTable, wordsOf} from './words.ts';

/** A column of the target, by the names that the catalogs have. */
export interface UsedColumn {
	readonly table: TableName;
	readonly column: string;
}

/** Milliseconds to look through all statements; then the use is unknown. */
const searchLimitMs = 5000;

/**
 * How often statements were called that name a column and its table. Null is unknown: no call was found, but statements
 * are hidden from this role, were dropped for want of room, or are counted since nobody knows when.
 *
 * What is not seen: a use inside a function, whose statements are not recorded by default; INSERT without a list of
 * columns; a whole row passed on (`row_to_json(o)`).
 *
 * @param client Inside a transaction.
 * @returns In the order asked.
 */
export async function readColumnUse(
	client: pg.ClientBase,
	view: StatementsView,
	columns: readonly UsedColumn[],
): Promise<readonly (ColumnUse | null)[]> {
	const rows = await answered(client, [`statement_timeout = ${searchLimitMs}`], async () => {
		const answer = await client.query<UseRow>(useQuery(view), [
			columns.map(({table}) => table.schema),
			columns.map(({table}) => table.name),
			columns.map(({column}) => column),
		]);
		return answer.rows;
	});
	return columns.map((_, index) => useOf(rows?.[index]));
}

interface UseRow {
	readonly calls: number;
	readonly since: Date | null;
	/** Every statement since then is there to be read. */
	readonly complete: boolean;
}

function useOf(row: UseRow | undefined): ColumnUse | null {
	if (row === undefined || (row.calls === 0 && !row.complete)) return null;
	return {calls: row.calls, since: row.since};
}

/**
 * Statements that change the schema or keep house name columns without using them; so does a backup's COPY. Before the
 * first word may stand comments: EF writes its tags so.
 */
const notUse = `^([[:space:]]|--[^\\n]*\\n|/[*]([^*]|[*]+[^*/])*[*]+/)*(alter|analyze|analyse|cluster|comment|create|do|drop|explain|grant|lock|refresh|reindex|revoke|truncate|vacuum|copy[[:space:]]+[^(].*[[:space:]]to[[:space:]]+stdout)([[:space:]]|;|$)`;

/** Every column: an asterisk that is neither count(*) nor a multiplication. */
const everyColumn = '(select|distinct|all|returning|,|[.])[[:space:]]*[*]|[*][[:space:]]*(from|,)';

/** The text that stands for a statement of others, for a role without pg_read_all_stats. */
const hiddenText = '<insufficient privilege>';

function useQuery({schema, hasInfo}: StatementsView): string {
	const view = (name: string): string => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
	const info = hasInfo
		? `(SELECT stats_reset AS since, dealloc = 0 AS complete FROM ${view('pg_stat_statements_info')})`
		: '(SELECT NULL::timestamptz AS since, false AS complete)';
	return `
WITH asked AS (
	SELECT * FROM unnest($1::name[], $2::name[], $3::name[]) WITH ORDINALITY AS names (schema, name, "column", position)
), statements AS MATERIALIZED (
	SELECT query AS text, ${folded('query')} AS folded, calls
	FROM ${view('pg_stat_statements')}
	WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
), uses AS MATERIALIZED (
	SELECT * FROM statements AS s
	WHERE strpos(text, '${probeMark}') = 0 AND text !~* E'${notUse}'
		AND EXISTS (SELECT FROM asked WHERE ${mayHold('s.folded', 'asked.name')})
), texts AS MATERIALIZED (
	SELECT u.calls, u.folded, u.text ~* '${everyColumn}' AS names_all, found.words, found.tables
	FROM uses AS u CROSS JOIN LATERAL ${wordsOf('u.text')} AS found
), calls AS (
	SELECT position, sum(calls) AS calls
	FROM asked JOIN texts ON ${namesTable('texts', 'asked')} AND (names_all OR ${namesColumn('texts', 'asked."column"')})
	GROUP BY position
)
SELECT coalesce(calls.calls, 0)::float8 AS calls, info.since,
	info.complete AND coalesce(current_setting('pg_stat_statements.track', true) <> 'none', false)
		AND NOT EXISTS (SELECT FROM statements WHERE text IS NULL OR text = '${hiddenText}') AS complete
FROM asked CROSS JOIN ${info} AS info LEFT JOIN calls USING (position)
ORDER BY position`;
}
