import type {TargetPolicy} from './target.ts';
import {afterWorkingMinutes} from './working-hours.ts';

/** Reminders of one review: who has not come by then was told often enough, and the request's message still says it. */
const remindersForAReview = 3;

interface Call {
	readonly reviewDigest: string;
	readonly kind: 'asked' | 'reminder';
}

/** The call that somebody asked for in this review, or undefined. */
export function askedCall<C extends Call>(calls: readonly C[], digest: string | null): C | undefined {
	return calls.find(({kind, reviewDigest}) => kind === 'asked' && reviewDigest === digest);
}

/** Whether this review has had all its reminders. */
export function remindedEnough(calls: readonly Call[], digest: string): boolean {
	return (
		calls.filter(({kind, reviewDigest}) => kind === 'reminder' && reviewDigest === digest).length >= remindersForAReview
	);
}

/** When those who could approve are reminded next, counted from `now`; null where they are not. Epoch milliseconds. */
export function nextReminder(
	policy: Pick<TargetPolicy, 'remindAfterMinutes' | 'workingHours'>,
	calls: readonly Call[],
	digest: string,
	now: number,
): number | null {
	if (policy.remindAfterMinutes === null || remindedEnough(calls, digest)) return null;
	return afterWorkingMinutes(policy.workingHours, now, policy.remindAfterMinutes);
}
