import {spawnSync} from 'node:child_process';
import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {type BackupBench, take, withPgDump} from './taking.ts';

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
		const said = {
			what,
			nonZero: (await stat(file)).size === 0,
			list: spawnSync(path.join(bench.server.binDirectory, 'pg_restore'), ['--list', file]).status !== 0,
			lockstep: await isRefused(bench, `cat '${file}'`),
		};
		found.push(said);
	}
	print(found);
	return found;
}

function flipped(bytes: Buffer): Buffer {
	const copy = Buffer.from(bytes);
	const middle = Math.floor(copy.length / 2);
	copy[middle] = (copy[middle] ?? 0) ^ 0x10;
	return copy;
}

/** pg_dump writes these bytes and says that all went well. */
async function isRefused(bench: BackupBench, script: string): Promise<boolean> {
	try {
		await take(bench, 'small', await withPgDump(bench, script));
		return false;
	} catch (error) {
		if (String(error).includes("code: 'backup-unreadable'")) return true;
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
