import {assessApply, type Assessment} from '../domain/run.ts';
import {expectedHistory, pendingMigrations} from '../domain/script/pending.ts';
import {patiently} from './patiently.ts';
import type {HistoryTable} from './ports/targets.ts';
import {historyTable, readRecorded} from './review-target.ts';
import {loadOwn, type RunContext} from './run-context.ts';

export interface Recovered {
	readonly assessment: Assessment;
	readonly history: HistoryTable;
}

/**
 * After a crash nothing is retried blindly: ends the orphan that still holds the target's lock, takes the lock, and
 * only then reads what landed. Null where the earlier worker never came as far as apply.
 */
export async function recoverRun(run: RunContext): Promise<Recovered | null> {
	const record = await loadOwn(run);
	const before = record.runs.find(({id}) => id === run.claim.run)?.appliedBefore ?? null;
	if (before === null) return null;
	const read = await readRecorded(run.world, record.request);
	const history = historyTable(read);
	const {database} = run;
	const rows = await patiently(
		run,
		async () => await database.withOrphanEnded(async () => await database.history(history)),
	);
	const assessment = assessApply({
		pending: pendingMigrations(read.frame, before),
		before,
		expected: expectedHistory(read.frame, before),
		begun: true,
		after: rows === null ? null : rows.map(({migrationId}) => migrationId),
	});
	return {assessment, history};
}
