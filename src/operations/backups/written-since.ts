import type {Target} from '../../domain/target.ts';
import type {WrittenSince} from '../ports/backup-records.ts';
import {Failure} from '../ports/failure.ts';
import type {TargetIdentity} from '../ports/targets.ts';
import type {WorkerWorld} from '../run/run-context.ts';

/**
 * What a restore of the backup that a run of the request would share now would lose, shown before anybody starts it. Null
 * where runs of the target share none, where there is none young enough, and where nobody could count.
 */
export async function lookAtWritten(
	{record, backups}: Pick<WorkerWorld, 'record' | 'backups'>,
	number: number,
	target: Target,
	database: TargetIdentity,
): Promise<WrittenSince | null> {
	const {reuseWithinMs} = target.backup;
	if (reuseWithinMs == null) return null;
	const at = await record.now();
	const backup = await record.backups.newest(number, at - reuseWithinMs, database);
	if (backup?.rowsWritten == null) return null;
	const now = await backups.rowsWritten(target.name).catch(unknownWhereOutOfReach);
	// Statistics that began anew since count from nothing.
	if (now === null || now < backup.rowsWritten) return null;
	return {backup: backup.id, rows: now - backup.rowsWritten, at};
}

/** It is a figure for people: a review does not wait for it. */
function unknownWhereOutOfReach(error: unknown): null {
	if (error instanceof Failure) return null;
	throw error;
}
