import {assessApply, type Assessment, type Run} from '../../domain/run.ts';
import {expectedHistory, pendingMigrations} from '../../domain/script/pending.ts';
import {patiently} from './patiently.ts';
import type {RequestRecord} from '../ports/record.ts';
import type {HistoryTable} from '../ports/targets.ts';
import {historyTable, readRecorded} from '../review/review-target.ts';
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
	return before === null ? null : await assessSince(run, record, before);
}

/**
 * An earlier run of this request applied everything and was not verified: then there is nothing to apply, and only the
 * verification is due again. Null where it is not so, or not any more.
 */
export async function unverifiedBefore(run: RunContext): Promise<(Recovered & {readonly earlier: Run}) | null> {
	const record = await loadOwn(run);
	const earlier = lastUnverified(record);
	if (earlier === undefined || earlier.appliedBefore === null) return null;
	const recovered = await assessSince(run, record, earlier.appliedBefore);
	return recovered.assessment.landed === 'everything' ? {...recovered, earlier} : null;
}

/** The run that applied everything and failed all the same; undefined where the last failure was another one. */
export function lastUnverified({runs}: Pick<RequestRecord, 'runs'>): Run | undefined {
	const failure = runs.findLast(({outcome}) => outcome === 'failed');
	return failure?.report?.landed === 'everything' ? failure : undefined;
}

/** What landed since the history held these ids, read under the lock with every session of ours ended. */
async function assessSince(run: RunContext, record: RequestRecord, before: readonly string[]): Promise<Recovered> {
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
