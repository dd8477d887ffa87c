import {keepUntil} from '../../domain/retention.ts';
import {askedToEnd, type RunContext, type RunEnd, writeStep} from '../run-context.ts';

/** Takes the backup without which nothing is applied. A stop of the worker drops it: the next worker does it again. */
export async function backUp(run: RunContext): Promise<'done' | RunEnd> {
	await writeStep(run, 'backup', 'running');
	const {directory, keepDays} = run.target.backup;
	const signal = AbortSignal.any([run.lease.signal, run.world.stopping]);
	try {
		const taken = await run.world.backups.take({
			target: run.target.name,
			requestNumber: run.number,
			directory,
			keepDays,
			signal,
		});
		const finishedAt = taken.finishedAt.getTime();
		const backup = {
			run: run.claim.run,
			fileName: taken.fileName,
			path: taken.path,
			bytes: taken.bytes,
			sha256: taken.sha256,
			restoreCommand: taken.restoreCommand,
			finishedAt,
			keepUntil: keepUntil(finishedAt, keepDays),
		};
		await writeStep(run, 'backup', 'done', `${taken.fileName}, read back in full`, [{kind: 'backup', backup}]);
		return 'done';
	} catch (error) {
		const end = askedToEnd(run);
		if (end === null) throw error;
		await writeStep(run, 'backup', 'dropped');
		return end;
	}
}
