import type {TableName} from '../../domain/script/table-name.ts';
import {folded, mayHold, namesColumn, namesTable, wordsOf} from './words.ts';

/** What the catalogs know of one table asked about: one row each, in the order asked. */
export type CatalogRow = AbsentRow | PresentRow;

interface AbsentRow {
	readonly kind: null;
}

export interface PresentRow {
	/** pg_class.relkind. */
	readonly kind: 'r' | 'p' | 'v' | 'm' | 'f';
	readonly schema: string;
	readonly name: string;
	/** As server_version_num: 150018. */
	readonly serverVersion: number;
	readonly statementsView: StatementsView | null;
	/** Null is unknown. */
	readonly rows: number | null;
	readonly bytes: number;
	/** No file has a page, so there is no row. */
	readonly hasNoPage: boolean;
	/** It is, or has among its partitions, a foreign table. */
	readonly isElsewhere: boolean;
	/** Null where the server counts nothing. */
	readonly reads: number | null;
	readonly writes: number | null;
	readonly lastRead: Date | null;
	readonly since: Date | null;
	readonly columns: readonly ColumnRow[] | null;
	readonly indexes: readonly IndexRow[] | null;
	readonly constraints: readonly ConstraintRow[] | null;
	readonly dependents: readonly DependentRow[] | null;
}

/** The extension pg_stat_statements, installed in this database. */
export interface StatementsView {
	readonly schema: string;
	/** Has pg_stat_statements_info, of version 1.9 and later (PostgreSQL 14). */
	readonly hasInfo: boolean;
}

export interface ColumnRow {
	readonly name: string;
	readonly type: string;
	readonly notNull: boolean;
	readonly nullFraction: number | null;
}

export interface IndexRow {
	readonly name: string;
	readonly valid: boolean;
	readonly unique: boolean;
	readonly partial: boolean;
	readonly columns: readonly (string | null)[] | null;
}

export interface ConstraintRow {
	readonly name: string;
	/** pg_constraint.contype. */
	readonly type: 'p' | 'u' | 'f' | 'c' | 'x' | 'n';
	readonly validated: boolean;
	readonly columns: readonly string[] | null;
	/** Of a CHECK, as pg_get_expr() writes it. */
	readonly expression: string | null;
}

export interface DependentRow {
	readonly kind: 'view' | 'materialized view' | 'foreign key' | 'function' | 'trigger' | 'publication';
	readonly name: string;
	readonly columns: readonly string[] | null;
}

/** The values for `catalogQuery`. */
export function catalogParameters(tables: readonly TableName[]): readonly (readonly (string | null)[])[] {
	return [tables.map(({schema}) => schema), tables.map(({name}) => name)];
}

/** The array's type cuts a name at 63 bytes, as the server cuts every name that it reads. */
const asked = `asked AS (
	SELECT position, CASE WHEN schema IS NULL THEN to_regclass(quote_ident(name::text))::oid ELSE (
		SELECT named.oid FROM pg_catalog.pg_class AS named JOIN pg_catalog.pg_namespace AS n ON n.oid = named.relnamespace
		WHERE n.nspname = schema AND named.relname = name) END AS oid
	FROM unnest($1::name[], $2::name[]) WITH ORDINALITY AS names (schema, name, position)
), tables AS MATERIALIZED (
	SELECT DISTINCT c.oid, c.relkind, c.reltype, n.nspname AS schema, c.relname AS name
	FROM asked JOIN pg_catalog.pg_class AS c ON c.oid = asked.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
	JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
)`;

/**
 * Partitions and inheriting tables are summed. The estimate is the planner's: the density that the last ANALYZE found,
 * times the pages of now; reltuples −1 is a table never analysed (documentation, "pg_class"), so unknown. A table without
 * a page has no row, but a standby has no page of an unlogged table either. The build of an index counts as a scan of its
 * table, so each index takes one off, or no table with a primary key would ever have been unused. The time of the last
 * scan is a column since PostgreSQL 16: read by its name in a JSON object, which has it or not.
 */
const figures = `members AS (
	SELECT oid AS root, oid FROM tables
	UNION
	SELECT members.root, i.inhrelid FROM members JOIN pg_catalog.pg_inherits AS i ON i.inhparent = members.oid
), leaves AS MATERIALIZED (
	SELECT members.root, members.oid, c.relkind, c.reltuples, c.relpages,
		CASE WHEN NOT (c.relpersistence = 'u' AND pg_is_in_recovery())
			THEN pg_relation_size(members.oid) / current_setting('block_size')::int END AS pages
	FROM members JOIN pg_catalog.pg_class AS c ON c.oid = members.oid WHERE c.relkind <> 'p'
), estimated AS (
	SELECT root, oid, relkind, pages, CASE
		WHEN relkind NOT IN ('r', 'm') THEN NULL
		WHEN pages = 0 THEN 0
		WHEN reltuples < 0 OR relpages = 0 THEN NULL
		ELSE reltuples / relpages * pages END AS rows
	FROM leaves
), scans AS MATERIALIZED (
	SELECT relid, greatest(0, seq_scan - (SELECT count(*) FROM pg_catalog.pg_index WHERE indrelid = relid))
			+ coalesce(idx_scan, 0) AS reads, n_tup_ins + n_tup_upd + n_tup_del AS writes,
		greatest((to_jsonb(s) ->> 'last_seq_scan')::timestamptz, (to_jsonb(s) ->> 'last_idx_scan')::timestamptz) AS last_read
	FROM pg_catalog.pg_stat_all_tables AS s WHERE relid = ANY (ARRAY(SELECT oid FROM leaves))
), sums AS (
	SELECT root, CASE WHEN bool_or(rows IS NULL) THEN NULL ELSE round(sum(rows)) END AS rows,
		sum(pg_total_relation_size(e.oid)) AS bytes, bool_or(relkind = 'f') AS is_elsewhere,
		bool_and(coalesce(relkind IN ('r', 'm') AND pages = 0, false)) AS has_no_page,
		CASE WHEN bool_and(reads IS NOT NULL) THEN sum(reads) END AS reads,
		CASE WHEN bool_and(writes IS NOT NULL) THEN sum(writes) END AS writes, max(last_read) AS last_read
	FROM estimated AS e LEFT JOIN scans ON scans.relid = e.oid
	GROUP BY root
)`;

/**
 * A crash loses all that was counted. PostgreSQL 15 and later then leave stats_reset of the database empty, as if it had
 * never been reset, but note the moment with the statistics of the whole server: of these the oldest, for a person may
 * have reset one of them.
 */
const countedSince = `(SELECT greatest(d.stats_reset, least(a.stats_reset, b.stats_reset))
	FROM pg_catalog.pg_stat_database AS d, pg_catalog.pg_stat_archiver AS a, pg_catalog.pg_stat_bgwriter AS b
	WHERE d.datname = current_database())`;

/** A NOT NULL that is not validated counts as attnotnull all the same (PostgreSQL 18). */
const columns = `(SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
		'notNull', a.attnotnull AND NOT EXISTS (
			SELECT FROM pg_catalog.pg_constraint AS k
			WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum]),
		'nullFraction', s.null_frac) ORDER BY a.attnum)
	FROM pg_catalog.pg_attribute AS a LEFT JOIN fractions AS s ON s.oid = c.oid AND s.attname = a.attname
	WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`;

/** Rows that are inherited are those of a partitioned table, or of a table with those that inherit from it. */
const fractions = `fractions AS MATERIALIZED (
	SELECT DISTINCT ON (t.oid, s.attname) t.oid, s.attname, s.null_frac
	FROM pg_catalog.pg_stats AS s JOIN tables AS t ON t.schema = s.schemaname AND t.name = s.tablename
	WHERE s.tablename = ANY (ARRAY(SELECT name FROM tables))
	ORDER BY t.oid, s.attname, s.inherited DESC
)`;

const indexes = `(SELECT json_agg(json_build_object('name', x.indexrelid::regclass::text,
		'valid', x.indisvalid AND x.indisready, 'unique', x.indisunique, 'partial', x.indpred IS NOT NULL,
		'columns', (SELECT json_agg(a.attname ORDER BY key.place)
			FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS key (number, place)
			LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = key.number AND key.number > 0
			WHERE key.place <= x.indnkeyatts)) ORDER BY x.indexrelid::regclass::text COLLATE "C")
	FROM pg_catalog.pg_index AS x WHERE x.indrelid = c.oid)`;

const constraints = `(SELECT json_agg(json_build_object('name', k.conname, 'type', k.contype, 'validated', k.convalidated,
		'columns', (SELECT json_agg(a.attname ORDER BY key.place)
			FROM unnest(k.conkey) WITH ORDINALITY AS key (number, place)
			JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = key.number),
		'expression', CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END)
		ORDER BY k.conname COLLATE "C")
	FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x', 'n'))`;

/** What pg_depend does not know: the body of a function is a text. Functions of extensions know nothing of our tables. */
const functionTexts = `bodies AS MATERIALIZED (
	SELECT p.oid, p.prosrc AS text, ${folded('p.prosrc')} AS folded
	FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
	JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
	WHERE l.lanname IN ('sql', 'plpgsql') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (
		SELECT FROM pg_catalog.pg_depend AS e
		WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
), sources AS MATERIALIZED (
	SELECT * FROM bodies WHERE EXISTS (SELECT FROM tables WHERE ${mayHold('bodies.folded', 'tables.name')})
), texts AS MATERIALIZED (
	SELECT sources.oid, sources.folded, found.words, found.tables
	FROM sources CROSS JOIN LATERAL ${wordsOf('sources.text')} AS found
), naming AS MATERIALIZED (
	SELECT t.oid AS root, texts.oid, texts.folded, texts.words FROM tables AS t JOIN texts ON ${namesTable('texts', 't')}
)`;

/**
 * A view depends on the columns that it reads, or on the whole table where it reads none by name. A trigger for UPDATE OF
 * depends on these columns and on those of its condition; any other may read any column of the row. A function may also
 * take or return the table's rows. A publication may name columns since PostgreSQL 15: read from a JSON object as above.
 */
const uses = `uses AS (
	SELECT t.oid, CASE v.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind, v.oid::regclass::text AS name,
		d.refobjsubid::int AS number
	FROM tables AS t
	JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
		AND d.classid = 'pg_catalog.pg_rewrite'::regclass
	JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
	JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class AND v.oid <> t.oid AND v.relkind IN ('v', 'm')
	UNION
	SELECT t.oid, 'foreign key', quote_ident(f.conname) || ' of ' || f.conrelid::regclass::text, key.number
	FROM tables AS t
	JOIN pg_catalog.pg_constraint AS f ON f.confrelid = t.oid AND f.contype = 'f' AND f.conrelid <> t.oid AND f.conparentid = 0
	CROSS JOIN unnest(f.confkey) AS key (number)
	UNION
	SELECT t.oid, 'function', d.objid::regprocedure::text, d.refobjsubid
	FROM tables AS t
	JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
		AND d.classid = 'pg_catalog.pg_proc'::regclass
	UNION
	SELECT t.oid, 'function', d.objid::regprocedure::text, 0
	FROM tables AS t
	JOIN pg_catalog.pg_type AS y ON y.oid = t.reltype
	JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_type'::regclass
		AND d.refobjid = ANY (ARRAY[y.oid, y.typarray]) AND d.classid = 'pg_catalog.pg_proc'::regclass
	UNION
	SELECT t.root, 'function', t.oid::regprocedure::text, coalesce(a.attnum, 0)
	FROM naming AS t
	LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.root AND a.attnum > 0 AND NOT a.attisdropped
		AND ${namesColumn('t', 'a.attname')}
	UNION
	SELECT t.oid, 'trigger', quote_ident(g.tgname) || ' of ' || t.oid::regclass::text, coalesce(d.refobjsubid, 0)
	FROM tables AS t
	JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid AND NOT g.tgisinternal
	LEFT JOIN pg_catalog.pg_depend AS d ON g.tgattr::text <> '' AND d.classid = 'pg_catalog.pg_trigger'::regclass
		AND d.objid = g.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
	UNION
	SELECT m.root, 'publication', quote_ident(p.pubname), coalesce(listed.number::int, 0)
	FROM pg_catalog.pg_publication_tables AS p
	JOIN pg_catalog.pg_namespace AS n ON n.nspname = p.schemaname
	JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.tablename
	JOIN members AS m ON m.oid = c.oid
	JOIN pg_catalog.pg_publication AS b ON b.pubname = p.pubname
	LEFT JOIN pg_catalog.pg_publication_rel AS r ON r.prpubid = b.oid AND r.prrelid = m.root
	LEFT JOIN jsonb_array_elements_text(nullif(to_jsonb(r) -> 'prattrs', 'null')) AS listed (number) ON true
), dependents AS (
	SELECT oid, json_agg(json_build_object('kind', kind, 'name', name, 'columns', columns)
		ORDER BY kind COLLATE "C", name COLLATE "C") AS list
	FROM (
		SELECT u.oid, u.kind, u.name, json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attnum IS NOT NULL) AS columns
		FROM uses AS u
		LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = u.oid AND a.attnum = u.number AND a.attnum > 0
		GROUP BY u.oid, u.kind, u.name
	) AS each_once
	GROUP BY oid
)`;

const statementsView = `(SELECT json_build_object('schema', n.nspname,
		'hasInfo', string_to_array(substring(e.extversion FROM '^[0-9.]+'), '.')::int[] >= ARRAY[1, 9])
	FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
	WHERE e.extname = 'pg_stat_statements')`;

/** Takes schemas (null: the search path decides) and names, answers with a `CatalogRow` each. PostgreSQL 12 and later. */
export const catalogQuery = `
WITH RECURSIVE ${[asked, figures, fractions, functionTexts, uses].join(', ')}
SELECT c.relkind::text AS kind, c.schema::text AS schema, c.name::text AS name,
	current_setting('server_version_num')::int AS "serverVersion", ${statementsView} AS "statementsView",
	sums.rows::float8 AS rows, coalesce(sums.bytes, 0)::float8 AS bytes,
	coalesce(sums.has_no_page, c.relkind = 'p') AS "hasNoPage", coalesce(sums.is_elsewhere, false) AS "isElsewhere",
	CASE WHEN current_setting('track_counts')::bool THEN sums.reads::float8 END AS reads,
	CASE WHEN current_setting('track_counts')::bool THEN sums.writes::float8 END AS writes,
	sums.last_read AS "lastRead", ${countedSince} AS since,
	${columns} AS columns, ${indexes} AS indexes, ${constraints} AS constraints, dependents.list AS dependents
FROM asked
LEFT JOIN tables AS c ON c.oid = asked.oid
LEFT JOIN sums ON sums.root = c.oid
LEFT JOIN dependents ON dependents.oid = c.oid
ORDER BY position`;
