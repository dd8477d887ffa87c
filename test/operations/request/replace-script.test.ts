import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {requestChanges} from '../../../src/operations/approval/approve-request.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {waiveFinding} from '../../../src/operations/review/waive-finding.ts';
import {
	cast,
	changing,
	destructive,
	expectDone,
	expectRefusal,
	harmless,
	openLockstep,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();
const other = changing(['ALTER TABLE customers ADD level integer']);

async function send(number: number, bytes: Uint8Array, person: string = cast.dana) {
	return await replaceScript(lockstep.world, {number, person, script: {name: 'new.sql', bytes}});
}

describe('new bytes', () => {
	it('void the approvals, name who sent them, are posted, and are reviewed', async () => {
		const number = await lockstep.approved(shop, harmless);
		lockstep.queue.hints.length = 0;
		const done = expectDone(await send(number, other, cast.lena));
		expect(done.sentence).toContain('Earlier approvals no longer count');
		const {request, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({
			state: 'submitted',
			review: null,
			reviewDigest: null,
			approvedAt: null,
			lastEditor: cast.lena,
			author: cast.dana,
			scriptName: 'new.sql',
			scriptSha256: lockstep.world.hash(other),
		});
		expect(approvals).toMatchObject([{voidedBecause: 'new bytes'}]);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'script')).toHaveLength(2);
		expect(lockstep.queue.hints).toContainEqual({kind: 'review', number, pool: 'default'});
		await lockstep.review(number);
		expect(await lockstep.state(number)).toBe('in-review');
	});

	it('leave a note of what they replaced and whether somebody had approved it', async () => {
		const number = await lockstep.approved(shop, harmless);
		expectDone(await send(number, other, cast.lena));
		expectDone(await send(number, harmless, cast.dana));
		expectDone(await send(number, harmless, cast.dana));
		const replaced = {version: '1.4.0', summary: 'A change', at: expect.any(Number)};
		expect((await lockstep.load(number)).replaced).toEqual([
			{
				...replaced,
				scriptSha256: lockstep.world.hash(harmless),
				scriptName: 'migration.sql',
				approved: true,
				person: cast.lena,
			},
			{
				...replaced,
				scriptSha256: lockstep.world.hash(other),
				scriptName: 'new.sql',
				approved: false,
				person: cast.dana,
			},
		]);
	});

	it('count what was approved before it was sent back as approved', async () => {
		const number = await lockstep.approved(shop, harmless);
		expectDone(await requestChanges(lockstep.world, {number, person: cast.omar, reason: 'not now'}));
		expectDone(await send(number, other));
		expect((await lockstep.load(number)).replaced).toMatchObject([{approved: true}]);
	});

	it('answer a request for changes', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		expectDone(await requestChanges(lockstep.world, {number, person: cast.priya, reason: 'keep the column'}));
		expectDone(await send(number, harmless));
		expect(await lockstep.request(number)).toMatchObject({state: 'submitted', reason: null});
		expect((await lockstep.load(number)).replaced).toMatchObject([{approved: false}]);
	});

	it('shut out who sent them as an approver, and are refused where nobody would be left', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.removeApprover(cast.omar);
		expectRefusal(await send(number, other, cast.priya), 'nobody-could-approve');
		expectDone(await send(number, other, cast.dana));
	});

	it('that Lockstep cannot use are refused, and the request stays as it is', async () => {
		const number = await lockstep.approved(shop, harmless);
		const before = await lockstep.request(number);
		expectRefusal(await send(number, Buffer.from('DROP TABLE customers;')), 'script-not-ef');
		expectRefusal(await send(number, Buffer.from('')), 'script-empty');
		expect(await lockstep.request(number)).toEqual(before);
	});

	it('delivered twice void once and are posted once', async () => {
		const number = await lockstep.approved(shop, harmless);
		const both = await Promise.all([send(number, other), send(number, other)]);
		both.forEach(expectDone);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'script')).toHaveLength(2);
		expect((await lockstep.load(number)).approvals).toHaveLength(1);
		await lockstep.review(number);
		expect(await lockstep.state(number)).toBe('in-review');
	});
});

describe('the same bytes', () => {
	it('keep approvals and answers: the review finds what was approved, and the request is approved again', async () => {
		const number = await lockstep.approved(shop, harmless);
		expect(expectDone(await send(number, harmless, cast.lena)).sentence).toContain('approvals stand');
		expect(await lockstep.request(number)).toMatchObject({state: 'submitted', lastEditor: cast.dana});
		await lockstep.review(number);
		const {request, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'approved', approvedAt: expect.any(Number)});
		expect(approvals).toMatchObject([{voidedBecause: null}]);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'script')).toHaveLength(1);
	});

	it('say what is pending no second time', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const before = await lockstep.messages(number);
		expectDone(await send(number, harmless));
		await lockstep.review(number);
		expect(await lockstep.state(number)).toBe('in-review');
		expect(await lockstep.messages(number)).toEqual(before);
	});

	it('keep the first of two approvals', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		await lockstep.answer(number);
		const digest = await lockstep.digest(number);
		const waiver = {number, person: cast.omar, digest, rule: 'drop-column', reason: 'nobody reads it'};
		expectDone(await waiveFinding(lockstep.world, waiver));
		expectDone(await lockstep.approve(number, cast.priya));
		expectDone(await send(number, destructive));
		await lockstep.review(number);
		expect((await lockstep.load(number)).approvals).toMatchObject([{person: cast.priya, voidedBecause: null}]);
		expectDone(await lockstep.approve(number, cast.omar));
		expect(await lockstep.state(number)).toBe('approved');
	});

	it('keep the time at which the approved request starts', async () => {
		const at = Date.now() + 3_600_000;
		const number = await lockstep.approved(shop, harmless, {start: {kind: 'at', at}});
		expectDone(await send(number, harmless));
		await lockstep.review(number);
		expect(await lockstep.request(number)).toMatchObject({state: 'approved', startDueAt: at});
	});

	it('do not keep approvals when the target has moved meanwhile', async () => {
		const moved = await lockstep.production();
		const number = await lockstep.approved(moved, harmless);
		await moved.query(`DELETE FROM "__EFMigrationsHistory"`);
		expectDone(await send(number, harmless));
		await lockstep.review(number);
		const {request, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'in-review', approvedAt: null});
		expect(approvals).toMatchObject([{voidedBecause: expect.stringContaining('something else')}]);
	});
});

describe('who may send a script', () => {
	it.each([
		['an approver', cast.priya],
		['a lead', cast.lena],
		['who is on call', cast.sam],
	])('%s may', async (_, person) => {
		const number = await lockstep.reviewed(shop, harmless);
		expectDone(await send(number, other, person));
	});

	const refused: readonly (readonly [string, string, RefusalCode])[] = [
		['an outsider', cast.otto, 'not-involved'],
		['a guest', cast.gus, 'person-guest'],
		['a bot', cast.bot, 'person-bot'],
		['a deactivated person', cast.gone, 'person-deactivated'],
		['a stranger', cast.alien, 'person-stranger'],
	];

	it.each(refused)('%s may not', async (_, person, code) => {
		const number = await lockstep.reviewed(shop, harmless);
		expectRefusal(await send(number, other, person), code);
		expect(await lockstep.state(number)).toBe('in-review');
	});
});

it('a script that comes while the review is on its way is the one that counts', async () => {
	const number = await lockstep.open(shop, destructive);
	lockstep.moments.beforeReview = async () => {
		expectDone(await send(number, harmless));
	};
	await lockstep.review(number);
	expect(await lockstep.request(number)).toMatchObject({state: 'submitted', review: null});
	await lockstep.review(number);
	expect(await lockstep.request(number)).toMatchObject({
		state: 'in-review',
		review: {findings: [{rule: 'placeholder-default'}]},
	});
});
