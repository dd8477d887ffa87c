import {expect, it} from 'vitest';

import {answerGate, type GateRequest} from '../../src/domain/gate.ts';
import {type RequestState, requestStates} from '../../src/domain/request.ts';

function request(number: number, state: RequestState, more: Partial<GateRequest> = {}): GateRequest {
	return {number, target: 'shop-production', historyTable: 'history', version: '1.4.0', state, ...more};
}

function requests(...states: readonly RequestState[]): Parameters<typeof answerGate>[2] {
	return states.map((state, index) => request(index + 1, state));
}

it.each([
	['a version it knows nothing of', [], 'hold', 'unknown-version'],
	['verified', ['verified'], 'go', 'verified'],
	['two, both verified', ['verified', 'verified'], 'go', 'verified'],
	['two, one waiting', ['verified', 'in-review'], 'hold', 'waiting'],
	['running', ['running'], 'hold', 'running'],
	['failed', ['failed'], 'stop', 'failed'],
	['failed once, verified by another request', ['failed', 'verified'], 'stop', 'failed'],
	['closed by the lead', ['closed'], 'stop', 'failed'],
	['withdrawn alone', ['withdrawn'], 'hold', 'only-withdrawn'],
	['withdrawn, then verified', ['withdrawn', 'verified'], 'go', 'verified'],
	['rejected, then waiting', ['rejected', 'submitted'], 'hold', 'waiting'],
] as const)('%s: %s', (_name, states, verdict, reason) => {
	expect(answerGate('shop', '1.4.0', requests(...states))).toMatchObject({verdict, reason});
});

const newer = {version: '1.5.0'} as const;

it.each([
	['alone, whatever became of the newer one', [request(1, 'in-review', newer)], 'superseded'],
	['alone, and the newer one is verified', [request(1, 'verified', newer)], 'superseded'],
	['beside a withdrawn one of its own', [request(1, 'withdrawn'), request(2, 'approved', newer)], 'superseded'],
	[
		'on one target, verified on another',
		[request(1, 'verified'), request(2, 'approved', {...newer, target: 'shop-east'})],
		'superseded',
	],
	[
		'in one history table, verified in another',
		[request(2, 'verified'), request(1, 'approved', {...newer, historyTable: 'other'})],
		'superseded',
	],
	[
		'after an earlier script of its own was verified',
		[request(1, 'verified'), request(2, 'approved', newer)],
		'superseded',
	],
	['and requested again since: verified', [request(1, 'verified', newer), request(2, 'verified')], 'verified'],
	['and requested again since: waiting', [request(1, 'verified', newer), request(2, 'in-review')], 'waiting'],
	[
		'on one target, failed on another',
		[request(1, 'failed'), request(2, 'approved', {...newer, target: 'b'})],
		'failed',
	],
] as const)('a version that was superseded %s', (_name, known, reason) => {
	const answer = answerGate('shop', '1.4.0', known);
	expect(answer).toMatchObject({reason, verdict: reason === 'verified' ? 'go' : reason === 'failed' ? 'stop' : 'hold'});
});

it('says which version took the place of the one asked for, and where', () => {
	const one = answerGate('shop', '1.4.0', [
		request(1, 'approved', newer),
		request(2, 'approved', {...newer, target: 'b'}),
	]);
	expect(one.sentence).toBe(
		'shop 1.4.0 was superseded by 1.5.0 in MR-2 (b), MR-1 (shop-production). Deploy that version once it is verified.',
	);
	expect(one.requests).toEqual([
		{number: 2, target: 'b', state: 'approved'},
		{number: 1, target: 'shop-production', state: 'approved'},
	]);
	const two = answerGate('shop', '1.4.0', [request(1, 'approved', newer), request(2, 'approved', {version: '1.6.0'})]);
	expect(two.sentence).toBe(
		'shop 1.4.0 was superseded by 1.6.0 in MR-2 (shop-production) and by 1.5.0 in MR-1 (shop-production). Ask for those versions instead.',
	);
});

it('says go for no state but verified', () => {
	const going = requestStates.filter((state) => answerGate('shop', '1.4.0', requests(state)).verdict === 'go');
	expect(going).toEqual(['verified']);
});
