import pg from 'pg';
import type {RowDigest} from '../../domain/rehearsal.ts';

/** Tables asked in one statement. */
const atOnce = 100;

/**
 * Counts and hashes the rows of every table. A sum of hashes does not depend on the rows' order and tells a row from
 * the same row twice. Rows are turned into text by format(), which calls the types' own output functions: a cast that
 * a script made is never called, nor is anything else of its making.
 */
export async function readRowDigests(client: pg.ClientBase, without: string): Promise<readonly RowDigest[]> {
	const {rows: tables} = await client.query<{schema: string; name: string}>(
		`SELECT n.nspname::text AS schema, c.relname::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE (c.relkind = 'r' OR (c.relkind = 'm' AND c.relispopulated)) AND c.relpersistence <> 't'
		AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', $1) ORDER BY 1, 2`,
		[without],
	);
	const digests: RowDigest[] = [];
	for (let index = 0; index < tables.length; index += atOnce) {
		const {rows} = await client.query<RowDigest>(
			tables
				.slice(index, index + atOnce)
				.map(digestSql)
				.join(' UNION ALL '),
		);
		digests.push(...rows);
	}
	return digests;
}

function digestSql({schema, name}: {readonly schema: string; readonly name: string}): string {
	const table = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
	return `SELECT format('%I.%I', ${pg.escapeLiteral(schema)}::text, ${pg.escapeLiteral(name)}::text) AS table, count(*)::float8 AS rows,
		coalesce(sum(hashtextextended(format('%s', r.*), 0)::numeric), 0)::text AS digest FROM ONLY ${table} AS r`;
}
