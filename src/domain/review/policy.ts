import type {Severity} from './finding.ts';

/** What a target's configuration says to the review. */
export interface ReviewPolicy {
	/** Tables with at least this many estimated rows are large (runbook: 1,000,000). An unknown estimate is large. */
	readonly largeTableRows: number;
	/** One statement of a migration that rewrites more rows than this is a blocker. */
	readonly dataChangeRows: number;
	/** Rule id → the severity that its findings have on this target; rules that nobody may waive are not lowered. */
	readonly severities: Readonly<Record<string, Severity>>;
}

export const defaultReviewPolicy: ReviewPolicy = {
	largeTableRows: 1_000_000,
	dataChangeRows: 10_000_000,
	severities: {},
};
