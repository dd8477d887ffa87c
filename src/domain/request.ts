import {type Refusal, refuse} from './refusal.ts';
import type {Review} from './review/review.ts';

export const requestStates = [
	'submitted',
	'reviewing',
	'in-review',
	'changes-requested',
	'approved',
	'running',
	'verified',
	'failed',
	'withdrawn',
	'rejected',
	'closed',
] as const;

export type RequestState = (typeof requestStates)[number];

export const requestEvents = [
	'review-started',
	'review-postponed',
	'review-finished',
	'review-rejected',
	'script-replaced',
	'answered',
	'waived',
	'approvers-called',
	'approval-given',
	'approved',
	'approval-lapsed',
	'changes-requested',
	'start-asked',
	'held',
	'run-started',
	'cancel-asked',
	'moved',
	'verified',
	'failed',
	'rerun-allowed',
	'closed',
	'withdrawn',
] as const;

export type RequestEvent = (typeof requestEvents)[number];

/**
 * Every state and every allowed move. What is not here is refused. `moved` is the target having changed since the
 * review: the request is reviewed again.
 */
export const moves: {readonly [state in RequestState]: {readonly [event in RequestEvent]?: RequestState}} = {
	submitted: {
		'review-started': 'reviewing',
		'script-replaced': 'submitted',
		withdrawn: 'withdrawn',
	},
	reviewing: {
		'review-started': 'reviewing',
		'review-postponed': 'submitted',
		'review-finished': 'in-review',
		'review-rejected': 'rejected',
		// The target moved and came back to what was approved: approvals stand.
		approved: 'approved',
		// The target's history holds every migration of the script already.
		verified: 'verified',
		'script-replaced': 'submitted',
		withdrawn: 'withdrawn',
	},
	'in-review': {
		answered: 'in-review',
		waived: 'in-review',
		'approvers-called': 'in-review',
		'approval-given': 'in-review',
		approved: 'approved',
		'changes-requested': 'changes-requested',
		'script-replaced': 'submitted',
		moved: 'submitted',
		withdrawn: 'withdrawn',
	},
	'changes-requested': {
		'script-replaced': 'submitted',
		withdrawn: 'withdrawn',
	},
	approved: {
		'start-asked': 'approved',
		held: 'approved',
		'approval-lapsed': 'in-review',
		'changes-requested': 'changes-requested',
		'script-replaced': 'submitted',
		moved: 'submitted',
		'run-started': 'running',
		withdrawn: 'withdrawn',
	},
	running: {
		'cancel-asked': 'running',
		held: 'approved',
		'approval-lapsed': 'in-review',
		moved: 'submitted',
		verified: 'verified',
		failed: 'failed',
	},
	failed: {
		'rerun-allowed': 'approved',
		closed: 'closed',
	},
	verified: {},
	withdrawn: {},
	rejected: {},
	closed: {},
};

/** States in which a newer script takes the place of the request's own. */
export const replaceableStates: readonly RequestState[] = requestStates.filter(
	(state) => moves[state]['script-replaced'] !== undefined,
);

/** How a state reads in a sentence. */
export const stateWords: {readonly [state in RequestState]: string} = {
	submitted: 'waiting for its review',
	reviewing: 'being reviewed',
	'in-review': 'in review',
	'changes-requested': 'sent back for changes',
	approved: 'approved',
	running: 'running',
	verified: 'verified',
	failed: 'failed',
	withdrawn: 'withdrawn',
	rejected: 'rejected',
	closed: 'closed by the lead',
};

/** The state as a sentence's predicate: `is in review`, `has failed`. */
export function predicateOf(state: RequestState): string {
	return state === 'failed' ? 'has failed' : `is ${stateWords[state]}`;
}

/** Where the event leads from this state, or the refusal that names the state the request is in. */
export function move(number: number, state: RequestState, event: RequestEvent): RequestState | Refusal {
	const next = moves[state][event];
	if (next !== undefined) return next;
	return refuse(
		'not-in-this-state',
		`MR-${number} ${predicateOf(state)}, so this is no longer possible. ${nextStep(state)}`,
	);
}

function nextStep(state: RequestState): string {
	switch (state) {
		case 'changes-requested':
			return 'Send a new script with “New script” on its message, or withdraw it.';
		case 'failed':
			return 'The lead decides whether it runs again or is closed.';
		case 'verified':
			return 'What comes next is a new request: `/migrate request`.';
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return '“Request again…” on its message opens a new one with its fields.';
		case 'submitted':
		case 'reviewing':
		case 'in-review':
		case 'approved':
		case 'running':
			return 'Look at its message for what it waits for.';
	}
}

/** When an approved request starts. Times are epoch milliseconds. */
export type Start =
	| {readonly kind: 'by-hand'}
	| {readonly kind: 'at'; readonly at: number}
	| {readonly kind: 'at-once'};

/** Why an approved or submitted request does not go on now, and when it is tried again (epoch milliseconds). */
export interface Hold {
	readonly reason: string;
	readonly until: number;
}

/** One script for one target. */
export interface MigrationRequest {
	readonly number: number;
	/** Rises by one with every change: compare-and-set, and the version that a message shows. */
	readonly revision: number;
	readonly target: string;
	readonly app: string;
	readonly version: string;
	readonly summary: string;
	/** As the script's guards write it, quotes included. */
	readonly historyTable: string;
	/** The request of the stage before: this one starts once that one is verified. Null for the first or only stage. */
	readonly follows: number | null;
	readonly scriptSha256: string;
	readonly scriptName: string;
	readonly scriptBytes: number;
	/** Slack user ids. */
	readonly requester: string;
	readonly author: string;
	readonly lastEditor: string;
	readonly start: Start;
	/** When the run is due: asked by a person, scheduled, or at once; null while nobody asked. */
	readonly startDueAt: number | null;
	readonly state: RequestState;
	/** What was reviewed and its digest; null before the first review and after new bytes. */
	readonly review: Review | null;
	readonly reviewDigest: string | null;
	/** When the review that stands looked at the target, epoch milliseconds. */
	readonly reviewedAt: number | null;
	/** When the approvers are reminded next, epoch milliseconds; null while nobody is. */
	readonly remindAt: number | null;
	readonly hold: Hold | null;
	/** The last reason a person or the review gave for sending back, rejecting, withdrawing or closing. */
	readonly reason: string | null;
	readonly approvedAt: number | null;
	readonly createdAt: number;
}
