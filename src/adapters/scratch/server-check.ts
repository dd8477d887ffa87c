import type pg from 'pg';
import {Failure} from '../../operations/ports/failure.ts';
import type {PostgresLogin} from '../../platform/postgres-connection.ts';
import {type CopiedTarget, loginOf, onlyRow, withSession, withTarget} from './connection.ts';
import {markedRolesSql, markOf, scratchDatabase, standingDatabases} from './lent.ts';

/** What a configured server says of itself. */
export interface ServerFacts {
	/** `15.18` */
	readonly version: string;
	/** Of the roles that Lockstep makes there. */
	readonly mark: string;
	/** Only where its administrator lets it load the extension. */
	readonly countsStatements: boolean;
}

/**
 * Looks only.
 *
 * @throws Failure scratch-unavailable where the server cannot be Lockstep's alone.
 */
export async function readServerFacts(client: pg.ClientBase, place: string): Promise<ServerFacts> {
	const {rows} = await client.query<{version: string; super: boolean; standby: boolean}>(
		`SELECT current_setting('server_version') AS version,
			pg_catalog.pg_is_in_recovery() AS standby, (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS super`,
	);
	const {version, super: isSuperuser, standby} = onlyRow(rows);
	if (standby) throw refused(place, 'is a standby of another server');
	if (!isSuperuser) {
		throw refused(place, 'lets Lockstep in as an ordinary role. A copy needs event triggers: give a superuser');
	}
	const {rows: weak} = await client.query<{name: string}>(
		"SELECT rolname::text AS name FROM pg_catalog.pg_authid WHERE rolsuper AND rolpassword LIKE 'md5%'",
	);
	if (weak[0] !== undefined) {
		// A script's role that belongs to pg_read_all_data, as the target's does, reads pg_authid.
		throw refused(
			place,
			`keeps the password of ${weak[0].name} as an MD5 hash, with which whoever reads it can log in. Set the password anew under password_encryption = 'scram-sha-256'`,
		);
	}
	const {rows: more} = await client.query<{system: string; counts: boolean}>(
		`SELECT system_identifier::text AS system, current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%'
			AND EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pg_stat_statements') AS counts
		FROM pg_catalog.pg_control_system()`,
	);
	const {system, counts} = onlyRow(more);
	return {
		version: /^[\d.]+/.exec(version)?.[0] ?? version,
		mark: markOf(system),
		countsStatements: counts,
	};
}

/**
 * A rehearsal removes roles and databases. It does so only where nothing else stands: one that an administrator took for
 * production's server by mistake keeps all it has.
 *
 * @throws Failure scratch-unavailable
 */
export async function requireDedicated(
	client: pg.ClientBase,
	place: string,
	{mark}: ServerFacts,
	login: (database: string) => PostgresLogin,
): Promise<void> {
	const {rows} = await client.query<{what: string; name: string}>(foreignSql, [mark, standingDatabases]);
	const foreign = rows.map(({what, name}) => `the ${what} ${name}`);
	for (const database of ['postgres', 'template1']) {
		if (foreign.length === 0) foreign.push(...(await strangersIn(client, database, login)));
	}
	if (foreign.length === 0) return;
	const named = foreign.slice(0, namedForeign).join(', ');
	const more = foreign.length > namedForeign ? ` and ${foreign.length - namedForeign} more` : '';
	throw refused(
		place,
		`holds what is not Lockstep's: ${named}${more}. Nothing was touched. A scratch server is for Lockstep alone`,
	);
}

/** More are of no use to whoever reads the sentence. */
const namedForeign = 5;

const foreignSql = `WITH marked AS (${markedRolesSql})
	SELECT 'database' AS what, d.datname::text AS name FROM pg_catalog.pg_database AS d
		WHERE d.datname <> ALL ($2::text[]) AND d.datdba NOT IN (SELECT oid FROM marked)
	UNION ALL SELECT 'role', r.rolname::text FROM pg_catalog.pg_roles AS r
		WHERE r.rolname !~ '^pg_' AND r.oid <> 10 AND r.rolname <> current_user AND r.oid NOT IN (SELECT oid FROM marked)
	UNION ALL SELECT 'tablespace', t.spcname::text FROM pg_catalog.pg_tablespace AS t WHERE t.spcname !~ '^pg_'
	UNION ALL SELECT 'replication slot', s.slot_name::text FROM pg_catalog.pg_replication_slots AS s
	UNION ALL SELECT 'standby', a.application_name FROM pg_catalog.pg_stat_replication AS a
	ORDER BY 1, 2`;

/** What an initdb makes has smaller numbers ("System Catalog Initial Data", OID assignment). */
const firstNormalOid = 16_384;

async function strangersIn(
	client: pg.ClientBase,
	database: string,
	login: (database: string) => PostgresLogin,
): Promise<readonly string[]> {
	const {rows: found} = await client.query<{open: boolean}>(
		'SELECT datallowconn AS open FROM pg_catalog.pg_database WHERE datname = $1',
		[database],
	);
	if (found[0]?.open !== true) return [];
	const {rows} = await withSession(
		login(database),
		async (inside) => await inside.query<{name: string}>(strangersSql, [firstNormalOid]),
	);
	return rows.map(({name}) => `${name} in the database ${database}`);
}

const strangersSql = `SELECT what || ' ' || name AS name FROM (
		SELECT c.tableoid, c.oid, 'relation' AS what, c.oid::regclass::text AS name FROM pg_catalog.pg_class AS c WHERE c.relkind NOT IN ('i', 'I', 't', 'c')
		UNION ALL SELECT p.tableoid, p.oid, 'function', p.oid::regproc::text FROM pg_catalog.pg_proc AS p
		UNION ALL SELECT n.tableoid, n.oid, 'schema', n.nspname::text FROM pg_catalog.pg_namespace AS n WHERE n.nspname !~ '^pg_'
		UNION ALL SELECT l.tableoid, l.oid, 'large object', l.oid::text FROM pg_catalog.pg_largeobject_metadata AS l
	) AS s WHERE s.oid >= $1 AND NOT EXISTS (
		SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = s.tableoid AND d.objid = s.oid AND d.deptype = 'e')
	ORDER BY 1 LIMIT 20`;

/** Its mark names the server: one with the target's number is the target's own, or a copy of it with all its files. */
export async function requireOther(target: CopiedTarget, place: string, {mark}: ServerFacts): Promise<void> {
	const system = await withTarget(loginOf(target, 'apply'), async (client) => {
		const {rows} = await client.query<{allowed: boolean}>(
			"SELECT has_function_privilege('pg_catalog.pg_control_system()', 'execute') AS allowed",
		);
		if (!onlyRow(rows).allowed) return null;
		const {rows: control} = await client.query<{system: string}>(
			'SELECT system_identifier::text AS system FROM pg_catalog.pg_control_system()',
		);
		return onlyRow(control).system;
	});
	if (system !== null && markOf(system) === mark) {
		throw refused(place, `is the server of the target ${target.name} itself. A script is never tried there`);
	}
}

/** What the copy makes must not stand there already, not even as the server's own. */
export async function requireFreeNames(
	client: pg.ClientBase,
	place: string,
	names: {readonly database: string; readonly roles: readonly string[]},
): Promise<void> {
	const {rows} = await client.query<{what: string; name: string}>(
		`SELECT 'role' AS what, rolname::text AS name FROM pg_catalog.pg_roles WHERE rolname = ANY ($1::text[])
		UNION ALL SELECT 'database', datname::text FROM pg_catalog.pg_database WHERE datname = $2 ORDER BY 1 DESC, 2`,
		[names.roles, names.database],
	);
	const [taken] = rows;
	if (taken === undefined) return;
	const remedy =
		taken.what === 'role'
			? `ALTER ROLE ${client.escapeIdentifier(taken.name)} RENAME TO ${client.escapeIdentifier(`scratch_${taken.name}`)}, as another superuser`
			: `DROP DATABASE ${client.escapeIdentifier(taken.name)}, where it is empty`;
	throw refused(
		place,
		`has a ${taken.what} of its own called ${taken.name}, and so has the target, whose copy needs the name. Free it there: ${remedy}`,
	);
}

/** A script may give its role a password, and somebody else may know it: there is nowhere to go with it but the copy. */
export async function shutStandingDatabases(client: pg.ClientBase): Promise<void> {
	const {rows} = await client.query<{name: string}>(
		`SELECT d.datname::text AS name FROM pg_catalog.pg_database AS d WHERE d.datname = ANY ($1::text[]) AND EXISTS (
			SELECT FROM pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS a WHERE a.grantee = 0)`,
		[standingDatabases],
	);
	for (const {name} of rows) {
		await client.query(`REVOKE ALL ON DATABASE ${client.escapeIdentifier(name)} FROM PUBLIC`);
	}
}

function refused(place: string, why: string): Failure {
	return new Failure('scratch-unavailable', `${place.replace(/^t/, 'T')} ${why}.`);
}

/** What the driver or the server said, as a failure that says what to do. */
export function unusable(place: string, user: string, error: unknown): unknown {
	if (error instanceof Failure || !(error instanceof Error) || !('code' in error || isOfDriver(error))) return error;
	const code = 'code' in error ? String(error.code) : '';
	// Several addresses that all refuse are one error without a message.
	const said = error.message.split('\n')[0] || code;
	if (code === '3D000') {
		return refused(
			place,
			`has no database ${scratchDatabase}. Where that server is for Lockstep alone, make it there: CREATE DATABASE ${scratchDatabase}`,
		);
	}
	if (code.startsWith('28')) {
		return refused(place, `refused the login of ${user} (${said}). Check worker.scratchServers and its pg_hba.conf`);
	}
	return new Failure('scratch-unavailable', `${place.replace(/^t/, 'T')} cannot be used: ${said}.`, {cause: error});
}

/** Errors of the driver's own have no code. */
function isOfDriver(error: Error): boolean {
	return /timeout|terminated|SSL|closed|not queryable|SASL|SCRAM|password/i.test(error.message);
}
