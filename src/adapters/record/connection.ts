import pg from 'pg';

import {Failure} from '../../operations/ports/failure.ts';

export type Client = pg.PoolClient;

/** Connections to the record. An idle connection's error is told to `onError`: pg would else end the process. */
export function createPool(url: string, onError: (error: Error) => void): pg.Pool {
	const pool = new pg.Pool({
		connectionString: url,
		// A publisher holds one while it loads by another: more than the jobs that run at once.
		max: 20,
		connectionTimeoutMillis: 5_000,
		idleTimeoutMillis: 30_000,
		statement_timeout: 30_000,
		application_name: 'lockstep record',
	});
	pool.on('error', onError);
	return pool;
}

/** Runs `work` in one transaction; nothing of it stays when it throws. */
export async function transaction<T>(pool: pg.Pool, work: (client: Client) => Promise<T>): Promise<T> {
	const client = await connect(pool);
	let broken = false;
	try {
		await client.query('begin');
		const result = await work(client);
		await client.query('commit');
		return result;
	} catch (error) {
		broken = await rollbackFails(client);
		throw translate(error);
	} finally {
		client.release(broken);
	}
}

async function connect(pool: pg.Pool): Promise<Client> {
	try {
		return await pool.connect();
	} catch (error) {
		throw translate(error);
	}
}

async function rollbackFails(client: Client): Promise<boolean> {
	try {
		await client.query('rollback');
		return false;
	} catch {
		return true;
	}
}

/** One statement outside a transaction. */
export async function query(
	pool: pg.Pool,
	text: string,
	values: readonly unknown[],
): Promise<pg.QueryResult<Record<string, unknown>>> {
	try {
		return await pool.query(text, [...values]);
	} catch (error) {
		throw translate(error);
	}
}

/** Errors that say the record cannot be reached become a Failure; all others are bugs and stay what they are. */
export function translate(error: unknown): unknown {
	if (!isUnreachable(error)) return error;
	return new Failure(
		'record-unreachable',
		'Lockstep’s own database cannot be reached right now. Nothing was changed; try again in a moment.',
		{
			cause: error,
		},
	);
}

const unreachableCodes = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOTFOUND',
	'ETIMEDOUT',
	'EPIPE',
	'EHOSTUNREACH',
	'57P01',
	'57P02',
	'57P03',
	'53300',
]);

function isUnreachable(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
	// Class 08 is PostgreSQL's "connection exception"; pg itself reports a lost connection only by text.
	return (
		unreachableCodes.has(code) ||
		code.startsWith('08') ||
		/connection terminated|timeout exceeded when trying to connect/i.test(error.message)
	);
}
