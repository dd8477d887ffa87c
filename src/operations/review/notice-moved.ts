import {isRefusal} from '../../domain/refusal.ts';
import {move} from '../../domain/request.ts';
import {announce} from '../decide.ts';
import {line} from '../run/end-run.ts';
import {listed} from '../request/request-names.ts';
import type {World} from '../world.ts';

/**
 * Sends a request back to its review whose target another one's run has migrated since: it closes itself where nothing
 * is left to do, and keeps its approvals where the review finds the same. Safe to call as often as anybody likes.
 */
export async function noticeMoved(world: Pick<World, 'record' | 'queue' | 'clock'>, number: number): Promise<void> {
	const others = await world.record.overtakenBy(number);
	const record = await world.record.load(number);
	if (record === null || others.length === 0) return;
	const {request, pool} = record;
	const state = move(number, request.state, 'moved');
	if (isRefusal(state)) return;
	const committed = await world.record.commit({
		number,
		revision: request.revision,
		claim: null,
		event: {
			kind: 'moved',
			actor: 'lockstep',
			at: world.clock.now(),
			detail: {by: others.map((other) => `MR-${other}`)},
		},
		writes: [
			{kind: 'request', set: {state, hold: null}},
			line('moved', `${requestNames(others)} migrated ${request.target} since this was reviewed.`),
		],
	});
	if (committed.kind === 'committed') await announce(world, number, [{kind: 'review', number, pool}]);
}

/** More than this many requests are counted. */
const named = 4;

/** `MR-12`, `MR-12 and MR-13`, `MR-12, MR-13, MR-14, MR-15 and 3 more`. */
export function requestNames(numbers: readonly number[]): string {
	const names = numbers.map((number) => `MR-${number}`);
	if (names.length > named) return `${names.slice(0, named).join(', ')} and ${names.length - named} more`;
	return listed(names);
}
