import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {accessSync, chownSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {
	createThrowAwayDirectory,
	removeThrowAwayDirectory,
	startThrowAwayProcess,
	type ThrowAwayProcess,
} from './throw-away.ts';

/** A server with a free port and a temporary directory, gone when this process ends. */
export interface LocalServer {
	readonly host: string;
	readonly port: number;
	/** The server's own temporary directory. */
	readonly directory: string;
	/** The server's process id; of the last one while it is down. */
	pid(): number;
	/** Takes the server down as a crash would, and keeps its port and its files. */
	crash(): Promise<void>;
	/** Brings it back after `crash`, on the same port. */
	restart(): Promise<void>;
	/** Ends the server and removes its directory. May be called twice. */
	stop(): Promise<void>;
}

export interface Login {
	readonly user: string;
	readonly password: string;
}

export interface LocalPostgres extends LocalServer {
	/** The folder with this server's own psql, pg_dump and the like. */
	readonly binDirectory: string;
	readonly superuser: string;
	readonly password: string;
	/** A connection URL: the superuser's, unless another login is given. */
	url(database: string, login?: Login): string;
}

export interface LocalRedis extends LocalServer {
	url(database?: number): string;
}

export interface PostgresOptions {
	readonly binDirectory?: string;
	/** postgresql.conf settings, over those of a server that may lose its data. */
	readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

export interface RedisOptions {
	readonly program?: string;
	/** Further configuration, as `{ maxmemory: '10mb' }`. */
	readonly settings?: Readonly<Record<string, string | number>>;
}

const host = '127.0.0.1';
const startTimeoutMs = 30_000;
const portAttempts = 5;

/** A Unix socket's path is cut off by the kernel above 107 bytes. */
const longestSocketPath = 107;

const disposablePostgres = {
	fsync: false,
	synchronous_commit: false,
	full_page_writes: false,
	jit: false,
	shared_buffers: '64MB',
	max_connections: 200,
	timezone: 'UTC',
	log_timezone: 'UTC',
};

/**
 * Makes a PostgreSQL cluster and starts it: passwords over TCP on 127.0.0.1, nothing kept.
 *
 * @throws when PostgreSQL is not there or does not start, with the end of its log
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<LocalPostgres> {
	const binDirectory = options.binDirectory ?? findPostgres();
	const directory = createThrowAwayDirectory('pg');
	const login = {user: 'postgres', password: randomBytes(18).toString('base64url')};
	const account = serverAccount();
	try {
		if (account) chownSync(directory, account.uid, account.gid);
		initialiseCluster({binDirectory, directory, login, account});
	} catch (error) {
		removeThrowAwayDirectory(directory);
		throw error;
	}
	const settings = {...disposablePostgres, ...options.settings};
	const server = await startServer({
		directory,
		launch: (port) =>
			startThrowAwayProcess({
				program: path.join(binDirectory, 'postgres'),
				args: ['-D', dataDirectory(directory), ...postgresArguments(directory, port, settings)],
				directory,
				logFile: path.join(directory, 'server.log'),
				// Asks for an immediate shutdown: the server ends its own children, which SIGKILL would leave behind.
				deathSignal: 'SIGQUIT',
				environment: postgresEnvironment(),
				account,
			}),
		isReady: () => isPostgresReady(directory),
	});
	return {
		...server,
		binDirectory,
		superuser: login.user,
		password: login.password,
		url: (database, {user, password} = login) =>
			`postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${server.port}/${encodeURIComponent(database)}`,
	};
}

/**
 * Starts a Redis that keeps nothing on disk.
 *
 * @throws when Redis is not there or does not start, with the end of its log
 */
export async function startRedis(options: RedisOptions = {}): Promise<LocalRedis> {
	const program = options.program ?? findRedis();
	const directory = createThrowAwayDirectory('redis');
	const settings = {save: '', appendonly: 'no', databases: 1024, ...options.settings};
	const server = await startServer({
		directory,
		launch: (port) =>
			startThrowAwayProcess({
				program,
				args: [
					'--bind',
					host,
					'--port',
					String(port),
					'--dir',
					directory,
					...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
				],
				directory,
				logFile: path.join(directory, 'server.log'),
				deathSignal: 'SIGKILL',
			}),
		isReady: answersPing,
	});
	return {...server, url: (database = 0) => `redis://${host}:${server.port}/${database}`};
}

/** A TCP port of 127.0.0.1 that is free now. Nothing holds it: whoever uses it must be ready to find it taken. */
export async function freePort(): Promise<number> {
	const server = createServer();
	const port = await new Promise<number>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, host, () => {
			const address = server.address();
			if (address !== null && typeof address === 'object') resolve(address.port);
		});
	});
	await new Promise((resolve) => server.close(resolve));
	return port;
}

interface ServerPlan {
	readonly directory: string;
	readonly launch: (port: number) => ThrowAwayProcess;
	readonly isReady: (port: number) => boolean | Promise<boolean>;
}

async function startServer(plan: ServerPlan): Promise<LocalServer> {
	let {port, running} = await startOnFreePort(plan);
	return {
		host,
		port,
		directory: plan.directory,
		pid: () => running.pid,
		crash: () => running.end(),
		async restart() {
			running = plan.launch(port);
			await waitUntilReady(plan, port, running);
		},
		async stop() {
			if (!running.hasEnded()) await running.end();
			removeThrowAwayDirectory(plan.directory);
		},
	};
}

async function startOnFreePort(plan: ServerPlan): Promise<{port: number; running: ThrowAwayProcess}> {
	for (let attempt = 1; ; attempt++) {
		const port = await freePort();
		const running = plan.launch(port);
		try {
			await waitUntilReady(plan, port, running);
			return {port, running};
		} catch (error) {
			if (!running.hasEnded()) await running.end();
			const taken = /address already in use/i.test(readLog(plan.directory));
			if (taken && attempt < portAttempts) continue;
			removeThrowAwayDirectory(plan.directory);
			throw error;
		}
	}
}

async function waitUntilReady(plan: ServerPlan, port: number, running: ThrowAwayProcess): Promise<void> {
	const deadline = Date.now() + startTimeoutMs;
	while (!(await plan.isReady(port))) {
		if (running.hasEnded()) {
			throw new Error(`a throw-away server ended at once:\n${readLog(plan.directory)}`);
		}
		if (Date.now() > deadline) {
			throw new Error(`a throw-away server was not ready after ${startTimeoutMs} ms:\n${readLog(plan.directory)}`);
		}
		await sleep(10);
	}
}

function readLog(directory: string): string {
	return readFileSync(path.join(directory, 'server.log'), 'utf8').slice(-4000);
}

interface ClusterPlan {
	readonly binDirectory: string;
	readonly directory: string;
	readonly login: Login;
	readonly account: Account | undefined;
}

function initialiseCluster({binDirectory, directory, login, account}: ClusterPlan): void {
	const passwordFile = path.join(directory, 'password');
	writeFileSync(passwordFile, login.password, {mode: 0o600});
	if (account) chownSync(passwordFile, account.uid, account.gid);
	mkdirSync(dataDirectory(directory), {mode: 0o700});
	if (account) chownSync(dataDirectory(directory), account.uid, account.gid);
	const {status, stderr, error} = spawnSync(
		path.join(binDirectory, 'initdb'),
		[
			`--pgdata=${dataDirectory(directory)}`,
			`--username=${login.user}`,
			`--pwfile=${passwordFile}`,
			'--auth=scram-sha-256',
			'--encoding=UTF8',
			'--locale=C.UTF-8',
			'--no-sync',
		],
		{...account, cwd: directory, env: postgresEnvironment(), encoding: 'utf8'},
	);
	if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`);
}

function dataDirectory(directory: string): string {
	return path.join(directory, 'data');
}

function postgresArguments(
	directory: string,
	port: number,
	settings: Readonly<Record<string, string | number | boolean>>,
): string[] {
	const socketFits = `${directory}/.s.PGSQL.${port}.lock`.length <= longestSocketPath;
	const all = {
		listen_addresses: host,
		port,
		unix_socket_directories: socketFits ? directory : '',
		...settings,
	};
	return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The caller's PGHOST, PGOPTIONS and the like are meant for other servers. */
function postgresEnvironment(): NodeJS.ProcessEnv {
	const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
	return {...Object.fromEntries(others), LC_ALL: 'C.UTF-8'};
}

/** The server writes its state into the eighth line of postmaster.pid (PostgreSQL documentation, "Database File Layout"). */
function isPostgresReady(directory: string): boolean {
	try {
		const lines = readFileSync(path.join(dataDirectory(directory), 'postmaster.pid'), 'utf8').split('\n');
		return lines[7]?.trim() === 'ready';
	} catch {
		return false;
	}
}

function answersPing(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, host, () => socket.write('PING\r\n'));
		socket.once('data', (answer) => {
			socket.destroy();
			resolve(answer.toString().startsWith('+PONG'));
		});
		socket.once('error', () => resolve(false));
	});
}

interface Account {
	readonly uid: number;
	readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as postgres, or as nobody. */
export function serverAccount(): Account | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const accounts = readFileSync('/etc/passwd', 'utf8')
		.split('\n')
		.map((line) => line.split(':'));
	for (const name of ['postgres', 'nobody']) {
		const account = accounts.find((fields) => fields[0] === name);
		if (account) return {uid: Number(account[2]), gid: Number(account[3])};
	}
	throw new Error('PostgreSQL refuses to run as root, and this machine has no user postgres or nobody');
}

function findPostgres(): string {
	const told = process.env['LOCKSTEP_POSTGRES_BIN'];
	const found = [...(told ? [told] : []), ...debianFolders()].find((bin) => isProgram(path.join(bin, 'postgres')));
	if (found === undefined) {
		throw new Error(`PostgreSQL's server was not found. ${useNpmTest('LOCKSTEP_POSTGRES_BIN')}`);
	}
	return found;
}

function debianFolders(): string[] {
	const root = '/usr/lib/postgresql';
	try {
		const majors = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
		return majors.map((major) => path.join(root, major, 'bin'));
	} catch {
		return [];
	}
}

function findRedis(): string {
	const told = process.env['LOCKSTEP_REDIS_SERVER'];
	const places = [...(told ? [told] : []), '/usr/bin/redis-server', '/usr/local/bin/redis-server'];
	const found = places.find(isProgram);
	if (found === undefined) {
		throw new Error(`redis-server was not found. ${useNpmTest('LOCKSTEP_REDIS_SERVER')}`);
	}
	return found;
}

function useNpmTest(variable: string): string {
	return `Run this through \`npm test\` or \`npm run demo\`, which find or fetch it, or set ${variable}.`;
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
