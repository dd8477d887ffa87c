import {readdir} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';

import {Queue} from 'bullmq';
import {Redis} from 'ioredis';
import pg from 'pg';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';

import {run} from '../../scripts/stage/shop-database.ts';
import type {RoleProcess, Stage} from '../../scripts/stage/stage.ts';
import {type EfVersion, efScript} from '../support/ef-script.ts';
import {castOf, clickOn, eventually, takeToRun, untilStory} from '../support/people.ts';
import {startShippedStage} from '../support/shipped.ts';

/** Each test has a production database of its own. */
const names = [
	'backup',
	'transactions',
	'loose',
	'stopped',
	'leashed',
	'emptied',
	'twice',
	'ended',
	'finished',
	'cancelled',
] as const;

let stage: Stage;

beforeAll(async () => {
	stage = await startShippedStage({
		transport: 'socket',
		leaseSeconds: 4,
		heartbeatSeconds: 0.5,
		workers: 0,
		targets: Object.fromEntries(names.map((name) => [name, {database: name, apply: {graceSeconds: 20}}])),
	});
	for (const name of names) {
		await run(stage.postgres, 'postgres', [`CREATE DATABASE "${name}" OWNER shop_owner`]);
		await run(stage.postgres, name, [
			'CREATE TABLE notes (id int)',
			'CREATE TABLE marks (id serial, note text)',
			'ALTER TABLE marks OWNER TO shop_owner',
		]);
	}
});

afterEach(async () => {
	for (const worker of stage.workers.splice(0)) await worker.process.end('SIGKILL');
});

afterAll(async () => {
	await Promise.all([...pools.values()].map(async (pool) => await pool.end()));
	await stage.stop();
});

/** A migration that notes its name and takes some seconds over it. */
function slow(id: string, seconds: number): {readonly id: string; readonly statements: readonly string[]} {
	return {id, statements: [`INSERT INTO marks (note) VALUES ('${id}')`, `PERFORM pg_sleep(${seconds})`]};
}

const first = '20260101000000_First';
const second = '20260102000000_Second';
const third = '20260103000000_Third';

function script(version: EfVersion, seconds: readonly number[]): Buffer {
	return efScript({
		version,
		migrations: seconds.map((pause, index) => slow([first, second, third][index] ?? '', pause)),
	});
}

/** A session of ours per database, for all that is looked at there. */
const pools = new Map<string, pg.Pool>();

async function query<Row extends pg.QueryResultRow>(database: string, text: string): Promise<readonly Row[]> {
	const pool = pools.get(database) ?? new pg.Pool({connectionString: stage.postgres.url(database), max: 1});
	pools.set(database, pool);
	return (await pool.query<Row>(text)).rows;
}

async function marks(database: string): Promise<readonly string[]> {
	return (await query<{note: string}>(database, 'SELECT note FROM marks ORDER BY id')).map(({note}) => note);
}

async function history(database: string): Promise<readonly string[]> {
	const rows = await query<{id: string}>(
		database,
		'SELECT "MigrationId" AS id FROM "__EFMigrationsHistory" ORDER BY 1',
	);
	return rows.map(({id}) => id);
}

/** Until a statement of psql's sleeps on this database. */
async function untilApplying(database: string, times = 1): Promise<void> {
	await eventually(`psql applies to ${database}`, async () => {
		const text = `SELECT 1 FROM pg_stat_activity WHERE datname = '${database}' AND application_name LIKE 'lockstep MR-%' AND wait_event = 'PgSleep'`;
		return (await query(database, text)).length >= times;
	});
}

async function nothingApplies(database: string): Promise<boolean> {
	const text = `SELECT 1 FROM pg_stat_activity WHERE datname = '${database}' AND application_name LIKE 'lockstep MR-%'`;
	return (await query(database, text)).length === 0;
}

function kill(worker: RoleProcess, signal: NodeJS.Signals): void {
	process.kill(worker.process.pid, signal);
}

async function escalations(number: number): Promise<number> {
	const [row] = await query<{count: number}>(
		'lockstep',
		`SELECT count(*)::int FROM escalation WHERE request = ${number}`,
	);
	return row?.count ?? 0;
}

describe('a worker that is killed', () => {
	it('during the backup: the next one does it again, and nothing half-done lies about', async () => {
		const worker = await stage.startWorker();
		const blocker = new pg.Client(stage.postgres.url('backup'));
		await blocker.connect();
		await blocker.query('BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE');
		const number = await takeToRun(stage, {target: 'backup', script: script('10', [0])});
		await eventually(
			'pg_dump waits',
			async () =>
				(
					await query(
						'backup',
						`SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%pg_dump%' OR query ILIKE 'LOCK TABLE%' AND wait_event_type = 'Lock'`,
					)
				).length > 0,
		);
		kill(worker, 'SIGKILL');
		await blocker.end();
		await stage.startWorker();
		await untilStory(stage, number, `MR-${number} is verified`);
		const files = (await readdir(stage.backupDirectory)).filter((name) => name.includes(`MR-${number}.`));
		expect(files.filter((name) => name.endsWith('.dump'))).toHaveLength(1);
		expect(files.filter((name) => /partial|tmp/.test(name))).toEqual([]);
		expect(await marks('backup')).toEqual([first]);
	});

	it('during apply, in the second of three transactions: tells what landed and waits for the lead', async () => {
		const worker = await stage.startWorker();
		const number = await takeToRun(stage, {target: 'transactions', script: script('10', [0, 3, 0])});
		await untilApplying('transactions');
		kill(worker, 'SIGKILL');
		await stage.startWorker();
		const story = await untilStory(stage, number, `MR-${number} has failed`);
		expect(story).toContain('1 of 3 migrations landed');
		expect(await escalations(number)).toBe(1);
		await sleep(4000);
		expect(await history('transactions')).toEqual([first]);
		expect(await marks('transactions')).toEqual([first]);

		const {lena, sam, dana} = castOf(stage);
		await sam.click({channel: stage.channel, text: 'Acknowledge'});
		await clickOn(stage, lena, number, 'Allow re-run…');
		await lena.waitForView();
		await lena.fill({reason: 'The worker was killed, nothing else was wrong.'});
		await lena.submit();
		await clickOn(stage, dana, number, 'Run now');
		// The pending set is another one now: people look again before the rest is applied.
		const {priya} = castOf(stage);
		await clickOn(stage, priya, number, 'Approve');
		await clickOn(stage, dana, number, 'Run now');
		await untilStory(stage, number, `MR-${number} is verified`);
		expect(await marks('transactions')).toEqual([first, second, third]);
	});

	it('during apply of a script without transactions: the seed is there once and nobody pretends to know more', async () => {
		const worker = await stage.startWorker();
		const number = await takeToRun(stage, {target: 'loose', script: script('3.1', [3, 0])});
		await untilApplying('loose');
		kill(worker, 'SIGKILL');
		await stage.startWorker();
		const story = await untilStory(stage, number, `MR-${number} has failed`);
		expect(story).toContain('re-run is not safe');
		expect(await escalations(number)).toBe(1);
		await sleep(4000);
		expect(await marks('loose')).toEqual([first]);
		expect(await history('loose')).toEqual([]);
	});
});

describe('a worker that is stopped past its lease', () => {
	it('and goes on later finds its run taken over, and applies nothing', async () => {
		const worker = await stage.startWorker();
		const number = await takeToRun(stage, {target: 'stopped', script: script('10', [0, 30, 0])});
		await untilApplying('stopped');
		kill(worker, 'SIGSTOP');
		await stage.startWorker();
		await untilStory(stage, number, `MR-${number} has failed`);
		expect(await nothingApplies('stopped')).toBe(true);
		kill(worker, 'SIGCONT');
		await sleep(3000);
		expect(await history('stopped')).toEqual([first]);
		expect(await escalations(number)).toBe(1);
		expect(worker.process.hasEnded()).toBe(false);
	});

	it('has its session ended before the lease is over, even where no other worker is there', async () => {
		const worker = await stage.startWorker();
		const number = await takeToRun(stage, {target: 'leashed', script: script('10', [0, 8, 0])});
		await untilApplying('leashed');
		kill(worker, 'SIGSTOP');
		await eventually('the session ends by itself', async () => await nothingApplies('leashed'), 4000);
		await sleep(1500);
		expect(await history('leashed')).toEqual([first]);
		kill(worker, 'SIGCONT');
		await untilStory(stage, number, `MR-${number} has failed`);
		expect(await history('leashed')).toEqual([first]);
		expect(await escalations(number)).toBe(1);
	});
});

describe('Redis', () => {
	it('emptied in the middle loses nothing and doubles nothing', async () => {
		await stage.startWorker();
		await stage.startWorker();
		const redis = new Redis(stage.redis.url());
		const number = await takeToRun(stage, {target: 'emptied', script: script('10', [0, 2])});
		await untilApplying('emptied');
		await redis.flushall();
		await sleep(500);
		await redis.flushall();
		redis.disconnect();
		await untilStory(stage, number, `MR-${number} is verified`);
		expect(await marks('emptied')).toEqual([first, second]);
		expect(await query('lockstep', `SELECT 1 FROM run WHERE request = ${number}`)).toHaveLength(1);
	});

	it('with the same job many times over runs it once', async () => {
		await stage.startWorker();
		await stage.startWorker();
		const connection = new Redis(stage.redis.url(), {maxRetriesPerRequest: null});
		const queue = new Queue('lockstep-pool-default', {connection});
		const number = await takeToRun(stage, {target: 'twice', script: script('10', [1])});
		for (let copy = 0; copy < 6; copy++) {
			await queue.add('run', {kind: 'run', number, pool: 'default'}, {jobId: `copy-${copy}`});
		}
		await untilStory(stage, number, `MR-${number} is verified`);
		for (let copy = 0; copy < 6; copy++) {
			await queue.add('run', {kind: 'run', number, pool: 'default'}, {jobId: `later-${copy}`});
		}
		await sleep(1000);
		await queue.close();
		connection.disconnect();
		expect(await marks('twice')).toEqual([first]);
		expect(await query('lockstep', `SELECT 1 FROM run WHERE request = ${number}`)).toHaveLength(1);
	});
});

describe('a worker that is asked to stop', () => {
	it('drops a backup at once and leaves it to the next one', async () => {
		const worker = await stage.startWorker();
		const blocker = new pg.Client(stage.postgres.url('ended'));
		await blocker.connect();
		await blocker.query('BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE');
		const number = await takeToRun(stage, {target: 'ended', script: script('10', [0])});
		await untilStory(stage, number, 'backup: running');
		await worker.process.end('SIGTERM');
		await blocker.end();
		await stage.startWorker();
		await untilStory(stage, number, `MR-${number} is verified`);
		expect(await marks('ended')).toEqual([first]);
		const files = (await readdir(stage.backupDirectory)).filter((name) => name.includes(`MR-${number}.`));
		expect(files.filter((name) => name.endsWith('.dump'))).toHaveLength(1);
	});

	it('lets an apply finish within its grace time', async () => {
		const worker = await stage.startWorker();
		const number = await takeToRun(stage, {target: 'finished', script: script('10', [0, 2])});
		await untilApplying('finished');
		await worker.process.end('SIGTERM');
		await untilStory(stage, number, `MR-${number} is verified`);
		expect(await history('finished')).toEqual([first, second]);
	});
});

describe('cancelling', () => {
	it('ends the backend and says what landed', async () => {
		await stage.startWorker();
		const number = await takeToRun(stage, {target: 'cancelled', script: script('10', [0, 20])});
		await untilApplying('cancelled');
		await clickOn(stage, castOf(stage).omar, number, 'Cancel run');
		const story = await untilStory(stage, number, `MR-${number} has failed`);
		expect(story).toContain('cancelled the run while it was applying');
		expect(story).toContain('1 of 2 migrations landed');
		expect(await nothingApplies('cancelled')).toBe(true);
		expect(await history('cancelled')).toEqual([first]);
	});
});
