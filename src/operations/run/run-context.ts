import type {RunReport, StepName, StepState} from '../../domain/run.ts';
import type {Target} from '../../domain/target.ts';
import {announce} from '../decide.ts';
import {type Lease, LeaseLost} from './lease.ts';
import type {Backups} from '../ports/backups.ts';
import type {Claim, RequestRecord, Write} from '../ports/record.ts';
import type {Scratch} from '../ports/scratch.ts';
import type {TargetDatabase, Targets} from '../ports/targets.ts';
import type {World} from '../world.ts';

/** A worker's world: what a bot has, and the targets with their secrets. */
export interface WorkerWorld extends World {
	readonly targets: Targets;
	readonly backups: Backups;
	readonly scratch: Scratch;
	/** Unique to this process. */
	readonly worker: string;
	/** Aborts when the worker is asked to stop. */
	readonly stopping: AbortSignal;
}

/** One run in one worker's hands. */
export interface RunContext {
	readonly world: WorkerWorld;
	readonly number: number;
	readonly target: Target;
	readonly database: TargetDatabase;
	readonly claim: Claim;
	readonly lease: Lease;
}

/** How a run leaves its worker. */
export type RunEnd =
	| {readonly kind: 'verified'; readonly report: RunReport}
	| {readonly kind: 'failed'; readonly report: RunReport}
	/** Not now: nothing applied. Tried again after `retryInMs`, or by a person where that is null. */
	| {readonly kind: 'held'; readonly reason: string; readonly retryInMs: number | null}
	/** The target is not what was reviewed: back to the review. */
	| {readonly kind: 'moved'; readonly reason: string}
	/** The approvals no longer count. */
	| {readonly kind: 'lapsed'; readonly reason: string}
	/** This worker stops; the next one does the step again. */
	| {readonly kind: 'dropped'};

/** Writes under the claim. Throws LeaseLost when the claim is no longer ours. */
export async function writeUnderClaim(
	run: Pick<RunContext, 'world' | 'number' | 'claim'>,
	event: string,
	writes: readonly Write[],
	detail: {readonly [key: string]: string | number | boolean | null | readonly string[]} = {},
): Promise<void> {
	const committed = await run.world.record.commit({
		number: run.number,
		revision: null,
		claim: run.claim,
		event: {kind: event, actor: 'lockstep', at: run.world.clock.now(), detail},
		writes,
	});
	if (committed.kind !== 'committed') throw new LeaseLost(`MR-${run.number} is no longer this worker's`);
	await announce(run.world, run.number, []);
}

/** Writes a step down, before and after it. */
export async function writeStep(
	run: RunContext,
	name: StepName,
	state: StepState,
	note: string | null = null,
	more: readonly Write[] = [],
): Promise<void> {
	const at = run.world.clock.now();
	await writeUnderClaim(
		run,
		`step-${name}-${state}`,
		[{kind: 'step', run: run.claim.run, step: {name, state, note, at}}, ...more],
		{note},
	);
}

export async function loadOwn(run: RunContext): Promise<RequestRecord> {
	const record = await run.world.record.load(run.number);
	if (record === null) throw new Error(`MR-${run.number} is gone from the record.`);
	return record;
}

/** The end that a cancel or a stop of the worker asks for before anything was applied; null where neither was asked. */
export function askedToEnd(run: RunContext): RunEnd | null {
	if (run.lease.lost()) throw new LeaseLost(`MR-${run.number}: the lease ended`);
	const by = run.lease.cancelAskedBy();
	if (by !== null) return cancelledInTime(by);
	return run.world.stopping.aborted ? {kind: 'dropped'} : null;
}

export function cancelledInTime(by: string): RunEnd {
	return {kind: 'held', reason: `<@${by}> cancelled the run before anything was applied.`, retryInMs: null};
}
