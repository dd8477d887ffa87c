import {setTimeout as delay} from 'node:timers/promises';
import type pg from 'pg';
import {Failure} from '../../operations/ports/failure.ts';
import type {LockHolder} from '../../operations/ports/targets.ts';
import {endpointOf} from '../../platform/postgres-connection.ts';
import type {Backend} from '../../platform/psql-transcript.ts';
import {applicationName, onlyRow, type TargetSettings, withClient} from './connection.ts';

/**
 * Lockstep's advisory locks are pairs: this class ("Lock" in ASCII), and an object. PostgreSQL keeps them per database,
 * so two configured names for one database share them, as they must.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export const lockClass = 0x4c6f_636b;
/** Held by the session that applies, and by a successor while it reads what an orphan left. */
export const applyObject = 1;
/** Held while the database is given its UUID. */
export const markObject = 2;

/** The session that applies is named so, with the request's name after it. */
export const applyName = `${applicationName} MR-`;

const applyLock = `l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
	AND l.classid = ${lockClass} AND l.objid = ${applyObject}
	AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`;

const holderSql = `SELECT l.pid, coalesce(a.application_name, '') AS "applicationName", coalesce(a.state, 'unknown') AS state
	FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a USING (pid) WHERE ${applyLock}`;

/**
 * Sessions that may still apply: who holds the lock, and who is named so, for a script can drop its locks by DISCARD ALL.
 */
const applyingSql = `SELECT a.pid FROM pg_catalog.pg_stat_activity AS a
	WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
	AND (a.application_name LIKE '${applyName}%' OR a.pid IN (SELECT l.pid FROM pg_catalog.pg_locks AS l WHERE ${applyLock}))`;

/** When a session began, to tell it from a later one with the same process id. */
export const backendStart = `coalesce(extract(epoch FROM backend_start), 0)::text`;

/** Who holds the lock of applying, or null. */
export async function readLockHolder(settings: TargetSettings): Promise<LockHolder | null> {
	return await withClient(settings, async (client) => (await client.query<LockHolder>(holderSql)).rows[0] ?? null);
}

/** Milliseconds: how often to look whether a session is gone, and how long to look before saying that it stays. */
const patience = {pauseMs: 50, goneWithinMs: 20_000, attempts: 5} as const;

/**
 * Ends every session that applies and waits until the server has none.
 *
 * @returns Whether there was one.
 * @throws Failure target-permission, target-busy where one does not go.
 */
export async function endApplying(settings: TargetSettings): Promise<boolean> {
	return await withClient(settings, async (client) => await endSessions(client, settings));
}

/**
 * Ends one session and waits until it is gone. A worker that stood still past its lease may end only what it began
 * itself: by now another one may rightfully apply.
 *
 * @throws Failure target-permission, target-busy where it does not go.
 */
export async function endBackend(settings: TargetSettings, backend: Backend): Promise<void> {
	const sql = `SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND ${backendStart} = $2`;
	await withClient(settings, async (client) => {
		const giveUpAt = performance.now() + patience.goneWithinMs;
		while ((await client.query(sql, [backend.pid, backend.startedAt])).rows.length > 0) {
			if (performance.now() > giveUpAt) throw staysBusy(settings);
			await delay(patience.pauseMs);
		}
	});
}

async function endSessions(client: pg.ClientBase, settings: TargetSettings): Promise<boolean> {
	const giveUpAt = performance.now() + patience.goneWithinMs;
	let ended = false;
	while ((await terminate(client)) > 0) {
		ended = true;
		if (performance.now() > giveUpAt) throw staysBusy(settings);
		await delay(patience.pauseMs);
	}
	return ended;
}

/** Asks all of them to end; asking twice does no harm, and one that had just begun is asked as well. */
async function terminate(client: pg.ClientBase): Promise<number> {
	const {rows} = await client.query(`SELECT pg_terminate_backend(s.pid) FROM (${applyingSql}) AS s`);
	return rows.length;
}

/**
 * Ends whoever applies, takes the lock by trying (a waiter would hold a snapshot and deadlock a concurrent index build),
 * and holds it, outside any transaction, while `read` looks.
 *
 * @throws Failure target-busy where the lock is not to be had; target-unreachable where it was lost while `read` looked,
 * because then what it saw proves nothing.
 */
export async function withLockTaken<T>(settings: TargetSettings, read: () => Promise<T>): Promise<T> {
	return await withClient(settings, async (client) => {
		// Limits of the role's or the database's own would end this session while it only holds the lock.
		await client.query('SET idle_session_timeout = 0; SET statement_timeout = 0');
		await takeLock(client, settings);
		// Whoever lost the lock but not its session is ended under the lock: no new one can begin.
		await endSessions(client, settings);
		const result = await read();
		if (!(await giveBack(client))) throw lockLost(settings);
		return result;
	});
}

async function takeLock(client: pg.ClientBase, settings: TargetSettings): Promise<void> {
	for (let attempt = 0; attempt < patience.attempts; attempt++) {
		await endSessions(client, settings);
		const {rows} = await client.query<{taken: boolean}>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
			lockClass,
			applyObject,
		]);
		if (onlyRow(rows).taken) return;
		await delay(patience.pauseMs);
	}
	throw staysBusy(settings);
}

async function giveBack(client: pg.ClientBase): Promise<boolean> {
	const {rows} = await client.query<{held: boolean}>('SELECT pg_advisory_unlock($1, $2) AS held', [
		lockClass,
		applyObject,
	]);
	return onlyRow(rows).held;
}

function staysBusy(settings: TargetSettings): Failure {
	const where = `${endpointOf(settings)}/${settings.database}`;
	return new Failure(
		'target-busy',
		`A session on ${where} that holds Lockstep's lock does not end. Look at pg_stat_activity for "${applyName}…".`,
	);
}

function lockLost(settings: TargetSettings): Failure {
	const where = `${endpointOf(settings)}/${settings.database}`;
	return new Failure(
		'target-unreachable',
		`Lockstep's lock on ${where} was lost while the state was read, so the answer cannot be trusted.`,
	);
}
