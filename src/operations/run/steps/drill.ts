import {type Drill, drillSentence, type DrillSkipped, keptDrill} from '../../../domain/drill.ts';
import {mayRehearse} from '../../../domain/review/rehearsed-review.ts';
import {assessApply, type Assessment, type RunReport} from '../../../domain/run.ts';
import {expectedHistory, pendingMigrations} from '../../../domain/script/pending.ts';
import {writeFinding} from '../../backups/verify-backup.ts';
import {Failure, type FailureCode} from '../../ports/failure.ts';
import type {RequestRecord, Write} from '../../ports/record.ts';
import type {CopyPlace, Drilled} from '../../ports/scratch.ts';
import type {TargetState} from '../../ports/targets.ts';
import {historyTable, readRecorded} from '../../review/review-target.ts';
import {blindReport} from '../assess-failure.ts';
import {askedToEnd, loadOwn, type RunContext, type RunEnd, writeStep} from '../run-context.ts';
import {backUp} from './back-up.ts';
import type {UsedBackup} from './share-backup.ts';
import {reportOf} from './verify.ts';

type Skipped = Extract<Drill, {kind: 'skipped'}>;

/** What another try will not mend, and no reason to keep a run waiting: nobody asks for a drill but Lockstep. */
const notPossible: readonly FailureCode[] = [
	'scratch-unavailable',
	'tools-missing',
	'tools-too-old',
	'disk-full',
	'target-permission',
	'target-failed',
];

/**
 * Takes the backup, restores it to a throw-away server and runs the script there. What fails on the real rows ends the
 * run before production is touched. A dump that could not be read from where it is kept is copied on its way, and the copy
 * removed, whatever happens.
 */
export async function backUpAndDrill(run: RunContext, state: TargetState): Promise<'done' | RunEnd> {
	const record = await loadOwn(run);
	const unwanted = whyNot(run, record, state);
	const place = unwanted === null ? await placeFor(run, state) : null;
	const copy = place !== null && 'file' in place ? place : null;
	try {
		const backedUp = await backUp(run, copy?.file ?? null);
		if (backedUp.kind !== 'backed-up') return backedUp;
		const asked = askedToEnd(run);
		if (asked !== null) return asked;
		const skip = unwanted ?? (place !== null && 'reason' in place ? place : null);
		if (skip !== null || backedUp.backup === null) {
			return await skipDrill(run, skip ?? skipped(run, 'no-backup', 'there is no backup to restore.'));
		}
		return await drill(run, record, state, backedUp.backup);
	} finally {
		await copy?.remove();
	}
}

function skipped({world}: RunContext, reason: DrillSkipped, sentence: string): Skipped {
	return {kind: 'skipped', at: world.clock.now(), reason, sentence};
}

/** What speaks against a drill before there is a backup; null where nothing does. */
function whyNot(run: RunContext, record: RequestRecord, {databaseBytes}: TargetState): Skipped | null {
	const {name, drill, backup} = run.target;
	if (!drill.enabled) return skipped(run, 'off', `${name}’s configuration wants no drill.`);
	if (!backup.required) return skipped(run, 'no-backup', 'there is no backup to restore.');
	if (backup.program != null) {
		return skipped(run, 'not-readable', `${backup.program} took the backup, and Lockstep cannot restore it.`);
	}
	if (databaseBytes > drill.maxBytes) {
		const [has, allowed] = [databaseBytes, drill.maxBytes].map(gigabytes);
		return skipped(run, 'too-large', `${name} has ${has} GB, and drill.maxGigabytes lets ${allowed} GB be copied.`);
	}
	if (isAllowed(record)) return null;
	const sentence =
		'the script puts statements together as it runs (dynamic-sql), and no named person has let it run on a throw-away server.';
	return skipped(run, 'not-allowed', sentence);
}

function gigabytes(bytes: number): string {
	const value = bytes / 1024 ** 3;
	return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

/** As for a rehearsal: whoever waived what keeps a script from being read let it run there. */
function isAllowed({request, rehearsal, waivers}: RequestRecord): boolean {
	const {review, reviewDigest, scriptSha256} = request;
	if (review === null || mayRehearse(review) !== 'ask') return true;
	if (rehearsal?.scriptSha256 === scriptSha256 && rehearsal.allowed) return true;
	return waivers.some(
		(waiver) => waiver.reviewDigest === reviewDigest && ['unrehearsed', 'dynamic-sql'].includes(waiver.rule),
	);
}

/** Null where what is kept can be read as it is. */
async function placeFor(run: RunContext, {databaseBytes}: TargetState): Promise<CopyPlace | Skipped | null> {
	const {directory, encrypted} = run.target.backup;
	if (directory !== null && encrypted !== true) return null;
	try {
		return await run.world.scratch.placeForCopy(databaseBytes);
	} catch (error) {
		return skippedBy(run, error);
	}
}

function skippedBy(run: RunContext, error: unknown): Skipped {
	if (!(error instanceof Failure) || !notPossible.includes(error.code)) throw error;
	return skipped(run, 'not-possible', error.message);
}

/** Said in the thread and in the audit, so that nobody takes silence for a drill. */
async function skipDrill(run: RunContext, drilled: Skipped): Promise<'done'> {
	await writeStep(run, 'drill', 'done', drillSentence(drilled), [keeping(run, drilled)]);
	return 'done';
}

function keeping({claim}: RunContext, drill: Drill): Write {
	return {kind: 'run', run: claim.run, set: {drill}};
}

async function drill(
	run: RunContext,
	record: RequestRecord,
	state: TargetState,
	backup: UsedBackup,
): Promise<'done' | RunEnd> {
	const dumpFile = backup.plainCopy ?? readableFile(backup);
	if (dumpFile === null) {
		if (backup.copyTrouble !== null) return await skipDrill(run, skipped(run, 'not-possible', backup.copyTrouble));
		const why = `only the ${backup.path.startsWith('/') ? 'ciphertext' : 'bucket’s copy'} of ${backup.fileName} is left.`;
		return await skipDrill(run, skipped(run, 'not-readable', why));
	}
	await writeStep(run, 'drill', 'running', `restoring ${backup.fileName} to a throw-away server`);
	const drilled = await tryDrill(run, record, state, {...backup, dumpFile});
	if (drilled.kind !== 'drilled') return drilled;
	const kept = keptDrill(drilled.drill);
	if (kept.kind === 'skipped') return await skipDrill(run, kept);
	const sentence = drillSentence(kept);
	await writeStep(run, 'drill', kept.kind === 'passed' ? 'done' : 'failed', sentence, [keeping(run, kept)]);
	if (kept.kind === 'passed') return 'done';
	if (kept.kind === 'rows-differ' || kept.kind === 'restore-failed') await markBad(run, backup, sentence);
	return {kind: 'failed', report: await reportUntouched(run, record, sentence, drilled.output)};
}

/** A plain dump in a directory is drilled where it is kept. */
function readableFile({kind, path}: UsedBackup): string | null {
	return kind === 'dump' && path.startsWith('/') && !path.endsWith('.age') ? path : null;
}

async function tryDrill(
	run: RunContext,
	{request}: RequestRecord,
	{databaseBytes}: TargetState,
	backup: UsedBackup & {readonly dumpFile: string},
): Promise<({readonly kind: 'drilled'} & Drilled) | RunEnd> {
	const {world, target, lease} = run;
	const read = await readRecorded(world, request);
	const bytes = await world.record.script(request.scriptSha256);
	if (bytes === null) throw new Error(`The record lacks the script of MR-${run.number}.`);
	try {
		const drilled = await world.scratch.drill({
			target: target.name,
			requestNumber: run.number,
			bytes,
			history: historyTable(read),
			role: target.apply.role,
			lockTimeoutMs: target.apply.lockTimeoutMs,
			probes: target.verification.probes,
			dumpFile: backup.dumpFile,
			backup: backup.fileName,
			rows: backup.rows,
			databaseBytes,
			withinMs: target.drill.withinMs,
			signal: AbortSignal.any([lease.signal, world.stopping]),
		});
		return {kind: 'drilled', ...drilled};
	} catch (error) {
		const end = askedToEnd(run);
		if (end === null) return {kind: 'drilled', drill: skippedBy(run, error), output: ''};
		await writeStep(run, 'drill', 'dropped');
		return end;
	}
}

/** From now on it is not the target's last good one, and no run shares it, however good its bytes are. */
async function markBad({world, target}: RunContext, {path}: UsedBackup, trouble: string): Promise<void> {
	const kept = await world.record.backups.list({target: target.name, pool: null});
	const backup = kept.find((candidate) => candidate.path === path);
	if (backup !== undefined) await writeFinding(world.record, backup, {by: 'lockstep', trouble, condemned: true});
}

/** Nothing was begun in production. What stands there is read all the same, for whoever decides what comes next. */
async function reportUntouched(
	run: RunContext,
	{request}: RequestRecord,
	sentence: string,
	output: string,
): Promise<RunReport> {
	const failure = `${sentence} Production is untouched: the script was not begun there.`;
	try {
		const read = await readRecorded(run.world, request);
		const history = historyTable(read);
		const ids = ((await run.database.history(history)) ?? []).map(({migrationId}) => migrationId);
		const assessment = assessApply({
			pending: pendingMigrations(read.frame, ids),
			before: ids,
			expected: expectedHistory(read.frame, ids),
			after: ids,
			begun: false,
		});
		return {...(await reportOf(run, {assessment, history, warnings: [], output})), failure};
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		return blindReport(failure, untouched(request.review?.pending ?? []), output);
	}
}

function untouched(pending: readonly string[]): Assessment {
	const sentence = 'Nothing landed: the script was not begun.';
	return {landed: 'nothing', landedMigrations: [], missingMigrations: pending, rerunSafe: true, sentence};
}
