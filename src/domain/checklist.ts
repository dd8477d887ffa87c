import {type Refusal, refuse} from './refusal.ts';

/** The runbook's six checklist items, in its order. */
export const checklistItemIds = [
	'no-destructive-drop',
	'not-null-filled',
	'large-index-concurrently',
	'no-destructive-rename',
	'reviewed',
	'backup-taken',
] as const;

export type ChecklistItemId = (typeof checklistItemIds)[number];

/** The items that people answer; "reviewed" is ticked by the approval, "backup taken" by the backup step. */
export const answerableItemIds = [
	'no-destructive-drop',
	'not-null-filled',
	'large-index-concurrently',
	'no-destructive-rename',
] as const satisfies readonly ChecklistItemId[];

export type AnswerableItemId = (typeof answerableItemIds)[number];

export const itemWords: {readonly [item in ChecklistItemId]: string} = {
	'no-destructive-drop': 'No table or column is dropped unless it is empty and confirmed unused',
	'not-null-filled': 'New NOT NULL columns have a default or are filled in the same migration',
	'large-index-concurrently': 'Indexes on large tables are built with CREATE INDEX CONCURRENTLY',
	'no-destructive-rename': 'No destructive rename without a backfill',
	reviewed: 'Reviewed by an engineer other than the author',
	'backup-taken': 'Backup taken',
};

/** What the script and the live database say about one item. */
export interface ItemEvidence {
	/** True where the evidence proves the item: it is agreed to by one click. */
	readonly clean: boolean;
	readonly sentences: readonly string[];
}

export type Evidence = {readonly [item in AnswerableItemId]: ItemEvidence};

export type Verdict = 'yes' | 'not-applicable' | 'no';

export interface Answer {
	readonly item: AnswerableItemId;
	readonly verdict: Verdict;
	readonly reason: string | null;
	readonly person: string;
	/** The review it was given for; an answer to an older review no longer counts. */
	readonly reviewDigest: string;
	/** What was said of the item then, as `evidenceFingerprint` tells it: an answer stays true where that is the same. */
	readonly evidence: string;
}

export function isAnswerable(item: string): item is AnswerableItemId {
	return answerableItemIds.some((id) => id === item);
}

/** The answer that counts now, or null. */
export function currentAnswer(answers: readonly Answer[], item: AnswerableItemId, digest: string): Answer | null {
	return answers.findLast((answer) => answer.item === item && answer.reviewDigest === digest) ?? null;
}

/** Items that nobody has answered, or whose last answer is "no": the same bytes sent again do not answer it. */
export function unansweredItems(answers: readonly Answer[], digest: string): readonly AnswerableItemId[] {
	return answerableItemIds.filter((item) => (currentAnswer(answers, item, digest)?.verdict ?? 'no') === 'no');
}

/** Clean items that nobody answered yet: what one click agrees to. */
export function agreeableItems(
	evidence: Evidence,
	answers: readonly Answer[],
	digest: string,
): readonly AnswerableItemId[] {
	return answerableItemIds.filter((item) => currentAnswer(answers, item, digest) === null && evidence[item].clean);
}

/** A "no" or "not applicable" needs words; so does "yes" against evidence that is in doubt. */
export function judgeAnswer(
	evidence: Evidence,
	item: AnswerableItemId,
	verdict: Verdict,
	reason: string | null,
): 'fine' | Refusal {
	if (reason !== null && reason.trim() !== '') return 'fine';
	if (verdict === 'not-applicable') return refuse('reason-missing', `Say why “${itemWords[item]}” does not apply.`);
	if (verdict === 'no') return refuse('reason-missing', `Say what must change so that “${itemWords[item]}” holds.`);
	if (!evidence[item].clean) {
		return refuse(
			'reason-missing',
			`The evidence for “${itemWords[item]}” is in doubt: say why it holds nevertheless.`,
		);
	}
	return 'fine';
}
