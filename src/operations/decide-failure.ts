import {isRefusal, type Refusal, refuse} from '../domain/refusal.ts';
import {decide, type Done} from './decide.ts';
import {findTarget, judgeLead} from './target-people.ts';
import type {World} from './world.ts';

/** After a failure nothing goes on until the lead says so: run again, or close. The gate stays shut until verified. */
export async function decideFailure(
	world: World,
	ask: {
		readonly number: number;
		readonly person: string;
		readonly decision: 'rerun' | 'close';
		readonly reason: string;
	},
): Promise<Done | Refusal> {
	return await decide(world, ask, async ({request}) => {
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const lead = await judgeLead(world, target, ask.person, 'decide about a failed run');
		if (lead !== 'may') return lead;
		if (ask.reason.trim() === '') {
			return refuse('reason-missing', 'Say why: the reason is posted and kept in the audit.');
		}
		const line = {
			kind: 'message',
			message: {kind: 'line', payload: {about: ask.decision, person: ask.person, reason: ask.reason}},
		} as const;
		if (ask.decision === 'close') {
			return {
				event: 'closed',
				detail: {reason: ask.reason},
				writes: [{kind: 'request', set: {reason: ask.reason, startDueAt: null}}, line],
				sentence: `MR-${ask.number} is closed. The gate for ${request.app} ${request.version} stays shut.`,
			};
		}
		return {
			event: 'rerun-allowed',
			detail: {reason: ask.reason},
			writes: [{kind: 'request', set: {startDueAt: null, hold: null}}, line],
			sentence: `MR-${ask.number} may run again: somebody clicks Run now. What changed since the review is looked at once more before anything is applied.`,
		};
	});
}
