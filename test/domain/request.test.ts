import {describe, expect, it} from 'vitest';

import {isRefusal} from '../../src/domain/refusal.ts';
import {
	move,
	moves,
	type RequestEvent,
	requestEvents,
	type RequestState,
	requestStates,
} from '../../src/domain/request.ts';

/** The moves as DESIGN's picture tells them, written down a second time: `from event to`. */
const allowed = `
submitted review-started reviewing
submitted script-replaced submitted
submitted withdrawn withdrawn
reviewing review-started reviewing
reviewing review-postponed submitted
reviewing review-finished in-review
reviewing review-rejected rejected
reviewing approved approved
reviewing verified verified
reviewing script-replaced submitted
reviewing withdrawn withdrawn
in-review answered in-review
in-review waived in-review
in-review approvers-called in-review
in-review approval-given in-review
in-review approved approved
in-review changes-requested changes-requested
in-review script-replaced submitted
in-review moved submitted
in-review withdrawn withdrawn
changes-requested script-replaced submitted
changes-requested withdrawn withdrawn
approved start-asked approved
approved held approved
approved approval-lapsed in-review
approved changes-requested changes-requested
approved script-replaced submitted
approved moved submitted
approved run-started running
approved withdrawn withdrawn
running cancel-asked running
running held approved
running approval-lapsed in-review
running moved submitted
running verified verified
running failed failed
failed rerun-allowed approved
failed closed closed
`
	.trim()
	.split('\n');

const pairs = requestStates.flatMap((state) => requestEvents.map((event) => [state, event] as const));

function expectedMove(state: RequestState, event: RequestEvent): string | null {
	const row = allowed.find((line) => line.startsWith(`${state} ${event} `));
	return row?.split(' ')[2] ?? null;
}

describe('the table of moves', () => {
	it('has a row for every state', () => {
		expect(Object.keys(moves).toSorted()).toEqual([...requestStates].toSorted());
	});

	it.each(pairs)('%s and %s', (state, event) => {
		const next = move(7, state, event);
		const refused = {code: 'not-in-this-state', sentence: expect.stringMatching(/^MR-7 (is|has) .+\. .+/)};
		expect(isRefusal(next) ? {code: next.code, sentence: next.sentence} : next).toEqual(
			expectedMove(state, event) ?? refused,
		);
	});

	it('names no move that the walk did not take', () => {
		const inTable = Object.values(moves).flatMap((row) => Object.keys(row)).length;
		expect(inTable).toBe(allowed.length);
	});

	it('lets every state be reached from submitted', () => {
		const reached = new Set<RequestState>(['submitted']);
		for (const state of reached) for (const next of Object.values(moves[state])) reached.add(next);
		expect([...reached].toSorted()).toEqual([...requestStates].toSorted());
	});
});
