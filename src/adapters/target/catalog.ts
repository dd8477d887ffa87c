import type {CatalogTable} from '../../domain/run.ts';
import {type TargetSettings, withReading} from './connection.ts';

/** Of `n`, a row of pg_namespace. */
export const userSchema = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'`;

/** Names in definitions come with their schema under this path, so that equal things print equally. */
export const bareSearchPath = `SET LOCAL search_path = pg_catalog`;

/** One line per thing that belongs to a table, in an order that does not depend on oids. */
const linesByTable = `
	SELECT a.attrelid AS oid, 'column' AS kind, lpad(a.attnum::text, 5, '0') AS place,
		concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
			a.attstorage, a.attcollation::regcollation, a.attoptions, pg_get_expr(d.adbin, d.adrelid)) AS line
	FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE a.attnum > 0 AND NOT a.attisdropped
	UNION ALL
	SELECT conrelid, 'constraint', conname, concat_ws(' ', convalidated, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid <> 0
	UNION ALL
	SELECT indrelid, 'index', indexrelid::regclass::text,
		concat_ws(' ', indisvalid, indisready, indisreplident, indisclustered, pg_get_indexdef(indexrelid)) FROM pg_index
	UNION ALL
	SELECT tgrelid, 'trigger', tgname, concat_ws(' ', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
	UNION ALL
	SELECT polrelid, 'policy', polname, concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
		pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
	UNION ALL
	SELECT inhrelid, 'parent', lpad(inhseqno::text, 5, '0'), inhparent::regclass::text FROM pg_inherits`;

const catalogSql = `
	WITH lines AS (${linesByTable}), digests AS (
		SELECT oid, string_agg(concat_ws(' ', kind, place, line), E'\\n' ORDER BY kind COLLATE "C", place COLLATE "C") AS text
		FROM lines GROUP BY oid
	), leaves AS (
		SELECT c.oid AS root, t.relid AS leaf FROM pg_class AS c, pg_partition_tree(c.oid) AS t WHERE c.relkind = 'p' AND t.isleaf
		UNION ALL
		SELECT oid, oid FROM pg_class WHERE relkind IN ('r', 'f')
	)
	SELECT n.nspname AS schema, c.relname AS name,
		(SELECT CASE WHEN min(leaf.reltuples) < 0 THEN -1 ELSE coalesce(sum(leaf.reltuples), 0)::float8 END
			FROM leaves AS l JOIN pg_class AS leaf ON leaf.oid = l.leaf WHERE l.root = c.oid) AS "estimatedRows",
		md5(concat_ws(E'\\n', c.relkind, c.relowner::regrole, c.relacl, c.reloptions, c.relpersistence, c.relrowsecurity,
			c.relforcerowsecurity, c.relreplident, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid),
			am.amname, space.spcname, d.text)) AS digest
	FROM pg_class AS c
	JOIN pg_namespace AS n ON n.oid = c.relnamespace
	LEFT JOIN pg_am AS am ON am.oid = c.relam
	LEFT JOIN pg_tablespace AS space ON space.oid = c.reltablespace
	LEFT JOIN digests AS d ON d.oid = c.oid
	WHERE c.relkind IN ('r', 'p', 'f') AND ${userSchema}
	ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

/**
 * Every table of every schema but the system's, with a digest that changes with anything but its rows and statistics.
 * The estimate of rows sums partitions; −1 is unknown.
 */
export async function readCatalog(settings: TargetSettings): Promise<readonly CatalogTable[]> {
	return await withReading(settings, 'user', async (client) => {
		await client.query(bareSearchPath);
		return (await client.query<CatalogTable>(catalogSql)).rows;
	});
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
