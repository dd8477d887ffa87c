import type {CatalogTable} from '../../domain/run.ts';
import {type TargetSettings, withReading} from './connection.ts';

/** Of `n`, a row of pg_namespace. */
export const userSchema = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'`;

/** Names in definitions come with their schema under this path, so that equal things print equally. */
export const bareSearchPath = `SET LOCAL search_path = pg_catalog`;

const tablesSql = `
	WITH leaves AS (
		SELECT c.oid AS root, t.relid AS leaf FROM pg_class AS c, pg_partition_tree(c.oid) AS t WHERE c.relkind = 'p' AND t.isleaf
		UNION ALL
		SELECT oid, oid FROM pg_class WHERE relkind IN ('r', 'f')
	)
	SELECT n.nspname AS schema, c.relname AS name,
		(SELECT CASE WHEN min(leaf.reltuples) < 0 THEN -1 ELSE coalesce(sum(leaf.reltuples), 0)::float8 END
			FROM leaves AS l JOIN pg_class AS leaf ON leaf.oid = l.leaf WHERE l.root = c.oid) AS "estimatedRows"
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p', 'f') AND ${userSchema}
	ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

/** Every table of every schema but the system's. The estimate of rows sums partitions; −1 is unknown. */
export async function readTables(settings: TargetSettings): Promise<readonly CatalogTable[]> {
	return await withReading(settings, 'user', async (client) => (await client.query<CatalogTable>(tablesSql)).rows);
}

const invalidIndexesSql = `
	SELECT format('%I.%I on %I.%I', n.nspname, i.relname, tn.nspname, t.relname) AS line
	FROM pg_index AS x
	JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_namespace AS n ON n.oid = i.relnamespace
	JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
	WHERE NOT (x.indisvalid AND x.indisready AND x.indislive) AND ${userSchema}
	ORDER BY 1`;

/** Indexes left invalid, mostly by a concurrent build that failed, as `schema.index on schema.table`. */
export async function readInvalidIndexes(settings: TargetSettings): Promise<readonly string[]> {
	return await withReading(settings, 'user', async (client) => {
		await client.query(bareSearchPath);
		return (await client.query<{line: string}>(invalidIndexesSql)).rows.map(({line}) => line);
	});
}
