import {type Refusal, refuse} from '../domain/refusal.ts';
import type {Done} from './decide.ts';
import type {World} from './world.ts';

/** Pings those who could approve, once for a review, and says who they are. */
export async function findApprover(
	_world: World,
	ask: {readonly number: number; readonly person: string; readonly digest: string},
): Promise<Done | Refusal> {
	return await Promise.resolve(refuse('not-in-this-state', `MR-${ask.number} waits for no approval.`));
}
