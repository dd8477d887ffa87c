import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

import {describe, expect, it} from 'vitest';

import {askGate} from '../../../src/operations/answer-gate.ts';
import {performRun} from '../../../src/operations/run/perform-run.ts';
import {databaseServer} from '../../support/databases.ts';
import {
	change,
	changing,
	harmless,
	initial,
	type Lockstep,
	openLockstep,
	type Production,
	until,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

const run = promisify(execFile);

async function contentsOf(dump: string): Promise<string> {
	const {binDirectory} = await databaseServer();
	return (await run(path.join(binDirectory, 'pg_restore'), ['--list', dump])).stdout;
}

async function endLease(number: number): Promise<void> {
	await lockstep.query(
		`update run set lease_until = clock_timestamp() - interval '1 second' where request = $1 and finished_at is null`,
		[number],
	);
}

/** A worker that stands still at this moment; `wake` lets it go on. */
function standStill(moment: keyof Lockstep['moments']): {readonly reached: Promise<void>; wake(): void} {
	const wakers: (() => void)[] = [];
	const reached = new Promise<void>((resolve) => {
		lockstep.moments[moment] = async () => {
			resolve();
			await new Promise<void>((go) => wakers.push(go));
		};
	});
	return {reached, wake: () => wakers.forEach((go) => go())};
}

async function started(script: Uint8Array = harmless): Promise<[Production, number]> {
	const shop = await lockstep.production();
	return [shop, await lockstep.started(shop, script)];
}

async function columnsNamedPoints(shop: Production): Promise<number> {
	return (await shop.query(`SELECT FROM pg_attribute WHERE attname = 'points' AND NOT attisdropped`)).length;
}

describe('a run', () => {
	it('goes the whole way to verified, every step written down', async () => {
		const [shop, number] = await started(
			changing([
				'ALTER TABLE customers ADD points integer NOT NULL DEFAULT 0',
				'CREATE SCHEMA stock',
				'CREATE TABLE stock.items (id integer PRIMARY KEY)',
				'DROP TABLE drafts',
				`RAISE WARNING 'mind the gap'`,
			]),
		);
		const {request, runs, backups, escalations} = await lockstep.run(number);
		expect(request).toMatchObject({state: 'verified', hold: null, reason: null});
		expect(escalations).toEqual([]);
		expect(runs).toMatchObject([{outcome: 'verified', worker: 'worker 1', appliedBefore: [initial]}]);
		expect(runs[0]?.steps.map(({name, state}) => `${name} ${state}`)).toEqual([
			'preflight done',
			'backup done',
			'drill done',
			'apply done',
			'verify done',
		]);
		expect(runs[0]?.steps.every(({finishedAt}) => finishedAt !== null)).toBe(true);
		expect(await shop.history()).toEqual([initial, change]);

		const report = runs[0]?.report;
		expect(report).toMatchObject({
			landed: 'everything',
			landedMigrations: [change],
			missingMigrations: [],
			failure: null,
			warnings: [expect.stringContaining('mind the gap'), expect.stringMatching(/^Verified more weakly: /u)],
			tables: ['created stock.items', 'altered public.customers', 'dropped public.drafts'],
			lastHistory: [{migrationId: change}, {migrationId: initial}],
		});
		expect(report?.allTables).toEqual(
			expect.arrayContaining(['public.customers\t~20 rows', 'public.orders\t~200 rows', 'stock.items\trows unknown']),
		);
		expect(report?.output).toMatch(/WARNING: .*mind the gap/);

		expect(backups).toHaveLength(1);
		const [backup] = backups;
		const file = backup?.path ?? '';
		expect(backup?.fileName).toMatch(new RegExp(`^pre-migration-\\d{8}T\\d{6}Z-MR-${number}\\.dump$`));
		expect(await contentsOf(file)).toMatch(/TABLE DATA public customers/);
		const bytes = await readFile(file);
		expect(backup).toMatchObject({
			bytes: bytes.byteLength,
			sha256: createHash('sha256').update(bytes).digest('hex'),
			restoreCommand: expect.stringContaining('pg_restore'),
		});
		expect((backup?.keepUntil ?? 0) - (backup?.finishedAt ?? 0)).toBe(7 * 86_400_000);
		expect((await stat(file)).mode & 0o777).toBe(0o600);

		expect(await lockstep.messages(number)).toEqual(['request', 'script', 'details', 'result', 'tables']);
		expect((await lockstep.events(number)).slice(-11)).toEqual([
			'run-started',
			'step-preflight-running',
			'step-preflight-done',
			'step-backup-running',
			'step-backup-done',
			'step-drill-done',
			'step-apply-running',
			'step-apply-done',
			'step-verify-running',
			'step-verify-done',
			'verified',
		]);
		const version = {app: 'shop', version: '1.4.0', target: shop.name};
		expect(await askGate(lockstep.world, version)).toMatchObject({verdict: 'go', reason: 'verified'});
	});

	it('is one, however many workers come at once', async () => {
		const [shop, number] = await started();
		await Promise.all(['a', 'b', 'c'].map(async (name) => await performRun(lockstep.worker(name), number)));
		await performRun(lockstep.worker('d'), number);
		const {request, runs, backups} = await lockstep.load(number);
		expect(request.state).toBe('verified');
		expect(runs).toHaveLength(1);
		expect(backups).toHaveLength(1);
		expect((await lockstep.events(number)).filter((kind) => kind === 'run-started')).toHaveLength(1);
		expect(await columnsNamedPoints(shop)).toBe(1);
	});

	it('begins only when somebody asked for it', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.approved(shop, harmless);
		await lockstep.run(number);
		await performRun(lockstep.world, 999_999);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'approved'}, runs: []});
	});

	it('begins at its time and not before', async () => {
		const shop = await lockstep.production();
		const at = Date.now() + 3_600_000;
		const number = await lockstep.approved(shop, harmless, {start: {kind: 'at', at}});
		expect((await lockstep.run(number)).runs).toEqual([]);
		lockstep.clock.advance(3_600_001);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('waits while another one is active on the target, and goes on afterwards', async () => {
		const table = '"__EFMigrationsHistory"';
		const histories = ['shop', 'billing'].map((app) => ({app, context: `${app} context`, table}));
		const shop = await lockstep.production({histories});
		const later = changing(['ALTER TABLE orders ADD note text'], {id: '20260301000000_Later'});
		const first = await lockstep.started(shop, harmless);
		const second = await lockstep.started(shop, later, {app: 'billing'});
		lockstep.moments.afterBackup = async () => {
			await performRun(lockstep.worker('b'), second);
		};
		expect((await lockstep.run(first)).request.state).toBe('verified');
		const waiting = await lockstep.load(second);
		expect(waiting).toMatchObject({
			request: {state: 'approved', hold: {reason: `MR-${first} is running on ${shop.name}: one run at a time.`}},
			runs: [],
			escalations: [],
		});
		await lockstep.run(second);
		expect((await lockstep.load(second)).runs, 'not before its next try').toEqual([]);
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(second)).request.state).toBe('verified');
		expect(await shop.history()).toEqual([initial, change, '20260301000000_Later']);
	});
});

describe('a worker that is asked to stop', () => {
	it.each(['beforeBackup', 'afterBackup'] as const)('%s drops the run, and the next one does it', async (moment) => {
		const [shop, number] = await started();
		const stopping = new AbortController();
		lockstep.moments[moment] = () => {
			stopping.abort();
			return Promise.resolve();
		};
		await performRun(lockstep.worker('a', {stopping: stopping.signal}), number);
		expect(await shop.history()).toEqual([initial]);
		expect(await lockstep.state(number)).toBe('running');
		expect(lockstep.queue.hints).toContainEqual({kind: 'run', number, pool: 'default'});
		await performRun(lockstep.worker('b'), number);
		const {request, runs, escalations} = await lockstep.load(number);
		expect({state: request.state, runs: runs.length, escalations}).toEqual({
			state: 'verified',
			runs: 1,
			escalations: [],
		});
	});

	it('begins nothing', async () => {
		const [, number] = await started();
		await performRun(lockstep.worker('a', {stopping: AbortSignal.abort()}), number);
		expect((await lockstep.load(number)).runs).toEqual([]);
	});

	it('lets an apply finish within its grace time', async () => {
		const [shop, number] = await started(
			changing(['ALTER TABLE customers ADD points integer', 'PERFORM pg_sleep(0.3)']),
		);
		shop.configure({apply: {...shop.target().apply, graceMs: 100_000}});
		const stopping = new AbortController();
		lockstep.moments.duringApply = () => {
			stopping.abort();
			return Promise.resolve();
		};
		await performRun(lockstep.worker('a', {stopping: stopping.signal}), number);
		expect(await lockstep.state(number)).toBe('verified');
	});

	it('ends an apply that takes longer; where nothing landed it is held, and nobody is woken', async () => {
		const [shop, number] = await started(
			changing(['ALTER TABLE customers ADD points integer', 'PERFORM pg_sleep(20)']),
		);
		const stopping = new AbortController();
		lockstep.moments.duringApply = async () => {
			const applying = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
			await until(async () => (await shop.query(applying)).length > 0, 'applying');
			stopping.abort();
		};
		await performRun(lockstep.worker('a', {stopping: stopping.signal}), number);
		const {request, escalations} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'approved', hold: {reason: expect.stringContaining('Nothing landed')}});
		expect(request.hold?.reason).toContain('worker was stopped');
		expect(escalations).toEqual([]);
		expect(await columnsNamedPoints(shop)).toBe(0);
	});
});

describe('a worker that stands still past its lease', () => {
	it.each(['afterBackup', 'beforeApply'] as const)(
		'%s: another one does the run, and the old one writes and applies nothing any more',
		async (moment) => {
			const [shop, number] = await started();
			const still = standStill(moment);
			const old = performRun(lockstep.worker('old'), number);
			await still.reached;
			await performRun(lockstep.worker('early'), number);
			expect(await lockstep.state(number)).toBe('running');
			await endLease(number);
			await performRun(lockstep.worker('new'), number);
			expect(await lockstep.load(number)).toMatchObject({
				request: {state: 'verified'},
				runs: [{worker: 'new', epoch: 2, outcome: 'verified'}],
				escalations: [],
			});
			const events = await lockstep.events(number);
			still.wake();
			await old;
			expect(await lockstep.events(number)).toEqual(events);
			expect(await columnsNamedPoints(shop)).toBe(1);
			expect(await shop.history()).toEqual([initial, change]);
		},
	);

	it('after everything landed: another one reads that from the history and verifies', async () => {
		const [shop, number] = await started();
		const still = standStill('duringApply');
		const old = performRun(lockstep.worker('old'), number);
		await until(async () => (await shop.history()).length === 2, 'landed');
		await endLease(number);
		await performRun(lockstep.worker('new'), number);
		const {request, runs, backups} = await lockstep.load(number);
		expect(request.state).toBe('verified');
		expect(runs[0]?.steps.find(({name}) => name === 'apply')?.note).toContain('after the worker died');
		expect(runs[0]?.report?.tables).toEqual(['altered public.customers']);
		expect(backups).toHaveLength(1);
		still.wake();
		await old;
		expect(await lockstep.state(number)).toBe('verified');
	});

	it('within a script without transactions: nobody knows what landed, so nothing is tried again', async () => {
		const script = changing([`INSERT INTO seeds VALUES ('second')`, 'PERFORM pg_sleep(20)'], {version: '3.1'});
		const [shop, number] = await started(script);
		const old = performRun(lockstep.worker('old'), number);
		await until(async () => (await shop.query('SELECT FROM seeds')).length === 2, 'the seed landed');
		await endLease(number);
		await performRun(lockstep.worker('new'), number);
		const {request, runs, escalations} = await lockstep.load(number);
		expect(request.state).toBe('failed');
		expect(runs).toMatchObject([{report: {landed: 'unknown', rerunSafe: false, missingMigrations: [change]}}]);
		expect(escalations).toMatchObject([{sentence: expect.stringContaining('worker that applied this died')}]);
		await old;
		expect(await shop.query('SELECT FROM seeds')).toHaveLength(2);
	});
});
