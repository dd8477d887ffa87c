import type {Finding} from '../../src/domain/review/finding.ts';
import type {Review} from '../../src/domain/review/review.ts';

/** `blocker drop-table` of each finding of the given rules, worst first: other rules have tables of their own. */
export function told(review: Review, rules: readonly string[]): readonly string[] {
	return review.findings.filter(({rule}) => rules.includes(rule)).map(({severity, rule}) => `${severity} ${rule}`);
}

/** The rule's only finding. */
export function findingOf(review: Review, rule: string): Finding {
	const findings = review.findings.filter((finding) => finding.rule === rule);
	const [only] = findings;
	if (only === undefined || findings.length > 1) throw new Error(`${findings.length} findings of ${rule}`);
	return only;
}
