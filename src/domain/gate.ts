import type {RequestState} from './request.ts';

export type GateVerdict = 'go' | 'hold' | 'stop';

export const gateReasons = [
	'verified',
	'unknown-version',
	'waiting',
	'running',
	'failed',
	'only-withdrawn',
	'unknown-target',
] as const;

export type GateReason = (typeof gateReasons)[number];

export interface GateAnswer {
	readonly verdict: GateVerdict;
	readonly reason: GateReason;
	readonly sentence: string;
	/** The requests that decide it, newest first. */
	readonly requests: readonly {readonly number: number; readonly target: string; readonly state: RequestState}[];
}

export interface GateRequest {
	readonly number: number;
	readonly target: string;
	readonly state: RequestState;
}

/**
 * May this version be deployed? Go only when every request of that app and version is verified; fails closed: what it
 * does not know is a hold, what failed is a stop. Withdrawn and rejected requests never ran and do not count.
 */
export function answerGate(app: string, version: string, requests: readonly GateRequest[]): GateAnswer {
	const name = `${app} ${version}`;
	const newest = requests.toSorted((a, b) => b.number - a.number);
	if (newest.length === 0) {
		return answer(
			'hold',
			'unknown-version',
			`Lockstep knows no migration request for ${name}. Request its migration first.`,
			[],
		);
	}
	const counting = newest.filter(({state}) => state !== 'withdrawn' && state !== 'rejected');
	if (counting.length === 0) {
		return answer(
			'hold',
			'only-withdrawn',
			`Every request for ${name} was withdrawn or rejected. Request its migration again.`,
			newest,
		);
	}
	const failed = counting.filter(({state}) => state === 'failed' || state === 'closed');
	if (failed.length > 0) {
		return answer(
			'stop',
			'failed',
			`Do not deploy ${name}: ${names(failed)} failed. The lead decides in the request’s thread.`,
			failed,
		);
	}
	const running = counting.filter(({state}) => state === 'running');
	if (running.length > 0) return answer('hold', 'running', `${names(running)} of ${name} is running now.`, running);
	const waiting = counting.filter(({state}) => state !== 'verified');
	if (waiting.length > 0) {
		return answer('hold', 'waiting', `${names(waiting)} of ${name} is not verified yet.`, waiting);
	}
	return answer('go', 'verified', `Every migration of ${name} is verified: ${names(counting)}.`, counting);
}

function answer(
	verdict: GateVerdict,
	reason: GateReason,
	sentence: string,
	requests: readonly GateRequest[],
): GateAnswer {
	return {verdict, reason, sentence, requests};
}

function names(requests: readonly GateRequest[]): string {
	return requests.map(({number, target}) => `MR-${number} (${target})`).join(', ');
}
