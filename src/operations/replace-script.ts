import {isRefusal, type Refusal, refuse} from '../domain/refusal.ts';
import {decide, type Done} from './decide.ts';
import {readScriptFor} from './read-request-script.ts';
import {findTarget, judgeInvolved, possibleApprovers} from './target-people.ts';
import type {World} from './world.ts';

/** New bytes for an open request void its approvals; the same bytes keep them. The review runs again either way. */
export async function replaceScript(
	world: World,
	ask: {
		readonly number: number;
		readonly person: string;
		readonly script: {readonly name: string; readonly bytes: Uint8Array};
	},
): Promise<Done | Refusal> {
	return await decide(world, ask, async ({request, pool}) => {
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const involved = await judgeInvolved(world, target, request, ask.person, 'send a new script');
		if (involved !== 'may') return involved;
		const read = await readScriptFor(world, target, request.app, ask.script.bytes);
		if (isRefusal(read)) return read;
		const sha256 = world.hash(ask.script.bytes);
		const same = sha256 === request.scriptSha256;
		const lastEditor = same ? request.lastEditor : ask.person;
		const approvers = await possibleApprovers(world, target, {...request, lastEditor});
		if (approvers.length === 0) {
			return refuse(
				'nobody-could-approve',
				`If you send the script, nobody is left who could approve it. Let somebody else of the team send it.`,
			);
		}
		return {
			event: 'script-replaced',
			detail: {script: sha256, before: request.scriptSha256},
			writes: [
				{kind: 'request', set: {hold: null, reason: null}},
				...(same
					? []
					: ([
							{kind: 'request', set: {startDueAt: null, approvedAt: null}},
							{kind: 'void-approvals', because: 'new bytes'},
							{kind: 'message', message: {kind: 'script', payload: {sha256}}},
						] as const)),
				{kind: 'script', script: {...ask.script, sha256}, editor: lastEditor},
			],
			sentence: same
				? `These are the bytes MR-${ask.number} already has: approvals stand, the review runs again.`
				: `MR-${ask.number} has the new script. Earlier approvals no longer count; the review runs again.`,
			jobs: [{kind: 'review', number: ask.number, pool}],
		};
	});
}
