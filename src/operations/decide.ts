import {isRefusal, type Refusal, refuse} from '../domain/refusal.ts';
import {move, type RequestEvent, type RequestState} from '../domain/request.ts';
import type {AuditDetail} from '../domain/audit.ts';
import type {Job} from './ports/queue.ts';
import type {RequestRecord, Transition, Write} from './ports/record.ts';
import type {World} from './world.ts';

/** What was asked is done: a sentence for the person who asked. */
export interface Done {
	readonly kind: 'done';
	readonly sentence: string;
}

/** What a decision changes: one transition, the sentence for the person and the jobs that follow. */
export interface Decision {
	readonly event: RequestEvent;
	readonly writes: readonly Write[];
	readonly detail?: AuditDetail;
	/** Of linked requests: written together with it, or not at all. */
	readonly linked?: readonly Transition[];
	readonly sentence: string;
	readonly jobs?: readonly Job[];
}

const attempts = 5;

/**
 * Load, decide, act: loads the request, lets `decision` decide on it, and commits the move that the table of moves
 * allows. When somebody else changed the request meanwhile, decides again on what is true now.
 */
export async function decide(
	world: World,
	ask: {readonly number: number; readonly person: string},
	decision: (record: RequestRecord, now: number) => Decision | Done | Refusal | Promise<Decision | Done | Refusal>,
): Promise<Done | Refusal> {
	for (let attempt = 0; attempt < attempts; attempt++) {
		const record = await world.record.load(ask.number);
		if (record === null) {
			return refuse('request-unknown', `There is no MR-${ask.number}. \`/migrate list\` shows what there is.`);
		}
		const now = world.clock.now();
		const decided = await decision(record, now);
		if (isRefusal(decided) || !('event' in decided)) return decided;
		const state = move(ask.number, record.request.state, decided.event);
		if (isRefusal(state)) return state;
		const transition: Transition = {
			number: ask.number,
			revision: record.request.revision,
			claim: null,
			event: {kind: decided.event, actor: ask.person, at: now, detail: decided.detail ?? {}},
			writes: [...stateWrite(record.request.state, state), ...decided.writes],
		};
		const linked = decided.linked ?? [];
		const committed = await (linked.length === 0
			? world.record.commit(transition)
			: world.record.commitAll([transition, ...linked]));
		if (committed.kind !== 'committed') continue;
		await announce(world, ask.number, decided.jobs ?? []);
		for (const {number} of linked) await announce(world, number, []);
		return {kind: 'done', sentence: decided.sentence};
	}
	return refuse('stale-view', `MR-${ask.number} is changing too quickly right now. Look at its message and try again.`);
}

function stateWrite(from: RequestState, to: RequestState): readonly Write[] {
	if (from === to) return [];
	// Whoever could approve is reminded only while it is in review.
	return [{kind: 'request', set: from === 'in-review' ? {state: to, remindAt: null} : {state: to}}];
}

/** Hints what follows from a change; the reconciler finds what a lost hint left. False when the queue is not there. */
export async function announce(world: Pick<World, 'queue'>, number: number, jobs: readonly Job[]): Promise<boolean> {
	const heard = await Promise.all(
		[...jobs, {kind: 'publish', number} as const].map(async (job) => await world.queue.hint(job)),
	);
	return heard.every(Boolean);
}
