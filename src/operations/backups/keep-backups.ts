import {judgeRetention} from '../../domain/retention.ts';
import {isRefusal} from '../../domain/refusal.ts';
import type {RecordedBackup} from '../ports/backup-records.ts';
import {Failure} from '../ports/failure.ts';
import type {WorkerWorld} from '../run/run-context.ts';
import {findTarget} from '../target-people.ts';
import {announce} from '../decide.ts';

/** Once a day. */
const lookAgainMs = 86_400_000;
/** What could not be removed is tried again after this long. */
const retryMs = 3_600_000;

type KeepingWorld = Pick<WorkerWorld, 'record' | 'queue' | 'backups' | 'clock' | 'settings'>;

/**
 * Looks at the backups of a pool's targets that are past keeping, and deletes what nothing speaks for any more. Due by the
 * record, so it may come twice; by the record's clock, so no worker's own date matters.
 *
 * @param onError Hears of each backup that could not be removed; it is tried again later.
 */
export async function keepBackups(world: KeepingWorld, pool: string, onError: (error: Error) => void): Promise<void> {
	const now = await world.record.now();
	const there = await world.record.backups.list({target: null, pool});
	for (const backup of there.filter(({keepUntil, deletedAt}) => keepUntil <= now || deletedAt !== null)) {
		try {
			await lookAt(world, backup, there, now);
		} catch (error) {
			if (!(error instanceof Failure) || error.code === 'record-unreachable') throw error;
			onError(error);
		}
	}
}

async function lookAt(
	world: KeepingWorld,
	backup: RecordedBackup,
	there: readonly RecordedBackup[],
	now: number,
): Promise<void> {
	const {backups} = world.record;
	const target = findTarget(world, backup.target);
	// Where nobody here knows how it is kept any more, or nobody here may remove it, it stays.
	if (isRefusal(target) || (backup.kind === 'program' && target.backup.removable !== true)) {
		return await backups.looked(backup.id, {pastSince: null, again: now + lookAgainMs});
	}
	if (backup.deletedAt !== null) return await remove(world, backup, now);
	const judged = judgeRetention(
		backup,
		there.filter(({deletedAt}) => deletedAt === null),
		now,
	);
	switch (judged.kind) {
		case 'keep':
			return await backups.looked(backup.id, {pastSince: null, again: now + lookAgainMs});
		case 'condemn': {
			const {pastSince} = backup;
			// A time to come is that of a clock which has gone back since.
			const since = pastSince === null || pastSince > now ? now : pastSince;
			return await backups.looked(backup.id, {pastSince: since, again: since + lookAgainMs});
		}
		case 'delete':
			if (await deleteBackup(world, backup, 'lockstep', now)) await remove(world, backup, now);
			return;
	}
}

/**
 * Decides that a backup goes, unless somebody has just said otherwise. Returns whether it was decided.
 *
 * @param actor Who decided it.
 */
export async function deleteBackup(
	world: Pick<KeepingWorld, 'record' | 'queue'>,
	backup: RecordedBackup,
	actor: string,
	now: number,
): Promise<boolean> {
	const committed = await world.record.commit({
		number: backup.request,
		revision: backup.revision,
		claim: null,
		event: {kind: 'backup-deleted', actor, at: now, detail: {backup: backup.id, file: backup.path}},
		writes: [{kind: 'backup-change', backup: backup.id, set: {deletedAt: now}}],
	});
	if (committed.kind !== 'committed') return false;
	await announce(world, backup.request, []);
	return true;
}

/** Looked at again first: where the storage cannot be reached, it is not asked every few seconds. */
async function remove(world: KeepingWorld, backup: RecordedBackup, now: number): Promise<void> {
	const {backups} = world.record;
	await backups.looked(backup.id, {pastSince: backup.pastSince, again: now + retryMs});
	await world.backups.remove({target: backup.target, path: backup.path, kind: backup.kind});
	await backups.gone(backup.id);
}
