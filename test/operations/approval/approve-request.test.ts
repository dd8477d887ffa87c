import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {agreeWithEvidence} from '../../../src/operations/review/answer-checklist.ts';
import {approveRequest, requestChanges} from '../../../src/operations/approval/approve-request.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {waiveFinding} from '../../../src/operations/review/waive-finding.ts';
import {efScript} from '../../support/ef-script.ts';
import {
	cast,
	change,
	changing,
	destructive,
	expectDone,
	expectRefusal,
	harmless,
	openLockstep,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

/** Reviewed, every item answered. */
async function answered(script: Uint8Array, more: Parameters<typeof lockstep.reviewed>[2] = {}): Promise<number> {
	const number = await lockstep.reviewed(shop, script, more);
	await lockstep.answer(number);
	return number;
}

async function waived(): Promise<number> {
	const number = await answered(destructive);
	expectDone(
		await waiveFinding(lockstep.world, {
			number,
			person: cast.omar,
			digest: await lockstep.digest(number),
			rule: 'drop-column',
			reason: 'nobody reads it',
		}),
	);
	return number;
}

describe('an approval', () => {
	it('of a clean request is one, and makes it wait for Run now', async () => {
		const number = await answered(harmless);
		const done = expectDone(await lockstep.approve(number, cast.priya));
		expect(done.sentence).toBe(`MR-${number} is approved. It starts when somebody clicks Run now.`);
		const {request, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'approved', startDueAt: null, approvedAt: expect.any(Number)});
		expect(approvals).toMatchObject([
			{person: cast.priya, reviewDigest: request.reviewDigest, confirmedItems: [], voidedBecause: null},
		]);
		expect(lockstep.queue.hints.some(({kind}) => kind === 'run')).toBe(false);
	});

	it('starts the run at once where the request says so', async () => {
		const atOnce = await answered(harmless, {start: {kind: 'at-once'}});
		expect(expectDone(await lockstep.approve(atOnce, cast.priya)).sentence).toContain('It starts now.');
		expect(lockstep.queue.hints).toContainEqual({kind: 'run', number: atOnce, pool: 'default'});
	});

	it('starts the run at the request’s time', async () => {
		const at = Date.now() + 3_600_000;
		const later = await answered(harmless, {start: {kind: 'at', at}});
		lockstep.queue.hints.length = 0;
		expectDone(await lockstep.approve(later, cast.priya));
		expect((await lockstep.request(later)).startDueAt).toBe(at);
		expect(lockstep.queue.hints.some(({kind}) => kind === 'run')).toBe(false);
	});

	it('by a double click has one effect', async () => {
		const number = await answered(harmless);
		const both = await Promise.all([lockstep.approve(number, cast.priya), lockstep.approve(number, cast.priya)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expect((await lockstep.load(number)).approvals).toHaveLength(1);
		expect((await lockstep.events(number)).filter((kind) => kind === 'approved')).toHaveLength(1);
	});

	it('by two people at once, where one is enough, approves once', async () => {
		const number = await answered(harmless);
		const both = await Promise.all([lockstep.approve(number, cast.priya), lockstep.approve(number, cast.omar)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expect((await lockstep.events(number)).filter((kind) => kind === 'approved')).toHaveLength(1);
	});
});

describe('who may approve', () => {
	const refused: readonly (readonly [string, string, RefusalCode])[] = [
		['the author and requester', cast.dana, 'is-author'],
		['a lead who is no approver', cast.lena, 'not-an-approver'],
		['an outsider', cast.otto, 'not-an-approver'],
		['a guest among the approvers', cast.gus, 'person-guest'],
		['a bot among the approvers', cast.bot, 'person-bot'],
		['a deactivated approver', cast.gone, 'person-deactivated'],
		['a stranger among the approvers', cast.alien, 'person-stranger'],
		['somebody whom Slack does not know', 'U0NOBODY', 'person-unknown'],
	];

	it.each(refused)('%s may not', async (_, person, code) => {
		const number = await answered(harmless);
		expectRefusal(await lockstep.approve(number, person), code);
		expectRefusal(await requestChanges(lockstep.world, {number, person, reason: 'x'}), code);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'in-review'}, approvals: []});
	});

	it('whoever may not is told who could', async () => {
		const number = await answered(harmless);
		const refusal = await lockstep.approve(number, cast.dana);
		if (refusal.kind !== 'refusal') throw new Error('The author’s own approval went through.');
		expect(refusal.sentence).toContain(`<@${cast.priya}>, <@${cast.omar}> could approve it.`);
	});

	it('the requester may not, who is neither author nor last editor, unless the policy says so', async () => {
		const number = await answered(harmless, {requester: cast.priya, author: cast.dana});
		expectRefusal(await lockstep.approve(number, cast.priya), 'is-requester');
		const {policy} = shop.target();
		shop.configure({policy: {...policy, requesterMayApprove: true}});
		expectDone(await lockstep.approve(number, cast.priya));
		shop.configure({policy});
	});

	it('who sent the last version may not, although somebody else wrote it', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		const script = {name: 'b.sql', bytes: harmless};
		expectDone(await replaceScript(lockstep.world, {number, person: cast.priya, script}));
		await lockstep.review(number);
		await lockstep.answer(number);
		expectRefusal(await lockstep.approve(number, cast.priya), 'is-last-editor');
		expectDone(await lockstep.approve(number, cast.omar));
	});

	it('who has just left the approvers may not: everybody is looked up afresh', async () => {
		const number = await answered(harmless);
		lockstep.slack.removeApprover(cast.priya);
		expectRefusal(await lockstep.approve(number, cast.priya), 'not-an-approver');
		lockstep.slack.change(cast.omar, {deactivated: true});
		expectRefusal(await lockstep.approve(number, cast.omar), 'person-deactivated');
	});

	it('nobody may while Slack cannot be asked, and nothing is written', async () => {
		const number = await answered(harmless);
		const digest = await lockstep.digest(number);
		lockstep.slack.lookUpDown = true;
		const ask = {number, person: cast.priya, digest, confirmedItems: []};
		await expect(approveRequest(lockstep.world, ask)).rejects.toMatchObject({code: 'slack-unreachable'});
		expect(await lockstep.state(number)).toBe('in-review');
	});
});

describe('an approval is refused', () => {
	it('before the review has finished', async () => {
		const number = await lockstep.open(shop, harmless);
		const ask = {number, person: cast.priya, digest: 'none', confirmedItems: []};
		expectRefusal(await approveRequest(lockstep.world, ask), 'review-unfinished');
	});

	it('for a digest that is no longer the current one', async () => {
		const number = await answered(harmless);
		const digest = await lockstep.digest(number);
		const script = {name: 'b.sql', bytes: changing(['ALTER TABLE customers ADD level integer'])};
		expectDone(await replaceScript(lockstep.world, {number, person: cast.dana, script}));
		await lockstep.review(number);
		await lockstep.answer(number);
		const ask = {number, person: cast.priya, digest, confirmedItems: []};
		expect(expectRefusal(await approveRequest(lockstep.world, ask), 'stale-view').sentence).toContain(
			'changed since you looked',
		);
	});

	it('while an item is unanswered, with its name', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const refusal = expectRefusal(await lockstep.approve(number, cast.priya), 'checklist-incomplete');
		expect(refusal.sentence).toContain('“No table or column is dropped');
	});

	it('while a blocker is open, with its rule', async () => {
		const number = await answered(destructive);
		expect(expectRefusal(await lockstep.approve(number, cast.priya), 'blocked').sentence).toContain('drop-column');
	});

	it('while an item with a finding is not confirmed', async () => {
		const number = await waived();
		const digest = await lockstep.digest(number);
		const ask = {number, person: cast.priya, digest, confirmedItems: []};
		expectRefusal(await approveRequest(lockstep.world, ask), 'finding-unconfirmed');
		expectDone(await lockstep.approve(number, cast.priya));
	});

	it('once the request is withdrawn, approved or does not exist', async () => {
		const number = await lockstep.approved(shop, harmless);
		expectRefusal(await lockstep.approve(number, cast.omar), 'not-in-this-state');
		const ask = {number: 999_999, person: cast.priya, digest: 'd', confirmedItems: []};
		expectRefusal(await approveRequest(lockstep.world, ask), 'request-unknown');
	});
});

describe('two different approvers are needed', () => {
	it('for a destructive script whose blocker was waived, and one person twice is one', async () => {
		const number = await waived();
		const first = expectDone(await lockstep.approve(number, cast.priya));
		expect(first.sentence).toBe(`Your approval counts. MR-${number} needs 1 more, by somebody else.`);
		expect(await lockstep.state(number)).toBe('in-review');
		expectRefusal(await lockstep.approve(number, cast.priya), 'already-approved');
		expectDone(await lockstep.approve(number, cast.omar));
		expect(await lockstep.state(number)).toBe('approved');
	});

	it('and clicking at once they are two', async () => {
		const number = await waived();
		const both = await Promise.all([lockstep.approve(number, cast.priya), lockstep.approve(number, cast.omar)]);
		both.forEach(expectDone);
		expect(await lockstep.state(number)).toBe('approved');
		expect((await lockstep.load(number)).approvals).toHaveLength(2);
	});

	it('for a script that takes migrations back', async () => {
		const fresh = await lockstep.production();
		await fresh.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('${change}', '10.0.3')`);
		await fresh.query('ALTER TABLE customers ADD points integer');
		const statements = ['ALTER TABLE customers ALTER COLUMN points SET DEFAULT 1'];
		const down = efScript({version: '10', down: true, migrations: [{id: change, statements}]});
		const number = await lockstep.reviewed(fresh, down);
		await lockstep.answer(number);
		expect(expectDone(await lockstep.approve(number, cast.priya)).sentence).toContain('needs 1 more');
		expectDone(await lockstep.approve(number, cast.omar));
	});
});

describe('requesting changes', () => {
	it('sends the request back with a reason, also one that is approved already, and voids approvals', async () => {
		const number = await lockstep.approved(shop, harmless);
		expectRefusal(await requestChanges(lockstep.world, {number, person: cast.omar, reason: ' '}), 'reason-missing');
		const ask = {number, person: cast.omar, reason: 'points must be bigint'};
		const both = await Promise.all([requestChanges(lockstep.world, ask), requestChanges(lockstep.world, ask)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		const {request, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({
			state: 'changes-requested',
			reason: 'points must be bigint',
			startDueAt: null,
			approvedAt: null,
		});
		expect(approvals).toMatchObject([{voidedBecause: 'sent back for changes'}]);
	});
});

it('an approval and a withdrawal at the same moment: one of them happens', async () => {
	const number = await answered(harmless);
	const digest = await lockstep.digest(number);
	const [approval, changes] = await Promise.all([
		lockstep.approve(number, cast.priya),
		requestChanges(lockstep.world, {number, person: cast.omar, reason: 'wait'}),
	]);
	expect(changes.kind).toBe('done');
	const {request, approvals} = await lockstep.load(number);
	expect(request.state).toBe('changes-requested');
	expect(approvals.filter(({voidedBecause}) => voidedBecause === null)).toEqual([]);
	if (approval.kind === 'refusal') expectRefusal(approval, 'not-in-this-state');
	expectRefusal(await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest}), 'already-answered');
});
