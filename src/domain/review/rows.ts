import type {TableFacts} from './table-facts.ts';

/** Rows as far as the target can tell: none exactly, or the planner's estimate; null is unknown. */
function rowsOf(facts: TableFacts | null): number | null {
	if (facts === null) return null;
	return facts.empty ? 0 : facts.estimatedRows;
}

/** Nothing to lose and nobody to hold up: proven empty, or not there at all. */
export function isEmpty(facts: TableFacts | null): boolean {
	return facts !== null && (facts.empty || !facts.exists);
}

/** An unknown count is a large one. */
export function isLarge(facts: TableFacts | null, largeTableRows: number): boolean {
	if (isEmpty(facts)) return false;
	const rows = rowsOf(facts);
	return rows === null || rows >= largeTableRows;
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
