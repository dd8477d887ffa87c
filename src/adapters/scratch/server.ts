import {setTimeout as delay} from 'node:timers/promises';
import type pg from 'pg';
import {Failure} from '../../operations/ports/failure.ts';
import type {Confinement} from '../../platform/confinement.ts';
import {closePostgres, connectPostgres, endpointOf, type PostgresLogin} from '../../platform/postgres-connection.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import type {Cluster} from './cluster.ts';
import {type CopiedTarget, onlyRow} from './connection.ts';
import {holdsLock, leaseLost, removeMarked, scratchDatabase, tryLock} from './lent.ts';
import {
	readServerFacts,
	requireDedicated,
	requireFreeNames,
	requireOther,
	type ServerFacts,
	shutStandingDatabases,
	unusable,
} from './server-check.ts';
import type {Source} from './source.ts';

/** A PostgreSQL server that an administrator gave to Lockstep alone; the login is its superuser's. */
export type ScratchServer = Omit<PostgresLogin, 'database'>;

export interface KnownServer {
	readonly server: ScratchServer;
	readonly major: number;
}

export interface UnknownServer {
	readonly server: ScratchServer;
	readonly failure: Failure;
}

/** What pg_stat_activity shows of the session that holds a server. */
const leaseName = 'lockstep scratch lease';
/** How often a server that another rehearsal holds is asked again. Milliseconds. */
const askEveryMs = 300;

export function placeOf(server: ScratchServer): string {
	return `the scratch server ${endpointOf(server)}`;
}

/** Asks each for its major. */
export async function knowServers(
	servers: readonly ScratchServer[],
): Promise<readonly (KnownServer | UnknownServer)[]> {
	return await Promise.all(
		servers.map(async (server) => {
			try {
				return await withServer(server, async (client) => {
					const {rows} = await client.query<{version: number}>(
						"SELECT current_setting('server_version_num')::int AS version",
					);
					return {server, major: Math.floor(onlyRow(rows).version / 10_000)};
				});
			} catch (error) {
				if (error instanceof Failure) return {server, failure: error};
				throw error;
			}
		}),
	);
}

export interface BorrowPlan {
	/** All of the target's major, in the order of the configuration. */
	readonly servers: readonly ScratchServer[];
	readonly tools: PostgresTools;
	readonly confinement: Confinement;
	readonly target: CopiedTarget;
	readonly source: Source;
	readonly tempFileBytes: number;
	/** How long other rehearsals are waited for. Milliseconds. */
	readonly waitMs: number;
	readonly signal: AbortSignal;
}

/**
 * Waits until one of the servers is free, takes it, and removes what killed workers left there. One rehearsal at a time
 * has a server: roles are the whole server's, and the copy is called as its target is.
 *
 * @throws Failure scratch-unavailable, scratch-busy, cancelled
 */
export async function borrowServer(plan: BorrowPlan): Promise<Cluster> {
	const {server, client} = await takeFirstFree(plan);
	const login = loginTo(server);
	try {
		const facts = await readServerFacts(client, placeOf(server));
		await requireOther(plan.target, placeOf(server), facts);
		await requireDedicated(client, placeOf(server), facts, login);
		await removeMarked(client, facts.mark, login);
		await requireFreeNames(client, placeOf(server), namesOf(plan));
		await shutStandingDatabases(client);
		return lend(plan, {server, client, facts});
	} catch (error) {
		await closePostgres(client);
		throw unusable(placeOf(server), server.user, error);
	}
}

/** Removes what killed workers left on a server that nobody uses now. Returns whether there was anything. */
export async function sweepServer(server: ScratchServer): Promise<boolean> {
	return await withServer(server, async (client) => {
		if (!(await tryLock(client))) return false;
		const {mark} = await readServerFacts(client, placeOf(server));
		return await removeMarked(client, mark, loginTo(server));
	});
}

function loginTo(server: ScratchServer): Cluster['login'] {
	return (database, user = server) => ({...server, database, user: user.user, password: user.password});
}

function namesOf({source, target}: BorrowPlan): {readonly database: string; readonly roles: readonly string[]} {
	const roles = [...source.roles.map(({name}) => name), source.scriptRole.name, target.apply.user];
	return {database: source.database.name, roles};
}

async function withServer<T>(server: ScratchServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
	try {
		const client = await openLease(server);
		try {
			return await work(client);
		} finally {
			await closePostgres(client);
		}
	} catch (error) {
		throw unusable(placeOf(server), server.user, error);
	}
}

/** A session that a lease may hang on: it outlasts the server's own limits, and goes soon when its worker is cut off. */
async function openLease(server: ScratchServer): Promise<pg.Client> {
	const client = await connectPostgres({...server, database: scratchDatabase}, leaseName);
	try {
		await client.query(
			`SET idle_session_timeout = 0; SET statement_timeout = 0; SET lock_timeout = 0; SET default_transaction_read_only = off;
			SET search_path = pg_catalog, pg_temp; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`,
		);
		return client;
	} catch (error) {
		await closePostgres(client);
		throw error;
	}
}

interface Taken {
	readonly server: ScratchServer;
	readonly client: pg.Client;
}

async function takeFirstFree({servers, waitMs, signal}: BorrowPlan): Promise<Taken> {
	const opened: Taken[] = [];
	let taken: Taken | undefined;
	try {
		for (const server of servers) opened.push({server, client: await openOne(server)});
		const giveUpAt = performance.now() + waitMs;
		for (;;) {
			taken = await firstFree(opened);
			if (taken !== undefined) return taken;
			if (signal.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
			if (performance.now() > giveUpAt) throw stillBusy(servers, waitMs);
			await delay(askEveryMs, undefined, {signal}).catch(() => undefined);
		}
	} finally {
		const others = opened.filter(({client}) => client !== taken?.client);
		await Promise.all(others.map(async ({client}) => await closePostgres(client)));
	}
}

async function openOne(server: ScratchServer): Promise<pg.Client> {
	return await openLease(server).catch((error: unknown) => {
		throw unusable(placeOf(server), server.user, error);
	});
}

async function firstFree(opened: readonly Taken[]): Promise<Taken | undefined> {
	for (const one of opened) {
		const free = await tryLock(one.client).catch((error: unknown) => {
			throw unusable(placeOf(one.server), one.server.user, error);
		});
		if (free) return one;
	}
	return undefined;
}

function stillBusy(servers: readonly ScratchServer[], waitMs: number): Failure {
	const names = servers.map(endpointOf).join(', ');
	return new Failure(
		'scratch-busy',
		`Other rehearsals have kept the scratch ${servers.length === 1 ? 'server' : 'servers'} ${names} for ${Math.round(waitMs / 1000)} s. It is tried again.`,
	);
}

function lend(plan: BorrowPlan, {server, client, facts}: Taken & {readonly facts: ServerFacts}): Cluster {
	const place = placeOf(server);
	const login = loginTo(server);
	const lost = new AbortController();
	client.once('end', () => lost.abort());
	const ask = oneAtATime();
	let removed: Promise<void> | undefined;
	return {
		tools: plan.tools,
		version: facts.version,
		place,
		confinement: plan.confinement,
		maintenance: scratchDatabase,
		directory: null,
		countsStatements: facts.countsStatements,
		login,
		size: async () => await ask(async () => await sizeOf(client, plan.source.database.name)),
		// On the session that holds the lock: where that is gone, nothing is removed. The next to come removes it.
		stop: async () =>
			await (removed ??= ask(async () => void (await removeMarked(client, facts.mark, login))).catch(ignore)),
		lent: {
			mark: facts.mark,
			tempFileBytes: plan.tempFileBytes,
			lost: lost.signal,
			confirm: async () => {
				if (!(await ask(async () => await holdsLock(client)).catch(() => false))) throw leaseLost({place});
			},
			giveBack: async () => await closePostgres(client),
		},
	};
}

function ignore(): void {
	// Said by the next rehearsal, which begins with removing it.
}

/** The driver takes one question after the other. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
	let before: Promise<unknown> = Promise.resolve();
	return async (work) => {
		const mine = before.then(work, work);
		before = mine;
		return await mine;
	};
}

async function sizeOf(client: pg.ClientBase, database: string): Promise<number> {
	try {
		const {rows} = await client.query<{bytes: number}>(
			'SELECT pg_catalog.pg_database_size(oid)::float8 AS bytes FROM pg_catalog.pg_database WHERE datname = $1',
			[database],
		);
		return rows[0]?.bytes ?? 0;
	} catch {
		// It is just going, or the session is: others tell of that.
		return 0;
	}
}
