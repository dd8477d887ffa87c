import {
	agreeableItems,
	type Answer,
	type AnswerableItemId,
	currentAnswer,
	itemWords,
	judgeAnswer,
	type Verdict,
} from '../../domain/checklist.ts';
import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {checklistEvidence, evidenceFingerprint} from '../../domain/review/evidence.ts';
import {decide, type Done} from '../decide.ts';
import type {RequestRecord} from '../ports/record.ts';
import {findTarget, judgeInvolved} from '../target-people.ts';
import type {World} from '../world.ts';

/** Agrees with the evidence of every clean item at once. */
export async function agreeWithEvidence(
	world: World,
	ask: {readonly number: number; readonly person: string; readonly digest: string},
): Promise<Done | Refusal> {
	return await decide(world, ask, async (record) => {
		const current = await judgeAnswerer(world, record, ask);
		if (isRefusal(current)) return current;
		const {review} = current;
		const items = agreeableItems(checklistEvidence(review), record.answers, ask.digest);
		if (items.length === 0) {
			return refuse('already-answered', 'Every item that the evidence proves is answered already.');
		}
		return {
			event: 'answered',
			detail: {items, verdict: 'yes'},
			writes: items.map((item) => ({
				kind: 'answer',
				answer: {
					item,
					verdict: 'yes',
					reason: null,
					person: ask.person,
					reviewDigest: ask.digest,
					evidence: evidenceFingerprint(review, item),
				},
			})),
			sentence: `Agreed: ${items.length} checklist ${items.length === 1 ? 'item' : 'items'} of MR-${ask.number}.`,
		};
	});
}

/** Answers one item. "No" sends the request back for changes. */
export async function answerChecklist(
	world: World,
	ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
		readonly item: AnswerableItemId;
		readonly verdict: Verdict;
		readonly reason: string | null;
	},
): Promise<Done | Refusal> {
	return await decide(world, ask, async (record) => {
		const current = await judgeAnswerer(world, record, ask);
		if (isRefusal(current)) return current;
		const fine = judgeAnswer(checklistEvidence(current.review), ask.item, ask.verdict, ask.reason);
		if (isRefusal(fine)) return fine;
		const answer = {
			item: ask.item,
			verdict: ask.verdict,
			reason: ask.reason,
			person: ask.person,
			reviewDigest: ask.digest,
			evidence: evidenceFingerprint(current.review, ask.item),
		};
		const detail = {item: ask.item, verdict: ask.verdict, reason: ask.reason};
		if (ask.verdict !== 'no') {
			const sentence = `Noted for “${itemWords[ask.item]}”.`;
			if (isSame(currentAnswer(record.answers, ask.item, ask.digest), answer)) return {kind: 'done', sentence};
			return {event: 'answered', detail, writes: [{kind: 'answer', answer}], sentence};
		}
		return {
			event: 'changes-requested',
			detail,
			writes: [
				{kind: 'answer', answer},
				{kind: 'request', set: {reason: ask.reason}},
				{kind: 'void-approvals', because: 'sent back for changes'},
			],
			sentence: `MR-${ask.number} is sent back for changes.`,
		};
	});
}

/** A click that was delivered twice. */
function isSame(given: Answer | null, answer: Answer): boolean {
	return given?.verdict === answer.verdict && given.reason === answer.reason && given.person === answer.person;
}

async function judgeAnswerer(
	world: World,
	{request}: RequestRecord,
	ask: {readonly person: string; readonly digest: string},
): Promise<{readonly review: NonNullable<typeof request.review>} | Refusal> {
	if (request.review === null) {
		return refuse('review-unfinished', 'The review has not finished yet. The message changes when it has.');
	}
	if (request.reviewDigest !== ask.digest) return staleView();
	const target = findTarget(world, request.target);
	if (isRefusal(target)) return target;
	const involved = await judgeInvolved(world, target, request, ask.person, 'answer the checklist');
	return involved === 'may' ? {review: request.review} : involved;
}

export function staleView(): Refusal {
	return refuse(
		'stale-view',
		'This changed since you looked: the script or the review is another one now. Look at the message as it is and decide again.',
	);
}
