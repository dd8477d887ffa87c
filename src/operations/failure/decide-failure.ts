import {isOpen} from '../../domain/escalation.ts';
import {outsideWords} from '../../domain/outside-words.ts';
import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {decide, type Done} from '../decide.ts';
import type {RequestRecord, Write} from '../ports/record.ts';
import {findTarget, judgeLead} from '../target-people.ts';
import type {World} from '../world.ts';

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
	return await decide(world, ask, async (record, now) => {
		const {request} = record;
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const lead = await judgeLead(world, target, ask.person, 'decide about a failed run');
		if (lead !== 'may') return lead;
		if (ask.reason.trim() === '') {
			return refuse('reason-missing', 'Say why: the reason is posted and kept in the audit.');
		}
		const common: readonly Write[] = [
			...taken(record, ask.person, now),
			{
				kind: 'message',
				message: {kind: 'line', payload: {about: ask.decision, person: ask.person, reason: ask.reason}},
			},
		];
		if (ask.decision === 'close') {
			return {
				event: 'closed',
				detail: {reason: ask.reason},
				writes: [{kind: 'request', set: {reason: ask.reason, startDueAt: null}}, ...common],
				sentence: `MR-${ask.number} is closed. The gate for ${outsideWords(`${request.app} ${request.version}`)} stays shut.`,
			};
		}
		return {
			event: 'rerun-allowed',
			detail: {reason: ask.reason},
			writes: [{kind: 'request', set: {startDueAt: null, hold: null}}, ...common],
			sentence: `MR-${ask.number} may run again: somebody clicks Run now. What changed since the review is looked at once more before anything is applied.`,
		};
	});
}

/** A lead who decides has taken the failure: nobody is pinged about it any more. */
function taken({escalations}: RequestRecord, by: string, at: number): readonly Write[] {
	return escalations.filter(isOpen).map(({id}) => ({kind: 'escalation-acknowledged', escalation: id, by, at}));
}
