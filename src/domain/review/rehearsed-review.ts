import type {Rehearsal} from '../rehearsal.ts';
import type {Finding} from './finding.ts';
import type {ReviewPolicy} from './policy.ts';
import {rehearsalFindings} from './rehearsal-findings.ts';
import {configuredSeverity, type Review, worstFirst} from './review.ts';

/** The review with what the rehearsal showed. The same rehearsal and the same static review give the same again. */
export function rehearsedReview(review: Review, rehearsal: Rehearsal, policy: ReviewPolicy): Review {
	const found = rehearsalFindings(rehearsal, review).map((finding) => ({
		...finding,
		severity: configuredSeverity(finding, policy),
	}));
	return {
		...review,
		findings: [...review.findings, ...found].toSorted(worstFirst),
		destructive: review.destructive || found.some(({destructive}) => destructive),
	};
}

/** Whether a rehearsal comes next: `no` where the script must change whatever a rehearsal says. */
export function mayRehearse({pending, findings}: Review): 'yes' | 'no' | 'ask' {
	if (pending.length === 0 || findings.some(isForGood)) return 'no';
	// What nobody could read may be anything, even for a throw-away server.
	return findings.some(({rule, severity}) => rule === 'dynamic-sql' && severity !== 'notice') ? 'ask' : 'yes';
}

function isForGood({severity, waivable}: Finding): boolean {
	return severity === 'blocker' && !waivable;
}
