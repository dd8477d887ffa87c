/**
 * A refusal: Lockstep will not do what was asked. It is a value, never thrown: the code is closed so that callers and
 * tests can rely on it, the sentence is for the person and says what is wrong, where, and what to do.
 */
export const refusalCodes = [
	// what the file's bytes tell
	'script-empty',
	'script-too-large',
	'script-not-utf8',
	'script-psql-command',
	'script-parser-differential',
	'script-not-sql',
	'script-not-ef',
	'script-too-slow',
	'script-mixed-histories',
	// what the target's configuration or state tells
	'target-unknown',
	'history-table-unlisted',
	'app-unknown',
	'nobody-could-approve',
	'start-not-allowed',
	'stages-out-of-order',
	// what the request's state tells
	'request-unknown',
	'not-in-this-state',
	'stale-view',
	'review-unfinished',
	'checklist-incomplete',
	'blocked',
	'reason-missing',
	// who asks
	'person-unknown',
	'person-deactivated',
	'person-guest',
	'person-bot',
	'person-stranger',
	'not-an-approver',
	'not-a-waiver-giver',
	'not-a-lead',
	'is-author',
	'is-last-editor',
	'is-requester',
	'not-involved',
	'already-approved',
	'already-answered',
	'already-acknowledged',
	'approvers-asked',
	'not-waivable',
	'finding-unconfirmed',
	// what runs
	'not-running',
	'past-cancelling',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
	readonly kind: 'refusal';
	readonly code: RefusalCode;
	/** One or two sentences for the person: what is wrong, where, what to do. */
	readonly sentence: string;
}

export function refuse(code: RefusalCode, sentence: string): Refusal {
	return {kind: 'refusal', code, sentence};
}

export function isRefusal(value: unknown): value is Refusal {
	return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refusal';
}
