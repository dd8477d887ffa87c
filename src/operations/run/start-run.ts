import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {staleView} from '../review/answer-checklist.ts';
import {judgeStagesNow, startsAsSoonAs} from '../stages/await-stage.ts';
import {decide, type Done} from '../decide.ts';
import {findTarget, judgeInvolved} from '../target-people.ts';
import type {World} from '../world.ts';

/** Run now: the approved request is due from this moment; a worker claims it. */
export async function startRun(
	world: World,
	ask: {readonly number: number; readonly person: string; readonly digest: string},
): Promise<Done | Refusal> {
	return await decide(world, ask, async (record, now) => {
		const {request, pool} = record;
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		if (request.reviewDigest !== ask.digest) return staleView();
		const involved = await judgeInvolved(world, target, request, ask.person, 'start a run');
		if (involved !== 'may') return involved;
		if (request.state === 'running') return {kind: 'done', sentence: `MR-${ask.number} is running already.`};
		const due = request.startDueAt !== null && request.startDueAt <= now;
		const stages = await judgeStagesNow(world, record, target);
		if (due && stages !== 'ready') return {kind: 'done', sentence: startsAsSoonAs(ask.number, stages)};
		if (due && request.hold === null) {
			return {kind: 'done', sentence: `MR-${ask.number} was started already; a worker takes it in a moment.`};
		}
		return {
			event: 'start-asked',
			writes: [{kind: 'request', set: {startDueAt: now, hold: null}}],
			sentence:
				stages === 'ready'
					? `MR-${ask.number} starts. Its message shows every step.`
					: startsAsSoonAs(ask.number, stages),
			jobs: [{kind: 'run', number: ask.number, pool}],
		};
	});
}

/** Asks the worker to stop: the heartbeat reads the flag, ends the backend and says what landed. */
export async function cancelRun(
	world: World,
	ask: {readonly number: number; readonly person: string},
): Promise<Done | Refusal> {
	return await decide(world, ask, async ({request, runs}) => {
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const involved = await judgeInvolved(world, target, request, ask.person, 'cancel a run');
		if (involved !== 'may') return involved;
		const run = runs.findLast(({finishedAt}) => finishedAt === null);
		if (request.state !== 'running' || run === undefined) {
			return refuse('not-running', `MR-${ask.number} is not running: there is nothing to cancel.`);
		}
		if (run.cancelAskedBy !== null) return {kind: 'done', sentence: `Cancelling MR-${ask.number} was asked already.`};
		if (run.steps.some(({name}) => name === 'verify')) {
			return refuse(
				'past-cancelling',
				`MR-${ask.number} has been applied and is being verified: there is nothing left to stop.`,
			);
		}
		return {
			event: 'cancel-asked',
			writes: [{kind: 'run', run: run.id, set: {cancelAskedBy: ask.person}}],
			sentence: `MR-${ask.number} is being cancelled. Its thread says what landed.`,
		};
	});
}
