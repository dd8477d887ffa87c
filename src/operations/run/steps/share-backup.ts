import {LeaseLost} from '../lease.ts';
import type {RecordedBackup} from '../../ports/backup-records.ts';
import type {TableRows} from '../../ports/backups.ts';
import {Failure} from '../../ports/failure.ts';
import type {RunContext} from '../run-context.ts';
import {verifyBackup} from '../../backups/verify-backup.ts';

/** What a run goes with, as a drill needs it. */
export interface UsedBackup {
	readonly kind: 'dump' | 'program';
	readonly fileName: string;
	readonly path: string;
	/** From the manifest; null where it cannot be read. */
	readonly rows: readonly TableRows[] | null;
	/** The dump as pg_dump wrote it, where the run's own was asked to leave it there. */
	readonly plainCopy: string | null;
	/** Why there is none where it was asked for, as a sentence. */
	readonly copyTrouble: string | null;
}

interface SharedBackup {
	readonly backup: UsedBackup;
	/** What a restore would lose. */
	readonly sentence: string;
}

/**
 * Goes with the target's newest backup where its configuration allows one that young, and where it is still as it was
 * written. Null where the run needs a backup of its own.
 */
export async function shareBackup(run: RunContext, signal: AbortSignal): Promise<SharedBackup | null> {
	const {record} = run.world;
	const {reuseWithinMs} = run.target.backup;
	if (reuseWithinMs == null) return null;
	const now = await record.now();
	const young = await record.backups.newest(run.number, now - reuseWithinMs);
	// One of a time to come was dated by a wrong clock: nobody knows how old it is.
	if (young === null || young.finishedAt > now) return null;
	if (!(await isGood(run, young, signal))) return null;
	if (!(await use(run, young))) return null;
	const sentence = lossSentence(young, {now, written: await writtenSince(run, young), number: run.number});
	const {kind, fileName, path} = young;
	const rows = await countedRows(run, young);
	return {sentence, backup: {kind, fileName, path, rows, plainCopy: null, copyTrouble: null}};
}

async function countedRows(run: RunContext, {target, path, kind}: RecordedBackup): Promise<UsedBackup['rows']> {
	return await run.world.backups.countedRows({target, path, kind}).catch((error: unknown) => {
		if (error instanceof Failure) return null;
		throw error;
	});
}

/** Read in full once more: it is what this run relies on. One that cannot be reached now is no backup to rely on. */
async function isGood(run: RunContext, backup: RecordedBackup, signal: AbortSignal): Promise<boolean> {
	try {
		return (await verifyBackup(run.world, backup, {by: 'lockstep', signal})) === null;
	} catch (error) {
		if (error instanceof Failure && error.code === 'backup-failed') return false;
		throw error;
	}
}

/** False where it is being deleted meanwhile. */
async function use({world, number, claim}: RunContext, backup: RecordedBackup): Promise<boolean> {
	const committed = await world.record.commit({
		number,
		revision: null,
		claim,
		event: {
			kind: 'backup-shared',
			actor: 'lockstep',
			at: world.clock.now(),
			detail: {backup: backup.id, file: backup.path, taken: backup.finishedAt},
		},
		writes: [{kind: 'backup-used', backup: backup.id, run: claim.run}],
	});
	if (committed.kind === 'lost') throw new LeaseLost(`MR-${number} is no longer this worker's`);
	return committed.kind === 'committed';
}

/** Null where nobody counted, or the statistics began anew since. */
async function writtenSince(run: RunContext, {rowsWritten}: RecordedBackup): Promise<number | null> {
	if (rowsWritten == null) return null;
	const now = await run.world.backups.rowsWritten(run.target.name);
	return now === null || now < rowsWritten ? null : now - rowsWritten;
}

function lossSentence(
	{request, fileName, finishedAt}: RecordedBackup,
	{now, written, number}: {readonly now: number; readonly written: number | null; readonly number: number},
): string {
	const minutes = Math.max(1, Math.round((now - finishedAt) / 60_000));
	const age = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
	const rows = written === null ? '' : ` (about ${written} rows)`;
	const change = request === number ? '' : `, MR-${request}’s own change among it`;
	return `Shares MR-${request}’s backup ${fileName}, ${age} old and read back in full again: a restore loses what was written since${rows}${change}.`;
}
