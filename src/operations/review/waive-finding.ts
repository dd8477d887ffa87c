import {isRefusal, type Refusal, type RefusalCode, refuse} from '../../domain/refusal.ts';
import type {MigrationRequest} from '../../domain/request.ts';
import type {Target} from '../../domain/target.ts';
import {judgeWaiver, waivableRules} from '../../domain/waiver.ts';
import {staleView} from './answer-checklist.ts';
import {decide, type Done} from '../decide.ts';
import {awaitsPermission} from './rehearse-script.ts';
import {findTarget, idsOf, lookUp, whoMayWaive} from '../target-people.ts';
import type {World} from '../world.ts';

/** Lets the blockers of one rule pass: by a person whom the target names for it, with a reason, for this review alone. */
export async function waiveFinding(
	world: World,
	ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
		readonly rule: string;
		readonly reason: string;
	},
): Promise<Done | Refusal> {
	return await decide(world, ask, async ({request, waivers, rehearsal}) => {
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		if (request.review === null) return refuse('review-unfinished', 'The review has not finished yet.');
		if (request.reviewDigest !== ask.digest) return staleView();
		const person = await lookUp(world, ask.person);
		if (isRefusal(person)) return person;
		const open = waivableRules(request.review, ask.digest, waivers);
		const may = judgeWaiver(person, request, await idsOf(world, target.people.waivers), ask, open);
		if (may !== 'may') return await withWhoMayWaive(world, target, request, may);
		// Who lets a script be rehearsed has the review go on; nothing is waived for the run by that.
		const rehearses = ask.rule === 'unrehearsed' && awaitsPermission(rehearsal ?? null);
		return {
			event: rehearses ? 'moved' : 'waived',
			detail: {rule: ask.rule, reason: ask.reason, digest: ask.digest},
			writes: [
				{kind: 'waiver', waiver: {rule: ask.rule, person: ask.person, reason: ask.reason, reviewDigest: ask.digest}},
				{
					kind: 'message',
					message: {kind: 'line', payload: {about: 'waiver', rule: ask.rule, person: ask.person, reason: ask.reason}},
				},
			],
			sentence: rehearses
				? `MR-${ask.number} may be rehearsed now: the review goes on with what the script does to a copy.`
				: `${ask.rule} is waived for MR-${ask.number}. Two approvals are needed now.`,
			jobs: rehearses ? [{kind: 'review', number: ask.number, pool: target.pool}] : [],
		};
	});
}

/** Refused for who they are: then the sentence says who could. */
const personal: readonly RefusalCode[] = ['is-author', 'is-last-editor', 'is-requester', 'not-a-waiver-giver'];

async function withWhoMayWaive(
	world: World,
	target: Target,
	request: MigrationRequest,
	refusal: Refusal,
): Promise<Refusal> {
	if (!personal.includes(refusal.code)) return refusal;
	return refuse(refusal.code, `${refusal.sentence} ${await whoMayWaive(world, target, request)}`);
}
