import {type Assessment, type Run, type RunReport, touchedTables} from '../../domain/run.ts';
import type {HistoryTable} from '../ports/targets.ts';
import {loadOwn, type RunContext, type RunEnd, writeStep} from '../run-context.ts';

/** The runbook's look at the history: its last five rows. */
const historyRows = 5;

export interface Verification {
	readonly assessment: Assessment;
	readonly history: HistoryTable;
	readonly warnings: readonly string[];
	readonly output: string;
}

/** Verified means: the history holds exactly the expected rows, and the run left no index invalid. */
export async function verify(run: RunContext, what: Verification): Promise<RunEnd> {
	await writeStep(run, 'verify', 'running');
	const before = new Set((await ownRun(run))?.invalidBefore);
	const invalid = (await run.database.invalidIndexes()).filter((index) => !before.has(index));
	const report = await reportOf(run, what);
	if (what.assessment.landed !== 'everything') {
		return {kind: 'failed', report: {...report, failure: what.assessment.sentence}};
	}
	if (invalid.length > 0) {
		const failure = `The history is as expected, but an index is not valid: ${invalid.join(', ')}. Drop it and build it again.`;
		return {kind: 'failed', report: {...report, failure}};
	}
	await writeStep(run, 'verify', 'done', 'History exactly as expected, no index left invalid');
	return {kind: 'verified', report};
}

/** What is true on the target now, for the thread. */
export async function reportOf(
	run: RunContext,
	{assessment, history, warnings, output}: Verification,
): Promise<RunReport> {
	const before = (await ownRun(run))?.catalogBefore ?? null;
	const after = await run.database.catalog();
	const rows = (await run.database.history(history)) ?? [];
	return {
		landed: assessment.landed,
		landedMigrations: assessment.landedMigrations,
		missingMigrations: assessment.missingMigrations,
		rerunSafe: assessment.rerunSafe,
		failure: null,
		warnings,
		tables: before === null ? [] : touchedTables(before, after),
		allTables: after.map(
			({schema, name, estimatedRows}) =>
				`${schema}.${name}\t${estimatedRows < 0 ? 'rows unknown' : `~${estimatedRows} rows`}`,
		),
		lastHistory: rows.slice(-historyRows).toReversed(),
		output,
	};
}

/** This run as the record has it: what stood on the target before apply outlives the worker that looked. */
async function ownRun(run: RunContext): Promise<Run | undefined> {
	return (await loadOwn(run)).runs.find(({id}) => id === run.claim.run);
}
