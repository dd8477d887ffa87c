import {describe, expect, it} from 'vitest';

import {Failure} from '../../../src/operations/ports/failure.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {waiveFinding} from '../../../src/operations/review/waive-finding.ts';
import {efScript} from '../../support/ef-script.ts';
import {
	cast,
	change,
	changing,
	destructive,
	expectDone,
	harmless,
	initial,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

const stranger = '20260115000000_Stranger';
const hour = 3_600_000;

async function landBehindItsBack(shop: Production, id: string): Promise<void> {
	await shop.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('${id}', '10.0.3')`);
}

async function hold(number: number): Promise<string> {
	return (await lockstep.request(number)).hold?.reason ?? '';
}

async function expectNothingApplied(shop: Production, number: number): Promise<void> {
	expect(await shop.query(`SELECT FROM "__EFMigrationsHistory" WHERE "MigrationId" = '${change}'`)).toEqual([]);
	expect((await lockstep.load(number)).escalations).toEqual([]);
}

describe('the history moved since the approval', () => {
	it('by another script’s migration: what was approved is the same, so the run goes on', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		await landBehindItsBack(shop, stranger);
		const {request, runs} = await lockstep.run(number);
		expect(request.state).toBe('verified');
		expect(runs).toMatchObject([{appliedBefore: [initial, stranger]}]);
	});

	it('at the last moment: back to the review, and by itself on to run again', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.beforeApply = async () => await landBehindItsBack(shop, stranger);
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'submitted', hold: null},
			runs: [{outcome: 'moved'}],
			approvals: [{voidedBecause: null}],
		});
		await expectNothingApplied(shop, number);
		expect(lockstep.queue.hints).toContainEqual({kind: 'review', number, pool: 'default'});
		expect(await lockstep.messages(number)).toContain('line moved');
		await lockstep.review(number);
		expect(await lockstep.request(number)).toMatchObject({state: 'approved', startDueAt: expect.any(Number)});
		expect((await lockstep.record.due()).runs.map((due) => due.number)).toContain(number);
		expect((await lockstep.run(number)).request.state).toBe('verified');
		expect(await shop.history()).toEqual([initial, stranger, change]);
	});

	it('by one of its own migrations: another pending set, so people look again', async () => {
		const shop = await lockstep.production();
		const two = efScript({
			version: '10',
			migrations: [
				{id: '20260110000000_First', statements: ['ALTER TABLE customers ADD level integer']},
				{id: change, statements: ['ALTER TABLE customers ADD points integer']},
			],
		});
		const number = await lockstep.started(shop, two);
		await landBehindItsBack(shop, '20260110000000_First');
		await lockstep.run(number);
		expect(await lockstep.state(number)).toBe('submitted');
		await lockstep.review(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'in-review', startDueAt: null, approvedAt: null, review: {pending: [change]}},
			approvals: [{voidedBecause: expect.stringContaining('something else')}],
		});
		await lockstep.run(number);
		await expectNothingApplied(shop, number);
	});

	it('so that nothing is left to do: verified, by the review', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		await landBehindItsBack(shop, change);
		await lockstep.run(number);
		await lockstep.review(number);
		expect(await lockstep.request(number)).toMatchObject({
			state: 'verified',
			reason: expect.stringMatching(/^Nothing/),
		});
	});
});

describe('a table that was relied on as empty gets a row', () => {
	const onEmpty = changing(['ALTER TABLE drafts ADD code text NOT NULL']);

	it('since the approval: another finding, so people look again', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, onEmpty);
		await shop.query('INSERT INTO drafts VALUES (1)');
		await lockstep.run(number);
		await lockstep.review(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'in-review', review: {findings: [{rule: 'not-null-without-default'}]}},
			runs: [{outcome: 'moved'}],
			approvals: [{voidedBecause: expect.any(String)}],
		});
		await expectNothingApplied(shop, number);
	});

	it('at the last moment: the applying session itself sees it', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, onEmpty);
		lockstep.moments.beforeApply = async () => {
			await shop.query('INSERT INTO drafts VALUES (1)');
		};
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'submitted'}, runs: [{outcome: 'moved'}]});
		await expectNothingApplied(shop, number);
		await lockstep.review(number);
		expect(await lockstep.state(number)).toBe('in-review');
	});

	it('that no finding rests on: the approval stands and the run goes on by itself', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, changing(['ALTER TABLE drafts ADD code text']));
		lockstep.moments.beforeApply = async () => {
			await shop.query('INSERT INTO drafts VALUES (1)');
		};
		await lockstep.run(number);
		await lockstep.review(number);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});
});

describe('approvals lapse', () => {
	it.each([
		['the approver has left the approvers', () => lockstep.slack.removeApprover(cast.priya), cast.priya],
		['the approver was deactivated', () => lockstep.slack.change(cast.priya, {deactivated: true}), cast.priya],
		['Slack does not know the approver any more', () => lockstep.slack.change(cast.priya, null), cast.priya],
		['they are too old', () => lockstep.clock.advance(25 * hour), '24 hours'],
	])('when %s', async (_, happen, named) => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		happen();
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'in-review', startDueAt: null, approvedAt: null, hold: null},
			approvals: [{voidedBecause: 'lapsed'}],
			runs: [{outcome: 'held', steps: [{name: 'preflight', state: 'failed', note: expect.stringContaining(named)}]}],
			backups: [],
		});
		expect(await lockstep.messages(number)).toContain('line lapsed');
		await expectNothingApplied(shop, number);
	});

	it('between the backup and the apply, too', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.afterBackup = () => {
			lockstep.slack.removeApprover(cast.priya);
			return Promise.resolve();
		};
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'in-review'}, backups: [{}]});
		await expectNothingApplied(shop, number);
		expectDone(await lockstep.approve(number, cast.omar));
		await lockstep.start(number);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('when one of the two that are needed has gone', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.reviewed(shop, destructive);
		await lockstep.answer(number);
		const digest = await lockstep.digest(number);
		const waiver = {number, person: cast.omar, digest, rule: 'drop-column', reason: 'nobody reads it'};
		expectDone(await waiveFinding(lockstep.world, waiver));
		expectDone(await lockstep.approve(number, cast.priya));
		expectDone(await lockstep.approve(number, cast.omar));
		await lockstep.start(number);
		lockstep.slack.change(cast.omar, {guest: true});
		await lockstep.run(number);
		const {request, approvals} = await lockstep.load(number);
		expect(request.state).toBe('in-review');
		expect(approvals.every(({voidedBecause}) => voidedBecause === 'lapsed')).toBe(true);
		await expectNothingApplied(shop, number);
	});
});

describe('not now', () => {
	it('while Slack cannot be asked about people: held, said once, nobody escalated, tried again later', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		lockstep.slack.lookUpDown = true;
		await lockstep.run(number);
		await lockstep.run(number);
		expect((await lockstep.load(number)).runs, 'not before its next try').toHaveLength(1);
		lockstep.clock.advance(60_000);
		await lockstep.run(number);
		const {request, runs, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'approved', hold: {reason: 'Slack did not answer a look-up.'}});
		expect(runs.map(({outcome}) => outcome)).toEqual(['held', 'held']);
		expect(approvals).toMatchObject([{voidedBecause: null}]);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'line held')).toHaveLength(1);
		await expectNothingApplied(shop, number);
		lockstep.slack.lookUpDown = false;
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(number)).request).toMatchObject({state: 'verified', hold: null});
	});

	it('when Slack goes away between the backup and the apply', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.afterBackup = () => {
			lockstep.slack.lookUpDown = true;
			return Promise.resolve();
		};
		await lockstep.run(number);
		expect(await hold(number)).toBe('Slack did not answer a look-up.');
		await expectNothingApplied(shop, number);
	});

	it('while the target is busy', async () => {
		const shop = await lockstep.production();
		shop.configure({apply: {...shop.target().apply, maxActiveSessions: 0}});
		const number = await lockstep.started(shop, harmless);
		const busy = await shop.connect();
		const working = busy.query('SELECT pg_sleep(30)').catch(() => undefined);
		await lockstep.run(number);
		expect(await hold(number)).toContain('is busy: 1 active sessions, 0 allowed');
		await shop.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)'`);
		await working;
		await busy.end();
		await expectNothingApplied(shop, number);
		lockstep.clock.advance(120_000);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('while the apply role lacks a right, with the statement that grants it', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		await shop.query(`ALTER TABLE "__EFMigrationsHistory" OWNER TO CURRENT_USER`);
		await lockstep.run(number);
		expect(await hold(number)).toMatch(/lacks a right.*GRANT SELECT, INSERT, DELETE/);
	});

	it('while the target cannot be reached, and while nobody can log in there', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		shop.reach({password: 'wrong'});
		await lockstep.run(number);
		expect(await hold(number)).not.toBe('');
		shop.reach({});
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('when the backup cannot be taken', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.beforeBackup = () => Promise.reject(new Failure('disk-full', 'There is no room left.'));
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'approved', hold: {reason: 'There is no room left.'}},
			runs: [{steps: [{name: 'preflight'}, {name: 'backup', state: 'failed', note: 'There is no room left.'}]}],
		});
		await expectNothingApplied(shop, number);
	});

	it('when the target goes away right before psql begins: nothing was applied, so nobody is woken', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		const [own] = await shop.query<{name: string}>('SELECT current_database() AS name');
		lockstep.moments.beforeApply = async () => {
			await shop.query(`ALTER DATABASE "${own?.name}" CONNECTION LIMIT 0`);
		};
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'approved'}, escalations: []});
		expect(await hold(number)).not.toBe('');
		await shop.query(`ALTER DATABASE "${own?.name}" CONNECTION LIMIT -1`);
		await expectNothingApplied(shop, number);
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('while another session holds Lockstep’s lock on the target: that one is left alone', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		const other = await shop.connect('applier');
		lockstep.moments.beforeApply = async () => {
			await other.query('SELECT pg_advisory_lock(1282368363, 1)');
		};
		await lockstep.run(number);
		expect(await hold(number)).toContain('holds the lock');
		await expectNothingApplied(shop, number);
		expect(
			(await other.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`)).rowCount,
		).toBe(1);
		await other.end();
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});
});

it('a copy of production is another target: people look again', async () => {
	const [shop, copy] = [await lockstep.production(), await lockstep.production()];
	const number = await lockstep.started(shop, harmless);
	const [other] = await copy.query<{name: string}>('SELECT current_database() AS name');
	shop.reach({database: other?.name ?? ''});
	await lockstep.run(number);
	expect(await lockstep.load(number)).toMatchObject({
		request: {state: 'submitted'},
		runs: [{outcome: 'moved', steps: [{note: expect.stringContaining('another database')}]}],
	});
	await lockstep.review(number);
	expect(await lockstep.state(number)).toBe('in-review');
	await expectNothingApplied(copy, number);
});

it('a script that comes after Run now is not run before somebody approves it', async () => {
	const shop = await lockstep.production();
	const number = await lockstep.started(shop, harmless);
	const script = {name: 'b.sql', bytes: changing(['ALTER TABLE customers ADD level integer'])};
	expectDone(await replaceScript(lockstep.world, {number, person: cast.dana, script}));
	await lockstep.run(number);
	await lockstep.review(number);
	await lockstep.run(number);
	expect(await lockstep.load(number)).toMatchObject({request: {state: 'in-review', startDueAt: null}, runs: []});
});
