import {beforeEach, describe, expect, it} from 'vitest';

import type {Target, WorkingHours} from '../../../src/domain/target.ts';
import {requestChanges} from '../../../src/operations/approval/approve-request.ts';
import {findApprover} from '../../../src/operations/approval/find-approver.ts';
import {reconcile} from '../../../src/operations/reconcile.ts';
import {remindApprovers} from '../../../src/operations/approval/remind-approvers.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {withdrawRequest} from '../../../src/operations/request/withdraw-request.ts';
import {cast, destructive, expectDone, harmless, openLockstep, type Production} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

/** A target of each test's own: a newer script takes the place of a request that is open. */
let shop: Production;

const minuteMs = 60_000;
const afterMinutes = 30;
const always: WorkingHours = {timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 24};

beforeEach(async () => {
	shop = await lockstep.production();
	remindWith({});
});

function remindWith(changed: Partial<Target['policy']>): void {
	const {policy} = shop.target();
	shop.configure({policy: {...policy, remindAfterMinutes: afterMinutes, workingHours: always, ...changed}});
}

/** Reviewed, every item answered: an approval is what is missing. */
async function waiting(script: Uint8Array = harmless): Promise<number> {
	const number = await lockstep.reviewed(shop, script);
	await lockstep.answer(number);
	return number;
}

/** The reminder's time has come, and the job as often as asked. */
async function remind(number: number, jobs = 1): Promise<void> {
	lockstep.clock.advance(afterMinutes * minuteMs);
	await Promise.all(Array.from({length: jobs}, async () => await remindApprovers(lockstep.world, number)));
}

async function remindAt(number: number): Promise<number | null> {
	return (await lockstep.request(number)).remindAt;
}

async function callMessages(number: number): Promise<number> {
	return (await lockstep.messages(number)).filter((kind) => kind === 'call').length;
}

/** Hours of a day that is not today, wherever the test runs. */
function anotherDay(): WorkingHours {
	const today = new Date(lockstep.world.clock.now()).getUTCDay();
	return {timeZone: 'UTC', days: [((today + 2) % 7) + 1], from: 9, to: 17};
}

describe('a finished review', () => {
	it('sets the time of the first reminder in working minutes', async () => {
		const before = lockstep.world.clock.now();
		const number = await lockstep.reviewed(shop, harmless);
		const {reviewedAt, remindAt: first} = await lockstep.request(number);
		expect(reviewedAt).toBeGreaterThanOrEqual(before);
		expect(first).toBe((reviewedAt ?? 0) + afterMinutes * minuteMs);
		expect((await lockstep.load(number)).calls).toEqual([]);
	});

	it('sets none where the target wants none', async () => {
		remindWith({remindAfterMinutes: null});
		expect(await remindAt(await lockstep.reviewed(shop, harmless))).toBeNull();
	});
});

describe('once the time has come', () => {
	it('those who could approve are reminded, and the next time is set', async () => {
		const number = await waiting();
		await remind(number);
		const {request, calls} = await lockstep.load(number);
		expect(calls).toEqual([
			{
				reviewDigest: request.reviewDigest,
				kind: 'reminder',
				person: null,
				called: [cast.priya, cast.omar],
				at: expect.any(Number),
			},
		]);
		expect(request.remindAt).toBe((calls[0]?.at ?? 0) + afterMinutes * minuteMs);
		expect(await callMessages(number)).toBe(1);
		expect((await lockstep.events(number)).at(-1)).toBe('approvers-called');
	});

	it('a job that comes twice, or at once, or too early, reminds once', async () => {
		const number = await waiting();
		await remindApprovers(lockstep.world, number);
		expect(await callMessages(number)).toBe(0);
		await remind(number, 3);
		await remindApprovers(lockstep.world, number);
		expect(await callMessages(number)).toBe(1);
	});

	it('reminds three times in all, and then leaves it', async () => {
		const number = await waiting();
		for (let time = 0; time < 5; time++) await remind(number);
		expect(await callMessages(number)).toBe(3);
		expect(await remindAt(number)).toBeNull();
	});

	it('begins anew with new bytes', async () => {
		const number = await waiting();
		for (let time = 0; time < 3; time++) await remind(number);
		const script = {name: 'b.sql', bytes: destructive};
		expectDone(await replaceScript(lockstep.world, {number, person: cast.dana, script}));
		expect(await remindAt(number)).toBeNull();
		await lockstep.review(number);
		expect(await remindAt(number)).toBe(((await lockstep.request(number)).reviewedAt ?? 0) + afterMinutes * minuteMs);
	});

	it('reminds only who has not approved yet', async () => {
		const number = await waiting();
		lockstep.slack.removeApprover(cast.priya);
		await remind(number);
		expect((await lockstep.load(number)).calls).toMatchObject([{called: [cast.omar]}]);
	});

	it('nobody is pinged a second time right after somebody asked for an approver', async () => {
		const number = await waiting();
		lockstep.clock.advance((afterMinutes - 1) * minuteMs);
		const digest = await lockstep.digest(number);
		expectDone(await findApprover(lockstep.world, {number, person: cast.dana, digest}));
		lockstep.clock.advance(minuteMs);
		await remindApprovers(lockstep.world, number);
		expect((await lockstep.load(number)).calls.map(({kind}) => kind)).toEqual(['asked']);
		await remind(number);
		expect((await lockstep.load(number)).calls.map(({kind}) => kind)).toEqual(['asked', 'reminder']);
	});
});

describe('nobody is pinged', () => {
	it('while the checklist is incomplete; it is looked at again later', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const first = (await remindAt(number)) ?? 0;
		await remind(number);
		expect(await callMessages(number)).toBe(0);
		expect(await remindAt(number)).toBeGreaterThanOrEqual(first + afterMinutes * minuteMs);
		expect((await lockstep.events(number)).at(-1)).toBe('reminder-moved');
		await lockstep.answer(number);
		await remind(number);
		expect(await callMessages(number)).toBe(1);
	});

	it('while a blocker stands', async () => {
		const number = await waiting(destructive);
		await remind(number);
		expect(await callMessages(number)).toBe(0);
		expect(await remindAt(number)).not.toBeNull();
	});

	it('where nobody is left who could approve', async () => {
		const number = await waiting();
		lockstep.slack.removeApprover(cast.priya);
		lockstep.slack.removeApprover(cast.omar);
		await remind(number);
		expect(await callMessages(number)).toBe(0);
		expect(await remindAt(number)).not.toBeNull();
	});

	it('outside working hours: the reminder waits for the next ones', async () => {
		const number = await waiting();
		const workingHours = anotherDay();
		remindWith({workingHours});
		await remind(number);
		expect(await callMessages(number)).toBe(0);
		const moved = new Date((await remindAt(number)) ?? 0);
		expect([moved.getUTCDay() || 7, moved.getUTCHours(), moved.getUTCMinutes()]).toEqual([workingHours.days[0], 9, 0]);
		lockstep.clock.advance(moved.getTime() - lockstep.world.clock.now());
		await remindApprovers(lockstep.world, number);
		expect(await callMessages(number)).toBe(1);
	});

	it('once the target wants no reminders any more', async () => {
		const number = await waiting();
		remindWith({remindAfterMinutes: null});
		await remind(number);
		expect(await callMessages(number)).toBe(0);
		expect(await remindAt(number)).toBeNull();
	});

	it('while Slack cannot say who they are; the job comes again', async () => {
		const number = await waiting();
		lockstep.slack.lookUpDown = true;
		await expect(remind(number)).rejects.toMatchObject({code: 'slack-unreachable'});
		lockstep.slack.lookUpDown = false;
		await remindApprovers(lockstep.world, number);
		expect(await callMessages(number)).toBe(1);
	});

	it.each<readonly [string, (number: number) => Promise<unknown>]>([
		['approved', async (number) => expectDone(await lockstep.approve(number, cast.priya))],
		['withdrawn', async (number) => expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}))],
		[
			'sent back',
			async (number) =>
				expectDone(await requestChanges(lockstep.world, {number, person: cast.priya, reason: 'name it'})),
		],
	])('once it is %s', async (_, leave) => {
		const number = await waiting();
		await leave(number);
		expect(await remindAt(number)).toBeNull();
		await remind(number);
		expect(await callMessages(number)).toBe(0);
	});
});

describe('the reconciler', () => {
	async function hinted(number: number): Promise<boolean> {
		lockstep.queue.hints.length = 0;
		await reconcile(lockstep.world);
		return lockstep.queue.hints.some((job) => job.kind === 'remind' && job.number === number);
	}

	it('hints a reminder that is due, and no other', async () => {
		const number = await waiting();
		expect(await hinted(number)).toBe(false);
		await lockstep.query('update request set remind_at = now() where number = $1', [number]);
		expect(await hinted(number)).toBe(true);
		await remind(number);
		expect(await hinted(number)).toBe(false);
	});

	it('hints none of a request that is no longer in review', async () => {
		const number = await waiting();
		expectDone(await lockstep.approve(number, cast.priya));
		await lockstep.query('update request set remind_at = now() where number = $1', [number]);
		expect(await hinted(number)).toBe(false);
	});
});
