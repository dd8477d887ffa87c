import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {predicateOf, replaceableStates} from '../../domain/request.ts';
import {decide, type Done} from '../decide.ts';
import type {RequestRecord} from '../ports/record.ts';
import {readScriptFor} from './read-request-script.ts';
import {type Linked, replaceLinked} from './replace-linked.ts';
import {listed, withTarget} from './request-names.ts';
import {type NewerScript, rolesWith, takeNewerScript} from './take-newer-script.ts';
import {findTarget, judgeInvolved, possibleApprovers} from '../target-people.ts';
import type {World} from '../world.ts';

/**
 * New bytes for an open request void its approvals; the same bytes keep them. The review runs again either way. The
 * requests of its other stages take the script too, as long as they are open.
 */
export async function replaceScript(
	world: World,
	ask: {
		readonly number: number;
		readonly person: string;
		readonly script: {readonly name: string; readonly bytes: Uint8Array};
	},
): Promise<Done | Refusal> {
	return await decide(world, ask, async (record, now) => {
		const {request, pool} = record;
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const involved = await judgeInvolved(world, target, request, ask.person, 'send a new script');
		if (involved !== 'may') return involved;
		const read = await readScriptFor(world, target, request.app, ask.script.bytes);
		if (isRefusal(read)) return read;
		const newer: NewerScript = {
			script: {...ask.script, sha256: world.hash(ask.script.bytes)},
			historyTable: read.frame.historyTable,
			person: ask.person,
			submission: null,
		};
		const approvers = await possibleApprovers(world, target, rolesWith(record, newer));
		if (approvers.length === 0) {
			return refuse(
				'nobody-could-approve',
				`If you send the script, nobody is left who could approve it. Let somebody else of the team send it.`,
			);
		}
		const linked = await replaceLinked(world, [record], newer, []);
		if (isRefusal(linked)) return linked;
		return {
			event: 'script-replaced',
			...takeNewerScript(record, newer, now),
			linked: linked.map(({transition}) => transition),
			sentence: [replacedSentence(record, newer, linked), ...keptSentences(record, newer, linked)].join(' '),
			jobs: [
				{kind: 'review', number: ask.number, pool},
				...linked.map((other) => ({
					kind: 'review' as const,
					number: other.record.request.number,
					pool: other.record.pool,
				})),
			],
		};
	});
}

function replacedSentence(record: RequestRecord, {script}: NewerScript, linked: readonly Linked[]): string {
	const {number, scriptSha256} = record.request;
	const others = linked.map((other) => withTarget(other.record.request));
	if (script.sha256 === scriptSha256) {
		const same = `These are the bytes MR-${number} already has: approvals stand, the review runs again.`;
		if (others.length === 0) return same;
		return `${same} ${listed(others)} ${others.length === 1 ? 'has' : 'have'} them now, too; earlier approvals there no longer count.`;
	}
	const who = others.length === 0 ? `MR-${number} has` : `${listed([withTarget(record.request), ...others])} have`;
	return `${who} the new script. Earlier approvals no longer count; the review runs again.`;
}

/** The bytes of a stage that runs or has run are what they are. */
function keptSentences(record: RequestRecord, {script}: NewerScript, linked: readonly Linked[]): readonly string[] {
	return record.stages
		.filter(({number, scriptSha256}) => number !== record.request.number && scriptSha256 !== script.sha256)
		.filter(({number}) => !linked.some((other) => other.record.request.number === number))
		.filter(({state}) => !replaceableStates.includes(state) && state !== 'withdrawn' && state !== 'rejected')
		.map((stage) => `${withTarget(stage)} ${predicateOf(stage.state)} and keeps its script.`);
}
