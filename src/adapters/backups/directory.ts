import {randomUUID} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {access, constants, link, mkdir, open, readdir, readFile, rename, rm, statfs} from 'node:fs/promises';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {Failure} from '../../operations/ports/failure.ts';
import {backupName, type BackupStorage, namesTried, type NewBackup, type UnpublishedBackup} from './storage.ts';

const chunkBytes = 1024 * 1024;

/** Backups as files in a directory that the worker can write; many workers may share it. */
export function createDirectoryStorage(directory: string): BackupStorage {
	return {
		place: directory,
		check: async (bytes) => await translated(directory, async () => await requireRoom(directory, bytes)),
		sweep: async (requestNumber) => await translated(directory, async () => await sweep(directory, requestNumber)),
		begin: async (backup) => await translated(directory, async () => await begin(directory, backup)),
		read: async (file) => await openToRead(file),
		manifest: async (file) =>
			await readFile(manifestOf(file), 'utf8').catch((error: unknown) => {
				if (codeOf(error) === 'ENOENT') return null;
				throw error;
			}),
		remove: async (file) =>
			await translated(directory, async () => {
				await requireThere(directory);
				await rm(file, {force: true});
				await rm(manifestOf(file), {force: true});
			}),
		fetching: (file) => ({command: null, file}),
	};
}

async function openToRead(file: string): Promise<Readable> {
	await requireThere(path.dirname(file));
	const opened = await open(file, 'r').catch((error: unknown) => {
		throw new Failure('backup-unreadable', `The backup ${file} cannot be opened (${codeOf(error)}).`, {cause: error});
	});
	return opened.createReadStream({highWaterMark: chunkBytes});
}

/** Where the whole directory is not there, this is not the machine that has it: that says nothing of the backup. */
async function requireThere(directory: string): Promise<void> {
	if (await isThere(directory)) return;
	throw new Failure('backup-failed', `The backup directory ${directory} is not there. Is it mounted on this machine?`);
}

async function begin(directory: string, backup: NewBackup): Promise<UnpublishedBackup> {
	const partial = path.join(directory, `.MR-${backup.requestNumber}.${randomUUID()}.partial`);
	await (await open(partial, 'wx', 0o600)).close();
	const within = async <T>(work: () => Promise<T>): Promise<T> => await translated(directory, work);
	return {
		write: async (content, signal) =>
			await within(async () => {
				await writeToDisk(partial, content, signal);
			}),
		read: async () => await Promise.resolve(createReadStream(partial, {highWaterMark: chunkBytes})),
		publish: async (manifest) => await within(async () => await publish(directory, backup, {partial, manifest})),
		discard: async () => {
			await rm(partial, {force: true});
			await rm(manifestOf(partial), {force: true});
		},
	};
}

/** Removes what killed workers left of the same request: dumps without their name, manifests without their dump. */
async function sweep(directory: string, requestNumber: number): Promise<void> {
	await makeDirectory(directory);
	const names = new Set(await readdir(directory));
	const partial = new RegExp(`^\\.MR-${requestNumber}\\.[0-9a-f-]+\\.partial(\\.json)?$`);
	const manifest = new RegExp(`^pre-migration-\\d{8}T\\d{6}Z-MR-${requestNumber}\\.dump(\\.age)?\\.json$`);
	const left = [...names].filter(
		(name) => partial.test(name) || (manifest.test(name) && !names.has(name.slice(0, -'.json'.length))),
	);
	await Promise.all(left.map(async (name) => await rm(path.join(directory, name), {force: true})));
}

function manifestOf(file: string): string {
	return `${file}.json`;
}

/**
 * Gives the dump its name, the manifest first: a dump that has its name is complete and has its manifest. Nothing is
 * ever overwritten: where the name of this second is taken, the next second's is.
 */
async function publish(
	directory: string,
	backup: NewBackup,
	{partial, manifest}: {readonly partial: string; readonly manifest: (path: string) => string},
): Promise<string> {
	for (let second = 0; second < namesTried; second++) {
		const file = path.join(directory, backupName(backup, second));
		await writeSynced(manifestOf(partial), manifest(file));
		if (!(await nameUnlessTaken(manifestOf(partial), manifestOf(file)))) continue;
		if (await nameUnlessTaken(partial, file)) {
			await syncToDisk(directory);
			return file;
		}
		await rm(manifestOf(file), {force: true});
	}
	throw new Failure('backup-failed', `The names of the next ${namesTried} seconds are taken in ${directory}.`);
}

/** So much may wait for the disk while more comes: the last wait is short, and the disk works meanwhile. */
const unsyncedBytes = 32 * 1024 * 1024;

/** Writes a file that is there, and waits until all of it is on the disk. */
async function writeToDisk(file: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
	const opened = await open(file, 'r+');
	let unsynced = 0;
	let syncing = Promise.resolve();
	try {
		for await (const piece of content) {
			signal.throwIfAborted();
			await opened.writeFile(piece);
			unsynced += piece.length;
			if (unsynced < unsyncedBytes) continue;
			await syncing;
			unsynced = 0;
			syncing = opened.datasync();
			// Thrown by the next wait for it.
			syncing.catch(() => undefined);
		}
		await syncing;
		await opened.sync();
	} finally {
		await syncing.catch(() => undefined);
		await opened.close();
	}
}

/** Waits until a file, or a directory's list of names, is on the disk. */
async function syncToDisk(place: string): Promise<void> {
	const opened = await open(place, 'r');
	try {
		await opened.sync();
	} finally {
		await opened.close();
	}
}

async function writeSynced(file: string, text: string): Promise<void> {
	const opened = await open(file, 'w', 0o600);
	try {
		await opened.writeFile(text);
		await opened.sync();
	} finally {
		await opened.close();
	}
}

/** A second name by link(2) is refused where the name is taken, which rename(2) would silently replace. */
async function nameUnlessTaken(file: string, name: string): Promise<boolean> {
	try {
		await link(file, name);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		if (!withoutLinks.has(codeOf(error))) throw error;
		return await renameUnlessTaken(file, name);
	}
}

/** What file systems without hard links answer: some network shares, FAT. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function renameUnlessTaken(file: string, name: string): Promise<boolean> {
	const isTaken = await access(name).then(
		() => true,
		() => false,
	);
	if (isTaken) return false;
	await rename(file, name);
	return true;
}

/** Step by step: below a folder where nothing can be made, such as /proc, Node's own recursive mkdir never returns. */
async function makeDirectory(directory: string): Promise<void> {
	try {
		await mkdir(directory, {mode: 0o700});
	} catch (error) {
		const code = codeOf(error);
		if (code === 'EEXIST') return;
		const parent = path.dirname(directory);
		if (code !== 'ENOENT' || (await isThere(parent))) throw error;
		await makeDirectory(parent);
		await makeDirectory(directory);
	}
}

async function isThere(file: string): Promise<boolean> {
	return await access(file).then(
		() => true,
		() => false,
	);
}

/** A directory that can be written, with room for a dump as large as the database: it never needs more. */
async function requireRoom(directory: string, bytes: number): Promise<void> {
	await makeDirectory(directory);
	await access(directory, constants.W_OK | constants.X_OK);
	const {bavail, bsize} = await statfs(directory);
	const free = bavail * bsize;
	if (free >= bytes) return;
	throw new Failure(
		'disk-full',
		`${directory} has ${megabytes(free)} MB free; a backup of the target may need ${megabytes(bytes)} MB. Make room first.`,
	);
}

function megabytes(bytes: number): string {
	return String(Math.ceil(bytes / 1_000_000));
}

/** Translates what the file system refuses. */
async function translated<T>(directory: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const code = codeOf(error);
		if (error instanceof Failure || code === '') throw error;
		if (code === 'ENOSPC' || code === 'EDQUOT') {
			throw new Failure('disk-full', `There is no room left in the backup directory ${directory}.`, {cause: error});
		}
		throw new Failure(
			'backup-failed',
			`The backup directory ${directory} cannot be used (${code}): check that it exists and that the worker may write it.`,
			{cause: error},
		);
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
