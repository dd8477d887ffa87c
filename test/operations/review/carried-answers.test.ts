import {describe, expect, it} from 'vitest';

import {type AnswerableItemId, currentAnswer} from '../../../src/domain/checklist.ts';
import {agreeWithEvidence, answerChecklist} from '../../../src/operations/review/answer-checklist.ts';
import {requestChanges} from '../../../src/operations/approval/approve-request.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {cast, changing, destructive, expectDone, harmless, openLockstep} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

const answers = {
	'no-destructive-drop': 'yes',
	'not-null-filled': 'yes',
	'large-index-concurrently': 'yes',
	'no-destructive-rename': 'yes',
} as const satisfies {[item in AnswerableItemId]: string};

/** The new bytes are there and reviewed. */
async function sendAnother(number: number, bytes: Uint8Array): Promise<void> {
	expectDone(await replaceScript(lockstep.world, {number, person: cast.dana, script: {name: 'newer.sql', bytes}}));
	await lockstep.review(number);
	expect((await lockstep.load(number)).request.state).toBe('in-review');
}

/** What counts now, by item. */
async function standing(number: number): Promise<Record<string, string | undefined>> {
	const record = await lockstep.load(number);
	const digest = await lockstep.digest(number);
	return Object.fromEntries(
		Object.keys(answers).map((item) => [
			item,
			currentAnswer(record.answers, item as AnswerableItemId, digest)?.verdict,
		]),
	);
}

describe('answers given before new bytes', () => {
	it('stand where the review says the same of their items, with who gave them', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const before = await lockstep.digest(number);
		expectDone(await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: before}));
		await sendAnother(number, changing(['ALTER TABLE customers ADD points bigint NOT NULL DEFAULT 0']));
		expect(await lockstep.digest(number)).not.toBe(before);
		expect(await standing(number)).toEqual(answers);
		const {answers: given} = await lockstep.load(number);
		expect(given.slice(-4)).toMatchObject(Object.keys(answers).map(() => ({person: cast.dana, evidence: 'clean'})));
		expect(await lockstep.approve(number, cast.priya)).toMatchObject({kind: 'done'});
	});

	it('stand for a doubtful item, with their words, where the same statement is objected to elsewhere in the file', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		await lockstep.answer(number);
		await sendAnother(
			number,
			changing(['ALTER TABLE drafts ADD note text', 'ALTER TABLE customers DROP COLUMN phone']),
		);
		expect(await standing(number)).toEqual(answers);
		expect((await lockstep.load(number)).answers.at(-1)).toMatchObject({reason: 'we looked'});
	});

	it('fall for the item that another drop is objected to in, and for that one alone', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		await lockstep.answer(number);
		await sendAnother(
			number,
			changing(['ALTER TABLE customers DROP COLUMN phone', 'ALTER TABLE customers DROP COLUMN name']),
		);
		expect(await standing(number)).toEqual({...answers, 'no-destructive-drop': undefined});
	});

	it('are never a "no"', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		await lockstep.answer(number);
		expectDone(
			await answerChecklist(lockstep.world, {
				number,
				person: cast.omar,
				digest: await lockstep.digest(number),
				item: 'no-destructive-drop',
				verdict: 'no',
				reason: 'keep the phone',
			}),
		);
		await sendAnother(
			number,
			changing(['ALTER TABLE drafts ADD note text', 'ALTER TABLE customers DROP COLUMN phone']),
		);
		expect(await standing(number)).toEqual({...answers, 'no-destructive-drop': undefined});
	});

	it('fall where the record does not know what they answered', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		expectDone(
			await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: await lockstep.digest(number)}),
		);
		await lockstep.query(`update answer set evidence = '' where request = $1 and item = 'not-null-filled'`, [number]);
		await sendAnother(number, changing(['ALTER TABLE customers ADD points bigint NOT NULL DEFAULT 0']));
		expect(await standing(number)).toEqual({...answers, 'not-null-filled': undefined});
	});

	it('are carried on from script to script, and not written again for the same review', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		expectDone(
			await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: await lockstep.digest(number)}),
		);
		await sendAnother(number, changing(['ALTER TABLE customers ADD points bigint NOT NULL DEFAULT 0']));
		expectDone(await requestChanges(lockstep.world, {number, person: cast.priya, reason: 'a smaller type, please'}));
		await sendAnother(number, harmless);
		expect(await standing(number)).toEqual(answers);
		const {answers: given} = await lockstep.load(number);
		expect(given, 'the first review’s digest has its answers already').toHaveLength(8);
	});
});

it('an approval is not carried over: it was given for the bytes', async () => {
	const number = await lockstep.approved(shop, harmless);
	await sendAnother(number, changing(['ALTER TABLE customers ADD points bigint NOT NULL DEFAULT 0']));
	expect(await standing(number)).toEqual(answers);
	expect((await lockstep.load(number)).approvals).toMatchObject([{voidedBecause: 'new bytes'}]);
});
