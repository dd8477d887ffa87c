import {describe, expect, test} from 'vitest';
import {checkMessage} from '../../../simulator/limits/message.ts';
import {callMessage} from '../../../src/adapters/slack/views/thread/call.ts';
import {requestMessage} from '../../../src/adapters/slack/views/message/request-message.ts';
import type {Rendered} from '../../../src/adapters/slack/views/words.ts';
import type {ApproverCall, RequestRecord} from '../../../src/operations/ports/record.ts';
import {answered, dana, digest, lena, noon, omar, priya, record, target} from './request-record.ts';

const asked: ApproverCall = {reviewDigest: digest, kind: 'asked', person: dana, called: [priya, omar], at: noon};
const reminder: ApproverCall = {...asked, kind: 'reminder', person: null, at: noon + 7_200_000};
const asking = '<!date^1772445600^{date_short_pretty} at {time}|2026-03-02 10:00 UTC>';

describe('a call', () => {
	test('pings those who could approve, and says who asked and where to approve', () => {
		const {text, blocks} = callMessage(record(), asked);
		const expected = `<@${priya}>, <@${omar}>: MR-12 (shop 2.4.0 → shop-production) waits for an approval. <@${dana}> asked. Look at the message above and approve it there, or request changes.`;
		expect(text).toBe(expected);
		expect(blocks).toEqual([
			{type: 'section', block_id: 'call', text: {type: 'mrkdwn', text: expected, verbatim: true}},
		]);
	});

	test('of Lockstep’s own says since when it waits', () => {
		expect(callMessage(record(), reminder).text).toContain(
			`<@${priya}>, <@${omar}>: MR-12 (shop 2.4.0 → shop-production) has waited for an approval since ${asking}. Look at`,
		);
	});

	test('pings nobody but those who are called, whatever the names say', () => {
		const hostile = `<!channel> <@${lena}> <https://evil.example|ok> *shop* \`x\``.repeat(20);
		const shown = callMessage(record({app: hostile, version: hostile, target: hostile}), asked);
		expectFits(shown);
		expect(shown.text.match(/<@\w+>/gu)).toEqual([`<@${priya}>`, `<@${omar}>`, `<@${dana}>`]);
		expect(shown.text).not.toMatch(/<!channel|<https/u);
	});

	test('of a whole department pings them all and fits', () => {
		const called = Array.from({length: 90}, (_, index) => `U0${String(index).padStart(9, '0')}`);
		const shown = callMessage(record(), {...asked, called});
		expectFits(shown);
		expect(shown.text.match(/<@U0\d+>/gu)).toHaveLength(90);
	});
});

describe('the request’s message', () => {
	const ready = answered();

	test('offers to find an approver while approvals are what is missing', () => {
		expect(buttonsOf(record({}, {answers: ready}))).toContain('Find me an approver');
	});

	test.each([
		['the checklist is incomplete', record()],
		['it is approved', record({state: 'approved'}, {answers: ready})],
		['somebody asked already', record({}, {answers: ready, calls: [asked]})],
	])('does not once %s', (_what, shown) => {
		expect(buttonsOf(shown)).not.toContain('Find me an approver');
	});

	test('offers it again for another review', () => {
		const older = {...asked, reviewDigest: 'e'.repeat(64)};
		expect(buttonsOf(record({}, {answers: ready, calls: [older]}))).toContain('Find me an approver');
		expect(turnOf(record({}, {answers: ready, calls: [older]}))).not.toContain('Asked');
	});

	test('offers it although Lockstep has reminded them', () => {
		expect(buttonsOf(record({}, {answers: ready, calls: [reminder]}))).toContain('Find me an approver');
	});

	test('says under the turn who was asked, and when', () => {
		const turn = turnOf(record({}, {answers: ready, calls: [asked]}));
		expect(turn).toMatch(/^\*Next:\* /u);
		expect(turn.split('\n').at(-1)).toBe(`Asked <@${priya}> and <@${omar}> ${asking}.`);
	});

	test('says who was reminded last', () => {
		const called = [priya, omar, lena];
		const turn = turnOf(record({}, {answers: ready, calls: [asked, {...reminder, called}]}));
		expect(turn.split('\n').at(-1)).toMatch(new RegExp(`^Reminded <@${priya}>, <@${omar}> and <@${lena}> `, 'u'));
	});

	test('says nothing of it once somebody else’s turn has come', () => {
		expect(turnOf(record({state: 'approved'}, {answers: ready, calls: [asked]}))).not.toContain('Asked <@');
	});
});

function buttonsOf(shown: RequestRecord): readonly string[] {
	return requestMessage(shown, target()).blocks.flatMap((block) =>
		block.type === 'actions'
			? block.elements.flatMap((element) => (element.type === 'button' ? [element.text.text] : []))
			: [],
	);
}

function turnOf(shown: RequestRecord): string {
	const turn = requestMessage(shown, target()).blocks.find((block) => block.block_id === 'turn');
	if (turn?.type !== 'section') throw new Error('The message has no turn.');
	return turn.text?.text ?? '';
}

function expectFits({text, blocks}: Rendered): void {
	const sent = JSON.parse(JSON.stringify(blocks)) as NonNullable<Parameters<typeof checkMessage>[0]['blocks']>;
	expect(() => checkMessage({text, blocks: sent}, 'post')).not.toThrow();
}
