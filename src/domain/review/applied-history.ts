import {isHistoryDdl, type EfFrame} from '../script/ef-frame.ts';
import type {ReviewContext, ReviewedTarget} from './review-context.ts';

/** An id that the target's history holds. */
export interface AppliedId {
	readonly id: string;
	/** False where another app or context keeps its rows in the same table, and this may be one of those. */
	readonly isOwn: boolean;
}

/** The history's rows but those that are known to be others', oldest first. */
export function appliedHistory(
	{historyIds, knownIds, sharedHistory}: ReviewedTarget,
	frame: EfFrame,
): readonly AppliedId[] {
	const own = new Set([...frame.migrations.map(({id}) => id), ...(knownIds?.own ?? [])]);
	const others = new Set(knownIds?.others ?? []);
	return historyIds
		.filter((id) => own.has(id) || !others.has(id))
		.toSorted(oldestFirst)
		.map((id) => ({id, isOwn: !sharedHistory || own.has(id)}));
}

/** EF compares ids by code unit: they begin with 14 digits of time. */
export function oldestFirst(left: string, right: string): number {
	if (left === right) return 0;
	return left < right ? -1 : 1;
}

/**
 * A script made with a FROM migration: EF leaves the history table's own DDL away, for that is there since the first
 * (IMigrator.GenerateScript). A script that reverts never has it.
 */
export function isFromScript({frame, script}: ReviewContext): boolean {
	return frame.direction === 'up' && !script.statements.some((statement) => isHistoryDdl(statement, frame));
}
