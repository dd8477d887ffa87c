import {type ChildProcess, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {lstat, open, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {Failure} from '../../operations/ports/failure.ts';
import {runChild} from '../../platform/child-process.ts';
import type {Confinement} from '../../platform/confinement.ts';
import {openNamelessFile} from '../../platform/nameless-file.ts';
import type {PostgresLogin} from '../../platform/postgres-connection.ts';
import type {PostgresServerTools, PostgresTools} from '../../platform/postgres-tools.ts';
import {makeScratchDirectory, type ScratchDirectory, socketPort} from './directory.ts';

export interface ClusterPlan {
	readonly tools: PostgresServerTools;
	readonly confinement: Confinement;
	/** Where its directory is made. */
	readonly parent: string;
	/** Bytes of sorts and hashes on disk that one of its processes may have. */
	readonly tempFileBytes: number;
	/** It writes down, nested ones too, what statements ran; only where its distribution has the extension. */
	readonly countsStatements: boolean;
	/** Settings besides the usual ones, or in their place. */
	readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL server for SQL that nobody has approved: made for it and thrown away, or lent for the time being. */
export interface Cluster {
	/** Client programs that fit it. */
	readonly tools: PostgresTools;
	/** `15.18` */
	readonly version: string;
	/** As sentences call it: `this worker`, or `the scratch server db:5432`. */
	readonly place: string;
	/** Of psql and pg_restore, and of the server where it is thrown away. */
	readonly confinement: Confinement;
	/** A database beside the copy. */
	readonly maintenance: string;
	readonly countsStatements: boolean;
	/** Of its files on this machine: the working directory of programs that run as its account; null where they are elsewhere. */
	readonly directory: string | null;
	/** Null where everything goes with the server. */
	readonly lent: Lent | null;
	/** Without a user, the superuser's: a name that is nobody's on the target, whose own `postgres` is an ordinary role here. */
	login(database: string, user?: {readonly user: string; readonly password: string}): PostgresLogin;
	/** Bytes on disk. Never throws. */
	size(): Promise<number>;
	/** Ends at once whatever runs there, and removes what was made. May be called twice. */
	stop(): Promise<void>;
}

/** What a server that stays asks of whoever uses it. */
export interface Lent {
	/** A comment on every role that is made there: what does not bear it, or belong to one that does, is never removed. */
	readonly mark: string;
	/** Of sorts and hashes, on disk, for one of the script's processes. */
	readonly tempFileBytes: number;
	/** Aborts when the lease has ended: somebody else may work there now. */
	readonly lost: AbortSignal;
	/**
	 * Asks the server whether the lease still holds.
	 *
	 * @throws Failure scratch-busy
	 */
	confirm(): Promise<void>;
	/** Ends the lease. Never throws. */
	giveBack(): Promise<void>;
}

/** Nothing of it is kept, and nothing but its socket leads to it. */
export interface ThrowAwayCluster extends Cluster {
	readonly directory: string;
	/** The end of what it said. */
	log(): Promise<string>;
}

const startWithinMs = 30_000;
/** A server told to quit ends its children itself; after this it is killed, and they with it. Milliseconds. */
const quitWithinMs = 5000;

/**
 * Makes a cluster and starts it: 0.5 s. To copy a prepared one would cost as much: it is the thousand files that do.
 *
 * @throws Failure scratch-unavailable
 */
export async function startCluster(plan: ClusterPlan): Promise<ThrowAwayCluster> {
	const directory = await makeScratchDirectory(plan.parent, plan.confinement.account);
	const superuser = {
		user: `lockstep_${randomBytes(6).toString('hex')}`,
		password: randomBytes(24).toString('base64url'),
	};
	try {
		await initialise(plan, directory, superuser);
		const child = await launch(plan, directory);
		const stop = once(async () => await stopServer(child, directory));
		await untilReady(child, directory).catch(async (error: unknown) => {
			await stop();
			throw error;
		});
		return {
			tools: plan.tools,
			version: plan.tools.version,
			place: 'this worker',
			confinement: plan.confinement,
			maintenance: 'template1',
			countsStatements: plan.countsStatements,
			lent: null,
			directory: directory.cluster,
			login: (database, user = superuser) => ({host: directory.socket, port: socketPort, database, ssl: null, ...user}),
			size: async () => await sizeOf(directory.root),
			log: async () => await readLog(directory),
			stop,
		};
	} catch (error) {
		await directory.remove();
		throw error;
	}
}

interface Superuser {
	readonly user: string;
	readonly password: string;
}

async function initialise(plan: ClusterPlan, directory: ScratchDirectory, superuser: Superuser): Promise<void> {
	const {account} = plan.confinement;
	const password = await openNamelessFile(superuser.password);
	try {
		if (account !== null) await password.chown(account.uid, account.gid);
		const result = await runConfined(plan.confinement, {
			file: plan.tools.initdb,
			args: [
				`--pgdata=${directory.data}`,
				`--username=${superuser.user}`,
				'--pwfile=/dev/fd/3',
				// Whoever reaches the socket still needs a password: a script's role must not become the superuser by it.
				'--auth=scram-sha-256',
				'--encoding=UTF8',
				'--locale=C',
				'--no-sync',
				'--no-instructions',
			],
			files: [password],
		});
		if (result.exitCode === 0) return;
		const said = result.startError ?? result.stderr.trim().split('\n').at(-1) ?? '';
		throw new Failure('scratch-unavailable', `A throw-away server could not be made in ${directory.root}: ${said}`);
	} finally {
		await password.close();
	}
}

/** Runs a program as the server runs: as its account, without network, with nothing in its environment. */
export async function runConfined(
	confinement: Confinement,
	command: Omit<Parameters<typeof runChild>[0], 'env'> & {readonly env?: Readonly<Record<string, string>>},
): ReturnType<typeof runChild> {
	const [file, ...before] = [...confinement.prefix('KILL'), command.file];
	return await runChild({
		workingDirectory: '/',
		...command,
		env: command.env ?? {},
		file: file ?? command.file,
		args: [...before, ...command.args],
	});
}

async function launch(plan: ClusterPlan, directory: ScratchDirectory): Promise<ChildProcess> {
	const log = await open(logFile(directory), 'a', 0o600);
	try {
		const settings = Object.entries(settingsOf(plan, directory)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		const [file = '', ...args] = [
			// Quitting, the server ends its own children, which a plain kill would leave behind.
			...plan.confinement.prefix('QUIT'),
			plan.tools.postgres,
			'-D',
			directory.data,
			...settings,
		];
		const child = spawn(file, args, {
			cwd: '/',
			env: {LC_ALL: 'C.UTF-8'},
			stdio: ['ignore', log.fd, log.fd],
			// The keyboard's Ctrl-C is for the worker.
			detached: true,
		});
		child.on('error', () => undefined);
		return child;
	} finally {
		await log.close();
	}
}

/** The server refuses a greater integer as a setting. */
const greatestSetting = 2 ** 31 - 1;

/** @see https://www.postgresql.org/docs/current/non-durability.html */
function settingsOf(plan: ClusterPlan, {socket}: ScratchDirectory): Readonly<Record<string, string>> {
	return {
		listen_addresses: '',
		port: String(socketPort),
		unix_socket_directories: socket,
		unix_socket_permissions: '0700',
		fsync: 'off',
		synchronous_commit: 'off',
		full_page_writes: 'off',
		wal_level: 'minimal',
		max_wal_senders: '0',
		max_wal_size: '128MB',
		shared_buffers: '64MB',
		max_connections: '20',
		// A script may hold a lock on every table of a large schema.
		max_locks_per_transaction: '2048',
		autovacuum: 'off',
		jit: 'off',
		temp_file_limit: `${Math.min(Math.ceil(plan.tempFileBytes / 1024), greatestSetting)}kB`,
		// What a script says goes to its psql; only a server that cannot start is of interest here.
		log_min_messages: 'fatal',
		log_min_error_statement: 'panic',
		...(plan.countsStatements
			? {
					shared_preload_libraries: 'pg_stat_statements',
					'pg_stat_statements.track': 'all',
					'pg_stat_statements.track_utility': 'on',
					'pg_stat_statements.save': 'off',
				}
			: {}),
		...plan.settings,
	};
}

async function untilReady(child: ChildProcess, directory: ScratchDirectory): Promise<void> {
	const giveUpAt = performance.now() + startWithinMs;
	while (!(await isReady(directory))) {
		if (hasEnded(child) || child.pid === undefined) {
			throw new Failure(
				'scratch-unavailable',
				`A throw-away server did not start: ${lastLine(await readLog(directory))}`,
			);
		}
		if (performance.now() > giveUpAt) {
			throw new Failure('scratch-unavailable', `A throw-away server was not ready after ${startWithinMs / 1000} s.`);
		}
		await delay(10);
	}
}

/** The server writes its state into the eighth line of postmaster.pid (PostgreSQL documentation, "Database File Layout"). */
async function isReady({data}: ScratchDirectory): Promise<boolean> {
	const text = await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '');
	return text.split('\n')[7]?.trim() === 'ready';
}

async function stopServer(child: ChildProcess, directory: ScratchDirectory): Promise<void> {
	if (!hasEnded(child) && child.pid !== undefined) {
		const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
		const giveUp = new AbortController();
		child.kill('SIGQUIT');
		const late = delay(quitWithinMs, undefined, {signal: giveUp.signal}).catch(() => undefined);
		await Promise.race([ended, late]);
		giveUp.abort();
		if (!hasEnded(child)) {
			child.kill('SIGKILL');
			await ended;
		}
	}
	await directory.remove();
}

function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}

function logFile({root}: ScratchDirectory): string {
	return path.join(root, 'server.log');
}

/** More is of no use to whoever reads why a server ended. Characters. */
const keptLog = 4000;

async function readLog(directory: ScratchDirectory): Promise<string> {
	return (await readFile(logFile(directory), 'utf8').catch(() => '')).slice(-keptLog);
}

function lastLine(text: string): string {
	return text.trim().split('\n').at(-1) ?? '';
}

async function sizeOf(folder: string): Promise<number> {
	const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
	const sizes = await Promise.all(
		entries.map(async (entry) => {
			const place = path.join(folder, entry.name);
			if (entry.isDirectory()) return await sizeOf(place);
			const found = await lstat(place).catch(() => null);
			// What is allotted, not what a sparse file says of itself.
			return found === null ? 0 : found.blocks * 512;
		}),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}

function once(work: () => Promise<void>): () => Promise<void> {
	let done: Promise<void> | undefined;
	return async () => await (done ??= work());
}
