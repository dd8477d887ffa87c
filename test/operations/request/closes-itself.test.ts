import {describe, expect, it} from 'vitest';

import {noticeMoved} from '../../../src/operations/review/notice-moved.ts';
import {reconcile} from '../../../src/operations/reconcile.ts';
import {startRun} from '../../../src/operations/run/start-run.ts';
import {efScript} from '../../support/ef-script.ts';
import {
	cast,
	change,
	changing,
	expectDone,
	harmless,
	initial,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const table = '"__EFMigrationsHistory"';

/** Two apps keep their history in one table: each may have a request open there. */
async function shared(): Promise<Production> {
	const target = await lockstep.production({
		histories: [
			{app: 'shop', context: 'ShopContext', table},
			{app: 'billing', context: 'BillingContext', table},
		],
	});
	target.configure({backup: {...target.target().backup, required: false}});
	return target;
}

async function overtaken(): Promise<readonly number[]> {
	return (await lockstep.record.due()).overtaken;
}

async function runThrough(target: Production, script: Uint8Array): Promise<number> {
	const number = await lockstep.started(target, script);
	expect((await lockstep.run(number)).request.state).toBe('verified');
	return number;
}

describe('a request whose migrations another one applied', () => {
	it('closes itself, and says who applied them', async () => {
		const target = await shared();
		const waiting = await lockstep.reviewed(target, harmless, {app: 'billing'});
		expect(await overtaken()).not.toContain(waiting);
		const other = await runThrough(target, harmless);
		expect(await overtaken()).toContain(waiting);
		lockstep.queue.hints.length = 0;
		await reconcile(lockstep.world);
		expect(lockstep.queue.hints).toContainEqual({kind: 'notice-moved', number: waiting});

		await noticeMoved(lockstep.world, waiting);
		expect(await lockstep.state(waiting)).toBe('submitted');
		expect(lockstep.queue.hints).toContainEqual({kind: 'review', number: waiting, pool: 'default'});
		expect((await lockstep.review(waiting)).request).toMatchObject({
			state: 'verified',
			reason: `Nothing to apply: MR-${other} applied every migration of this script already; nothing is left to do.`,
		});
		expect(await lockstep.messages(waiting)).toContain('line moved');
		expect(await overtaken()).not.toContain(waiting);
		expect((await lockstep.load(waiting)).runs).toEqual([]);
	});

	it('closes itself also where it was approved', async () => {
		const target = await shared();
		const waiting = await lockstep.approved(target, harmless, {app: 'billing'});
		await runThrough(target, harmless);
		await noticeMoved(lockstep.world, waiting);
		expect((await lockstep.review(waiting)).request.state).toBe('verified');
	});

	it('says so as well where it is opened only afterwards, as long as the record knows of every migration', async () => {
		const target = await shared();
		await target.query('DELETE FROM "__EFMigrationsHistory"');
		const fresh = efScript({
			version: '10',
			migrations: [
				{id: initial, statements: ['CREATE TABLE visits (id integer PRIMARY KEY)']},
				{id: change, statements: ['ALTER TABLE visits ADD at timestamptz']},
			],
		});
		const other = await runThrough(target, fresh);
		const late = await lockstep.reviewed(target, fresh, {app: 'billing'});
		expect(await lockstep.request(late)).toMatchObject({
			state: 'verified',
			reason: `Nothing to apply: MR-${other} applied every migration of this script already; nothing is left to do.`,
		});
	});
});

describe('a request that another one’s run has overtaken in part', () => {
	const further = '20260301000000_Further';
	const both = efScript({
		version: '10',
		migrations: [
			{id: initial, statements: ['CREATE TABLE customers (id integer PRIMARY KEY)']},
			{id: change, statements: ['ALTER TABLE customers ADD points integer NOT NULL DEFAULT 0']},
			{id: further, statements: ['ALTER TABLE drafts ADD note text']},
		],
	});

	it('is reviewed again for what is left, and its answers stand', async () => {
		const target = await shared();
		const waiting = await lockstep.approved(target, both, {app: 'billing'});
		await runThrough(target, harmless);
		await noticeMoved(lockstep.world, waiting);
		const {request, answers, approvals} = await lockstep.review(waiting);
		expect(request).toMatchObject({state: 'in-review', review: {pending: [further]}, startDueAt: null});
		expect(approvals).toMatchObject([{voidedBecause: expect.any(String)}]);
		expect(answers.filter(({reviewDigest}) => reviewDigest === request.reviewDigest)).toHaveLength(4);
	});

	it('goes on as approved, and due, where what is pending and found is the same', async () => {
		const target = await shared();
		const other = changing(['ALTER TABLE orders ADD note text'], {id: '20260115000000_Orders'});
		const waiting = await lockstep.approved(target, harmless, {app: 'billing'});
		// Asked to start while the other one runs.
		const running = await lockstep.started(target, other);
		lockstep.moments.beforeApply = async () => {
			const ask = {number: waiting, person: cast.dana, digest: await lockstep.digest(waiting)};
			expectDone(await startRun(lockstep.world, ask));
		};
		expect((await lockstep.run(running)).request.state).toBe('verified');
		await noticeMoved(lockstep.world, waiting);
		const {request} = await lockstep.review(waiting);
		expect(request.review?.pending).toEqual([change]);
		expect(request).toMatchObject({state: 'approved', startDueAt: expect.any(Number)});
		expect((await lockstep.run(waiting)).request.state).toBe('verified');
	});
});

describe('noticing', () => {
	it('twice, or late, changes nothing more', async () => {
		const target = await shared();
		const waiting = await lockstep.reviewed(target, harmless, {app: 'billing'});
		await runThrough(target, changing(['ALTER TABLE orders ADD note text'], {id: '20260115000000_Orders'}));
		await Promise.all([noticeMoved(lockstep.world, waiting), noticeMoved(lockstep.world, waiting)]);
		await noticeMoved(lockstep.world, waiting);
		await lockstep.review(waiting);
		const events = await lockstep.events(waiting);
		expect(events.filter((kind) => kind === 'moved')).toHaveLength(1);
		await noticeMoved(lockstep.world, waiting);
		await noticeMoved(lockstep.world, 999_999);
		expect(await lockstep.events(waiting)).toEqual(events);
	});

	it('leaves requests of other targets and other history tables alone, and those that a person must act on', async () => {
		const target = await lockstep.production({
			histories: [
				{app: 'shop', context: 'ShopContext', table},
				{app: 'billing', context: 'BillingContext', table: 'billing."__EFMigrationsHistory"'},
				{app: 'stock', context: 'StockContext', table},
			],
		});
		const elsewhere = await lockstep.reviewed(await lockstep.production(), harmless);
		const otherTable = await lockstep.reviewed(
			target,
			efScript({
				version: '10',
				historyTable: 'billing."__EFMigrationsHistory"',
				migrations: [{id: initial, statements: ['ALTER TABLE drafts ADD note text']}],
			}),
			{app: 'billing'},
		);
		const sentBack = await lockstep.reviewed(target, harmless, {app: 'stock'});
		await lockstep.query(`update request set state = 'changes-requested' where number = $1`, [sentBack]);
		await runThrough(target, harmless);
		const due = await overtaken();
		for (const number of [elsewhere, otherTable, sentBack]) {
			expect(due).not.toContain(number);
			const events = await lockstep.events(number);
			await noticeMoved(lockstep.world, number);
			expect(await lockstep.events(number)).toEqual(events);
		}
	});
});
