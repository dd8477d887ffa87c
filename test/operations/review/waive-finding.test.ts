import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
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
const everybody = {...shop.target().people, waivers: Object.values(cast)};

async function waiverOf(number: number, more: {readonly person?: string; readonly reason?: string} = {}) {
	const digest = await lockstep.digest(number);
	return {number, person: cast.omar, digest, rule: 'drop-column', reason: 'nobody reads it since 1.3', ...more};
}

describe('a waiver', () => {
	it('lets the blockers of its rule pass for this review, is posted, and asks for two approvals', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		await lockstep.answer(number);
		expectRefusal(await lockstep.approve(number, cast.priya), 'blocked');
		const done = expectDone(await waiveFinding(lockstep.world, await waiverOf(number)));
		expect(done.sentence).toContain('Two approvals are needed now');
		expect((await lockstep.load(number)).waivers).toEqual([
			{
				rule: 'drop-column',
				person: cast.omar,
				reason: 'nobody reads it since 1.3',
				reviewDigest: await lockstep.digest(number),
			},
		]);
		expect(await lockstep.messages(number)).toContain('line waiver');
		expect(expectDone(await lockstep.approve(number, cast.priya)).sentence).toContain('needs 1 more');
	});

	it('by a double click has one effect', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		const ask = await waiverOf(number);
		const both = await Promise.all([waiveFinding(lockstep.world, ask), waiveFinding(lockstep.world, ask)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expect((await lockstep.load(number)).waivers).toHaveLength(1);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'line waiver')).toHaveLength(1);
	});

	it('of an older review counts no more for a new script', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		const old = await waiverOf(number);
		expectDone(await waiveFinding(lockstep.world, old));
		const script = {
			name: 'b.sql',
			bytes: changing(['ALTER TABLE customers DROP COLUMN phone', 'ALTER TABLE customers DROP COLUMN name']),
		};
		expectDone(await replaceScript(lockstep.world, {number, person: cast.dana, script}));
		expectRefusal(await waiveFinding(lockstep.world, old), 'review-unfinished');
		await lockstep.review(number);
		expectRefusal(await waiveFinding(lockstep.world, old), 'stale-view');
		await lockstep.answer(number);
		expectRefusal(await lockstep.approve(number, cast.priya), 'blocked');
	});

	it('needs a reason', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(number, {reason: ' '})), 'reason-missing');
	});

	it('is refused where there is nothing to waive, or a rule that nobody may waive', async () => {
		const clean = await lockstep.reviewed(shop, harmless);
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(clean)), 'not-waivable');
		const broken = await lockstep.reviewed(
			shop,
			changing(['CREATE INDEX CONCURRENTLY customers_name ON customers (name)']),
		);
		expect((await lockstep.request(broken)).review?.findings).toMatchObject([{rule: 'concurrently-in-block'}]);
		const ask = {...(await waiverOf(broken)), rule: 'concurrently-in-block'};
		expectRefusal(await waiveFinding(lockstep.world, ask), 'not-waivable');
	});

	it('is refused once the request is approved', async () => {
		const number = await lockstep.approved(shop, harmless);
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(number)), 'not-waivable');
	});
});

describe('who may waive', () => {
	const refused: readonly (readonly [string, string, RefusalCode])[] = [
		['the author, although named', cast.dana, 'is-author'],
		['an approver who is not named', cast.priya, 'not-a-waiver-giver'],
		['a lead who is not named', cast.lena, 'not-a-waiver-giver'],
		['an outsider', cast.otto, 'not-a-waiver-giver'],
	];

	it.each(refused)('%s may not', async (_, person, code) => {
		const number = await lockstep.reviewed(shop, destructive);
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(number, {person})), code);
		expect((await lockstep.load(number)).waivers).toEqual([]);
	});

	const never: readonly (readonly [string, string, RefusalCode])[] = [
		['a guest', cast.gus, 'person-guest'],
		['a bot', cast.bot, 'person-bot'],
		['a deactivated person', cast.gone, 'person-deactivated'],
		['a stranger', cast.alien, 'person-stranger'],
	];

	it.each(never)('%s may not, although named', async (_, person, code) => {
		const open = await lockstep.production({people: everybody});
		const number = await lockstep.reviewed(open, destructive);
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(number, {person})), code);
	});

	it('the requester and the last editor may not, although named', async () => {
		const open = await lockstep.production({people: everybody});
		const number = await lockstep.reviewed(open, harmless, {requester: cast.sam});
		const script = {name: 'b.sql', bytes: destructive};
		expectDone(await replaceScript(lockstep.world, {number, person: cast.lena, script}));
		await lockstep.review(number);
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(number, {person: cast.sam})), 'is-requester');
		expectRefusal(await waiveFinding(lockstep.world, await waiverOf(number, {person: cast.lena})), 'is-last-editor');
		expectDone(await waiveFinding(lockstep.world, await waiverOf(number, {person: cast.otto})));
	});
});
