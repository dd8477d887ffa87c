import type {BackupChange, RecordedBackup} from '../ports/backup-records.ts';
import type {RecordStore} from '../ports/record.ts';

/** A backup's change by a person, written down with who made it. False where somebody else changed its request meanwhile. */
async function changeByHand(
	record: RecordStore,
	backup: RecordedBackup,
	change: {readonly kind: string; readonly by: string; readonly at: number; readonly set: BackupChange},
): Promise<boolean> {
	const {kind, by, at, set} = change;
	const reason = set.hold?.reason ?? null;
	const committed = await record.commit({
		number: backup.request,
		revision: null,
		claim: null,
		event: {kind, actor: by, at, detail: {backup: backup.id, reason}},
		writes: [{kind: 'backup-change', backup: backup.id, set}],
	});
	return committed.kind === 'committed';
}

/** Keeps a backup, whatever its days, until it is released. False where it is being deleted. */
export async function holdBackup(
	record: RecordStore,
	backup: RecordedBackup,
	hold: {readonly by: string; readonly reason: string; readonly at: number},
): Promise<boolean> {
	return await changeByHand(record, backup, {kind: 'backup-held', by: hold.by, at: hold.at, set: {hold}});
}

/** Nobody holds it any more: its days and its requests alone speak for it. */
export async function releaseBackup(
	record: RecordStore,
	backup: RecordedBackup,
	{by, at}: {readonly by: string; readonly at: number},
): Promise<boolean> {
	return await changeByHand(record, backup, {kind: 'backup-released', by, at, set: {hold: null}});
}
