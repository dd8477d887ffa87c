import {type KeepingReason, keptBecause} from '../../domain/retention.ts';
import type {RecordedBackup} from '../ports/backup-records.ts';
import type {StoredBackups} from '../ports/backups.ts';
import type {RecordStore} from '../ports/record.ts';
import {deleteBackup} from './keep-backups.ts';

/** Why each backup stays; null for those that nothing speaks for. */
export function judgeAll(
	there: readonly RecordedBackup[],
	now: number,
): readonly {readonly backup: RecordedBackup; readonly because: KeepingReason | null}[] {
	const kept = there.filter(({deletedAt}) => deletedAt === null);
	return there.map((backup) => ({
		backup,
		because: backup.deletedAt === null ? keptBecause(backup, kept, now) : null,
	}));
}

/**
 * Deletes a backup that nothing speaks for, at once: a person has looked, so no second look is waited for. False where
 * somebody has just said otherwise.
 */
export async function pruneBackup(
	{record, backups}: {readonly record: RecordStore; readonly backups: StoredBackups},
	backup: RecordedBackup,
	{by, at}: {readonly by: string; readonly at: number},
): Promise<boolean> {
	// Messages catch up from the record: this process has no queue.
	const queue = {hint: async () => await Promise.resolve(false)};
	if (backup.deletedAt === null && !(await deleteBackup({record, queue}, backup, by, at))) return false;
	await backups.remove({target: backup.target, path: backup.path, kind: backup.kind});
	await record.backups.gone(backup.id);
	return true;
}
