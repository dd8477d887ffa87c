import {mkdir} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import path from 'node:path';
import type {TestProject} from 'vitest/node';
import {startPostgres, startRedis, type LocalPostgres, type LocalRedis} from '../../scripts/local-servers.ts';
import {createThrowAwayDirectory, removeThrowAwayDirectory} from '../../scripts/throw-away.ts';
import {buildProgram} from './built-program.ts';

declare module 'vitest' {
	interface ProvidedContext {
		/** Where test files ask for the run's servers. */
		readonly serversUrl: string;
		/** The directory below which the run keeps its files. */
		readonly runDirectory: string;
	}
}

/** What a test file is told about the run's PostgreSQL. */
export interface PostgresForTests {
	readonly host: string;
	readonly port: number;
	readonly superuser: string;
	readonly password: string;
	readonly binDirectory: string;
}

/** What a test file is told about the run's Redis: a database that nobody else was given. */
export interface RedisForTests {
	readonly url: string;
}

/** What a test file is told about the record: a database with its schema, to copy. */
export interface RecordForTests {
	readonly template: string;
}

/** What a test file is told about Lockstep as it is shipped. */
export interface ProgramForTests {
	/** The folder with `bin/lockstep`, built; it has no sources. */
	readonly place: string;
}

const recordTemplate = 'record_template';

/**
 * One PostgreSQL, one Redis and one build of the program for the whole run, made when the first test file asks: a run of
 * domain tests alone starts nothing.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
	const runDirectory = createThrowAwayDirectory('tests');
	const servers = lazyServers();
	const program = lazyProgram(path.join(runDirectory, 'program'));
	const answers: Readonly<Record<string, () => Promise<unknown>>> = {
		'/postgres': async () => await servers.postgres(),
		'/record': async () => await servers.record(),
		'/redis': async () => await servers.redis(),
		'/program': program,
	};
	const desk = createServer((request, response) => {
		const answer = answers[request.url ?? '']?.() ?? Promise.reject(new Error(`nobody gives out ${request.url}`));
		answer.then(
			(told) => response.end(JSON.stringify(told)),
			(error: unknown) => response.writeHead(500).end(String(error)),
		);
	});
	project.provide('serversUrl', await listen(desk));
	project.provide('runDirectory', runDirectory);
	return async () => {
		desk.close();
		desk.closeAllConnections();
		await servers.stop();
		removeThrowAwayDirectory(runDirectory);
	};
}

function lazyServers(): {
	postgres(): Promise<PostgresForTests>;
	record(): Promise<RecordForTests>;
	redis(): Promise<RedisForTests>;
	stop(): Promise<void>;
} {
	let postgres: Promise<LocalPostgres> | undefined;
	let record: Promise<void> | undefined;
	let redis: Promise<LocalRedis> | undefined;
	let database = 0;
	return {
		async postgres() {
			postgres ??= startPostgres();
			const {host, port, superuser, password, binDirectory} = await postgres;
			return {host, port, superuser, password, binDirectory};
		},
		async record() {
			postgres ??= startPostgres();
			record ??= createRecordTemplate(await postgres);
			await record;
			return {template: recordTemplate};
		},
		async redis() {
			redis ??= startRedis();
			return {url: (await redis).url(database++)};
		},
		async stop() {
			await Promise.all([postgres, redis].map(async (server) => (await server)?.stop()));
		},
	};
}

async function createRecordTemplate(postgres: LocalPostgres): Promise<void> {
	// Loaded here, so that a run that needs no record does not pay for it.
	const [{run}, {applySchema}] = await Promise.all([
		import('../../scripts/stage/shop-database.ts'),
		import('../../src/adapters/record/schema.ts'),
	]);
	await run(postgres, 'postgres', [`CREATE DATABASE ${recordTemplate}`]);
	await applySchema(postgres.url(recordTemplate));
}

function lazyProgram(place: string): () => Promise<ProgramForTests> {
	let built: Promise<void> | undefined;
	return async () => {
		built ??= mkdir(place).then(async () => await buildProgram(place));
		await built;
		return {place};
	};
}

async function listen(server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no address');
	return `http://127.0.0.1:${address.port}`;
}
