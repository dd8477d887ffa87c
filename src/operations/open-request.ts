import {isRefusal, type Refusal, refuse} from '../domain/refusal.ts';
import type {Start} from '../domain/request.ts';
import {announce, type Done} from './decide.ts';
import {readScriptFor} from './read-request-script.ts';
import {findTarget, lookUpMember, possibleApprovers} from './target-people.ts';
import type {World} from './world.ts';

export interface OpenRequest {
	/** One, or several in the order of their stages: a linked request for each. */
	readonly targets: readonly string[];
	readonly app: string;
	readonly version: string;
	readonly summary: string;
	readonly author: string;
	readonly requester: string;
	readonly start: Start;
	/** The same for every delivery of one submission: it opens one request. */
	readonly submissionKey: string;
	readonly script: {readonly name: string; readonly bytes: Uint8Array};
}

/** Opens a migration request, or says why not before anything is written. */
export async function openRequest(world: World, ask: OpenRequest): Promise<Done | Refusal> {
	const target = findTarget(world, ask.targets[0] ?? '');
	if (isRefusal(target)) return target;
	if (ask.start.kind === 'at-once' && !target.policy.startAtOnceAllowed) {
		return refuse(
			'start-not-allowed',
			`${target.name} does not allow a start at once after approval. Choose “a person clicks Run now”, or a time.`,
		);
	}
	const requester = await lookUpMember(world, ask.requester, 'request a migration');
	if (isRefusal(requester)) return requester;
	const read = await readScriptFor(world, target, ask.app, ask.script.bytes);
	if (isRefusal(read)) return read;
	const approvers = await possibleApprovers(world, target, {
		author: ask.author,
		lastEditor: ask.author,
		requester: ask.requester,
	});
	if (approvers.length === 0) {
		return refuse(
			'nobody-could-approve',
			`Nobody could approve this: every approver of ${target.name} is the author, the requester, or not an active member. Ask the lead to add an approver in lockstep.yaml.`,
		);
	}
	const sha256 = world.hash(ask.script.bytes);
	const [number = 0] = await world.record.open([
		{
			...ask,
			historyTable: read.frame.historyTable,
			follows: null,
			target: target.name,
			pool: target.pool,
			channel: target.channel,
			script: {...ask.script, sha256},
			at: world.clock.now(),
			messages: [{kind: 'request'}, {kind: 'script', payload: {sha256}}],
		},
	]);
	const heard = await announce(world, number, [{kind: 'review', number, pool: target.pool}]);
	return {
		kind: 'done',
		sentence: openedSentence(
			number,
			approvers.map(({name}) => name),
			heard,
		),
	};
}

function openedSentence(number: number, approvers: readonly string[], heard: boolean): string {
	const who =
		approvers.length > 4
			? `${approvers.slice(0, 4).join(', ')} and ${approvers.length - 4} more`
			: approvers.join(', ');
	const opened = `MR-${number} is open. ${who} could approve it.`;
	if (heard) return opened;
	return `${opened} The job queue cannot be reached right now: nothing is lost, the review starts as soon as it is back.`;
}
