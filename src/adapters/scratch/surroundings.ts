import {randomBytes} from 'node:crypto';
import pg from 'pg';
import type {ImpossibleReason, LeftOut} from '../../domain/rehearsal.ts';
import type {PostgresLogin} from '../../platform/postgres-connection.ts';
import type {Cluster} from './cluster.ts';
import {type CopiedTarget, type Credentials, saidBy, withSession} from './connection.ts';
import {lentRolesSql} from './lent.ts';
import type {Source, SourceDatabase} from './source.ts';

/** What a copy needs of its target whatever is copied: roles, the database itself, settings. */
export interface SurroundingsPlan {
	readonly cluster: Cluster;
	readonly target: CopiedTarget;
	readonly source: Source;
	/** Assumed by the script; null where the applying user runs it. */
	readonly role: string | null;
}

/** An empty database as the target's, with everybody whom the target knows. */
export interface EmptyCopy {
	readonly kind: 'prepared';
	readonly database: string;
	/** Of the superuser. */
	readonly admin: PostgresLogin;
	/** As the script's psql logs in: the applying user's name, an ordinary role. */
	readonly script: PostgresLogin;
	/** What already could not be made as it is on the target. */
	readonly leftOut: readonly LeftOut[];
	readonly stubbedRoles: readonly string[];
	/** Another locale than the target's had to do. */
	readonly otherLocale: boolean;
}

export interface CopyRefused {
	readonly kind: 'impossible';
	readonly reason: ImpossibleReason;
	readonly sentence: string;
}

const identifier = (name: string): string => pg.escapeIdentifier(name);
const literal = (text: string): string => pg.escapeLiteral(text);

/** Every server begins with it; a throw-away one may have it made anew. */
const replaceableDatabase = 'postgres';

/** Makes the roles and the database, and nothing in it. Whatever needs a superuser is done here and in {@link finish}. */
export async function prepareDatabase(plan: SurroundingsPlan): Promise<EmptyCopy | CopyRefused> {
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
	return {
		kind: 'prepared',
		database: name,
		admin: cluster.login(name),
		script: cluster.login(name, login),
		leftOut: [...locale, ...lessRights(source)],
		stubbedRoles: source.roles.map((known) => known.name).filter((known) => known !== login.user),
		otherLocale: locale.length > 0,
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

/** Predefined roles that reach no further than the database. Others read and write files, run programs, end sessions. */
const harmlessPredefined =
	'pg_read_all_data pg_write_all_data pg_read_all_settings pg_read_all_stats pg_stat_scan_tables pg_monitor pg_maintain'.split(
		' ',
	);

/** Every role of the target, as a name: its grants and memberships count, its login does not. */
function rolesSql({cluster, source, target, role}: SurroundingsPlan, login: Credentials): string {
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

/** After the objects are there: closes what a restored schema would still let through, and sets what the target sets. */
export async function finish(client: pg.Client, {source, target}: SurroundingsPlan): Promise<readonly LeftOut[]> {
	await client.query(closedWaysSql);
	if (!source.hasPublicSchema) await client.query('DROP SCHEMA IF EXISTS public');
	const refused: LeftOut[] = [];
	for (const {name, value} of source.settings) {
		try {
			// Given as a value, not as SQL: a list such as the search path is one text here.
			await client.query('SELECT pg_catalog.set_config($1, $2, false)', [name, value]);
			await client.query(`ALTER ROLE ${identifier(target.apply.user)} SET ${settingName(name)} FROM CURRENT`);
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

function lessRights({scriptRole}: Source): readonly LeftOut[] {
	if (!scriptRole.isSuperuser) return [];
	const why =
		'Here an ordinary role that belongs to every other runs the script: what only a superuser may do fails here, and would not there.';
	return [{kind: 'right', name: `${scriptRole.name} is a superuser`, why}];
}
