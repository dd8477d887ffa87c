import {spawnSync} from 'node:child_process';
import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {type BackupBench, take, type Taken, tool, withPgDump} from './taking.ts';

export interface BadBackup {
	readonly what: string;
	/** What each look at it says: true where it was caught. */
	readonly nonZero: boolean;
	readonly list: boolean;
	readonly lockstep: boolean;
}

/** Plants bad backups and tells which look catches them: more than no bytes, `pg_restore --list`, Lockstep. */
export async function badBackups(bench: BackupBench): Promise<readonly BadBackup[]> {
	const good = await take(bench, 'small');
	const other = await take(bench, 'postgres');
	const bytes = await readFile(good.path);
	const planted: [string, Buffer][] = [
		['empty', Buffer.alloc(0)],
		...[1, 10, 50, 90, 99].map((percent): [string, Buffer] => [
			`cut at ${percent} %`,
			bytes.subarray(0, Math.floor((bytes.length * percent) / 100)),
		]),
		['one flipped byte', flipped(bytes)],
		["another database's dump", await readFile(other.path)],
	];
	const found: BadBackup[] = [];
	for (const [what, content] of planted) {
		const file = path.join(bench.root, 'planted.dump');
		await writeFile(file, content);
		const toolFolder = await withPgDump(bench, `cat '${file}'`);
		const lockstep = await isRefused('backup-unreadable', take(bench, 'small', {toolFolder}));
		found.push({what, ...(await looks(bench, file)), lockstep});
	}
	const full = await fullDisk(bench);
	if (full !== null) found.push(full);
	print(found);
	return found;
}

async function looks(bench: BackupBench, file: string): Promise<Pick<BadBackup, 'nonZero' | 'list'>> {
	return {
		nonZero: (await stat(file)).size === 0,
		list: spawnSync(path.join(bench.server.binDirectory, 'pg_restore'), ['--list', file]).status !== 0,
	};
}

/** By hand, what pg_dump leaves behind is looked at. Null where this user may not mount a small disk. */
async function fullDisk(bench: BackupBench): Promise<BadBackup | null> {
	const directory = await mkdtemp(path.join(bench.root, 'full-'));
	if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]).status !== 0) return null;
	try {
		const file = path.join(directory, 'by-hand.dump');
		await tool(bench, 'pg_dump', ['--format=custom', `--file=${file}`, 'small']).catch(() => undefined);
		const byHand = await looks(bench, file);
		await rm(file);
		return {
			what: 'disk full while writing',
			...byHand,
			lockstep: await isRefused('disk-full', take(bench, 'small', {directory})),
		};
	} finally {
		spawnSync('umount', [directory]);
	}
}

function flipped(bytes: Buffer): Buffer {
	const copy = Buffer.from(bytes);
	const middle = Math.floor(copy.length / 2);
	copy[middle] = (copy[middle] ?? 0) ^ 0x10;
	return copy;
}

async function isRefused(code: string, taking: Promise<Taken>): Promise<boolean> {
	try {
		await taking;
		return false;
	} catch (error) {
		if (String(error).includes(`code: '${code}'`)) return true;
		throw error;
	}
}

function print(found: readonly BadBackup[]): void {
	const mark = (caught: boolean): string => (caught ? 'caught' : '-').padEnd(10);
	process.stdout.write(`${'bad backup'.padEnd(26)}non-zero  --list    Lockstep\n`);
	for (const {what, nonZero, list, lockstep} of found) {
		process.stdout.write(`${what.padEnd(26)}${mark(nonZero)}${mark(list)}${mark(lockstep)}\n`);
	}
}
