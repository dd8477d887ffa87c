import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {
	startPostgres,
	startRedis,
	type LocalPostgres,
	type LocalRedis,
	type PostgresOptions,
	type RedisOptions,
} from '../../scripts/local-servers.ts';
import {ask} from './desk.ts';
import type {PostgresForTests, RecordForTests, RedisForTests} from './global-setup.ts';
import {atEndOfFile} from './leaks.ts';

export interface TestDatabase {
	readonly name: string;
	/** The superuser's connection URL. */
	readonly url: string;
	/** Drops the database; fails when a session is still open in it. Done at the end of the file if not before. */
	drop(): Promise<void>;
}

/** Sessions take a moment to go after their client has. */
const sessionGraceMs = 2000;

/** The run's PostgreSQL, started by the first test file that asks. */
export async function databaseServer(): Promise<PostgresForTests> {
	return ask<PostgresForTests>('postgres');
}

/** A connection URL to one of the run's databases: the superuser's, unless another login is given. */
export async function databaseUrl(
	name: string,
	login?: {readonly user: string; readonly password: string},
): Promise<string> {
	const {host, port, superuser, password} = await databaseServer();
	const {user, password: secret} = login ?? {user: superuser, password};
	return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@${host}:${port}/${encodeURIComponent(name)}`;
}

/** Makes a database for this test file, empty or as a copy of another one that nobody is connected to. */
export async function createDatabase(options: {readonly template?: string} = {}): Promise<TestDatabase> {
	const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`;
	await copyDatabase(options.template ?? 'template0', name);
	let dropped: Promise<void> | undefined;
	const drop = (): Promise<void> => (dropped ??= dropDatabase(name));
	atEndOfFile(drop);
	return {name, url: await databaseUrl(name), drop};
}

/** The name of a database with the record's schema and nothing in it, to copy: applying the schema takes four times as long. */
export async function recordTemplate(): Promise<string> {
	return (await ask<RecordForTests>('record')).template;
}

/** A Redis database of the run's server that is empty and nobody else's. Never FLUSHALL it: start an own one for that. */
export async function redisUrl(): Promise<string> {
	return (await ask<RedisForTests>('redis')).url;
}

/** A PostgreSQL of this file's own, for tests that take it down. Stopped at the end of the file. */
export async function ownPostgres(options: PostgresOptions = {}): Promise<LocalPostgres> {
	const server = await startPostgres(options);
	atEndOfFile(() => server.stop());
	return server;
}

/** A Redis of this file's own, for tests that empty it or take it down. Stopped at the end of the file. */
export async function ownRedis(options: RedisOptions = {}): Promise<LocalRedis> {
	const server = await startRedis(options);
	atEndOfFile(() => server.stop());
	return server;
}

async function copyDatabase(template: string, name: string): Promise<void> {
	strategy ??= fastestStrategy();
	await administer(`CREATE DATABASE "${name}" TEMPLATE "${template}" ${await strategy}`);
}

let strategy: Promise<string> | undefined;

/** From 15 on block by block through the log, unless told to copy files, which is half the work. */
async function fastestStrategy(): Promise<string> {
	const [server] = await administer('SHOW server_version_num');
	return Number(server?.['server_version_num']) >= 150_000 ? 'STRATEGY file_copy' : '';
}

async function dropDatabase(name: string): Promise<void> {
	const sessions = await sessionsLeftIn(name);
	await administer(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
	if (sessions.length > 0) {
		throw new Error(`sessions left open in ${name}:\n${sessions.join('\n')}`);
	}
}

async function sessionsLeftIn(name: string): Promise<string[]> {
	const deadline = Date.now() + sessionGraceMs;
	for (;;) {
		const rows = await administer(
			`SELECT format('%s %s %s', coalesce(nullif(application_name, ''), 'a client'), state, query) AS session
       FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend'`,
		);
		if (rows.length === 0 || Date.now() > deadline) {
			return rows.map((row) => String(row['session']));
		}
		await sleep(50);
	}
}

async function administer(sql: string): Promise<readonly Record<string, unknown>[]> {
	// Loaded here, so that a test file that needs no database does not pay for it.
	const {default: pg} = await import('pg');
	const client = new pg.Client({connectionString: await databaseUrl('postgres')});
	await client.connect();
	try {
		return (await client.query<Record<string, unknown>>(sql)).rows;
	} finally {
		await client.end();
	}
}
