import type pg from 'pg';
import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import {
	closePostgres,
	connectPostgres,
	faultOf,
	type PostgresFaultKind,
	type PostgresLogin,
} from '../../platform/postgres-connection.ts';

/** One target as a rehearsal knows it. */
export interface CopiedTarget extends Omit<PostgresLogin, 'user' | 'password'> {
	readonly name: string;
	/** Who applies: whose settings and rights count. */
	readonly apply: Credentials;
	/** Who may read everything: pg_dump's. */
	readonly backup: Credentials;
}

export interface Credentials {
	readonly user: string;
	readonly password: string;
}

/** What pg_stat_activity shows of the sessions. */
export const sessionName = 'lockstep rehearsal';

export function loginOf(target: CopiedTarget, as: 'apply' | 'backup'): PostgresLogin {
	const {host, port, database, ssl, connectTimeoutMs} = target;
	return {host, port, database, ssl, connectTimeoutMs, ...target[as]};
}

const codes: Readonly<Record<PostgresFaultKind, FailureCode>> = {
	unreachable: 'target-unreachable',
	'login-failed': 'target-login-failed',
	permission: 'target-permission',
	busy: 'target-busy',
	'disk-full': 'disk-full',
	other: 'target-failed',
};

/**
 * Lends a read-only transaction on the target.
 *
 * @throws Failure
 */
export async function withTarget<T>(login: PostgresLogin, work: (client: pg.Client) => Promise<T>): Promise<T> {
	try {
		return await withSession(login, async (client) => {
			await client.query('BEGIN READ ONLY; SET LOCAL statement_timeout = 30000; SET LOCAL lock_timeout = 2000');
			const result = await work(client);
			await client.query('COMMIT');
			return result;
		});
	} catch (error) {
		throw targetFailure(error, login);
	}
}

/** What a target's server or the way to it refused, in words; failures and bugs pass as they are. */
export function targetFailure(error: unknown, login: PostgresLogin): unknown {
	if (error instanceof Failure || error instanceof TypeError) return error;
	const fault = faultOf(error, login);
	return new Failure(codes[fault.kind], fault.sentence, {cause: error});
}

/** Lends a session on the throw-away server. What it refuses comes as the driver says it. */
export async function withSession<T>(login: PostgresLogin, work: (client: pg.Client) => Promise<T>): Promise<T> {
	const client = await connectPostgres(login, sessionName);
	try {
		return await work(client);
	} finally {
		await closePostgres(client);
	}
}

/** The row of a query that always answers with one. */
export function onlyRow<Row>(rows: readonly Row[]): Row {
	const [row] = rows;
	if (row === undefined) throw new TypeError('A query that always answers with a row answered with none.');
	return row;
}

/** The first line of what the server, or the driver, said. */
export function saidBy(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
