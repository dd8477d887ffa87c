import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {decide, type Done} from '../decide.ts';
import {lastUnverified} from '../run/recover-run.ts';
import {findTarget, judgeLead, lookUpMember} from '../target-people.ts';
import type {World} from '../world.ts';

/** Takes the request back, as long as it does not run: by who asked for it or wrote it, or by a lead. */
export async function withdrawRequest(
	world: World,
	ask: {readonly number: number; readonly person: string},
): Promise<Done | Refusal> {
	return await decide(world, ask, async (record) => {
		const {request} = record;
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const person = await lookUpMember(world, ask.person, 'withdraw a request');
		if (isRefusal(person)) return person;
		if (![request.requester, request.author].includes(ask.person)) {
			const lead = await judgeLead(world, target, ask.person, 'withdraw what others requested');
			if (lead !== 'may') return lead;
		}
		if (lastUnverified(record) !== undefined) {
			return refuse(
				'not-in-this-state',
				`MR-${ask.number} was applied and its verification failed: withdrawn, the gate would forget that. Mend what its thread says and click “Run now”, which verifies again; if that fails too, a lead may close it.`,
			);
		}
		return {
			event: 'withdrawn',
			writes: [
				{kind: 'request', set: {hold: null, startDueAt: null}},
				{kind: 'void-approvals', because: 'withdrawn'},
			],
			sentence: `MR-${ask.number} is withdrawn.`,
		};
	});
}
