import {mkdtemp, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import pg from 'pg';

import {type LocalPostgres, startPostgres} from '../../scripts/local-servers.ts';
import {median} from '../measure.ts';
import type {BenchOptions} from '../options.ts';
import {builtLockstep} from '../review/programs.ts';
import {badBackups} from './bad-backups.ts';
import {fill} from './rows.ts';
import {type BackupBench, take, tool} from './taking.ts';

const defaultMegabytes = 1100;
/** Large ones take a quarter of an hour a turn: one tells their memory. */
const runsOf = (megabytes: number): number => (megabytes > 2000 ? 1 : 3);

/**
 * Lockstep's backup, hashed, compared and read back in full, beside the runbook's `pg_dump --format=custom --file`, and
 * the restore of each beside the other; then what each of the usual looks at a backup catches.
 */
export async function backupBench({megabytes: asked}: BenchOptions): Promise<object> {
	const entry = await builtLockstep();
	const module = pathToFileURL(path.join(path.dirname(entry), 'adapters/backups/backups.js')).href;
	const root = await mkdtemp(path.join(tmpdir(), 'backup-bench-'));
	const server = await startPostgres({settings: {shared_buffers: '1GB', autovacuum: false}});
	const bench: BackupBench = {server, root, module};
	try {
		await makeDatabase(server, 'shop');
		const megabytes = Math.round(await fill(server.url('shop'), asked ?? defaultMegabytes));
		await makeDatabase(server, 'small');
		await fill(server.url('small'), megabytes / 4);
		return await compare(bench, megabytes);
	} finally {
		await server.stop();
		await rm(root, {recursive: true, force: true});
	}
}

async function compare(bench: BackupBench, megabytes: number): Promise<object> {
	const times: {runbook: number[]; lockstep: number[]; restored: number[]; restoredLockstep: number[]} = {
		runbook: [],
		lockstep: [],
		restored: [],
		restoredLockstep: [],
	};
	let sizes = {runbook: 0, lockstep: 0};
	let peak = 0;
	const runs = runsOf(megabytes);
	for (let run = 0; run < runs; run++) {
		const byHand = path.join(bench.root, `by-hand-${run}.dump`);
		times.runbook.push(await tool(bench, 'pg_dump', ['--format=custom', `--file=${byHand}`, 'shop']));
		const taken = await take(bench, 'shop');
		times.lockstep.push(taken.ms);
		sizes = {runbook: (await stat(byHand)).size, lockstep: taken.bytes};
		peak = Math.max(peak, taken.peak);
		times.restored.push(await restore(bench, byHand));
		times.restoredLockstep.push(await restore(bench, taken.path));
		await rm(byHand);
		if (run < runs - 1) await rm(path.dirname(taken.path), {recursive: true});
	}
	const small = await take(bench, 'small');
	const caught = await badBackups(bench);
	const time = median(times.lockstep) / median(times.runbook);
	const size = sizes.lockstep / sizes.runbook;
	const restored = median(times.restoredLockstep) / median(times.restored);
	print(megabytes, times, sizes, {large: peak, small: small.peak});
	const holds = time <= 0.45 && size <= 1.15 && restored <= 1.05 && peak < 150 && caught.every((bad) => bad.lockstep);
	return {
		megabytes,
		beside: 'pg_dump --format=custom --file',
		timeRatio: rounded(time),
		sizeRatio: rounded(size),
		restoreRatio: rounded(restored),
		peakMegabytes: {[megabytes]: Math.round(peak), [Math.round(megabytes / 4)]: Math.round(small.peak)},
		badBackups: {
			planted: caught.length,
			lockstep: caught.filter((bad) => bad.lockstep).length,
			list: caught.filter((bad) => bad.list).length,
			nonZero: caught.filter((bad) => bad.nonZero).length,
		},
		holds,
	};
}

function print(
	megabytes: number,
	times: Readonly<Record<'runbook' | 'lockstep' | 'restored' | 'restoredLockstep', readonly number[]>>,
	sizes: {readonly runbook: number; readonly lockstep: number},
	peak: {readonly large: number; readonly small: number},
): void {
	const seconds = (values: readonly number[]): string => `${(median(values) / 1000).toFixed(2)} s`;
	const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
	process.stdout.write(
		[
			`${megabytes} MB of rows, median of ${times.lockstep.length} in turns`,
			`                                   backup    file        pg_restore -j2`,
			`pg_dump --format=custom --file     ${seconds(times.runbook)}    ${size(sizes.runbook)}    ${seconds(times.restored)}`,
			`Lockstep, hashed and read back     ${seconds(times.lockstep)}    ${size(sizes.lockstep)}    ${seconds(times.restoredLockstep)}`,
			`Lockstep's memory: ${peak.large.toFixed(0)} MB at ${megabytes} MB, ${peak.small.toFixed(0)} MB at ${Math.round(megabytes / 4)} MB`,
			'',
		].join('\n'),
	);
}

function rounded(value: number): number {
	return Math.round(value * 1000) / 1000;
}

async function restore(bench: BackupBench, file: string): Promise<number> {
	await makeDatabase(bench.server, 'restored');
	return await tool(bench, 'pg_restore', ['-j2', '--exit-on-error', '-d', 'restored', file]);
}

async function makeDatabase(server: LocalPostgres, name: string): Promise<void> {
	const client = new pg.Client({connectionString: server.url('postgres')});
	await client.connect();
	await client.query(`DROP DATABASE IF EXISTS ${name}`);
	await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
	await client.end();
}
