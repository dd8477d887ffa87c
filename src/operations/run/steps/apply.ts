import {assessApply, type Assessment, mayRetryAfterLockTimeout, retryDelay} from '../../../domain/run.ts';
import {expectedHistory, pendingMigrations} from '../../../domain/script/pending.ts';
import {LeaseLost} from '../lease.ts';
import {patiently} from '../patiently.ts';
import {Failure} from '../../ports/failure.ts';
import type {ApplyExpectations, ApplyOutcome} from '../../ports/targets.ts';
import type {TargetReview} from '../../review/review-target.ts';
import {type RunContext, type RunEnd, writeStep} from '../run-context.ts';
import {expectationsOf} from './second-decision.ts';

/** SQLSTATE lock_not_available: lock_timeout. */
const lockTimeout = '55P03';
const lockHoldMs = 600_000;
const fencedHoldMs = 30_000;

/** psql has run and, where the script was begun, the server's history has been read after its session was gone. */
export interface Applied {
	readonly assessment: Assessment;
	readonly outcome: ApplyOutcome;
	/** Ids that the history holds now. */
	readonly after: readonly string[];
}

/**
 * Applies the script by psql in one fenced session; tries again after a lock timeout only where nothing can land twice.
 * Errors thrown from here leave what landed unknown.
 */
export async function apply(run: RunContext, reviewed: TargetReview): Promise<Applied> {
	let expectations = expectationsOf(reviewed);
	let applied: Applied | null = null;
	for (let attempt = 1; ; attempt++) {
		applied = await applyOnce(run, reviewed, expectations, applied);
		const again =
			isLockTimeout(applied.outcome) &&
			mayRetryAfterLockTimeout(applied.assessment, attempt, run.target.apply.lockAttempts);
		if (!again || run.lease.signal.aborted || run.world.stopping.aborted) return applied;
		await writeStep(run, 'apply', 'running', `waiting for locks, try ${attempt + 1}`);
		await run.world.clock.sleep(retryDelay(attempt, run.world.clock.jitter()), run.lease.signal);
		expectations = afterLanding(expectations, applied);
	}
}

/** What landed may have filled or grown tables: from here on only identity and history tell that nobody else was there. */
function afterLanding(expectations: ApplyExpectations, {assessment, after}: Applied): ApplyExpectations {
	if (assessment.landed === 'nothing') return expectations;
	return {...expectations, appliedIds: after, emptyTables: [], smallTables: []};
}

function isLockTimeout(outcome: ApplyOutcome): boolean {
	return outcome.kind === 'error' && outcome.error.sqlState === lockTimeout;
}

/** How a run leaves where nothing landed and nothing is wrong with the script; null where it is a failure. */
export function notNow({outcome, assessment}: Applied): RunEnd | null {
	if (assessment.landed !== 'nothing') return null;
	if (outcome.kind === 'fenced') return fenced(outcome);
	if (!isLockTimeout(outcome)) return null;
	return {
		kind: 'held',
		reason:
			'Other sessions kept locks that the script needs; every try gave up after its lock timeout and nothing landed.',
		retryInMs: lockHoldMs,
	};
}

/** The fence refused before the first byte. */
function fenced(outcome: Extract<ApplyOutcome, {kind: 'fenced'}>): RunEnd {
	switch (outcome.why) {
		case 'identity':
		case 'history-moved':
		case 'data-moved':
			return {kind: 'moved', reason: outcome.sentence};
		case 'lock-busy':
		case 'past-deadline':
		case 'replica':
		case 'not-prepared':
			return {kind: 'held', reason: outcome.sentence, retryInMs: fencedHoldMs};
	}
}

async function applyOnce(
	run: RunContext,
	reviewed: TargetReview,
	expectations: ApplyExpectations,
	before: Applied | null,
): Promise<Applied> {
	const outcome = await runPsql(run, reviewed, expectations).catch(notBegun);
	if (run.lease.lost()) throw new LeaseLost(`MR-${run.number}: the lease ended during apply`);
	if (outcome.kind !== 'fenced') return await assess(run, reviewed, outcome);
	// Whatever stands in the history is not this try's doing, and whoever holds the lock may rightfully apply.
	return before === null ? nothingLanded(reviewed, outcome) : {...before, outcome};
}

/** Where psql was never started, nothing was applied: as if the fence had refused. */
function notBegun(error: unknown): ApplyOutcome {
	if (!(error instanceof Failure)) throw error;
	const output = {exitCode: null, text: '', warnings: []};
	return {kind: 'fenced', why: 'not-prepared', sentence: error.message, output};
}

function nothingLanded(reviewed: TargetReview, outcome: ApplyOutcome): Applied {
	const {appliedIds} = reviewed;
	return {assessment: assessmentOf(reviewed, appliedIds, false), outcome, after: appliedIds};
}

async function runPsql(
	run: RunContext,
	reviewed: TargetReview,
	expectations: ApplyExpectations,
): Promise<ApplyOutcome> {
	const {lease, world, target} = run;
	const bytes = await world.record.script(reviewed.read.script.sha256);
	if (bytes === null) throw new Error(`The record lacks the script of MR-${run.number}.`);
	const grace = graceAfterStop(run);
	const session = run.database.apply({
		requestNumber: run.number,
		bytes,
		beginWithinMs: lease.remainingMs(),
		expectations,
		lockTimeoutMs: target.apply.lockTimeoutMs,
		role: target.apply.role,
		signal: AbortSignal.any([lease.signal, grace.signal]),
		// A beat may come back up to one interval after the record renewed the lease.
		leashMs: world.settings.leaseMs - world.settings.heartbeatMs,
	});
	lease.onBeat(() => session.beat());
	try {
		return await session.outcome;
	} finally {
		grace.done();
	}
}

/** A worker that is asked to stop lets the apply finish within the grace time, then ends it. */
function graceAfterStop({world, target}: RunContext): {readonly signal: AbortSignal; done(): void} {
	const over = new AbortController();
	const finished = new AbortController();
	async function wait(): Promise<void> {
		await world.clock.sleep(target.apply.graceMs, finished.signal);
		if (!finished.signal.aborted) over.abort();
	}
	const begin = (): void => void wait();
	if (world.stopping.aborted) begin();
	else world.stopping.addEventListener('abort', begin, {once: true});
	return {
		signal: over.signal,
		done: () => {
			world.stopping.removeEventListener('abort', begin);
			finished.abort();
		},
	};
}

/** Reads what landed, under the lock and with every session of ours ended: nothing can land after this look. */
async function assess(run: RunContext, reviewed: TargetReview, outcome: ApplyOutcome): Promise<Applied> {
	const {database} = run;
	const rows = await patiently(
		run,
		async () => await database.withOrphanEnded(async () => await database.history(reviewed.history)),
	);
	const after = rows === null ? null : rows.map(({migrationId}) => migrationId);
	return {assessment: assessmentOf(reviewed, after, true), outcome, after: after ?? []};
}

function assessmentOf({read, appliedIds}: TargetReview, after: readonly string[] | null, begun: boolean): Assessment {
	return assessApply({
		pending: pendingMigrations(read.frame, appliedIds),
		before: appliedIds,
		expected: expectedHistory(read.frame, appliedIds),
		after,
		begun,
	});
}
