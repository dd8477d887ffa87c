import type pg from 'pg';
import type {LeftOut} from '../../domain/rehearsal.ts';
import type {HistoryTable} from '../../operations/ports/targets.ts';
import {type CopiedTarget, loginOf, onlyRow, withTarget} from './connection.ts';

/** What a copy needs to know of its target besides the schema. */
export interface Source {
	/** As `server_version_num`. */
	readonly serverVersion: number;
	readonly database: SourceDatabase;
	readonly roles: readonly SourceRole[];
	readonly memberships: readonly Membership[];
	readonly extensions: readonly string[];
	/** Every database begins with it; this one may have dropped it. */
	readonly hasPublicSchema: boolean;
	/** Of a session of the applying user's. */
	readonly settings: readonly Setting[];
	/** Whom a script runs as. */
	readonly scriptRole: {readonly name: string; readonly isSuperuser: boolean};
	/** Null where the target has no such table yet. */
	readonly history: SourceHistory | null;
	/** What a copy must not have: it leads out of it. */
	readonly leadingOut: readonly LeftOut[];
}

export interface SourceDatabase {
	readonly name: string;
	readonly owner: string;
	readonly encoding: string;
	readonly collate: string;
	readonly ctype: string;
	/** `c` for the operating system's, `i` for ICU, `b` for built in. */
	readonly provider: string;
	/** ICU's or the built-in provider's; null for the operating system's. */
	readonly locale: string | null;
	readonly grants: readonly {readonly grantee: string | null; readonly privilege: string}[];
}

export interface SourceRole {
	readonly name: string;
	readonly bypassesRls: boolean;
	readonly inherits: boolean;
}

export interface Membership {
	readonly group: string;
	readonly member: string;
}

export interface Setting {
	readonly name: string;
	readonly value: string;
}

export interface SourceHistory {
	readonly schema: string;
	readonly table: string;
	/** Without those that the server computes. */
	readonly columns: readonly string[];
	/** A JSON array of objects. */
	readonly rows: string;
}

/** Settings that decide what a statement means or stores. Others are the machine's or the session's own. */
const settingsThatMatter: readonly string[] = `
	TimeZone timezone_abbreviations DateStyle IntervalStyle search_path lc_monetary lc_numeric lc_time
	default_text_search_config bytea_output extra_float_digits check_function_bodies default_table_access_method
	default_toast_compression row_security default_transaction_isolation default_transaction_read_only
	default_transaction_deferrable xmlbinary xmloption backslash_quote escape_string_warning array_nulls
	transform_null_equals plpgsql.variable_conflict plpgsql.check_asserts quote_all_identifiers lo_compat_privileges`
	.trim()
	.split(/\s+/);

/**
 * @param role Assumed by the script; null where the applying user runs it.
 * @throws Failure
 */
export async function readSource(target: CopiedTarget, role: string | null, history: HistoryTable): Promise<Source> {
	return await withTarget(
		loginOf(target, 'apply'),
		async (client) => await readSourceBy(client, target, role, history),
	);
}

/** The same by a session of the applying user's, in its transaction. */
export async function readSourceBy(
	client: pg.ClientBase,
	target: CopiedTarget,
	role: string | null,
	history: HistoryTable,
): Promise<Source> {
	const {rows: versions} = await client.query<{version: number}>(
		"SELECT current_setting('server_version_num')::int AS version",
	);
	const serverVersion = onlyRow(versions).version;
	const scriptRole = role ?? target.apply.user;
	return {
		serverVersion,
		database: await readDatabase(client, serverVersion),
		...(await readRoles(client)),
		extensions: await readNames(client, 'SELECT extname::text AS name FROM pg_catalog.pg_extension ORDER BY 1'),
		hasPublicSchema: (await readNames(client, publicSql)).length > 0,
		settings: await readSettings(client),
		scriptRole: {name: scriptRole, isSuperuser: await isSuperuser(client, scriptRole)},
		history: await readHistory(client, history),
		leadingOut: await readLeadingOut(client),
	};
}

const publicSql = `SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname = 'public'`;

/** Names of the columns changed with the versions. */
function localeSql(serverVersion: number): string {
	if (serverVersion >= 170_000) return 'datlocprovider::text AS provider, datlocale AS locale';
	if (serverVersion >= 150_000) return 'datlocprovider::text AS provider, daticulocale AS locale';
	return `'c' AS provider, NULL AS locale`;
}

async function readDatabase(client: pg.ClientBase, serverVersion: number): Promise<SourceDatabase> {
	const {rows} = await client.query<Omit<SourceDatabase, 'grants'>>(
		`SELECT datname::text AS name, pg_get_userbyid(datdba)::text AS owner, pg_encoding_to_char(encoding) AS encoding,
			datcollate::text AS collate, datctype::text AS ctype, ${localeSql(serverVersion)}
		FROM pg_catalog.pg_database WHERE datname = current_database()`,
	);
	const {rows: grants} = await client.query<SourceDatabase['grants'][number]>(
		`SELECT pg_get_userbyid(nullif(a.grantee, 0))::text AS grantee, a.privilege_type AS privilege
		FROM pg_catalog.pg_database AS d, pg_catalog.aclexplode(d.datacl) AS a WHERE d.datname = current_database() ORDER BY 1, 2`,
	);
	return {...onlyRow(rows), grants};
}

/** Everybody may read who there is, and who belongs to whom; passwords nobody can. */
async function readRoles(client: pg.ClientBase): Promise<Pick<Source, 'roles' | 'memberships'>> {
	const {rows: roles} = await client.query<SourceRole>(
		`SELECT rolname::text AS name, (rolbypassrls OR rolsuper) AS "bypassesRls", rolinherit AS inherits
		FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`,
	);
	const {rows: memberships} = await client.query<Membership>(
		`SELECT DISTINCT g.rolname::text AS "group", m.rolname::text AS member FROM pg_catalog.pg_auth_members AS a
		JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid JOIN pg_catalog.pg_roles AS m ON m.oid = a.member ORDER BY 1, 2`,
	);
	return {roles, memberships};
}

async function readSettings(client: pg.ClientBase): Promise<readonly Setting[]> {
	// One that somebody made up, such as `app.tenant`, matters to the functions that ask for it.
	const {rows} = await client.query<Setting>(
		`SELECT name, setting AS value FROM pg_catalog.pg_settings
		WHERE name = ANY($1::text[]) OR (category = 'Customized Options' AND context = 'user' AND source IN ('database', 'user', 'database user'))
		ORDER BY name`,
		[settingsThatMatter],
	);
	return rows;
}

async function isSuperuser(client: pg.ClientBase, name: string): Promise<boolean> {
	const {rows} = await client.query<{there: boolean}>(
		'SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolsuper AND rolname = $1) AS there',
		[name],
	);
	return onlyRow(rows).there;
}

async function readNames(client: pg.ClientBase, sql: string): Promise<readonly string[]> {
	return (await client.query<{name: string}>(sql)).rows.map(({name}) => name);
}

/** All its columns: a history may have more than EF's own two. */
async function readHistory(client: pg.ClientBase, {table}: HistoryTable): Promise<SourceHistory | null> {
	const {rows: found} = await client.query<{oid: number; schema: string; table: string; columns: string[]}>(
		`SELECT c.oid::int8::int AS oid, n.nspname::text AS schema, c.relname::text AS table, ARRAY(
			SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
			WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
		FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`,
		[table],
	);
	const [history] = found;
	if (history === undefined) return null;
	const {schema, table: name, columns} = history;
	const quoted = (text: string): string => client.escapeIdentifier(text);
	const {rows} = await client.query<{rows: string}>(
		`SELECT coalesce(json_agg(h), '[]')::text AS rows FROM (SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(schema)}.${quoted(name)}) AS h`,
	);
	return {schema, table: name, columns, rows: onlyRow(rows).rows};
}

const outwardWays: readonly (readonly [kind: string, sql: string, why: string])[] = [
	[
		'foreign table',
		`SELECT n.nspname::text || '.' || c.relname::text AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'f'`,
		'What is written to it lands in another database.',
	],
	['foreign server', 'SELECT srvname::text AS name FROM pg_catalog.pg_foreign_server', 'It leads to another database.'],
	[
		'user mapping',
		`SELECT usename || ' on ' || srvname AS name FROM pg_catalog.pg_user_mappings`,
		'It holds a password of another database.',
	],
	[
		'subscription',
		'SELECT subname::text AS name FROM pg_catalog.pg_subscription WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())',
		'It would connect to its publisher.',
	],
	['publication', 'SELECT pubname::text AS name FROM pg_catalog.pg_publication', 'Nobody subscribes to a copy.'],
	[
		'event trigger',
		'SELECT evtname::text AS name FROM pg_catalog.pg_event_trigger',
		'What it does to a script is not rehearsed.',
	],
];

async function readLeadingOut(client: pg.ClientBase): Promise<readonly LeftOut[]> {
	const found: LeftOut[] = [];
	for (const [kind, sql, why] of outwardWays) {
		for (const name of await readNames(client, `${sql} ORDER BY 1`)) found.push({kind, name, why});
	}
	return found;
}
