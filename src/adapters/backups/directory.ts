import {randomUUID} from 'node:crypto';
import {access, constants, link, mkdir, open, readdir, rename, rm, statfs} from 'node:fs/promises';
import path from 'node:path';
import type {Backups, TakeBackup, TakenBackup} from '../../operations/ports/backups.ts';
import {Failure} from '../../operations/ports/failure.ts';
import {type BackupTarget, readServer} from './connection.ts';
import {writeDump} from './dump.ts';
import {manifestText, restoreCommand, type TakenDump} from './manifest.ts';
import {cancelled, readBack, syncToDisk} from './read-back.ts';
import {requireDumpTools} from './tools.ts';

export interface BackupsSettings {
	readonly targets: readonly BackupTarget[];
	/** Folders with PostgreSQL's client programs, looked into before the distribution's own. */
	readonly toolFolders: readonly string[];
}

/** Backups as files in a directory that the worker can write. */
export function createBackups(settings: BackupsSettings): Backups {
	return {
		take: async (backup) => await translated(backup.directory, async () => await takeBackup(settings, backup)),
		check: async (target, directory, serverVersion, bytes) => {
			targetNamed(settings, target);
			await requireDumpTools(serverVersion, settings.toolFolders);
			await translated(directory, async () => await requireRoom(directory, bytes));
		},
	};
}

async function takeBackup(settings: BackupsSettings, backup: TakeBackup): Promise<TakenBackup> {
	const target = targetNamed(settings, backup.target);
	await makeDirectory(backup.directory);
	await sweep(backup);
	const server = await readServer(target);
	const tools = await requireDumpTools(server.versionNumber, settings.toolFolders);
	const partial = path.join(backup.directory, `.MR-${backup.requestNumber}.${randomUUID()}.partial`);
	try {
		const startedAt = new Date();
		await writeDump({target, tools, requestNumber: backup.requestNumber, file: partial, signal: backup.signal});
		const proof = await readBack(partial, tools, backup.signal);
		if (proof.tocEntries === 0 && server.tables > 0) {
			const what = `The backup has an empty table of contents, but ${target.name} has ${server.tables} tables.`;
			throw new Failure('backup-unreadable', what);
		}
		await syncToDisk(partial);
		const dump = {backup, target, server, tools, proof, startedAt, finishedAt: new Date()};
		if (backup.signal.aborted) throw cancelled();
		return taken(dump, await publish(dump, partial));
	} finally {
		await rm(partial, {force: true});
		await rm(manifestOf(partial), {force: true});
	}
}

function targetNamed(settings: BackupsSettings, name: string): BackupTarget {
	const target = settings.targets.find((candidate) => candidate.name === name);
	if (target === undefined) {
		throw new Failure('target-unreachable', `No target named ${name} is configured for this worker's backups.`);
	}
	return target;
}

function taken(dump: TakenDump, file: string): TakenBackup {
	const {proof, server, tools, startedAt, finishedAt} = dump;
	return {
		...proof,
		path: file,
		fileName: path.basename(file),
		serverVersion: server.version,
		clientVersion: tools.version,
		startedAt,
		finishedAt,
		restoreCommand: restoreCommand(dump, file),
	};
}

/** Removes what killed workers left of the same request: dumps without their name, manifests without their dump. */
async function sweep({directory, requestNumber}: TakeBackup): Promise<void> {
	const names = new Set(await readdir(directory));
	const partial = new RegExp(`^\\.MR-${requestNumber}\\.[0-9a-f-]+\\.partial(\\.json)?$`);
	const manifest = new RegExp(`^pre-migration-\\d{8}T\\d{6}Z-MR-${requestNumber}\\.dump\\.json$`);
	const left = [...names].filter(
		(name) => partial.test(name) || (manifest.test(name) && !names.has(name.slice(0, -'.json'.length))),
	);
	await Promise.all(left.map(async (name) => await rm(path.join(directory, name), {force: true})));
}

function manifestOf(file: string): string {
	return `${file}.json`;
}

/** How many seconds to go forward when the names are taken. */
const namesTried = 60;

/**
 * Gives the dump its name, the manifest first: a dump that has its name is complete and has its manifest. Nothing is
 * ever overwritten: where the name of this second is taken, the next second's is.
 */
async function publish(dump: TakenDump, partial: string): Promise<string> {
	const {directory, requestNumber} = dump.backup;
	for (let second = 0; second < namesTried; second++) {
		const file = path.join(directory, `pre-migration-${compactUtc(dump.startedAt, second)}-MR-${requestNumber}.dump`);
		await writeSynced(manifestOf(partial), manifestText(dump, file));
		if (!(await nameUnlessTaken(manifestOf(partial), manifestOf(file)))) continue;
		if (await nameUnlessTaken(partial, file)) {
			await syncToDisk(directory);
			return file;
		}
		await rm(manifestOf(file), {force: true});
	}
	throw new Failure('backup-failed', `The names of the next ${namesTried} seconds are taken in ${directory}.`);
}

/** `20260301T101500Z`, some seconds later. */
function compactUtc(time: Date, seconds: number): string {
	return `${new Date(time.getTime() + seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
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

/** A directory that can be written, with room for a dump as large as the database: it never needs more. */
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
