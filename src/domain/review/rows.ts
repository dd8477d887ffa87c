import type {Severity} from './finding.ts';
import type {ReviewPolicy} from './policy.ts';
import type {TableFacts} from './table-facts.ts';

/**
 * - `empty`: proven, or not there, or made by the same script: nobody waits, nothing is lost.
 * - `small`: below a tenth of what is large; `medium`: above that.
 * - `large`: an estimate that the target does not have is a large one.
 * - `unknown`: no database was asked.
 */
export type TableSize = 'empty' | 'small' | 'medium' | 'large' | 'unknown';

export function sizeOf(facts: TableFacts | null, {largeTableRows}: ReviewPolicy): TableSize {
	if (facts === null) return 'unknown';
	if (isEmpty(facts)) return 'empty';
	const rows = rowsOf(facts);
	if (rows === null || rows >= largeTableRows) return 'large';
	return rows < largeTableRows / 10 ? 'small' : 'medium';
}

/** The severity of what takes time or holds a lock: the bigger the table, the worse. Null: nothing to say. */
export function severityBySize(size: TableSize, usual: 'warning' | 'notice'): Severity | null {
	switch (size) {
		case 'empty':
			return null;
		case 'small':
			return 'notice';
		case 'large':
			return 'blocker';
		case 'medium':
		case 'unknown':
			return usual;
	}
}

/** Rows as far as the target can tell: none exactly, or the planner's estimate; null is unknown. */
function rowsOf(facts: TableFacts | null): number | null {
	if (facts === null) return null;
	return facts.empty ? 0 : facts.estimatedRows;
}

/** Nothing to lose and nobody to hold up: proven empty, or not there at all. */
export function isEmpty(facts: TableFacts | null): boolean {
	return facts !== null && (facts.empty || !facts.exists);
}

/** `no rows`, `about 1,204 rows`, `an unknown number of rows`. */
export function rowsText(facts: TableFacts | null): string {
	const rows = rowsOf(facts);
	if (rows === null) return 'an unknown number of rows';
	return rows === 0 && facts?.empty === true ? 'no rows' : `about ${countText(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

/** 1204567 → `1,204,567`. */
export function countText(count: number): string {
	return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}
