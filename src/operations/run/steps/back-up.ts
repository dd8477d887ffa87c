import {keepUntil} from '../../../domain/retention.ts';
import type {TakenBackup} from '../../ports/backups.ts';
import {askedToEnd, type RunContext, type RunEnd, writeStep} from '../run-context.ts';
import {shareBackup, type UsedBackup} from './share-backup.ts';

/** What the run goes with, as a drill needs it. */
export interface BackedUp {
	readonly kind: 'backed-up';
	/** Null where the target's configuration asks for none. */
	readonly backup: UsedBackup | null;
}

/**
 * Takes the backup without which nothing is applied, or goes with a young one where the target's configuration says so,
 * unless it asks for none. A stop of the worker drops it: the next worker does it again.
 *
 * @param plainCopy A file that gets the dump as it is before any encryption, or null. Whoever asks for it removes it.
 */
export async function backUp(run: RunContext, plainCopy: string | null): Promise<BackedUp | RunEnd> {
	if (!run.target.backup.required) {
		await writeStep(run, 'backup', 'done', `Not taken: ${run.target.name}’s configuration asks for none.`);
		return {kind: 'backed-up', backup: null};
	}
	await writeStep(run, 'backup', 'running');
	const signal = AbortSignal.any([run.lease.signal, run.world.stopping]);
	try {
		const shared = await shareBackup(run, signal);
		if (shared === null) return {kind: 'backed-up', backup: await takeOwn(run, plainCopy, signal)};
		await writeStep(run, 'backup', 'done', shared.sentence);
		return {kind: 'backed-up', backup: shared.backup};
	} catch (error) {
		const end = askedToEnd(run);
		if (end === null) throw error;
		await writeStep(run, 'backup', 'dropped');
		return end;
	}
}

async function takeOwn(run: RunContext, plainCopy: string | null, signal: AbortSignal): Promise<UsedBackup> {
	const {directory, keepDays} = run.target.backup;
	const taken = await run.world.backups.take({
		target: run.target.name,
		requestNumber: run.number,
		directory,
		keepDays,
		plainCopy,
		signal,
	});
	const finishedAt = taken.finishedAt.getTime();
	const backup = {
		run: run.claim.run,
		kind: taken.kind,
		rowsWritten: taken.rowsWritten,
		fileName: taken.fileName,
		path: taken.path,
		bytes: taken.bytes,
		sha256: taken.sha256,
		restoreCommand: taken.restoreCommand,
		finishedAt,
		keepUntil: keepUntil(finishedAt, keepDays),
	};
	await writeStep(run, 'backup', 'done', sentenceOn(taken, run), [{kind: 'backup', backup}]);
	const {kind, fileName, path, rows, copyTrouble = null} = taken;
	return {kind, fileName, path, rows, plainCopy: copyTrouble === null ? plainCopy : null, copyTrouble};
}

/** The audit keeps this sentence. */
function sentenceOn({kind, fileName}: TakenBackup, {target}: RunContext): string {
	if (kind === 'dump') return `${fileName}, read back in full`;
	return `Deviation from the runbook: ${fileName} was taken by ${target.backup.program ?? 'a program'}, not by pg_dump, and not read back by Lockstep.`;
}
