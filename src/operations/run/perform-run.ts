import {isRefusal} from '../../domain/refusal.ts';
import type {MigrationRequest} from '../../domain/request.ts';
import type {Run} from '../../domain/run.ts';
import {isStageHold, type StageWait} from '../../domain/stage.ts';
import type {Target} from '../../domain/target.ts';
import {blindReport, failureSentence} from './assess-failure.ts';
import {judgeStagesNow} from '../stages/await-stage.ts';
import {announce} from '../decide.ts';
import {endRun, heldLine, moved} from './end-run.ts';
import {keepLease, LeaseLost} from './lease.ts';
import {Failure} from '../ports/failure.ts';
import type {Claim, RequestRecord} from '../ports/record.ts';
import {patiently} from './patiently.ts';
import {type Recovered, recoverRun, unverifiedBefore} from './recover-run.ts';
import type {TargetReview} from '../review/review-target.ts';
import {askedToEnd, type RunContext, type RunEnd, type WorkerWorld, writeStep} from './run-context.ts';
import {appliedNote} from './steps/applied-note.ts';
import {apply, type Applied, notNow} from './steps/apply.ts';
import {backUpAndDrill} from './steps/drill.ts';
import {compareBase} from './steps/compare-base.ts';
import {heldBy, preflight} from './steps/preflight.ts';
import {type Decided, decideAgain} from './steps/second-decision.ts';
import {surveyBefore} from './steps/survey.ts';
import type {Verification} from './steps/look-after.ts';
import {reportOf, verify} from './steps/verify.ts';
import {findTarget} from '../target-people.ts';

const busyRetryMs = 10_000;
const stageRetryMs = 10_000;
const stoppedRetryMs = 30_000;

/**
 * Performs what the record says is due of this request: starts its run, or takes over one whose lease has ended. Safe to
 * call from any number of workers at once: the claim in the record decides who goes on.
 */
export async function performRun(world: WorkerWorld, number: number): Promise<void> {
	const record = await world.record.load(number);
	if (record === null || world.stopping.aborted) return;
	const target = findTarget(world, record.request.target);
	if (isRefusal(target)) return;
	const claim =
		record.request.state === 'running'
			? await world.record.takeOver(number, world.worker, world.settings.leaseMs)
			: await begin(world, record, target);
	if (claim === null) return;
	const lease = keepLease(world, claim);
	const run: RunContext = {world, number, target, database: world.targets.open(target.name), claim, lease};
	try {
		await endRun(run, await carryOut(run));
	} catch (error) {
		// Whoever took over assesses what this worker left.
		if (error instanceof LeaseLost) return;
		// The record cannot be written now: the lease ends by itself, and the next worker looks at what landed.
		if (!(error instanceof Failure)) await endByBug(run);
		throw error;
	} finally {
		lease.stop();
	}
}

/** A bug is thrown on and seen in the log; the request does not stay behind as if it ran, and a person hears of it. */
async function endByBug(run: RunContext): Promise<void> {
	const failure = 'Lockstep itself failed; its log says more. What landed was not read: nobody knows yet.';
	await endRun(run, {kind: 'failed', report: blindReport(failure, null, '')});
}

/**
 * Claims the run of a request that is due. Null where it is not, where the stage before has not verified its bytes, or
 * where another run is active on the target.
 */
async function begin(world: WorkerWorld, record: RequestRecord, target: Target): Promise<Claim | null> {
	const {request} = record;
	const now = world.clock.now();
	if (request.state !== 'approved' || request.startDueAt === null || request.startDueAt > now) return null;
	if (request.hold !== null && request.hold.until > now) return null;
	const stages = await judgeStagesNow(world, record, target);
	if (stages !== 'ready') {
		await waitForStage(world, record, stages);
		return null;
	}
	const committed = await world.record.commit({
		number: request.number,
		revision: request.revision,
		claim: null,
		event: {kind: 'run-started', actor: 'lockstep', at: now, detail: {worker: world.worker}},
		writes: [
			{kind: 'request', set: {state: moved(request, 'run-started')}},
			{kind: 'run-started', run: {worker: world.worker, leaseMs: world.settings.leaseMs}},
		],
	});
	if (committed.kind === 'target-busy') await waitForTurn(world, record, committed.number);
	if (committed.kind !== 'committed') return null;
	await announce(world, request.number, []);
	return await world.record.activeClaim(request.number, world.worker);
}

/**
 * Held until the stage before has verified these bytes. It may take days, so nothing is written while the reason stays
 * the same, and the thread hears of it once, and again when a person has to act.
 */
async function waitForStage(world: WorkerWorld, {request}: RequestRecord, wait: StageWait): Promise<void> {
	if (request.hold?.reason === wait.sentence) return;
	await holdBack(world, request, {
		reason: wait.sentence,
		retryInMs: stageRetryMs,
		told: isStageHold(request.hold) && !wait.stuck,
	});
}

async function waitForTurn(world: WorkerWorld, {request}: RequestRecord, other: number): Promise<void> {
	const reason = `MR-${other} is running on ${request.target}: one run at a time.`;
	await holdBack(world, request, {reason, retryInMs: busyRetryMs, told: request.hold?.reason === reason});
}

async function holdBack(
	world: WorkerWorld,
	request: MigrationRequest,
	{reason, retryInMs, told}: {readonly reason: string; readonly retryInMs: number; readonly told: boolean},
): Promise<void> {
	const now = world.clock.now();
	await world.record.commit({
		number: request.number,
		revision: request.revision,
		claim: null,
		event: {kind: 'held', actor: 'lockstep', at: now, detail: {reason}},
		writes: [{kind: 'request', set: {hold: {reason, until: now + retryInMs}}}, ...(told ? [] : [heldLine(reason)])],
	});
	await announce(world, request.number, []);
}

/** A successor first finds out what the dead worker left; then the run goes from the start, or on to its verdict. */
async function carryOut(run: RunContext): Promise<RunEnd> {
	const recovered = await unlessUnknown(async () => await recoverRun(run));
	if ('end' in recovered) return recovered.end;
	if (recovered.value !== null && recovered.value.assessment.landed !== 'nothing') {
		return await judgeRecovered(run, recovered.value);
	}
	const ready = await getReady(run);
	if (ready.kind === 'applied') return await verifyAgain(run, ready.found);
	if (ready.kind !== 'reviewed') return ready;
	const applied = await unlessUnknown(async () => await apply(run, ready));
	return 'end' in applied ? applied.end : await judge(run, ready, applied.value);
}

/** Everything is applied, by an earlier run of this request whose verification failed. */
interface AppliedEarlier {
	readonly kind: 'applied';
	readonly found: Recovered & {readonly earlier: Run};
}

/** Everything before the first byte: whatever goes wrong here has changed nothing, so the run is held. */
async function getReady(run: RunContext): Promise<Decided | AppliedEarlier | RunEnd> {
	try {
		const state = await preflight(run);
		if ('kind' in state) return state;
		const found = await unverifiedBefore(run);
		if (found !== null) return {kind: 'applied', found};
		const moved = await compareBase(run);
		if (moved !== null) return moved;
		const backedUp = await backUpAndDrill(run, state);
		if (backedUp !== 'done') return backedUp;
		const before = await surveyBefore(run);
		if (before.kind !== 'surveyed') return before;
		const reviewed = await decideAgain(run);
		if (reviewed.kind !== 'reviewed') return reviewed;
		const asked = askedToEnd(run);
		if (asked !== null) return asked;
		await writeStep(run, 'apply', 'running', null, [
			{
				kind: 'run',
				run: run.claim.run,
				set: {
					appliedBefore: reviewed.appliedIds,
					invalidBefore: before.invalid,
					surveyBefore: before.survey,
					ground: reviewed.standing,
				},
			},
		]);
		return reviewed;
	} catch (error) {
		if (error instanceof LeaseLost) throw error;
		return askedToEnd(run) ?? heldBy(error);
	}
}

/** From the first byte on, what cannot be read is unknown, and a person decides. */
async function unlessUnknown<T>(work: () => Promise<T>): Promise<{readonly value: T} | {readonly end: RunEnd}> {
	try {
		return {value: await work()};
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		return {
			end: {
				kind: 'failed',
				report: blindReport(`${error.message} What landed could not be read: nobody knows yet.`, null, ''),
			},
		};
	}
}

/** What was mended since the verification that failed is mended for good only when the same verification says so. */
async function verifyAgain(run: RunContext, {assessment, history, earlier}: AppliedEarlier['found']): Promise<RunEnd> {
	const {appliedBefore, invalidBefore, surveyBefore: survey} = earlier;
	const ground = await run.world.record.runGround(earlier.id);
	const before = {
		...(appliedBefore === null ? {} : {appliedBefore}),
		...(invalidBefore === null ? {} : {invalidBefore}),
		...(survey === null ? {} : {surveyBefore: survey}),
		...(ground === null ? {} : {ground}),
	};
	const note = 'nothing to apply: an earlier run applied everything, and is verified now';
	await writeStep(run, 'apply', 'done', note, [{kind: 'run', run: run.claim.run, set: before}]);
	return await verified(run, {assessment, history, warnings: [], output: ''});
}

async function judgeRecovered(run: RunContext, {assessment, history}: Recovered): Promise<RunEnd> {
	const found = {assessment, history, warnings: [], output: ''};
	if (assessment.landed !== 'everything') return await failed(run, found, failureSentence(null, assessment, null));
	await writeStep(run, 'apply', 'done', 'read from the history after the worker died');
	return await verified(run, found);
}

/** The verdict comes from the server's history, not from psql's exit code. */
async function judge(run: RunContext, reviewed: TargetReview, applied: Applied): Promise<RunEnd> {
	const {assessment, outcome} = applied;
	const found: Verification = {
		assessment,
		history: reviewed.history,
		warnings: outcome.output.warnings,
		output: outcome.output.text,
	};
	if (assessment.landed === 'everything' && outcome.kind !== 'error') {
		await writeStep(run, 'apply', 'done', await appliedNote(run, assessment.landedMigrations.length));
		return await verified(run, found);
	}
	const held = notNow(applied);
	if (held !== null) return held;
	const cancelledBy = run.lease.cancelAskedBy();
	if (cancelledBy !== null && assessment.landed === 'nothing') {
		return {kind: 'held', reason: `<@${cancelledBy}> cancelled the run. ${assessment.sentence}`, retryInMs: null};
	}
	if (run.world.stopping.aborted && outcome.kind === 'ended' && assessment.landed === 'nothing') {
		const reason = `The worker was stopped, and its grace time was over before the script was. ${assessment.sentence}`;
		return {kind: 'held', reason, retryInMs: stoppedRetryMs};
	}
	return await failed(run, found, failureSentence(outcome, assessment, cancelledBy));
}

async function verified(run: RunContext, found: Verification): Promise<RunEnd> {
	try {
		return await patiently(run, async () => await verify(run, found));
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const failure = `Applied, but not verified: ${error.message}`;
		return {kind: 'failed', report: blindReport(failure, found.assessment, found.output)};
	}
}

async function failed(run: RunContext, found: Verification, failure: string): Promise<RunEnd> {
	try {
		return {kind: 'failed', report: {...(await reportOf(run, found)), failure}};
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		return {kind: 'failed', report: blindReport(failure, found.assessment, found.output)};
	}
}
