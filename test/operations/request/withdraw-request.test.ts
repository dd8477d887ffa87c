import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {startRun} from '../../../src/operations/run/start-run.ts';
import {withdrawRequest} from '../../../src/operations/request/withdraw-request.ts';
import {cast, expectDone, expectRefusal, harmless, openLockstep} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

describe('a withdrawal', () => {
	it('ends the request and voids its approvals; afterwards nothing is possible any more', async () => {
		const number = await lockstep.approved(shop, harmless);
		const digest = await lockstep.digest(number);
		const done = expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		expect(done.sentence).toBe(`MR-${number} is withdrawn.`);
		const {request, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'withdrawn', startDueAt: null, hold: null});
		expect(approvals).toMatchObject([{voidedBecause: 'withdrawn'}]);
		const refusal = expectRefusal(
			await startRun(lockstep.world, {number, person: cast.dana, digest}),
			'not-in-this-state',
		);
		expect(refusal.sentence).toContain('Request again…');
		await lockstep.run(number);
		expect((await lockstep.load(number)).runs).toEqual([]);
	});

	it('by a double click has one effect', async () => {
		const number = await lockstep.open(shop, harmless);
		const ask = {number, person: cast.dana};
		const both = await Promise.all([withdrawRequest(lockstep.world, ask), withdrawRequest(lockstep.world, ask)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expect((await lockstep.events(number)).filter((kind) => kind === 'withdrawn')).toHaveLength(1);
	});

	it('is possible before the review has finished, and not of what does not exist', async () => {
		const number = await lockstep.open(shop, harmless);
		expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		await lockstep.review(number);
		expect(await lockstep.state(number)).toBe('withdrawn');
		expectRefusal(await withdrawRequest(lockstep.world, {number: 999_999, person: cast.dana}), 'request-unknown');
	});

	it('is not possible while it runs: there cancelling is', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.started(fresh, harmless);
		const said: string[] = [];
		lockstep.moments.afterBackup = async () => {
			const refusal = expectRefusal(
				await withdrawRequest(lockstep.world, {number, person: cast.dana}),
				'not-in-this-state',
			);
			said.push(refusal.sentence);
		};
		expect((await lockstep.run(number)).request.state).toBe('verified');
		expect(said).toHaveLength(1);
	});
});

describe('who may withdraw', () => {
	it.each([
		['the requester', cast.dana],
		['the author', cast.otto],
		['a lead', cast.lena],
	])('%s may', async (_, person) => {
		const number = await lockstep.open(shop, harmless, {author: cast.otto});
		expectDone(await withdrawRequest(lockstep.world, {number, person}));
	});

	const refused: readonly (readonly [string, string, RefusalCode])[] = [
		['an approver', cast.priya, 'not-a-lead'],
		['who is on call', cast.sam, 'not-a-lead'],
		['an outsider', cast.otto, 'not-a-lead'],
		['a guest', cast.gus, 'person-guest'],
		['a bot', cast.bot, 'person-bot'],
		['a deactivated person', cast.gone, 'person-deactivated'],
		['a stranger', cast.alien, 'person-stranger'],
		['somebody unknown', 'U0NOBODY', 'person-unknown'],
	];

	it.each(refused)('%s may not', async (_, person, code) => {
		const number = await lockstep.open(shop, harmless);
		expectRefusal(await withdrawRequest(lockstep.world, {number, person}), code);
		expect(await lockstep.state(number)).toBe('submitted');
	});

	it('the requester may not any more once they are deactivated', async () => {
		const number = await lockstep.open(shop, harmless);
		lockstep.slack.change(cast.dana, {deactivated: true});
		expectRefusal(await withdrawRequest(lockstep.world, {number, person: cast.dana}), 'person-deactivated');
	});
});
