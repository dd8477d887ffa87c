import {historyTexts, without} from '../../../domain/history-rows.ts';
import type {RunGround} from '../../ports/record.ts';
import type {HistoryRow} from '../../ports/targets.ts';

/** Rows that a sentence names. */
const rowsSaid = 3;

interface HistoryToCompare {
	readonly before: RunGround;
	/** Ids that the run applied or, of a down script, took back. */
	readonly landed: readonly string[];
	readonly direction: 'up' | 'down';
	readonly now: readonly HistoryRow[];
}

/**
 * Before and pending, of a down script before without what it takes back, and nothing else: row by row, with the versions
 * that were rehearsed. As faults, none where it is so.
 */
export function compareHistory({before, landed, direction, now}: HistoryToCompare): readonly string[] {
	const own = new Set(landed);
	const left = (before.history ?? []).filter(({migrationId}) => direction === 'up' || !own.has(migrationId));
	const came = direction === 'down' ? [] : rowsMade(before, landed, now);
	const expected = historyTexts([...left, ...came]);
	const found = historyTexts(now);
	return [
		...rowsFault(without(found, expected), 'more than it should'),
		...rowsFault(without(expected, found), 'less than it should'),
	];
}

/** Of each the row that was rehearsed; where nothing was, or nobody kept it, the first that is there now. */
function rowsMade(
	{rehearsed}: RunGround,
	landed: readonly string[],
	now: readonly HistoryRow[],
): readonly HistoryRow[] {
	return landed.flatMap((id) => {
		const isIt = (row: HistoryRow): boolean => row.migrationId === id;
		return rehearsed?.historyAfter.find(isIt) ?? now.find(isIt) ?? [];
	});
}

function rowsFault(rows: readonly string[], what: string): readonly string[] {
	if (rows.length === 0) return [];
	const more = rows.length > rowsSaid ? ` and ${rows.length - rowsSaid} more` : '';
	return [`the history holds ${what}: ${rows.slice(0, rowsSaid).join(', ')}${more}.`];
}
