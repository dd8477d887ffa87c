import {randomBytes} from 'node:crypto';
import type {FileHandle} from 'node:fs/promises';
import pg from 'pg';
import type {ImpossibleReason, LeftOut} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {PostgresLogin} from '../../platform/postgres-connection.ts';
import type {Cluster} from './cluster.ts';
import {type CopiedTarget, type Credentials, saidBy, withSession} from './connection.ts';
import {restoreSchema} from './dump.ts';
import {lentRolesSql} from './lent.ts';
import type {Source, SourceDatabase} from './source.ts';

/** The target's schema on a throw-away server, with no rows but the history's. */
export interface SchemaCopy {
	readonly kind: 'copied';
	readonly database: string;
	/** Of the superuser. */
	readonly admin: PostgresLogin;
	/** As the script's psql logs in: the applying user's name, an ordinary role. */
	readonly script: PostgresLogin;
	readonly leftOut: readonly LeftOut[];
	readonly stubbedRoles: readonly string[];
}

export interface CopyRefused {
	readonly kind: 'impossible';
	readonly reason: ImpossibleReason;
	readonly sentence: string;
}

export interface CopyPlan {
	readonly cluster: Cluster;
	readonly target: CopiedTarget;
	readonly source: Source;
	/** Of pg_dump; the caller's to close. */
	readonly dump: FileHandle;
	/** Assumed by the script; null where the applying user runs it. */
	readonly role: string | null;
	readonly signal: AbortSignal;
}

const identifier = (name: string): string => pg.escapeIdentifier(name);
const literal = (text: string): string => pg.escapeLiteral(text);

/** Every server begins with it; a throw-away one may have it made anew. */
const replaceableDatabase = 'postgres';

/**
 * Makes the copy. Whatever needs a superuser is done here: the script's role has no power beyond the copy.
 *
 * @throws Failure
 */
export async function copySchema(plan: CopyPlan): Promise<SchemaCopy | CopyRefused> {
	const {cluster, source, target} = plan;
	const missing = await missingExtensions(cluster, source);
	if (missing.length > 0) return extensionsMissing(missing, source, cluster);
	const login: Credentials = {user: target.apply.user, password: randomBytes(18).toString('base64url')};
	const locale = await withSession(cluster.login(cluster.maintenance), async (client) => {
		await client.query(rolesSql(plan, login));
		return await createDatabase(client, source.database);
	});
	if (locale === 'refused') return encodingMissing(source.database, cluster);
	const {name} = source.database;
	const admin = cluster.login(name);
	const {dump, signal} = plan;
	const restored = await restoreSchema({cluster, database: name, dump, leftOut: source.leadingOut, signal});
	if (restored.failed.length > 0) return copyIncomplete(restored.failed);
	const refusedSettings = await withSession(admin, async (client) => await finish(client, plan));
	return {
		kind: 'copied',
		database: name,
		admin,
		script: cluster.login(name, login),
		leftOut: [...source.leadingOut, ...restored.leftOut, ...locale, ...refusedSettings, ...lessRights(source)],
		stubbedRoles: source.roles.map((role) => role.name).filter((role) => role !== login.user),
	};
}

async function missingExtensions(cluster: Cluster, source: Source): Promise<readonly string[]> {
	return await withSession(cluster.login(cluster.maintenance), async (client) => {
		const {rows} = await client.query<{name: string}>('SELECT name::text FROM pg_catalog.pg_available_extensions');
		return source.extensions.filter((extension) => !rows.some(({name}) => name === extension));
	});
}

function extensionsMissing(missing: readonly string[], source: Source, cluster: Cluster): CopyRefused {
	const names = missing.join(', ');
	return {
		kind: 'impossible',
		reason: 'extension-missing',
		sentence: `${source.database.name} uses ${missing.length === 1 ? 'the extension' : 'the extensions'} ${names}, which PostgreSQL ${cluster.version} on ${cluster.place} has not. Install ${missing.length === 1 ? 'it' : 'them'} there, beside the server's programs.`,
	};
}

function encodingMissing(database: SourceDatabase, {place}: Cluster): CopyRefused {
	return {
		kind: 'impossible',
		reason: 'encoding-missing',
		sentence: `A database in the encoding ${database.encoding} cannot be made on ${place}.`,
	};
}

function copyIncomplete(failed: readonly LeftOut[]): CopyRefused {
	const [first] = failed;
	const more = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
	return {
		kind: 'impossible',
		reason: 'copy-incomplete',
		sentence: `The target's schema could not be copied as a whole: ${first?.name ?? ''}: ${first?.why ?? ''}${more}.`,
	};
}

/** Predefined roles that reach no further than the database. Others read and write files, run programs, end sessions. */
const harmlessPredefined =
	'pg_read_all_data pg_write_all_data pg_read_all_settings pg_read_all_stats pg_stat_scan_tables pg_monitor pg_maintain'.split(
		' ',
	);

/** Every role of the target, as a name: its grants and memberships count, its login does not. */
function rolesSql({cluster, source, target, role}: CopyPlan, login: Credentials): string {
	const names = new Set([...source.roles.map(({name}) => name), login.user, source.scriptRole.name]);
	const kept = source.memberships.filter(
		({group, member}) => names.has(member) && (names.has(group) || harmlessPredefined.includes(group)),
	);
	const attributes = new Map(source.roles.map((known) => [known.name, known]));
	const created = [...names].map((name) => {
		const known = attributes.get(name);
		const rls = known?.bypassesRls === true ? 'BYPASSRLS' : 'NOBYPASSRLS';
		const entry = name === login.user ? `LOGIN PASSWORD ${literal(login.password)}` : 'NOLOGIN';
		return `CREATE ROLE ${identifier(name)} ${rls} ${known?.inherits === false ? 'NOINHERIT' : 'INHERIT'} ${entry};`;
	});
	return [
		...created,
		...(cluster.lent === null ? [] : lentRolesSql(cluster, cluster.lent, [...names], login.user)),
		...kept.map(({group, member}) => `GRANT ${identifier(group)} TO ${identifier(member)};`),
		// A superuser owns, in effect, everything: so does its double, by being everybody.
		...(source.scriptRole.isSuperuser ? everybody([...names], source.scriptRole.name, kept) : []),
		...(role === null || role === login.user || kept.some(({group, member}) => group === role && member === login.user)
			? []
			: [`GRANT ${identifier(role)} TO ${identifier(target.apply.user)};`]),
	].join('\n');
}

/** A role cannot belong to one that belongs to it: whoever is in the way is passed over. */
function everybody(names: readonly string[], script: string, memberships: Source['memberships']): readonly string[] {
	const above = new Set([script]);
	for (let size = 0; size !== above.size;) {
		size = above.size;
		for (const {group, member} of memberships) if (above.has(group)) above.add(member);
	}
	return names.filter((name) => !above.has(name)).map((name) => `GRANT ${identifier(name)} TO ${identifier(script)};`);
}

/** In the target's locale, or as near to it as the machine can. */
async function createDatabase(client: pg.Client, database: SourceDatabase): Promise<readonly LeftOut[] | 'refused'> {
	if (database.name === replaceableDatabase) await client.query(`DROP DATABASE IF EXISTS ${identifier(database.name)}`);
	const opening = `CREATE DATABASE ${identifier(database.name)} TEMPLATE template0 OWNER ${identifier(database.owner)} ENCODING ${literal(database.encoding)}`;
	const wanted = localeSql(database);
	let why = '';
	for (const locale of [wanted, `LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`, `LC_COLLATE 'C' LC_CTYPE 'C'`]) {
		try {
			await client.query(`${opening} ${locale}`);
			await client.query(grantsSql(database));
			return locale === wanted ? [] : [{kind: 'locale', name: `${database.collate}, ${database.ctype}`, why}];
		} catch (error) {
			why ||= `The server's machine has it not (${saidBy(error)}): order and case of texts may differ.`;
		}
	}
	return 'refused';
}

function localeSql({collate, ctype, provider, locale}: SourceDatabase): string {
	const basic = `LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`;
	if (provider === 'i') return `${basic} LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale ?? '')}`;
	if (provider === 'b') return `${basic} LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale ?? '')}`;
	return basic;
}

/** pg_dump of a single database leaves them out. */
function grantsSql({name, owner, grants}: SourceDatabase): string {
	if (grants.length === 0) return '';
	const others = grants.filter(({grantee}) => grantee !== owner);
	return [
		`REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC;`,
		...others.map(
			({grantee, privilege}) =>
				`GRANT ${privilege} ON DATABASE ${identifier(name)} TO ${grantee === null ? 'PUBLIC' : identifier(grantee)};`,
		),
	].join('\n');
}

/** History rows, settings, and what a restored schema would still let through. */
async function finish(client: pg.Client, plan: CopyPlan): Promise<readonly LeftOut[]> {
	const {source} = plan;
	await client.query(closedWaysSql);
	if (!source.hasPublicSchema) await client.query('DROP SCHEMA IF EXISTS public');
	if (source.history !== null) await insertHistory(client, source.history);
	const refused: LeftOut[] = [];
	for (const {name, value} of source.settings) {
		try {
			// Given as a value, not as SQL: a list such as the search path is one text here.
			await client.query('SELECT pg_catalog.set_config($1, $2, false)', [name, value]);
			await client.query(`ALTER ROLE ${identifier(plan.target.apply.user)} SET ${settingName(name)} FROM CURRENT`);
			await client.query(`RESET ${settingName(name)}`);
		} catch (error) {
			refused.push({kind: 'setting', name: `${name} = ${value}`, why: saidBy(error)});
		}
	}
	return refused;
}

function settingName(name: string): string {
	return name.split('.').map(identifier).join('.');
}

/** Functions of dblink open a connection wherever their text says; a socket on this machine is no network's. */
const closedWaysSql = `DO $$
DECLARE
	way record;
BEGIN
	FOR way IN
		SELECT p.oid::regprocedure AS name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
		FROM pg_catalog.pg_proc AS p CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
		JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid WHERE e.extname = 'dblink'
	LOOP
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s CASCADE', way.name, way.grantee);
	END LOOP;
END $$`;

async function insertHistory(client: pg.Client, history: NonNullable<Source['history']>): Promise<void> {
	const table = `${identifier(history.schema)}.${identifier(history.table)}`;
	const columns = history.columns.map(identifier).join(', ');
	// A trigger on the history is the target's own affair: its rows stand there already.
	await client.query('SET session_replication_role = replica');
	try {
		await client.query(
			`INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1::json)`,
			[history.rows],
		);
	} catch (error) {
		throw new Failure('target-failed', `The history ${table} could not be copied: ${saidBy(error)}`, {cause: error});
	} finally {
		await client.query('SET session_replication_role = origin');
	}
}

function lessRights({scriptRole}: Source): readonly LeftOut[] {
	if (!scriptRole.isSuperuser) return [];
	const why =
		'Here an ordinary role that belongs to every other runs the script: what only a superuser may do fails here, and would not there.';
	return [{kind: 'right', name: `${scriptRole.name} is a superuser`, why}];
}
