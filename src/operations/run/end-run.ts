import {nextReminder} from '../../domain/approver-call.ts';
import {nextPing} from '../../domain/escalation.ts';
import type {RunOutcome, RunReport, StepName} from '../../domain/run.ts';
import {isRefusal} from '../../domain/refusal.ts';
import {move, type RequestEvent, type RequestState} from '../../domain/request.ts';
import {stagePlace} from '../../domain/stage.ts';
import {announce} from '../decide.ts';
import type {NewMessage, RequestRecord, Write} from '../ports/record.ts';
import {loadOwn, type RunContext, type RunEnd, writeUnderClaim} from './run-context.ts';
import {findTarget} from '../target-people.ts';

/** Writes down how the run ended: its outcome, the request's next state, the escalation and the messages, at once. */
export async function endRun(run: RunContext, end: RunEnd): Promise<void> {
	const record = await loadOwn(run);
	switch (end.kind) {
		case 'verified':
			await writeUnderClaim(run, 'verified', [
				...finish(run, record, 'verified', 'verified', {hold: null, reason: null}),
				report(run, end.report),
				message({kind: 'result'}),
				message({kind: 'tables'}),
			]);
			await wakeNextStage(run, record);
			return;
		case 'failed':
			return await fail(run, record, end.report);
		case 'held':
			return await hold(run, record, end);
		case 'moved':
			return await goBack(run, record, end.reason);
		case 'lapsed':
			await writeUnderClaim(run, 'approval-lapsed', [
				...finish(run, record, 'approval-lapsed', 'held', {
					hold: null,
					startDueAt: null,
					approvedAt: null,
					remindAt: remindAfterLapse(run, record),
				}),
				...stopSteps(run, record, end.reason),
				{kind: 'void-approvals', because: 'lapsed'},
				line('lapsed', end.reason),
			]);
			return;
		case 'dropped':
			await run.world.record.release(run.claim);
			await announce(run.world, run.number, [{kind: 'run', number: run.number, pool: run.target.pool}]);
			return;
	}
}

/** Moves in a row after which a person starts the run: a target that never stands still would be reviewed for ever. */
const mostMoves = 3;

/** To its review; where that finds what was approved, the run then starts again by itself. */
async function goBack(run: RunContext, record: RequestRecord, reason: string): Promise<void> {
	const moves = movesInARow(record) + 1;
	const stays = moves >= mostMoves;
	const added = stays ? ` It was so ${moves} times in a row: it starts when somebody clicks Run now.` : '';
	await writeUnderClaim(
		run,
		'moved',
		[
			...finish(run, record, 'moved', 'moved', {hold: null, ...(stays ? {startDueAt: null} : {})}),
			...stopSteps(run, record, reason),
			line('moved', `${reason}${added}`),
		],
		{reason},
	);
	await announce(run.world, run.number, [{kind: 'review', number: run.number, pool: run.target.pool}]);
}

/** Ended runs since the last that came further; one that was only held does not count either way. */
function movesInARow({runs}: RequestRecord): number {
	const last = runs.findLastIndex(({outcome}) => outcome === 'verified' || outcome === 'failed');
	return runs.slice(last + 1).filter(({outcome}) => outcome === 'moved').length;
}

/** Approvals are missing again, as after a review. */
function remindAfterLapse({target, world}: RunContext, {request, calls}: RequestRecord): number | null {
	if (request.reviewDigest === null) return null;
	return nextReminder(target.policy, calls, request.reviewDigest, world.clock.now());
}

/** Where the next stage waits for this one, it need not wait for the reconciler as well. */
async function wakeNextStage({world}: RunContext, {request, stages}: RequestRecord): Promise<void> {
	const later = stagePlace(request, stages)?.later ?? null;
	const target = later === null ? null : findTarget(world, later.target);
	if (later?.state !== 'approved' || target === null || isRefusal(target)) return;
	await announce(world, later.number, [{kind: 'run', number: later.number, pool: target.pool}]);
}

function finish(
	run: RunContext,
	{request}: RequestRecord,
	event: RequestEvent,
	outcome: RunOutcome,
	set: Omit<Extract<Write, {kind: 'request'}>['set'], 'state'>,
): readonly Write[] {
	return [
		{kind: 'request', set: {state: moved(request, event), ...set}},
		{kind: 'run', run: run.claim.run, set: {finishedAt: run.world.clock.now(), outcome}},
	];
}

/** The table of moves decides for Lockstep too; what it does not allow here is a bug. */
export function moved({number, state}: RequestRecord['request'], event: RequestEvent): RequestState {
	const next = move(number, state, event);
	if (isRefusal(next)) throw new Error(next.sentence);
	return next;
}

function report(run: RunContext, report: RunReport): Write {
	return {kind: 'run', run: run.claim.run, set: {report}};
}

function message(message: NewMessage): Write {
	return {kind: 'message', message};
}

/** The channel hears of a new reason to wait. */
export function heldLine(reason: string): Write {
	return line('held', reason);
}

/** A sentence in the thread. */
export function line(about: string, text: string): Write {
	return message({kind: 'line', payload: {about, text}});
}

/** Steps that still say they run are what the run stopped in. */
function stopSteps(run: RunContext, record: RequestRecord, note: string): readonly Write[] {
	const at = run.world.clock.now();
	return runningSteps(run, record).map((name) => ({
		kind: 'step',
		run: run.claim.run,
		step: {name, state: 'failed', note, at},
	}));
}

function runningSteps(run: RunContext, record: RequestRecord): readonly StepName[] {
	const steps = record.runs.find(({id}) => id === run.claim.run)?.steps ?? [];
	return steps.filter(({state}) => state === 'running').map(({name}) => name);
}

async function fail(run: RunContext, record: RequestRecord, failure: RunReport): Promise<void> {
	const at = run.world.clock.now();
	const sentence = failure.failure ?? 'The run failed.';
	await writeUnderClaim(run, 'failed', [
		...finish(run, record, 'failed', 'failed', {hold: null, startDueAt: null}),
		...stopSteps(run, record, sentence),
		report(run, failure),
		{
			kind: 'escalation-opened',
			run: run.claim.run,
			sentence,
			at,
			nextPingAt: nextPing(at, run.target.policy.escalateEveryMinutes),
		},
		message({kind: 'result'}),
		...(failure.difference == null ? [] : [message({kind: 'made-otherwise'})]),
	]);
}

/** Not now is not failure: the channel gets a line when the reason is a new one, nobody is woken. */
async function hold(run: RunContext, record: RequestRecord, end: Extract<RunEnd, {kind: 'held'}>): Promise<void> {
	const known = record.request.hold?.reason === end.reason;
	const retry =
		end.retryInMs === null
			? {hold: null, startDueAt: null}
			: {hold: {reason: end.reason, until: run.world.clock.now() + end.retryInMs}};
	await writeUnderClaim(
		run,
		'held',
		[
			...finish(run, record, 'held', 'held', retry),
			...stopSteps(run, record, end.reason),
			...(known ? [] : [heldLine(end.reason)]),
		],
		{reason: end.reason},
	);
}
