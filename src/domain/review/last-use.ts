import {countText} from './rows.ts';
import type {ColumnFacts, ColumnUse, TableFacts, TableUse} from './table-facts.ts';

/** Proven: use is counted, and there was none. What nobody counts is unknown, never unused. */
export function isUnused(use: TableUse | null): boolean {
	return use !== null && use.reads === 0 && use.writes === 0;
}

/** Above so many rows, by the planner's estimate, a backup does not count a table: that many take about a second. */
export const countedUpToRows = 10_000_000;

/**
 * Takes off the reads of the request's own backups: each dumps every table, and counts those that are not too large. What a
 * review found unused before its backup would be in use after it.
 *
 * @param dumps When they ended, epoch milliseconds.
 */
export function withoutDumps(facts: TableFacts, dumps: readonly number[]): TableFacts {
	const {use, estimatedRows} = facts;
	if (use === null) return facts;
	const backups = dumps.filter((at) => at >= (use.since?.getTime() ?? 0)).length;
	const reads = (estimatedRows ?? 0) <= countedUpToRows ? 2 * backups : backups;
	return {...facts, use: {...use, reads: Math.max(0, use.reads - reads)}};
}

/** A column of a table that nobody reads or writes is unused, too. */
export function isColumnUnused(column: ColumnFacts | undefined, table: TableUse | null): boolean {
	return column?.use?.calls === 0 || isUnused(table);
}

/** `12 reads and 3 writes since 2026-01-31 (a pg_dump counts as a read)`, `no reads and no writes since 2026-01-31`. */
export function useText(use: TableUse | null): string {
	if (use === null) return notKnown;
	const reads = `${counted(use.reads, 'read')} and ${counted(use.writes, 'write')}`;
	return `${reads} ${sinceText(use.since)}${use.reads > 0 ? ' (a pg_dump counts as a read)' : ''}`;
}

/** By the statements that name it, where those are counted; else as much as its table tells. */
export function columnUseText(column: ColumnFacts | undefined, {use: table}: Pick<TableFacts, 'use'>): string {
	const use = column?.use ?? null;
	if (use !== null && (use.calls > 0 || !isUnused(table))) return callsText(use);
	return isUnused(table) ? `its table has ${useText(table)}` : notKnown;
}

const notKnown = 'who uses it is not known';

function callsText({calls, since}: ColumnUse): string {
	return `${counted(calls, 'call')} of statements that name it ${sinceText(since)}`;
}

/** The server's own moment where it tells none: statistics begin with the database. */
function sinceText(since: Date | null): string {
	return since === null ? 'since statistics are kept' : `since ${since.toISOString().slice(0, 10)}`;
}

function counted(count: number, noun: string): string {
	return `${count === 0 ? 'no' : countText(count)} ${count === 1 ? noun : `${noun}s`}`;
}
