import {type Answer, answerableItemIds, currentAnswer} from './checklist.ts';
import {evidenceFingerprint} from './review/evidence.ts';
import type {Review} from './review/review.ts';

/**
 * Answers of an earlier review that hold for this one, because it says the same of their items. A "no" is never carried
 * over: it asked for something else than what was there.
 */
export function carriedAnswers(answers: readonly Answer[], review: Review, digest: string): readonly Answer[] {
	return answerableItemIds.flatMap((item) => {
		if (currentAnswer(answers, item, digest) !== null) return [];
		const newest = answers.findLast((answer) => answer.item === item);
		if (newest === undefined || newest.verdict === 'no' || newest.evidence === '') return [];
		return newest.evidence === evidenceFingerprint(review, item) ? [{...newest, reviewDigest: digest}] : [];
	});
}
