import {expect, it} from 'vitest';

import {answerGate} from '../../src/domain/gate.ts';
import {type RequestState, requestStates} from '../../src/domain/request.ts';

function requests(...states: readonly RequestState[]): Parameters<typeof answerGate>[2] {
	return states.map((state, index) => ({number: index + 1, target: 'shop-production', state}));
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

it('says go for no state but verified', () => {
	const going = requestStates.filter((state) => answerGate('shop', '1.4.0', requests(state)).verdict === 'go');
	expect(going).toEqual(['verified']);
});
