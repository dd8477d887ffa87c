import type {AnswerableItemId, ChecklistItemId, Verdict} from '../../domain/checklist.ts';
import type {Refusal} from '../../domain/refusal.ts';
import type {Start} from '../../domain/request.ts';
import type {Target} from '../../domain/target.ts';
import type {RequestLine, RequestRecord} from '../../operations/ports/record.ts';
import type {Board} from '../../operations/show-board.ts';

/** What was asked is done: a sentence for the person who asked. */
export interface Done {
	readonly kind: 'done';
	readonly sentence: string;
}

export interface ScriptUpload {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** What people can ask for in Slack, bound to operations by the role. Every action answers; none is silent. */
export interface SlackActions {
	targets(): readonly Target[];
	/** Opens MR-n; the sentence names it and says who could approve. */
	openRequest(ask: {
		/** One, or several in the order of their stages. */
		readonly targets: readonly string[];
		readonly app: string;
		readonly version: string;
		readonly summary: string;
		readonly author: string;
		readonly requester: string;
		readonly start: Start;
		readonly script: ScriptUpload;
		/** The same for every delivery of one submitted form: it opens one request, however often Slack delivers it. */
		readonly submissionKey: string;
	}): Promise<Done | Refusal>;
	/** New bytes for an open request: approvals are void, the review runs again. */
	replaceScript(ask: {
		readonly number: number;
		readonly person: string;
		readonly script: ScriptUpload;
	}): Promise<Done | Refusal>;
	/** Agrees with every clean item at once. */
	agree(ask: {readonly number: number; readonly person: string; readonly digest: string}): Promise<Done | Refusal>;
	answer(ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
		readonly item: AnswerableItemId;
		readonly verdict: Verdict;
		readonly reason: string | null;
	}): Promise<Done | Refusal>;
	approve(ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
		readonly confirmedItems: readonly ChecklistItemId[];
	}): Promise<Done | Refusal>;
	requestChanges(ask: {
		readonly number: number;
		readonly person: string;
		readonly reason: string;
	}): Promise<Done | Refusal>;
	waive(ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
		readonly rule: string;
		readonly reason: string;
	}): Promise<Done | Refusal>;
	/** Run now. */
	start(ask: {readonly number: number; readonly person: string; readonly digest: string}): Promise<Done | Refusal>;
	cancel(ask: {readonly number: number; readonly person: string}): Promise<Done | Refusal>;
	withdraw(ask: {readonly number: number; readonly person: string}): Promise<Done | Refusal>;
	acknowledge(ask: {
		readonly number: number;
		readonly escalation: number;
		readonly person: string;
	}): Promise<Done | Refusal>;
	/** The lead's decision after a failure. */
	decideFailure(ask: {
		readonly number: number;
		readonly person: string;
		readonly decision: 'rerun' | 'close';
		readonly reason: string;
	}): Promise<Done | Refusal>;
	/** Pings those who could approve, once for a review. */
	findApprover(ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
	}): Promise<Done | Refusal>;
	/** The bytes of a request's script; null where there is no such request. */
	scriptOf(number: number): Promise<ScriptUpload | null>;
	/** What waits for a person, what runs, what they asked for. */
	board(person: string): Promise<Board>;
	load(number: number): Promise<RequestRecord | null>;
	list(target: string | null): Promise<readonly RequestLine[]>;
}
