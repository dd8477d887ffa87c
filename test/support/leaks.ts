import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, inject} from 'vitest';

const graceMs = 3000;
/** Folders that libraries keep compiled sources in: Node's own, and that of node-pg-migrate's loader. */
const caches = new Set(['node-compile-cache', 'jiti']);

/** What a test file started with. */
interface Beginning {
	/** Its own temporary directory. */
	readonly directory: string;
	/** In the environment of every process that it starts. */
	readonly mark: string;
	readonly processes: ReadonlySet<number>;
}

/** Those of the file that runs now: a worker runs one file after the other, and this module is loaded once in it. */
const endings: (() => Promise<void>)[] = [];

// When vitest itself is killed, nobody tells its workers to end.
process.once('disconnect', () => process.exit(1));

/**
 * A test file that leaves a process running or a file in its temporary directory fails: what a test cannot tidy up,
 * the product could not either. Connections are looked after by databases.ts. Called before each file.
 */
export function watchForLeaks(): void {
	const environment = {...process.env};
	const directory = ownTemporaryDirectory();
	const mark = markProcesses(path.basename(directory));
	const beginning = {directory, mark, processes: new Set(descendants(process.pid))};
	// The first hook to be registered runs last, after the file's own tidying.
	afterAll(async () => {
		const problems: unknown[] = [];
		for (const ending of [...endings.splice(0).toReversed(), async () => await expectNothingLeft(beginning)]) {
			await ending().catch((error: unknown) => problems.push(error));
		}
		restoreEnvironment(environment);
		if (problems.length > 0) throw new Error(problems.map(String).join('\n'));
	});
}

/** Runs something after the file's last test and its hooks, before leaks are looked for. */
export function atEndOfFile(ending: () => Promise<void>): void {
	endings.push(ending);
}

async function expectNothingLeft(beginning: Beginning): Promise<void> {
	const {directory} = beginning;
	const processes = await leftRunning(beginning);
	for (const {pid} of processes) kill(pid);
	const files = leftOnDisk(directory);
	rmSync(directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 50});
	const leaks = [
		...processes.map(({pid, command}) => `process ${pid}: ${command}`),
		...files.map((file) => `file ${file}`),
	];
	if (leaks.length > 0) throw new Error(`this test file leaves behind:\n${leaks.join('\n')}`);
}

/** The file's tests, and every program they start, get a temporary directory of their own. */
function ownTemporaryDirectory(): string {
	const own = mkdtempSync(path.join(inject('runDirectory'), 'file-'));
	// PostgreSQL started by root runs as another user, who must be able to pass through.
	chmodSync(own, 0o711);
	shareCacheOfTsx(own);
	process.env['TMPDIR'] = own;
	return own;
}

/** What a file sets ends with it. */
function restoreEnvironment(environment: Readonly<NodeJS.ProcessEnv>): void {
	for (const name of Object.keys(process.env)) {
		if (!(name in environment)) Reflect.deleteProperty(process.env, name);
	}
	Object.assign(process.env, environment);
}

function markProcesses(value: string): string {
	const name = 'LOCKSTEP_TEST_FILE';
	process.env[name] = value;
	return `${name}=${value}`;
}

/** tsx keeps compiled sources below the temporary directory; without this each test file would compile them anew. */
function shareCacheOfTsx(own: string): void {
	const name = `tsx-${process.geteuid?.()}`;
	const shared = path.join(inject('runDirectory'), name);
	mkdirSync(shared, {recursive: true});
	symlinkSync(shared, path.join(own, name));
}

function leftOnDisk(directory: string): string[] {
	return readdirSync(directory).filter((name) => !name.startsWith('tsx-') && !caches.has(name));
}

/** A process that is just ending is given time to. */
async function leftRunning({mark, processes}: Beginning): Promise<{pid: number; command: string}[]> {
	const deadline = Date.now() + graceMs;
	for (;;) {
		const left = [...new Set([...descendants(process.pid), ...marked(mark)])].filter((pid) => !processes.has(pid));
		if (left.length === 0 || Date.now() > deadline) {
			return left.map((pid) => ({pid, command: commandOf(pid)}));
		}
		await sleep(50);
	}
}

/** Children, and their children. */
function descendants(root: number): number[] {
	const parents = new Map(allProcesses().map((pid) => [pid, parentOf(pid)]));
	const found: number[] = [];
	let generation = [root];
	while (generation.length > 0) {
		const parentsNow = generation;
		generation = [...parents]
			.filter(([, parent]) => parent !== undefined && parentsNow.includes(parent))
			.map(([pid]) => pid);
		found.push(...generation);
	}
	return found;
}

/** Processes that have lost their parent still carry the environment they were started with. */
function marked(mark: string): number[] {
	return allProcesses().filter(
		(pid) => pid !== process.pid && read(pid, 'environ').split('\0').includes(mark) && parentOf(pid) !== undefined,
	);
}

function allProcesses(): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

/** undefined when the process has ended, if only as a zombie. */
function parentOf(pid: number): number | undefined {
	const [state, parent] = read(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
	return state === undefined || state === '' || state === 'Z' || state === 'X' ? undefined : Number(parent);
}

function commandOf(pid: number): string {
	return read(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

function read(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return '';
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}
