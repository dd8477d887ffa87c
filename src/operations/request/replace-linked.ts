import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {replaceableStates} from '../../domain/request.ts';
import type {RequestRecord, Transition} from '../ports/record.ts';
import {readScriptFor} from './read-request-script.ts';
import {hasAlready, type NewerScript, rolesWith, takeNewerScript} from './take-newer-script.ts';
import {findTarget, possibleApprovers} from '../target-people.ts';
import type {World} from '../world.ts';

/** A request of another stage that takes the same script. */
export interface Linked {
	readonly record: RequestRecord;
	readonly transition: Transition;
}

/**
 * The requests linked with these that take the newer script with them, as the same bytes go through all stages; those
 * that run or have ended keep their own. Refuses where one of them could not be approved any more.
 */
export async function replaceLinked(
	world: World,
	records: readonly RequestRecord[],
	newer: NewerScript,
	/** Targets that the submission names itself. */
	named: readonly string[],
): Promise<readonly Linked[] | Refusal> {
	const own = records.map(({request}) => request.number);
	const numbers = records
		.flatMap(({stages}) => stages)
		.filter(({state}) => replaceableStates.includes(state))
		.filter(({number, target}) => !own.includes(number) && !named.includes(target))
		.map(({number}) => number);
	const linked: Linked[] = [];
	for (const number of new Set(numbers)) {
		const record = await world.record.load(number);
		if (record === null || !replaceableStates.includes(record.request.state) || hasAlready(record, newer)) continue;
		const transition = await takeAlong(world, record, newer);
		if (transition === null) continue;
		if (isRefusal(transition)) return transition;
		linked.push({record, transition});
	}
	return linked;
}

async function takeAlong(
	world: World,
	record: RequestRecord,
	newer: NewerScript,
): Promise<Transition | Refusal | null> {
	const {request} = record;
	const target = findTarget(world, request.target);
	// A target that the configuration lost: its request goes nowhere, whatever script it has.
	if (isRefusal(target)) return null;
	const read = await readScriptFor(world, target, request.app, newer.script.bytes);
	if (isRefusal(read)) return read;
	const approvers = await possibleApprovers(world, target, rolesWith(record, newer));
	if (approvers.length === 0) {
		return refuse(
			'nobody-could-approve',
			`MR-${request.number} is linked with it and takes the same script, and nobody would be left who could approve it on ${target.name}. Let somebody else of the team send it.`,
		);
	}
	const now = world.clock.now();
	const {writes, detail} = takeNewerScript(record, newer, now);
	return {
		number: request.number,
		revision: request.revision,
		claim: null,
		event: {kind: 'script-replaced', actor: newer.person, at: now, detail},
		writes: [{kind: 'request', set: {state: 'submitted', remindAt: null}}, ...writes],
	};
}
