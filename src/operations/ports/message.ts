/**
 * What Lockstep posts about a request. `request` and `escalation` are edited in place with every revision, the others
 * are said once: `details` (pending statements), `difference` (what new bytes change of the script whose SHA-256 is the
 * payload's `before`), `call` (those who could approve are pinged; the payload's `call` is its index among the calls), `script` (the file with its hash), `line` (one sentence), `result`
 * (after a run: what landed, tables touched, last history rows), `tables` (the full table list as a file), `findings`
 * (every finding of a review as a file, where the messages have no room for them), `rehearsal` (what the script changed
 * on a copy of the schema, as a diff), `made-otherwise` (how the change that the newest run made differs from the rehearsed
 * one: its report's `difference` as a file).
 */
export type MessageKind =
	| 'request'
	| 'details'
	| 'difference'
	| 'call'
	| 'script'
	| 'line'
	| 'result'
	| 'tables'
	| 'findings'
	| 'rehearsal'
	| 'made-otherwise'
	| 'escalation'
	| 'reminder';

/** Kinds that show the request as it is now. */
export const liveKinds: readonly MessageKind[] = ['request', 'escalation'];

/** A message of a request: a row that stands before Slack knows of it. */
export interface MessageSlot {
	/** Id of the row: also the `metadata` by which a post of uncertain fate is found again. */
	readonly id: number;
	readonly number: number;
	readonly kind: MessageKind;
	readonly channel: string;
	/** Slack ts of the request's message, null for that message itself. */
	readonly threadTs: string | null;
	/** Null while it is not known to be posted. */
	readonly ts: string | null;
	/** A post was tried and its answer never came: look before posting again. */
	readonly uncertain: boolean;
	readonly payload: {readonly [key: string]: string | number | boolean | null};
}
