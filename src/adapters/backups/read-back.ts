import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {open, stat} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import {Failure} from '../../operations/ports/failure.ts';
import {type ChildResult, runChild} from '../../platform/child-process.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';

export interface ProvenDump {
	readonly bytes: number;
	readonly sha256: string;
	/** Entries in the dump's table of contents. */
	readonly tocEntries: number;
}

/**
 * Proves that a dump can be read to its end: the table of contents alone does not, it opens a file that was cut off.
 * Hashing and reading go side by side; neither holds more than a buffer of the file.
 *
 * @throws Failure backup-unreadable, cancelled
 */
export async function readBack(file: string, tools: PostgresTools, signal: AbortSignal): Promise<ProvenDump> {
	const {size} = await stat(file);
	if (size === 0) throw new Failure('backup-unreadable', 'The backup is empty.');
	const [sha256] = await Promise.all([hashOf(file, signal), restoreToNothing(file, tools, signal)]);
	const tocEntries = await countEntries(file, tools, signal);
	return {bytes: size, sha256, tocEntries};
}

async function hashOf(file: string, signal: AbortSignal): Promise<string> {
	const hash = createHash('sha256');
	try {
		await pipeline(createReadStream(file, {highWaterMark: 1024 * 1024}), hash, {signal});
	} catch (error) {
		throw signal.aborted ? cancelled() : error;
	}
	return hash.digest('hex');
}

async function restoreToNothing(file: string, tools: PostgresTools, signal: AbortSignal): Promise<void> {
	const result = await runChild({file: tools.pgRestore, args: ['--file=/dev/null', file], env: {}, signal});
	if (result.exitCode !== 0) throw unreadable(result);
}

async function countEntries(file: string, tools: PostgresTools, signal: AbortSignal): Promise<number> {
	let entries = 0;
	let unfinished = '';
	const result = await runChild({
		file: tools.pgRestore,
		args: ['--list', file],
		env: {},
		signal,
		onOutput: ({stream, text}) => {
			if (stream !== 'stdout') return;
			const lines = (unfinished + text).split('\n');
			unfinished = lines.pop() ?? '';
			entries += lines.filter((line) => /^\d/.test(line)).length;
		},
	});
	if (result.exitCode !== 0) throw unreadable(result);
	return entries;
}

function unreadable(result: ChildResult): Failure {
	if (result.aborted) return cancelled();
	const said = result.stderr.split('\n')[0]?.replace(/^pg_restore: \w+: /, '') ?? `exit code ${result.exitCode}`;
	return new Failure('backup-unreadable', `pg_restore cannot read the backup to its end: ${said}.`);
}

/** What everything about a backup throws once it is aborted. */
export function cancelled(): Failure {
	return new Failure('cancelled', 'The backup was cancelled; nothing of it is left.');
}

/** Waits until a file, or a directory's list of names, is on the disk. */
export async function syncToDisk(path: string): Promise<void> {
	const opened = await open(path, 'r');
	try {
		await opened.sync();
	} finally {
		await opened.close();
	}
}
