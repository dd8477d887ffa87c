import {chmod, chown, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {SweptScratch} from '../../operations/ports/scratch.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {Account} from '../../platform/confinement.ts';
import {isAlive, ownIdentity, type ProcessIdentity, processesWorkingIn} from '../../platform/process-identity.ts';

/** One throw-away server's place on disk, and the note that says whose it is. */
export interface ScratchDirectory {
	readonly root: string;
	/** All that the server writes lies here: mode 0700, the server's account's. */
	readonly cluster: string;
	readonly data: string;
	readonly socket: string;
	/** Ends what still works in it, and removes it. Returns how many processes that were. */
	remove(): Promise<number>;
}

const namePrefix = 'lockstep-scratch-';
const ownerFile = 'owner.json';
/** A living owner touches its note this often. Milliseconds. */
const beatMs = 30_000;
/** An owner that cannot be looked at, on another machine or in another container, counts as gone after this silence. Milliseconds. */
const silenceMs = 15 * 60_000;
/** Names the socket, and is no port of the machine's: nothing listens there. */
export const socketPort = 1;
/** The kernel cuts longer names of sockets off (unix(7)). Bytes. */
const longestSocketName = 107;

/**
 * Makes a place for one server.
 *
 * @throws Failure scratch-unavailable
 */
export async function makeScratchDirectory(parent: string, account: Account | null): Promise<ScratchDirectory> {
	const root = await mkdtemp(path.join(await realpath(parent), namePrefix));
	try {
		// The note comes first: from now on a sweeper sees whose this is.
		await writeFile(path.join(root, ownerFile), JSON.stringify(await ownIdentity()), {mode: 0o600});
		// Others may pass through, and not list.
		await chmod(root, 0o711);
		const cluster = path.join(root, 'c');
		const socket = path.join(cluster, 's');
		if (Buffer.byteLength(`${socket}/.s.PGSQL.${socketPort}`) > longestSocketName) {
			throw new Failure(
				'scratch-unavailable',
				`${parent} is too long a path for a socket: give scratch a shorter one.`,
			);
		}
		for (const folder of [cluster, socket]) {
			await mkdir(folder, {mode: 0o700});
			if (account !== null) await chown(folder, account.uid, account.gid);
		}
		return keepAlive({root, cluster, socket, data: path.join(cluster, 'data'), remove: async () => await remove(root)});
	} catch (error) {
		await remove(root);
		throw error;
	}
}

/**
 * Makes a directory for a file that nobody but the worker may read: mode 0700, swept like a server's when the worker dies.
 *
 * @returns Its path, and what removes it with all that is in it.
 */
export async function makePrivateDirectory(
	parent: string,
): Promise<{readonly root: string; readonly remove: () => Promise<void>}> {
	const root = await mkdtemp(path.join(await realpath(parent), namePrefix));
	try {
		await writeFile(path.join(root, ownerFile), JSON.stringify(await ownIdentity()), {mode: 0o600});
	} catch (error) {
		await remove(root);
		throw error;
	}
	const beating = beat(root);
	return {
		root,
		remove: async () => {
			clearInterval(beating);
			await remove(root);
		},
	};
}

function beat(root: string): NodeJS.Timeout {
	const beating = setInterval(() => {
		const now = new Date();
		void utimes(path.join(root, ownerFile), now, now).catch(() => undefined);
	}, beatMs);
	return beating.unref();
}

function keepAlive(directory: ScratchDirectory): ScratchDirectory {
	const beating = beat(directory.root);
	return {
		...directory,
		remove: async () => {
			clearInterval(beating);
			return await directory.remove();
		},
	};
}

/** Removes what dead workers left, and ends the servers that still run there. What belongs to the living is left alone. */
export async function sweepScratch(parent: string): Promise<Omit<SweptScratch, 'servers'>> {
	const place = await realpath(parent).catch(() => parent);
	const names = await readdir(place).catch(() => []);
	const removed: string[] = [];
	let ended = 0;
	for (const name of names.filter((entry) => entry.startsWith(namePrefix))) {
		const root = path.join(place, name);
		if (!(await isLeftOver(root))) continue;
		ended += await remove(root);
		removed.push(root);
	}
	return {directories: removed, processes: ended};
}

async function isLeftOver(root: string): Promise<boolean> {
	const found = await stat(root).catch(() => null);
	// Another user's is not ours to judge.
	if (found === null || !found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) return false;
	const note = path.join(root, ownerFile);
	const written = await stat(note).catch(() => null);
	const owner = await ownerOf(note);
	// Without its note it may be anybody's.
	if (written === null || owner === null) return false;
	const alive = await isAlive(owner);
	return alive === false || (alive === 'unknown' && Date.now() - written.mtimeMs > silenceMs);
}

async function ownerOf(note: string): Promise<ProcessIdentity | null> {
	const text = await readFile(note, 'utf8').catch(() => '');
	const {pid, startedAt, world} = parse(text);
	if (typeof pid !== 'number' || typeof startedAt !== 'string' || typeof world !== 'string') return null;
	return {pid, startedAt, world};
}

function parse(text: string): Partial<Record<keyof ProcessIdentity, unknown>> {
	try {
		const read: unknown = JSON.parse(text);
		return typeof read === 'object' && read !== null ? read : {};
	} catch {
		return {};
	}
}

/** How often the processes in a directory are ended: a server's last word may start another one. */
const endingRounds = 50;

/** @returns How many processes it ended. */
async function remove(root: string): Promise<number> {
	const ended = new Set<number>();
	for (let round = 0; round < endingRounds; round++) {
		const working = await stillWorking(root);
		if (working.length === 0) break;
		for (const pid of working) {
			ended.add(pid);
			kill(pid);
		}
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	await rm(root, {recursive: true, force: true, maxRetries: 5, retryDelay: 50});
	return ended.size;
}

async function stillWorking(root: string): Promise<readonly number[]> {
	const owner = await stat(path.join(root, 'c')).catch(() => null);
	return owner === null ? [] : await processesWorkingIn(path.join(root, 'c'), owner.uid);
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}
