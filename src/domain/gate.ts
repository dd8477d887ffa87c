import type {RequestState} from './request.ts';

export type GateVerdict = 'go' | 'hold' | 'stop';

export const gateReasons = [
	'verified',
	'unknown-version',
	'waiting',
	'running',
	'failed',
	'only-withdrawn',
	'superseded',
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
	readonly historyTable: string;
	readonly state: RequestState;
	/** What the request is for now: another version than the one asked for has taken its place there. */
	readonly version: string;
}

/**
 * May this version be deployed? Go only when every request of that app and version is verified; fails closed: what it
 * does not know is a hold, what failed is a stop. Withdrawn and rejected requests never ran and do not count. A version
 * whose place another one took was never applied there: hold, unless a request of its own was made for it since.
 */
export function answerGate(app: string, version: string, requests: readonly GateRequest[]): GateAnswer {
	const name = `${app} ${version}`;
	const known = requests.toSorted((a, b) => b.number - a.number);
	const newest = known.filter((request) => request.version === version);
	if (known.length === 0) {
		return answer(
			'hold',
			'unknown-version',
			`Lockstep knows no migration request for ${name}. Request its migration first.`,
			[],
		);
	}
	const counting = newest.filter(({state}) => state !== 'withdrawn' && state !== 'rejected');
	const superseded = known.filter(
		(request) => request.version !== version && !counting.some((own) => isMadeSince(own, request)),
	);
	if (counting.length === 0 && superseded.length === 0) {
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
	if (superseded.length > 0) return answer('hold', 'superseded', supersededSentence(name, superseded), superseded);
	return answer('go', 'verified', `Every migration of ${name} is verified: ${names(counting)}.`, counting);
}

/** A request of the version's own for the same place, made after the one that a newer version took over. */
function isMadeSince(own: GateRequest, superseded: GateRequest): boolean {
	return (
		own.number > superseded.number && own.target === superseded.target && own.historyTable === superseded.historyTable
	);
}

function supersededSentence(name: string, requests: readonly GateRequest[]): string {
	const versions = [...new Set(requests.map(({version}) => version))];
	const by = versions.map(
		(version) => `by ${version} in ${names(requests.filter((request) => request.version === version))}`,
	);
	const advice = versions.length === 1 ? 'Deploy that version once it is verified.' : 'Ask for those versions instead.';
	return `${name} was superseded ${by.join(' and ')}. ${advice}`;
}

function answer(
	verdict: GateVerdict,
	reason: GateReason,
	sentence: string,
	requests: readonly GateRequest[],
): GateAnswer {
	return {
		verdict,
		reason,
		sentence,
		requests: requests.map(({number, target, state}) => ({number, target, state})),
	};
}

function names(requests: readonly GateRequest[]): string {
	return requests.map(({number, target}) => `MR-${number} (${target})`).join(', ');
}
