import {createServer, type Server} from 'node:http';
import type {TestProject} from 'vitest/node';
import {startPostgres, startRedis, type LocalPostgres, type LocalRedis} from '../../scripts/local-servers.ts';
import {createThrowAwayDirectory, removeThrowAwayDirectory} from '../../scripts/throw-away.ts';

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

/**
 * One PostgreSQL and one Redis for the whole run, started when the first test file asks: a run of domain tests alone
 * starts neither.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
	const runDirectory = createThrowAwayDirectory('tests');
	const servers = lazyServers();
	const desk = createServer((request, response) => {
		const answer = request.url === '/redis' ? servers.redis() : servers.postgres();
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
	redis(): Promise<RedisForTests>;
	stop(): Promise<void>;
} {
	let postgres: Promise<LocalPostgres> | undefined;
	let redis: Promise<LocalRedis> | undefined;
	let database = 0;
	return {
		async postgres() {
			postgres ??= startPostgres();
			const {host, port, superuser, password, binDirectory} = await postgres;
			return {host, port, superuser, password, binDirectory};
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

async function listen(server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no address');
	return `http://127.0.0.1:${address.port}`;
}
