import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {agreeWithEvidence, answerChecklist} from '../../../src/operations/review/answer-checklist.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {cast, destructive, expectDone, expectRefusal, harmless, openLockstep} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();
const drop = 'no-destructive-drop';

async function askOf(number: number, person: string = cast.dana) {
	return {number, person, digest: await lockstep.digest(number)};
}

describe('agreeing with the evidence', () => {
	it('answers every clean item in one click', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const answer = expectDone(await agreeWithEvidence(lockstep.world, await askOf(number)));
		expect(answer.sentence).toBe(`Agreed: 4 checklist items of MR-${number}.`);
		const {answers} = await lockstep.load(number);
		expect(answers.map(({item, verdict, person}) => [item, verdict, person])).toEqual([
			['no-destructive-drop', 'yes', cast.dana],
			['not-null-filled', 'yes', cast.dana],
			['large-index-concurrently', 'yes', cast.dana],
			['no-destructive-rename', 'yes', cast.dana],
		]);
		expect(await lockstep.events(number)).toEqual(['submitted', 'review-started', 'review-finished', 'answered']);
	});

	it('leaves out the doubtful ones', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		expectDone(await agreeWithEvidence(lockstep.world, await askOf(number)));
		const {answers} = await lockstep.load(number);
		expect(answers.map(({item}) => item)).not.toContain(drop);
		expect(answers).toHaveLength(3);
	});

	it('by a double click has one effect', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const ask = await askOf(number);
		const both = await Promise.all([agreeWithEvidence(lockstep.world, ask), agreeWithEvidence(lockstep.world, ask)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expectRefusal(await agreeWithEvidence(lockstep.world, ask), 'already-answered');
		expect((await lockstep.load(number)).answers).toHaveLength(4);
	});
});

describe('answering an item', () => {
	it('with yes against doubtful evidence needs words', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		const ask = {...(await askOf(number)), item: drop, verdict: 'yes'} as const;
		expectRefusal(await answerChecklist(lockstep.world, {...ask, reason: null}), 'reason-missing');
		expectRefusal(await answerChecklist(lockstep.world, {...ask, reason: '  '}), 'reason-missing');
		expectDone(await answerChecklist(lockstep.world, {...ask, reason: 'nobody reads it since 1.3'}));
		expect((await lockstep.load(number)).answers).toMatchObject([
			{item: drop, verdict: 'yes', reason: 'nobody reads it since 1.3'},
		]);
	});

	it('with not applicable needs words, with yes on clean evidence none', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const ask = {...(await askOf(number)), item: drop, reason: null} as const;
		expectRefusal(await answerChecklist(lockstep.world, {...ask, verdict: 'not-applicable'}), 'reason-missing');
		expectDone(await answerChecklist(lockstep.world, {...ask, verdict: 'yes'}));
	});

	it('by a double click has one effect', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const ask = {...(await askOf(number)), item: drop, verdict: 'yes', reason: null} as const;
		const both = await Promise.all([answerChecklist(lockstep.world, ask), answerChecklist(lockstep.world, ask)]);
		both.forEach(expectDone);
		expect((await lockstep.load(number)).answers).toHaveLength(1);
		expect((await lockstep.events(number)).filter((kind) => kind === 'answered')).toHaveLength(1);
	});

	it('by two people at once keeps both answers, and the last one counts', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const ask = {...(await askOf(number)), item: drop, verdict: 'yes'} as const;
		const both = await Promise.all(
			[cast.dana, cast.priya].map(
				async (person) => await answerChecklist(lockstep.world, {...ask, person, reason: person}),
			),
		);
		both.forEach(expectDone);
		expect((await lockstep.load(number)).answers).toHaveLength(2);
	});

	it('with no sends the request back with its reason and voids what was approved', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const ask = {...(await askOf(number)), item: drop, verdict: 'no'} as const;
		expectRefusal(await answerChecklist(lockstep.world, {...ask, reason: null}), 'reason-missing');
		const both = await Promise.all(
			[1, 2].map(async () => await answerChecklist(lockstep.world, {...ask, reason: 'keep the column'})),
		);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expect(await lockstep.request(number)).toMatchObject({state: 'changes-requested', reason: 'keep the column'});
	});

	it('with no still stands when the same bytes are sent again: nobody can approve past it', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		expectDone(await agreeWithEvidence(lockstep.world, await askOf(number)));
		const no = {...(await askOf(number)), item: drop, verdict: 'no', reason: 'keep the column'} as const;
		expectDone(await answerChecklist(lockstep.world, no));
		const again = {number, person: cast.dana, script: {name: 'migration.sql', bytes: harmless}};
		expectDone(await replaceScript(lockstep.world, again));
		await lockstep.review(number);
		expectRefusal(await lockstep.approve(number, cast.priya), 'checklist-incomplete');
		expectDone(await answerChecklist(lockstep.world, {...no, verdict: 'yes', reason: 'it was a misunderstanding'}));
		expectDone(await lockstep.approve(number, cast.priya));
	});
});

describe('who may answer', () => {
	it.each([
		['the requester', cast.dana],
		['an approver', cast.priya],
		['a lead', cast.lena],
		['who is on call', cast.sam],
	])('%s may', async (_, person) => {
		const number = await lockstep.reviewed(shop, harmless);
		expectDone(await agreeWithEvidence(lockstep.world, await askOf(number, person)));
	});

	const refused: readonly (readonly [string, string, RefusalCode])[] = [
		['an outsider', cast.otto, 'not-involved'],
		['a guest', cast.gus, 'person-guest'],
		['a bot', cast.bot, 'person-bot'],
		['a deactivated person', cast.gone, 'person-deactivated'],
		['a stranger', cast.alien, 'person-stranger'],
		['somebody unknown', 'U0NOBODY', 'person-unknown'],
	];

	it.each(refused)('%s may not', async (_, person, code) => {
		const number = await lockstep.reviewed(shop, harmless);
		const ask = await askOf(number, person);
		expectRefusal(await agreeWithEvidence(lockstep.world, ask), code);
		expectRefusal(await answerChecklist(lockstep.world, {...ask, item: drop, verdict: 'no', reason: 'x'}), code);
		expect((await lockstep.load(number)).answers).toEqual([]);
	});
});

describe('a stale button', () => {
	it('of an older review is told that this changed since', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const old = await askOf(number);
		expectDone(
			await replaceScript(lockstep.world, {
				number,
				person: cast.dana,
				script: {name: 'b.sql', bytes: destructive},
			}),
		);
		expectRefusal(await agreeWithEvidence(lockstep.world, old), 'review-unfinished');
		await lockstep.review(number);
		expectRefusal(await agreeWithEvidence(lockstep.world, old), 'stale-view');
		expectRefusal(
			await answerChecklist(lockstep.world, {...old, item: drop, verdict: 'yes', reason: 'x'}),
			'stale-view',
		);
	});

	it('of an approved request is told that this is no longer possible', async () => {
		const number = await lockstep.approved(shop, harmless);
		const ask = {...(await askOf(number)), item: drop, verdict: 'not-applicable', reason: 'x'} as const;
		expectRefusal(await answerChecklist(lockstep.world, ask), 'not-in-this-state');
	});

	it('of a request that is not there is told so', async () => {
		const ask = {number: 999_999, person: cast.dana, digest: 'd'};
		expect(expectRefusal(await agreeWithEvidence(lockstep.world, ask), 'request-unknown').sentence).toContain(
			'/migrate list',
		);
	});
});
