import pg from 'pg';
import {Failure} from '../../operations/ports/failure.ts';
import type {PostgresLogin} from '../../platform/postgres-connection.ts';
import type {Cluster, Lent} from './cluster.ts';
import {onlyRow, withSession} from './connection.ts';

/** The database that makes a server Lockstep's: without it nothing is touched there. */
export const scratchDatabase = 'lockstep_scratch';
/** Databases that may stand on such a server, all of them empty but the first. */
export const standingDatabases: readonly string[] = [scratchDatabase, 'postgres', 'template0', 'template1'];

/** Names the server, too: roles that a dump carried to another one are not Lockstep's there. */
export function markOf(systemIdentifier: string): string {
	return `made by Lockstep for a rehearsal on server ${systemIdentifier}, removed after it`;
}

/** Roles with the mark; `$1` is the mark. Lockstep makes no superuser, so one that bears it bears it wrongly. */
export const markedRolesSql = `SELECT r.oid, r.rolname FROM pg_catalog.pg_roles AS r
	WHERE NOT r.rolsuper AND pg_catalog.shobj_description(r.oid, 'pg_authid') = $1`;

/**
 * Goes into the transaction that makes the roles: none is ever without its mark. The script's own has limits that it
 * cannot lift.
 */
export function lentRolesSql(
	{countsStatements}: Pick<Cluster, 'countsStatements'>,
	{mark, tempFileBytes}: Lent,
	names: readonly string[],
	scriptUser: string,
): readonly string[] {
	const user = pg.escapeIdentifier(scriptUser);
	return [
		...names.map((name) => `COMMENT ON ROLE ${pg.escapeIdentifier(name)} IS ${pg.escapeLiteral(mark)};`),
		`ALTER ROLE ${user} SET temp_file_limit = '${Math.ceil(tempFileBytes / 1024)}kB';`,
		...(countsStatements ? [`ALTER ROLE ${user} SET "pg_stat_statements.track" = 'all';`] : []),
	];
}

/**
 * Removes every role with the mark and every database that one of them owns. Nobody else can be at work there: the
 * session holds the server's lock.
 *
 * @returns Whether there was anything.
 */
export async function removeMarked(
	client: pg.ClientBase,
	mark: string,
	login: (database: string) => PostgresLogin,
): Promise<boolean> {
	const {rows: roles} = await client.query<{rolname: string}>(markedRolesSql, [mark]);
	if (roles.length === 0) return false;
	const {rows: databases} = await client.query<{name: string}>(
		`SELECT d.datname::text AS name FROM pg_catalog.pg_database AS d JOIN (${markedRolesSql}) AS m ON m.oid = d.datdba
		WHERE d.datname <> ALL ($2::text[])`,
		[mark, standingDatabases],
	);
	for (const {name} of databases) await removeDatabase(client, name, login);
	await client.query(
		`SELECT pg_catalog.pg_terminate_backend(a.pid, 5000) FROM pg_catalog.pg_stat_activity AS a JOIN (${markedRolesSql}) AS m ON m.oid = a.usesysid`,
		[mark],
	);
	await client.query(`DROP ROLE ${roles.map(({rolname}) => pg.escapeIdentifier(rolname)).join(', ')}`);
	return true;
}

/** Its owner was the script: whatever that may set on it to keep it is taken back first. */
async function removeDatabase(
	client: pg.ClientBase,
	name: string,
	login: (database: string) => PostgresLogin,
): Promise<void> {
	const database = pg.escapeIdentifier(name);
	if (await isInvalid(client, name)) return void (await client.query(`DROP DATABASE ${database} WITH (FORCE)`));
	await client.query(`ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS true IS_TEMPLATE false`);
	await client.query(`ALTER DATABASE ${database} RESET ALL`);
	const {rows: prepared} = await client.query<{gid: string}>(
		'SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = $1',
		[name],
	);
	if (prepared.length > 0) {
		await withSession(login(name), async (inside) => {
			for (const {gid} of prepared) await inside.query(`ROLLBACK PREPARED ${pg.escapeLiteral(gid)}`);
		});
	}
	await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
}

/** An interrupted DROP leaves it so: nothing but another DROP is possible then. PostgreSQL 16's DATCONNLIMIT_INVALID_DB. */
async function isInvalid(client: pg.ClientBase, name: string): Promise<boolean> {
	const {rows} = await client.query('SELECT FROM pg_catalog.pg_database WHERE datname = $1 AND datconnlimit = -2', [
		name,
	]);
	return rows.length > 0;
}

/**
 * Works on a cluster, and tells of work that lost its server from work that failed: another rehearsal may have removed
 * what this one had made.
 *
 * @throws Failure scratch-busy, and what the work throws.
 */
export async function whileLent<T>(
	cluster: Cluster,
	signal: AbortSignal,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const {lent} = cluster;
	if (lent === null) return await work(signal);
	try {
		const result = await work(AbortSignal.any([signal, lent.lost]));
		await lent.confirm();
		return result;
	} catch (error) {
		if (lent.lost.aborted && !signal.aborted) throw leaseLost(cluster, error);
		throw error;
	}
}

export function leaseLost({place}: Pick<Cluster, 'place'>, cause?: unknown): Failure {
	return new Failure('scratch-busy', `The connection that holds ${place} for this rehearsal was lost.`, {cause});
}

/** One number on every scratch server; it locks only within {@link scratchDatabase}. */
const lockNumber = 0x4c6f_636b;

/** Never waits on the server. The lock ends with the session. */
export async function tryLock(client: pg.ClientBase): Promise<boolean> {
	const {rows} = await client.query<{taken: boolean}>('SELECT pg_catalog.pg_try_advisory_lock($1) AS taken', [
		lockNumber,
	]);
	return onlyRow(rows).taken;
}

export async function holdsLock(client: pg.ClientBase): Promise<boolean> {
	const {rows} = await client.query<{held: boolean}>(
		`SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
			AND objid = $1 AND granted) AS held`,
		[lockNumber],
	);
	return onlyRow(rows).held;
}
