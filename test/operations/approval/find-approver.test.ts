import {beforeEach, describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import type {Target} from '../../../src/domain/target.ts';
import {approveRequest} from '../../../src/operations/approval/approve-request.ts';
import type {Done} from '../../../src/operations/decide.ts';
import {findApprover} from '../../../src/operations/approval/find-approver.ts';
import {withdrawRequest} from '../../../src/operations/request/withdraw-request.ts';
import type {Refusal} from '../../../src/domain/refusal.ts';
import {waiveFinding} from '../../../src/operations/review/waive-finding.ts';
import {
	cast,
	destructive,
	expectDone,
	expectRefusal,
	harmless,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

/** A target of each test's own: a newer script takes the place of a request that is open. */
let shop: Production;

beforeEach(async () => {
	shop = await lockstep.production();
});

async function ask(number: number, person: string = cast.dana): Promise<Done | Refusal> {
	return await findApprover(lockstep.world, {number, person, digest: await lockstep.digest(number)});
}

/** Reviewed, every item answered: an approval is what is missing. */
async function waiting(script: Uint8Array = harmless, target = shop): Promise<number> {
	const number = await lockstep.reviewed(target, script);
	await lockstep.answer(number);
	return number;
}

async function withPolicy(policy: Partial<Target['policy']>, work: () => Promise<void>): Promise<void> {
	const before = shop.target().policy;
	shop.configure({policy: {...before, ...policy}});
	try {
		await work();
	} finally {
		shop.configure({policy: before});
	}
}

describe('who looks for an approver', () => {
	it('has those called who could approve right now, in one message of the thread', async () => {
		const number = await waiting();
		const {sentence} = expectDone(await ask(number));
		expect(sentence).toBe(`Asked <@${cast.priya}>, <@${cast.omar}> to approve MR-${number}, in its thread.`);
		const {request, calls} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'in-review', remindAt: null});
		expect(calls).toEqual([
			{
				reviewDigest: request.reviewDigest,
				kind: 'asked',
				person: cast.dana,
				called: [cast.priya, cast.omar],
				at: expect.any(Number),
			},
		]);
		expect((await lockstep.events(number)).at(-1)).toBe('approvers-called');
		const messages = await lockstep.query(`select payload from message where request = $1 and kind = 'call'`, [number]);
		expect(messages).toEqual([{payload: {call: 0}}]);
		expect(lockstep.queue.hints).toContainEqual({kind: 'publish', number});
	});

	it('is told of a second click when and whom the first one asked', async () => {
		const number = await waiting();
		expectDone(await ask(number));
		const {sentence} = expectRefusal(await ask(number, cast.lena), 'approvers-asked');
		expect(sentence).toMatch(
			new RegExp(
				`^MR-${number}’s approvers were asked already, <!date\\^\\d+\\^\\{date_short_pretty\\} at \\{time\\}\\|[-\\d]+ [:\\d]+ UTC>: <@${cast.priya}>, <@${cast.omar}>\\.$`,
				'u',
			),
		);
		expect((await lockstep.load(number)).calls).toHaveLength(1);
	});

	it('calls once, however often they click at the same time', async () => {
		const number = await waiting();
		const answers = await Promise.all([ask(number), ask(number), ask(number, cast.priya)]);
		expect(answers.filter(({kind}) => kind === 'done')).toHaveLength(1);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'call')).toHaveLength(1);
	});

	it('asks for the second approval of those who have not given the first', async () => {
		const number = await waiting(destructive);
		const digest = await lockstep.digest(number);
		const waiver = {number, person: cast.omar, digest, rule: 'drop-column', reason: 'nobody reads it'};
		expectDone(await waiveFinding(lockstep.world, waiver));
		expectDone(await lockstep.approve(number, cast.priya));
		expectDone(await ask(number));
		expect((await lockstep.load(number)).calls).toMatchObject([{called: [cast.omar]}]);
	});

	it('puts the next reminder off', async () => {
		const number = await waiting();
		const workingHours = {timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 24};
		await withPolicy({remindAfterMinutes: 30, workingHours}, async () => {
			expectDone(await ask(number));
			const {request, calls} = await lockstep.load(number);
			expect(request.remindAt).toBe((calls[0]?.at ?? 0) + 30 * 60_000);
		});
	});
});

describe('nobody is called', () => {
	it('while the checklist is incomplete: nobody can approve yet', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		expect(expectRefusal(await ask(number), 'checklist-incomplete').sentence).toContain('Unanswered:');
	});

	it('while a blocker stands', async () => {
		const number = await waiting(destructive);
		expect(expectRefusal(await ask(number), 'blocked').sentence).toContain('Blocked by drop-column');
	});

	it('for a review that is no longer the one that was clicked on', async () => {
		const number = await waiting();
		const old = {number, person: cast.dana, digest: 'f'.repeat(64)};
		expectRefusal(await findApprover(lockstep.world, old), 'stale-view');
	});

	it('before the review has finished, or once it is approved or withdrawn', async () => {
		const digest = 'f'.repeat(64);
		const fresh = await lockstep.open(shop, harmless);
		expectRefusal(await findApprover(lockstep.world, {number: fresh, person: cast.dana, digest}), 'not-in-this-state');
		const approved = await lockstep.approved(await lockstep.production(), harmless);
		expectRefusal(await ask(approved), 'not-in-this-state');
		const withdrawn = await waiting(harmless, await lockstep.production());
		expectDone(await withdrawRequest(lockstep.world, {number: withdrawn, person: cast.dana}));
		expectRefusal(await ask(withdrawn), 'not-in-this-state');
	});

	it('where nobody is left, and the leads are named instead', async () => {
		const number = await waiting();
		lockstep.slack.removeApprover(cast.omar);
		lockstep.slack.change(cast.priya, {deactivated: true});
		const {sentence} = expectRefusal(await ask(number), 'nobody-could-approve');
		expect(sentence).toContain(`Ask a lead of ${shop.name}: <@${cast.lena}>`);
		lockstep.slack.change(cast.lena, {deactivated: true});
		expect(expectRefusal(await ask(number), 'nobody-could-approve').sentence).toContain(
			'Slack knows none of the leads',
		);
		expect((await lockstep.load(number)).calls).toEqual([]);
	});

	it('where the only approver left has approved already', async () => {
		const number = await waiting(destructive);
		const digest = await lockstep.digest(number);
		const waiver = {number, person: cast.omar, digest, rule: 'drop-column', reason: 'nobody reads it'};
		expectDone(await waiveFinding(lockstep.world, waiver));
		lockstep.slack.removeApprover(cast.omar);
		const confirmedItems = ['no-destructive-drop'] as const;
		expectDone(await approveRequest(lockstep.world, {number, person: cast.priya, digest, confirmedItems}));
		expectRefusal(await ask(number), 'nobody-could-approve');
	});
});

describe('who may ask', () => {
	it.each([
		['an approver', cast.priya],
		['a lead', cast.lena],
		['who is on call', cast.sam],
	])('%s may', async (_, person) => {
		expectDone(await ask(await waiting(), person));
	});

	const refused: readonly (readonly [string, string, RefusalCode])[] = [
		['an outsider', cast.otto, 'not-involved'],
		['a guest', cast.gus, 'person-guest'],
		['a bot', cast.bot, 'person-bot'],
		['a deactivated person', cast.gone, 'person-deactivated'],
		['a stranger', cast.alien, 'person-stranger'],
	];

	it.each(refused)('%s may not', async (_, person, code) => {
		const number = await waiting();
		expectRefusal(await ask(number, person), code);
		expect((await lockstep.load(number)).calls).toEqual([]);
	});
});
