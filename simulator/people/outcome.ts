import type {JsonObject} from '../json.ts';
import type {Acknowledgement} from '../delivery/parcel.ts';

/** Something went wrong between Slack and the app; `shown` is what the person reads. */
type Failed = {
	readonly kind: 'failed';
	readonly error: string;
	readonly shown: string;
};

/** How a command ended for the person who typed it. */
export type CommandOutcome = {readonly kind: 'accepted'} | Failed;

/** How a click or a choice ended. */
export type ActionOutcome = {readonly kind: 'accepted'} | Failed;

/** How pressing a modal's submit button ended. */
export type SubmitOutcome =
	/** Field errors by block id; `slack` found them itself, or the app did. */
	| {readonly kind: 'errors'; readonly by: 'slack' | 'app'; readonly errors: Record<string, string>}
	| {readonly kind: 'closed'}
	| {readonly kind: 'cleared'}
	| {readonly kind: 'updated'; readonly view: JsonObject}
	| {readonly kind: 'pushed'; readonly view: JsonObject}
	| Failed;

/** What an unanswered or refused interaction is called, in Slack's words. */
export function errorOf(acknowledgement: Exclude<Acknowledgement, {kind: 'acknowledged'}>): string {
	return acknowledgement.kind === 'timeout' ? 'operation_timeout' : 'dispatch_failed';
}
