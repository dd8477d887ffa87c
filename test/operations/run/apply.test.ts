import {setTimeout as delay} from 'node:timers/promises';

import type pg from 'pg';
import {describe, expect, it} from 'vitest';

import {askGate} from '../../../src/operations/answer-gate.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import {performRun} from '../../../src/operations/run/perform-run.ts';
import {efScript} from '../../support/ef-script.ts';
import {
	cast,
	change,
	changing,
	failing,
	harmless,
	initial,
	openLockstep,
	type Production,
	until,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

const minute = 60_000;

/** Holds a lock on the customers from right before the apply on. */
async function lockCustomers(shop: Production): Promise<pg.Client> {
	const other = await shop.connect();
	lockstep.moments.beforeApply = async () => {
		await other.query('BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE');
	};
	return other;
}

describe('other sessions keep a lock that the script needs', () => {
	it('a script in transactions is tried again, then held: nothing landed, nobody is woken', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		const other = await lockCustomers(shop);
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'approved', hold: {reason: expect.stringContaining('nothing landed')}},
			runs: [{outcome: 'held'}],
			approvals: [{voidedBecause: null}],
			escalations: [],
		});
		expect((await lockstep.events(number)).filter((kind) => kind === 'step-apply-running')).toHaveLength(3);
		expect(await lockstep.messages(number)).toContain('line held');
		await other.end();
		expect(await shop.history()).toEqual([initial]);
		lockstep.clock.advance(11 * minute);
		const {request, backups} = await lockstep.run(number);
		expect(request.state).toBe('verified');
		expect(backups).toHaveLength(2);
	});

	it('and let go of it in time: a later try applies it', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		const other = await lockCustomers(shop);
		lockstep.moments.duringApply = () => {
			void delay(350).then(async () => await other.end());
			return Promise.resolve();
		};
		const {request, runs} = await lockstep.run(number);
		expect(request.state).toBe('verified');
		expect(runs).toHaveLength(1);
	});

	it('after the first of two migrations landed: the second is tried again alone', async () => {
		const shop = await lockstep.production();
		const script = efScript({
			version: '10',
			migrations: [
				{id: '20260110000000_First', statements: [`INSERT INTO seeds VALUES ('second')`]},
				{id: change, statements: ['ALTER TABLE customers ADD points integer']},
			],
		});
		const number = await lockstep.started(shop, script);
		const other = await lockCustomers(shop);
		lockstep.moments.duringApply = () => {
			void delay(350).then(async () => await other.end());
			return Promise.resolve();
		};
		expect((await lockstep.run(number)).request.state).toBe('verified');
		expect(await shop.query('SELECT FROM seeds')).toHaveLength(2);
	});

	it('of a script without transactions there is one try, and then a person decides', async () => {
		const shop = await lockstep.production();
		const statements = [`INSERT INTO seeds VALUES ('second')`, 'ALTER TABLE customers ADD points integer'];
		const number = await lockstep.started(shop, changing(statements, {version: '3.1'}));
		const other = await lockCustomers(shop);
		await lockstep.run(number);
		await other.end();
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'failed', hold: null, startDueAt: null},
			runs: [{outcome: 'failed', report: {landed: 'unknown', rerunSafe: false}}],
			escalations: [{sentence: expect.stringContaining('may have landed'), acknowledgedBy: null}],
		});
		expect((await lockstep.events(number)).filter((kind) => kind === 'step-apply-running')).toHaveLength(1);
		expect(await shop.query('SELECT FROM seeds')).toHaveLength(2);
	});
});

describe('a script that PostgreSQL refuses', () => {
	it('in a transaction: failed, nothing landed, a re-run is safe, the lead and on-call are called', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, failing);
		const before = Date.now();
		const {request, runs, escalations, backups} = await lockstep.run(number);
		expect(request).toMatchObject({state: 'failed', startDueAt: null, hold: null});
		expect(runs).toMatchObject([
			{
				outcome: 'failed',
				report: {
					landed: 'nothing',
					landedMigrations: [],
					missingMigrations: [change],
					rerunSafe: true,
					tables: [],
					lastHistory: [{migrationId: initial}],
					output: expect.stringContaining('few'),
				},
			},
		]);
		const failure = runs[0]?.report?.failure ?? '';
		expect(failure).toMatch(/PostgreSQL refused line \d+: .*"few".* \(SQLSTATE 23514\)\./);
		expect(failure).toContain('Nothing landed');
		expect(runs[0]?.steps.find(({name}) => name === 'apply')).toMatchObject({state: 'failed', note: failure});
		expect(escalations).toMatchObject([{sentence: failure, pings: 1, acknowledgedBy: null}]);
		expect(escalations[0]?.nextPingAt).toBeGreaterThanOrEqual(before + 15 * minute);
		expect(backups).toHaveLength(1);
		expect((await lockstep.messages(number)).slice(-2)).toEqual(['escalation', 'result']);
		const version = {app: 'shop', version: '1.4.0', target: shop.name};
		expect(await askGate(lockstep.world, version)).toMatchObject({verdict: 'stop', reason: 'failed'});
		await lockstep.run(number);
		expect((await lockstep.load(number)).runs).toHaveLength(1);
	});

	it('in its second migration: the first landed whole, the second not, and a re-run is safe', async () => {
		const shop = await lockstep.production();
		const script = efScript({
			version: '10',
			migrations: [
				{id: '20260110000000_First', statements: ['CREATE TABLE stock (id integer)']},
				{id: change, statements: ['CREATE TABLE more (id integer)', 'ALTER TABLE customers ADD CHECK (id < 10)']},
			],
		});
		const number = await lockstep.started(shop, script);
		expect((await lockstep.run(number)).runs).toMatchObject([
			{
				report: {
					landed: 'part',
					landedMigrations: ['20260110000000_First'],
					missingMigrations: [change],
					rerunSafe: true,
					tables: ['created public.stock'],
				},
			},
		]);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'failed'}, escalations: [{}]});
	});

	it('between two transactions of one migration: what landed is unknown and a re-run is not safe', async () => {
		const shop = await lockstep.production();
		const script = changing([
			`INSERT INTO seeds VALUES ('second')`,
			{sql: 'ALTER TABLE customers ADD CHECK (id < 10)', suppressTransaction: true},
		]);
		const number = await lockstep.started(shop, script);
		expect((await lockstep.run(number)).runs).toMatchObject([
			{report: {landed: 'unknown', rerunSafe: false, missingMigrations: [change]}},
		]);
		expect(await shop.query('SELECT FROM seeds')).toHaveLength(2);
	});

	it('after everything landed: failed all the same, and it says that everything landed', async () => {
		const shop = await lockstep.production();
		const script = Buffer.concat([harmless, Buffer.from('\nSELECT 1 / 0;\n')]);
		const number = await lockstep.started(shop, script);
		expect((await lockstep.run(number)).runs).toMatchObject([
			{outcome: 'failed', report: {landed: 'everything', failure: expect.stringContaining('22012')}},
		]);
	});
});

describe('what the server says decides', () => {
	it('a script that ends without an error but does not write its history row has failed', async () => {
		const shop = await lockstep.production();
		await shop.query(`CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
			CREATE TRIGGER refuse_row BEFORE INSERT ON "__EFMigrationsHistory" FOR EACH ROW EXECUTE FUNCTION refuse_row()`);
		const number = await lockstep.started(shop, harmless);
		expect(await lockstep.run(number)).toMatchObject({
			request: {state: 'failed'},
			runs: [{report: {landedMigrations: [], missingMigrations: [change]}}],
		});
	});

	it('a session that an administrator ended: failed, and the history says that nothing landed', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(
			shop,
			changing(['ALTER TABLE customers ADD points integer', 'PERFORM pg_sleep(20)']),
		);
		lockstep.moments.duringApply = async () => {
			const applying = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'lockstep MR-%' AND wait_event = 'PgSleep' AND datname = current_database()`;
			await until(async () => (await shop.query(applying)).length > 0, 'applying');
			await shop.query(`SELECT pg_terminate_backend(pid) FROM (${applying}) AS it`);
		};
		expect(await lockstep.run(number)).toMatchObject({
			request: {state: 'failed'},
			runs: [{report: {landed: 'nothing', rerunSafe: true, failure: expect.stringContaining('Nothing landed')}}],
		});
	});

	it('a target that cannot be read afterwards: nobody knows, and a person decides', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		const [own] = await shop.query<{name: string}>('SELECT current_database() AS name');
		lockstep.moments.duringApply = async () => {
			await until(async () => (await shop.history()).length === 2, 'landed');
			await shop.query(`ALTER DATABASE "${own?.name}" CONNECTION LIMIT 0`);
		};
		await lockstep.run(number);
		await shop.query(`ALTER DATABASE "${own?.name}" CONNECTION LIMIT -1`);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'failed'},
			runs: [{report: {landed: 'unknown', rerunSafe: false, failure: expect.stringContaining('nobody knows yet')}}],
			escalations: [{}],
		});
	});

	it('a target that is away for a moment afterwards is asked again', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		const [own] = await shop.query<{name: string}>('SELECT current_database() AS name');
		lockstep.moments.duringApply = async () => {
			await until(async () => (await shop.history()).length === 2, 'landed');
			await shop.query(`ALTER DATABASE "${own?.name}" CONNECTION LIMIT 0`);
			void delay(150).then(async () => await shop.query(`ALTER DATABASE "${own?.name}" CONNECTION LIMIT -1`));
		};
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});
});

describe('an index that is not valid', () => {
	const partitioned = (shop: Production): string => `SET ROLE ${shop.target().apply.role};
		CREATE TABLE events (id integer, at date) PARTITION BY RANGE (at);
		CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`;

	it('and that this run left behind fails it, with its name, although the history is as expected', async () => {
		const shop = await lockstep.production();
		await shop.query(partitioned(shop));
		const number = await lockstep.started(shop, changing(['CREATE INDEX events_at ON ONLY events (at)']));
		expect(await lockstep.run(number)).toMatchObject({
			request: {state: 'failed'},
			runs: [{report: {landed: 'everything', failure: expect.stringContaining('public.events_at on public.events')}}],
			escalations: [{}],
		});
	});

	it('and was not before the run either is not the run’s failure', async () => {
		const shop = await lockstep.production();
		await shop.query(`${partitioned(shop)}; CREATE INDEX events_at ON ONLY events (at)`);
		const number = await lockstep.started(shop, harmless);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});
});

describe('the record cannot be reached for a moment', () => {
	it('before anything was applied: nobody is told that the run failed, and the next worker does it', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		let refused = 0;
		const flaky = lockstep.worker('flaky', {
			record: {
				...lockstep.record,
				commit: async (transition) => {
					const isAway = transition.claim !== null && refused++ < 2;
					if (isAway) throw new Failure('record-unreachable', 'The record is away.');
					return await lockstep.record.commit(transition);
				},
			},
		});
		await performRun(flaky, number).catch(() => undefined);
		expect(refused).toBeGreaterThanOrEqual(2);
		expect((await lockstep.load(number)).escalations).toEqual([]);
		await lockstep.query(`update run set lease_until = clock_timestamp() - interval '1 second' where request = $1`, [
			number,
		]);
		lockstep.clock.advance(minute);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});
});

it('a bug in Lockstep itself does not leave the request behind as if it ran', async () => {
	const shop = await lockstep.production();
	const number = await lockstep.started(shop, harmless);
	lockstep.moments.beforeBackup = () => Promise.reject(new TypeError('undefined is not a function'));
	await expect(lockstep.run(number)).rejects.toThrow('undefined is not a function');
	const {request, escalations} = await lockstep.load(number);
	expect(request.state).toBe('failed');
	expect(escalations).toMatchObject([{sentence: expect.stringContaining('Lockstep itself failed')}]);
	expect(escalations[0]?.sentence).not.toContain(cast.dana);
});
