import {z} from 'zod';
import {checklistItemIds, answerableItemIds} from '../../domain/checklist.ts';

/** Buttons of messages. */
export const actionIds = {
	agree: 'lockstep_agree',
	answer: 'lockstep_answer',
	waive: 'lockstep_waive',
	approve: 'lockstep_approve',
	/** Approve where items must be confirmed first: opens the modal. */
	approveConfirming: 'lockstep_approve_confirming',
	requestChanges: 'lockstep_request_changes',
	newScript: 'lockstep_new_script',
	start: 'lockstep_start',
	cancel: 'lockstep_cancel',
	withdraw: 'lockstep_withdraw',
	allowRerun: 'lockstep_allow_rerun',
	close: 'lockstep_close',
	acknowledge: 'lockstep_acknowledge',
	findApprover: 'lockstep_find_approver',
	/** On a request that has ended: the form again, filled in. */
	requestAgain: 'lockstep_request_again',
	/** On the App Home. */
	openForm: 'lockstep_open_form',
	refreshHome: 'lockstep_refresh_home',
	/** A button that is a link: Slack reports the click all the same. */
	link: 'lockstep_link',
	/** In a modal: back to the form. */
	back: 'lockstep_back',
} as const;

/** Shortcuts of the manifest. */
export const shortcutIds = {
	/** Anywhere. */
	global: 'lockstep_request',
	/** On a message that has a file. */
	message: 'lockstep_request_file',
} as const;

/** Modals that are submitted. */
export const callbackIds = {
	request: 'lockstep_request_modal',
	newScript: 'lockstep_new_script_modal',
	answer: 'lockstep_answer_modal',
	waive: 'lockstep_waive_modal',
	changes: 'lockstep_changes_modal',
	approve: 'lockstep_approve_modal',
	rerun: 'lockstep_rerun_modal',
	close: 'lockstep_close_modal',
	/** Views without a submit button. */
	notice: 'lockstep_notice',
} as const;

/** Input blocks; the element in each has the action id `value`. */
export const fieldIds = {
	target: 'target',
	file: 'script_file',
	text: 'script_text',
	app: 'app',
	version: 'version',
	author: 'author',
	summary: 'summary',
	start: 'start',
	startAt: 'start_at',
	verdict: 'verdict',
	reason: 'reason',
	items: 'items',
} as const;

export const valueAction = 'value';

/** What a button of a message carries: the request and the review that the person saw. */
const ButtonValue = z.object({
	number: z.int().positive(),
	digest: z.string().max(128).optional(),
	item: z.enum(answerableItemIds).optional(),
	rule: z.string().max(200).optional(),
	escalation: z.int().optional(),
});

export type ButtonValue = z.infer<typeof ButtonValue>;

/** What a modal remembers of the click that opened it, and where to answer. */
const ModalMemory = ButtonValue.extend({
	channel: z.string().nullable(),
	threadTs: z.string().nullable(),
	toConfirm: z.array(z.enum(checklistItemIds)).optional(),
});

export type ModalMemory = z.infer<typeof ModalMemory>;

/**
 * A script that needs no upload: a file that stands in Slack already, or the bytes of an earlier request. Names are for
 * showing and are cut, for what a form remembers is limited.
 */
const ScriptSource = z.union([
	z.object({
		kind: z.literal('file'),
		id: z.string().max(40),
		name: z.string().max(300),
		/** How many .sql files its message has, where it is the first of several. */
		of: z.int().optional(),
	}),
	z.object({kind: z.literal('again'), number: z.int().positive(), name: z.string().max(300)}),
]);

export type ScriptSource = z.infer<typeof ScriptSource>;

/** What the request modal remembers. */
const RequestMemory = z.object({channel: z.string().nullable(), source: ScriptSource.nullable()});

export type RequestMemory = z.infer<typeof RequestMemory>;

/** The form as filled in, so that a refusal does not cost the person their words. */
const RequestFields = z.object({
	channel: z.string().nullable(),
	source: ScriptSource.nullable(),
	/** Targets by name, joined with commas in the order of the stages. */
	target: z.string(),
	app: z.string(),
	version: z.string(),
	author: z.string(),
	summary: z.string(),
	start: z.enum(['by-hand', 'at', 'at-once']),
	startAt: z.number().nullable(),
});

export type RequestFields = z.infer<typeof RequestFields>;

export function encode(value: ButtonValue | ModalMemory | RequestMemory | RequestFields): string {
	return JSON.stringify(value);
}

/** Null where the text was not written by this version of Lockstep. */
export function decodeButton(text: string | null): ButtonValue | null {
	return decode(ButtonValue, text);
}

export function decodeMemory(text: string | null): ModalMemory | null {
	return decode(ModalMemory, text);
}

export function decodeRequestMemory(text: string | null): RequestMemory | null {
	return decode(RequestMemory, text);
}

export function decodeRequestFields(text: string | null): RequestFields | null {
	return decode(RequestFields, text);
}

function decode<T>(shape: z.ZodType<T>, text: string | null): T | null {
	if (text === null) return null;
	try {
		const parsed = shape.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}
