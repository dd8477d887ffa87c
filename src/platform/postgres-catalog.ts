import type pg from 'pg';

/** One thing of a schema that has a definition of its own, as {@link readCatalogObjects} lists it. */
export interface CatalogObjectRow {
	readonly kind: string;
	readonly identity: string;
	readonly name: string;
	/** Catalog and oid: means nothing in another database. */
	readonly key: string;
	readonly parent: string | null;
	/** Keys of what it would break without, beyond its parent. */
	readonly uses: readonly string[];
	readonly definition: string;
}

/**
 * Lists every object outside of the system's schemas, with its definition, in one query that calls nothing but the
 * server's own functions: no code of whoever wrote the schema runs. Names are qualified whatever the search path is.
 * Works for everybody who may log in; the transaction it runs in is its own. PostgreSQL 14 and later.
 *
 * Of rare kinds (operators, casts, collations, text search) only coming and going is seen.
 *
 * @param without Schemas to leave out, and triggers that call into them.
 * @see https://www.postgresql.org/docs/current/catalogs.html
 */
export async function readCatalogObjects(
	client: pg.ClientBase,
	without: readonly string[],
): Promise<readonly CatalogObjectRow[]> {
	await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
	try {
		return await listCatalogObjects(client, without);
	} finally {
		await client.query('COMMIT');
	}
}

/**
 * The same within a transaction of the caller's, whose search path and formats it leaves changed. Definitions that the server writes
 * itself are as of now, whatever the transaction's snapshot: so are pg_dump's.
 */
export async function listCatalogObjects(
	client: pg.ClientBase,
	without: readonly string[],
): Promise<readonly CatalogObjectRow[]> {
	await client.query(ownWords);
	const {rows} = await client.query<CatalogObjectRow>(catalogSql, [without]);
	return rows;
}

/**
 * With no other schema in the path, the server writes all names in full; no operator but its own can be meant. Constants
 * are written in the session's formats, which a database or a role may have set: here everybody reads the same. All of
 * them may be set by any role.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const ownWords = `SET LOCAL search_path = 'pg_catalog'; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY';
	SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';
	SET LOCAL quote_all_identifiers = off; SET LOCAL standard_conforming_strings = on; SET LOCAL lc_monetary = 'C'`;

/** Conditions that leave out what an extension brought along: its version stands for it. */
function notOfExtension(catalog: string, oid: string): string {
	return `NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
}

const relationKind = `CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
	WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' ELSE 'type' END`;

/**
 * Of a foreign key to a partitioned table the server keeps one more row for each of the partitions, under names of its
 * own making: they come and go with the partitions, and no dump has them.
 */
const notHidden = `NOT (c.contype = 'f' AND EXISTS (SELECT FROM pg_constraint AS p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid))`;

/** Each of the lists gives kind, identity, name, key, parent, definition. */
const lists: readonly string[] = [
	`SELECT 'schema', q, nspname::text, 'n' || oid, NULL, 'owner ' || pg_get_userbyid(nspowner) FROM ns`,

	`SELECT ${relationKind}, ident, relname::text, 'r' || oid, CASE relkind WHEN 'S' THEN (
			SELECT 'r' || d.refobjid FROM pg_depend AS d
			WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LIMIT 1) END,
		concat_ws(E'\\n',
			CASE relpersistence WHEN 'u' THEN 'unlogged' END,
			CASE relkind WHEN 'p' THEN 'partition by ' || pg_get_partkeydef(oid) END,
			CASE WHEN relispartition THEN pg_get_expr(relpartbound, oid) END,
			(SELECT 'inherits ' || string_agg(p.relnamespace::regnamespace::text || '.' || quote_ident(p.relname), ', ' ORDER BY i.inhseqno)
				FROM pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhparent WHERE i.inhrelid = rel.oid),
			'with ' || array_to_string(reloptions, ', '),
			CASE WHEN relkind IN ('r', 'm') THEN (SELECT 'using ' || amname FROM pg_am WHERE pg_am.oid = relam AND amname <> 'heap') END,
			CASE WHEN relrowsecurity THEN 'row level security' END,
			CASE WHEN relforcerowsecurity THEN 'row level security for its owner, too' END,
			CASE WHEN relkind IN ('r', 'p') AND relreplident <> 'd' THEN 'replica identity ' || relreplident::text END,
			CASE WHEN relkind = 'm' AND NOT relispopulated THEN 'not populated' END,
			CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
			CASE relkind WHEN 'f' THEN (SELECT 'server ' || s.srvname || coalesce(' ' || array_to_string(t.ftoptions, ', '), '')
				FROM pg_foreign_table AS t JOIN pg_foreign_server AS s ON s.oid = t.ftserver WHERE t.ftrelid = rel.oid) END,
			CASE relkind WHEN 'S' THEN (SELECT format('%s from %s to %s start %s by %s cache %s%s', format_type(seqtypid, NULL), seqmin, seqmax,
					seqstart, seqincrement, seqcache, CASE WHEN seqcycle THEN ' cycle' END) FROM pg_sequence WHERE seqrelid = rel.oid) END,
			'owner ' || pg_get_userbyid(relowner))
	FROM rel`,

	`SELECT 'column', rel.ident || '.' || quote_ident(attname), attname::text, 'r' || rel.oid || '.' || attnum, 'r' || rel.oid,
		concat_ws(' ',
			format_type(atttypid, atttypmod),
			(SELECT 'collate ' || n.nspname || '.' || quote_ident(l.collname) FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
				JOIN pg_type AS t ON t.oid = a.atttypid WHERE l.oid = a.attcollation AND l.oid <> t.typcollation),
			CASE WHEN attnotnull THEN 'not null' END,
			CASE attidentity WHEN 'a' THEN 'generated always as identity' WHEN 'd' THEN 'generated by default as identity' END,
			(SELECT CASE a.attgenerated WHEN '' THEN 'default ' ELSE 'generated ' || a.attgenerated::text || ' ' END || pg_get_expr(d.adbin, d.adrelid)
				FROM pg_attrdef AS d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum),
			(SELECT 'storage ' || a.attstorage::text FROM pg_type AS t WHERE t.oid = a.atttypid AND t.typstorage <> a.attstorage),
			CASE WHEN attcompression <> '' THEN 'compression ' || attcompression::text END,
			'statistics ' || nullif(attstattarget::int, -1),
			'with ' || array_to_string(attoptions, ', '))
	FROM pg_attribute AS a JOIN rel ON rel.oid = a.attrelid
	WHERE attnum > 0 AND NOT attisdropped AND rel.relkind IN ('r', 'p', 'f', 'c')`,

	// A NOT NULL is the column's, whether the server keeps a constraint for it (from 18 on) or not.
	`SELECT 'constraint', rel.ident || '.' || quote_ident(conname), conname::text, 'o' || c.oid, 'r' || rel.oid, pg_get_constraintdef(c.oid)
	FROM pg_constraint AS c JOIN rel ON rel.oid = c.conrelid WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND ${notHidden}`,

	`SELECT 'constraint', t.ident || '.' || quote_ident(conname), conname::text, 'o' || c.oid, 't' || t.oid, pg_get_constraintdef(c.oid)
	FROM pg_constraint AS c JOIN typ AS t ON t.oid = c.contypid WHERE contype = 'c'`,

	`SELECT 'index', rel.relnamespace::regnamespace::text || '.' || quote_ident(i.relname), i.relname::text, 'r' || i.oid, 'r' || rel.oid,
		concat_ws(E'\\n', pg_get_indexdef(i.oid), CASE WHEN NOT x.indisvalid THEN 'not valid' END, CASE WHEN x.indisreplident THEN 'replica identity' END,
			CASE WHEN x.indisclustered THEN 'clustered' END)
	FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN rel ON rel.oid = x.indrelid
	WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u', 'x'))`,

	`SELECT 'trigger', rel.ident || '.' || quote_ident(tgname), tgname::text, 'g' || g.oid, 'r' || rel.oid,
		concat_ws(E'\\n', pg_get_triggerdef(g.oid), CASE tgenabled WHEN 'O' THEN NULL WHEN 'D' THEN 'disabled' ELSE 'enabled ' || tgenabled::text END)
	FROM pg_trigger AS g JOIN rel ON rel.oid = g.tgrelid JOIN pg_proc AS f ON f.oid = g.tgfoid
	WHERE NOT tgisinternal AND f.pronamespace::regnamespace::text <> ALL($1::text[])`,

	`SELECT 'rule', rel.ident || '.' || quote_ident(rulename), rulename::text, 'w' || w.oid, 'r' || rel.oid,
		concat_ws(E'\\n', pg_get_ruledef(w.oid), CASE ev_enabled WHEN 'O' THEN NULL ELSE 'enabled ' || ev_enabled::text END)
	FROM pg_rewrite AS w JOIN rel ON rel.oid = w.ev_class WHERE rulename <> '_RETURN'`,

	`SELECT 'policy', rel.ident || '.' || quote_ident(polname), polname::text, 'p' || p.oid, 'r' || rel.oid,
		concat_ws(' ', CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for', polcmd::text,
			'to ' || (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END, ', ' ORDER BY role = 0, pg_get_userbyid(role)) FROM unnest(polroles) AS role),
			'using (' || pg_get_expr(polqual, polrelid) || ')', 'with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
	FROM pg_policy AS p JOIN rel ON rel.oid = p.polrelid`,

	`SELECT 'statistics', ns.q || '.' || quote_ident(stxname), stxname::text, 's' || s.oid, 'r' || stxrelid, pg_get_statisticsobjdef(s.oid)
	FROM pg_statistic_ext AS s JOIN ns ON ns.oid = s.stxnamespace`,

	`SELECT CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, ident, proname::text, 'f' || oid, NULL,
		concat_ws(E'\\n', CASE prokind
			WHEN 'a' THEN (SELECT format('%s, state %s, final %s, initially %s', aggtransfn::oid::regprocedure, format_type(aggtranstype, NULL),
				aggfinalfn::oid::regprocedure, coalesce(agginitval, 'null')) FROM pg_aggregate WHERE aggfnoid = fun.oid)
			ELSE rtrim(pg_get_functiondef(oid), E'\\n') END, 'owner ' || pg_get_userbyid(proowner))
	FROM fun`,

	`SELECT 'type', ident, typname::text, 't' || oid, NULL, concat_ws(' ',
		CASE typtype WHEN 'e' THEN (SELECT 'enum (' || string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) || ')' FROM pg_enum WHERE enumtypid = typ.oid)
			WHEN 'd' THEN concat_ws(' ', 'domain', format_type(typbasetype, typtypmod), CASE WHEN typnotnull THEN 'not null' END, 'default ' || typdefault)
			WHEN 'r' THEN (SELECT 'range of ' || format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = typ.oid)
			ELSE 'type ' || typtype::text END,
		'owner ' || pg_get_userbyid(typowner)) FROM typ`,

	// The version is the machine's, so that it may differ from one server to the next.
	`SELECT 'extension', quote_ident(extname), extname::text, 'x' || oid, NULL, 'schema ' || extnamespace::regnamespace::text FROM pg_extension`,

	`SELECT 'grant', g.kind || ' ' || g.ident || ' to ' || g.grantee, g.grantee, g.key || ' ' || g.grantee, g.parent,
		string_agg(g.privilege, ', ' ORDER BY g.privilege) FROM granted AS g GROUP BY g.kind, g.ident, g.grantee, g.key, g.parent`,

	`SELECT 'default privileges', format('%s of %s in %s to %s', d.defaclobjtype, pg_get_userbyid(d.defaclrole), coalesce(d.defaclnamespace::regnamespace::text, 'any schema'), ${grantee('a')}),
		'', 'd' || d.oid || ' ' || a.grantee, NULL, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
	FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS a WHERE d.defaclnamespace = 0 OR d.defaclnamespace IN (SELECT oid FROM ns) GROUP BY d.oid, d.defaclobjtype, d.defaclrole, d.defaclnamespace, a.grantee`,

	`SELECT 'setting', format('%s of %s', split_part(setting, '=', 1), coalesce(pg_get_userbyid(nullif(setrole, 0))::text, 'the database')), split_part(setting, '=', 1),
		'z' || setrole || ' ' || split_part(setting, '=', 1), NULL, substr(setting, strpos(setting, '=') + 1)
	FROM pg_db_role_setting, unnest(setconfig) AS setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,

	`SELECT 'comment', m.kind || ' ' || m.ident, '', m.key, m.parent, d.description
	FROM described AS m JOIN pg_description AS d ON d.classoid = m.catalog AND d.objoid = m.oid AND d.objsubid = m.part`,

	`SELECT i.type, i.identity, coalesce(i.name, ''), 'y' || o.catalog || ' ' || o.oid, NULL, ''
	FROM (SELECT 'pg_operator'::regclass AS catalog, oid FROM pg_operator WHERE oprnamespace IN (SELECT oid FROM ns)
		UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE collnamespace IN (SELECT oid FROM ns)
		UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion WHERE connamespace IN (SELECT oid FROM ns)
		UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass WHERE opcnamespace IN (SELECT oid FROM ns)
		UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE cfgnamespace IN (SELECT oid FROM ns)
		UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict WHERE dictnamespace IN (SELECT oid FROM ns)
		UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast WHERE oid >= 16384
	) AS o, pg_identify_object(o.catalog, o.oid, 0) AS i
	WHERE NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype = 'e')`,
];

/** What ends before its first object outside of the system's own (PostgreSQL source, access/transam.h). */
const firstUserOid = 16_384;

/** An index that a constraint made is listed as the constraint. */
const indexOrTable = (
	oid: string,
): string => `coalesce((SELECT 'o' || c.oid FROM pg_constraint AS c WHERE c.conindid = ${oid}
	AND c.contype IN ('p', 'u', 'x') AND c.conrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = ${oid})), 'r' || ${oid})`;

/**
 * Who would break without whom, by keys: what the server's own pg_depend says, and who inherited what from whom, which
 * it says of some only. A view, a rule and a foreign key use columns, too.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
const uses = `
	SELECT CASE d.classid
			WHEN 'pg_class'::regclass THEN 'r' || d.objid || CASE WHEN d.objsubid > 0 THEN '.' || d.objsubid ELSE '' END
			WHEN 'pg_constraint'::regclass THEN 'o' || d.objid
			WHEN 'pg_trigger'::regclass THEN 'g' || d.objid
			WHEN 'pg_policy'::regclass THEN 'p' || d.objid
			WHEN 'pg_statistic_ext'::regclass THEN 's' || d.objid
			WHEN 'pg_proc'::regclass THEN 'f' || d.objid
			WHEN 'pg_type'::regclass THEN 't' || d.objid
			WHEN 'pg_attrdef'::regclass THEN (SELECT 'r' || a.adrelid || '.' || a.adnum FROM pg_attrdef AS a WHERE a.oid = d.objid)
			WHEN 'pg_rewrite'::regclass THEN (SELECT CASE w.rulename WHEN '_RETURN' THEN 'r' || w.ev_class ELSE 'w' || w.oid END FROM pg_rewrite AS w WHERE w.oid = d.objid)
		END, used.key
	FROM pg_depend AS d, LATERAL (
		SELECT CASE WHEN EXISTS (SELECT FROM pg_index WHERE indexrelid = d.refobjid) THEN ${indexOrTable('d.refobjid')} ELSE 'r' || d.refobjid END AS key
			WHERE d.refclassid = 'pg_class'::regclass
		UNION ALL SELECT 'r' || d.refobjid || '.' || d.refobjsubid WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
			AND (SELECT relkind FROM pg_class WHERE oid = d.refobjid) IN ('r', 'p', 'f', 'c')
		UNION ALL SELECT 'f' || d.refobjid WHERE d.refclassid = 'pg_proc'::regclass
		UNION ALL SELECT 'o' || d.refobjid WHERE d.refclassid = 'pg_constraint'::regclass
		UNION ALL SELECT CASE WHEN t.typrelid <> 0 THEN 'r' || t.typrelid WHEN t.typelem <> 0 AND t.typtype = 'b' AND t.typcategory = 'A' THEN 't' || t.typelem ELSE 't' || t.oid END
			FROM pg_type AS t WHERE d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
	) AS used
	WHERE d.deptype <> 'e' AND d.objid >= ${firstUserOid} AND d.refobjid >= ${firstUserOid}
	UNION ALL SELECT ${indexOrTable('inhrelid')}, ${indexOrTable('inhparent')} FROM pg_inherits
	UNION ALL SELECT 'r' || a.attrelid || '.' || a.attnum, 'r' || p.attrelid || '.' || p.attnum
		FROM pg_inherits AS i JOIN pg_attribute AS a ON a.attrelid = i.inhrelid AND a.attinhcount > 0 AND NOT a.attisdropped
		JOIN pg_attribute AS p ON p.attrelid = i.inhparent AND p.attname = a.attname
	UNION ALL SELECT 'o' || c.oid, 'o' || p.oid FROM pg_inherits AS i JOIN pg_constraint AS c ON c.conrelid = i.inhrelid
		JOIN pg_constraint AS p ON p.conrelid = i.inhparent AND (p.oid = c.conparentid OR (c.coninhcount > 0 AND c.contype = 'c' AND p.contype = 'c' AND p.conname = c.conname))
	UNION ALL SELECT 'g' || oid, 'g' || tgparentid FROM pg_trigger WHERE tgparentid <> 0`;

function grantee(acl: string): string {
	return `CASE ${acl}.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(${acl}.grantee)::text END`;
}

/** What the owner may do goes without saying. */
function grants(from: string, columns: string, acl: string, owner: string): string {
	return `SELECT ${columns}, ${grantee('a')} AS grantee, a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END AS privilege
		FROM ${from}, aclexplode(${acl}) AS a WHERE a.grantee <> ${owner}`;
}

const catalogSql = `WITH ns AS MATERIALIZED (
	SELECT oid, nspname, quote_ident(nspname) AS q, nspowner, nspacl FROM pg_namespace
	WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL($1::text[]) AND ${notOfExtension('pg_namespace', 'pg_namespace.oid')}
), rel AS MATERIALIZED (
	SELECT c.*, ns.q || '.' || quote_ident(c.relname) AS ident FROM pg_class AS c JOIN ns ON ns.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't' AND ${notOfExtension('pg_class', 'c.oid')}
		-- Of a composite type the extension has the type, not its relation.
		AND (c.relkind <> 'c' OR ${notOfExtension('pg_type', 'c.reltype')})
), fun AS MATERIALIZED (
	SELECT p.*, format('%s.%s(%s)', ns.q, quote_ident(p.proname), pg_get_function_identity_arguments(p.oid)) AS ident
	FROM pg_proc AS p JOIN ns ON ns.oid = p.pronamespace WHERE ${notOfExtension('pg_proc', 'p.oid')}
), typ AS MATERIALIZED (
	SELECT t.*, ns.q || '.' || quote_ident(t.typname) AS ident FROM pg_type AS t JOIN ns ON ns.oid = t.typnamespace
	WHERE t.typtype IN ('e', 'd', 'r', 'b') AND NOT (t.typtype = 'b' AND t.typcategory = 'A') AND ${notOfExtension('pg_type', 't.oid')}
), granted AS (
	${[
		grants(
			'rel',
			`${relationKind} AS kind, rel.ident, 'a r' || rel.oid AS key, 'r' || rel.oid AS parent`,
			`coalesce(relacl, acldefault((CASE relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", relowner))`,
			'relowner',
		),
		grants(
			'pg_attribute AS t JOIN rel ON rel.oid = t.attrelid AND NOT t.attisdropped',
			`'column', rel.ident || '.' || quote_ident(t.attname), 'a r' || rel.oid || '.' || t.attnum, 'r' || rel.oid`,
			't.attacl',
			'rel.relowner',
		),
		grants(
			'ns',
			`'schema', ns.q, 'a n' || ns.oid, 'n' || ns.oid`,
			`coalesce(nspacl, acldefault('n', nspowner))`,
			'nspowner',
		),
		grants(
			'fun',
			`'function', fun.ident, 'a f' || fun.oid, 'f' || fun.oid`,
			`coalesce(proacl, acldefault('f', proowner))`,
			'proowner',
		),
		grants(
			'typ',
			`'type', typ.ident, 'a t' || typ.oid, 't' || typ.oid`,
			`coalesce(typacl, acldefault('T', typowner))`,
			'typowner',
		),
	].join('\n\tUNION ALL ')}
), described AS (
	SELECT 'pg_class'::regclass AS catalog, oid, 0 AS part, ${relationKind} AS kind, ident, 'm r' || oid AS key, 'r' || oid AS parent FROM rel
	UNION ALL SELECT 'pg_class'::regclass, rel.oid, attnum, 'column', ident || '.' || quote_ident(attname), 'm r' || rel.oid || '.' || attnum, 'r' || rel.oid
		FROM pg_attribute AS a JOIN rel ON rel.oid = a.attrelid AND attnum > 0 AND NOT attisdropped
	UNION ALL SELECT 'pg_class'::regclass, i.oid, 0, 'index', rel.relnamespace::regnamespace::text || '.' || quote_ident(i.relname), 'm r' || i.oid, 'r' || rel.oid
		FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN rel ON rel.oid = x.indrelid
	UNION ALL SELECT 'pg_constraint'::regclass, c.oid, 0, 'constraint', ident || '.' || quote_ident(conname), 'm o' || c.oid, 'r' || rel.oid
		FROM pg_constraint AS c JOIN rel ON rel.oid = c.conrelid WHERE ${notHidden}
	UNION ALL SELECT 'pg_trigger'::regclass, g.oid, 0, 'trigger', ident || '.' || quote_ident(tgname), 'm g' || g.oid, 'r' || rel.oid
		FROM pg_trigger AS g JOIN rel ON rel.oid = g.tgrelid
	UNION ALL SELECT 'pg_proc'::regclass, oid, 0, 'function', ident, 'm f' || oid, 'f' || oid FROM fun
	UNION ALL SELECT 'pg_type'::regclass, oid, 0, 'type', ident, 'm t' || oid, 't' || oid FROM typ
	UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, 'schema', q, 'm n' || oid, 'n' || oid FROM ns
), used AS MATERIALIZED (
	SELECT user_key, array_agg(DISTINCT used_key) AS keys FROM (${uses}) AS u (user_key, used_key)
	WHERE user_key <> used_key AND split_part(used_key, '.', 1) <> split_part(user_key, '.', 1) GROUP BY user_key
)
SELECT kind, identity, name, key, parent,
	CASE WHEN used.keys IS NULL THEN '{}' ELSE ARRAY(SELECT k FROM unnest(used.keys) AS k WHERE parent IS NULL OR split_part(k, '.', 1) <> parent) END AS uses,
	definition
FROM (
	${lists.join('\n\tUNION ALL ')}
) AS object (kind, identity, name, key, parent, definition) LEFT JOIN used ON used.user_key = object.key
ORDER BY kind COLLATE "C", identity COLLATE "C"`;
