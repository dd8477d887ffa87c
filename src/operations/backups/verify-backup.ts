import type {RecordedBackup} from '../ports/backup-records.ts';
import type {StoredBackups} from '../ports/backups.ts';
import type {RecordStore} from '../ports/record.ts';

/**
 * Reads a backup back in full and writes down what was found: what is wrong with it as a sentence, or null. A bad one is
 * not the target's last good one any more, and one that a drill found bad stays bad with the bytes it had then. Throws Failure backup-failed where it cannot be reached from here.
 */
export async function verifyBackup(
	{record, backups}: {readonly record: RecordStore; readonly backups: StoredBackups},
	backup: RecordedBackup,
	asked: {readonly by: string; readonly signal: AbortSignal},
): Promise<string | null> {
	const {target, path, kind, bytes, sha256} = backup;
	const found = await backups.verify({target, path, kind, bytes, sha256, signal: asked.signal});
	const trouble = found ?? (backup.condemned ? backup.trouble : null);
	await writeFinding(record, backup, {by: asked.by, trouble});
	return trouble;
}

/** Writes down what was found of a backup, in the history of the request whose run took it. */
export async function writeFinding(
	record: RecordStore,
	backup: RecordedBackup,
	{by, ...found}: {readonly by: string; readonly trouble: string | null; readonly condemned?: boolean},
): Promise<void> {
	const {trouble} = found;
	const at = await record.now();
	await record.commit({
		number: backup.request,
		revision: null,
		claim: null,
		event: {
			kind: trouble === null ? 'backup-verified' : 'backup-found-bad',
			actor: by,
			at,
			detail: {backup: backup.id, trouble},
		},
		writes: [{kind: 'backup-change', backup: backup.id, set: {verified: {at, ...found}}}],
	});
}
