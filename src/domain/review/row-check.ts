import type {AddConstraint} from '../script/schema-change.ts';
import type {ColumnHistory} from './column-history.ts';
import type {Severity} from './finding.ts';
import type {ReviewedChange} from './review-context.ts';
import {severityBySize} from './rows.ts';

/**
 * How much it matters that a constraint checks all rows as it is added. Where no row can have a value yet, nothing can
 * be refused and hardly anything is looked up: only reading a table that is large, or may be, is worth a word.
 */
export function checkSeverity(
	reviewed: ReviewedChange,
	{columns}: AddConstraint,
	history: ColumnHistory,
): Severity | null {
	const {size} = reviewed;
	const isBare = columns.length > 0 && columns.every((column) => history.isBare(reviewed, column));
	if (!isBare) return severityBySize(size, 'warning');
	return size === 'large' || size === 'unknown' ? 'notice' : null;
}
