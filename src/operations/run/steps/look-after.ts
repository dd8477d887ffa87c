import {type Assessment, type CatalogTable, type RunReport, touchedTables} from '../../../domain/run.ts';
import type {CatalogObject} from '../../../domain/schema-delta.ts';
import type {RequestRecord, RunGround} from '../../ports/record.ts';
import type {HistoryRow, HistoryTable} from '../../ports/targets.ts';
import {loadOwn, type RunContext} from '../run-context.ts';

/** The runbook's look at the history: its last five rows. */
const historyRows = 5;

export interface Verification {
	readonly assessment: Assessment;
	readonly history: HistoryTable;
	readonly warnings: readonly string[];
	readonly output: string;
}

/** The target after the run, beside what the record has of the moment before. */
export interface LookAfter {
	readonly record: RequestRecord;
	/** Null for a run from before Lockstep kept it. */
	readonly before: RunGround | null;
	readonly now: readonly CatalogObject[];
	readonly tables: readonly CatalogTable[];
	readonly rows: readonly HistoryRow[];
}

export async function lookAfter(run: RunContext, {history}: Verification): Promise<LookAfter> {
	return {
		record: await loadOwn(run),
		before: await run.world.record.runGround(run.claim.run),
		now: await run.database.objects(),
		tables: await run.database.tables(),
		rows: (await run.database.history(history)) ?? [],
	};
}

export function reportOn(
	{before, now, tables, rows}: LookAfter,
	{assessment, warnings, output}: Verification,
): RunReport {
	return {
		landed: assessment.landed,
		landedMigrations: assessment.landedMigrations,
		missingMigrations: assessment.missingMigrations,
		rerunSafe: assessment.rerunSafe,
		failure: null,
		warnings,
		tables: before === null ? [] : touchedTables(before.objects, now),
		allTables: tables.map(
			({schema, name, estimatedRows}) =>
				`${schema}.${name}\t${estimatedRows < 0 ? 'rows unknown' : `~${estimatedRows} rows`}`,
		),
		lastHistory: rows.slice(-historyRows).toReversed(),
		output,
		difference: null,
	};
}
