import {judgeApprovable} from '../../domain/approval.ts';
import {askedCall} from '../../domain/approver-call.ts';
import {judgeMember} from '../../domain/person.ts';
import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {move} from '../../domain/request.ts';
import type {Target} from '../../domain/target.ts';
import {staleView} from '../review/answer-checklist.ts';
import {approversLeft, callWrites} from './call-approvers.ts';
import {decide, type Done} from '../decide.ts';
import type {ApproverCall, RequestRecord} from '../ports/record.ts';
import {findTarget, judgeInvolved, mentionsOf, whoMayWaive} from '../target-people.ts';
import type {World} from '../world.ts';

interface Ask {
	readonly number: number;
	readonly person: string;
	readonly digest: string;
}

/** Pings those who could approve right now, once for a review, and says who they are. */
export async function findApprover(world: World, ask: Ask): Promise<Done | Refusal> {
	return await decide(world, ask, async (record, now) => {
		const target = await judgeAsking(world, record, ask);
		if (isRefusal(target)) return target;
		const called = await approversLeft(world, target, record, ask.digest);
		if (called.length === 0) return await nobodyLeft(world, target, ask.number);
		const call: ApproverCall = {reviewDigest: ask.digest, kind: 'asked', person: ask.person, called, at: now};
		return {
			event: 'approvers-called',
			detail: {digest: ask.digest, called},
			writes: callWrites(target, record, call),
			sentence: `Asked ${namesOf(called)} to approve MR-${ask.number}, in its thread.`,
		};
	});
}

/** The target, where this person may ask and an approval is what is missing. */
async function judgeAsking(world: World, record: RequestRecord, ask: Ask): Promise<Target | Refusal> {
	const {request, answers, waivers, calls} = record;
	const target = findTarget(world, request.target);
	if (isRefusal(target)) return target;
	const involved = await judgeInvolved(world, target, request, ask.person, 'call its approvers');
	if (involved !== 'may') return involved;
	const next = move(ask.number, request.state, 'approvers-called');
	if (isRefusal(next)) return next;
	if (request.review === null || request.reviewDigest !== ask.digest) return staleView();
	const ready = judgeApprovable(request.review, ask.digest, answers, waivers);
	if (ready !== 'ready') {
		if (ready.code !== 'blocked') return ready;
		return refuse(ready.code, `${ready.sentence} ${await whoMayWaive(world, target, request)}`);
	}
	const asked = askedCall(calls, ask.digest);
	return asked === undefined ? target : askedAlready(ask.number, asked);
}

function askedAlready(number: number, {called, at}: ApproverCall): Refusal {
	return refuse('approvers-asked', `MR-${number}’s approvers were asked already, ${moment(at)}: ${namesOf(called)}.`);
}

function namesOf(ids: readonly string[]): string {
	return mentionsOf(ids.map((id) => ({id})));
}

/** As Slack shows it in the reader's own time zone. */
function moment(at: number): string {
	const fallback = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
	return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} at {time}|${fallback}>`;
}

async function nobodyLeft(world: World, target: Target, number: number): Promise<Refusal> {
	const leads = (await world.people.members(target.people.leads)).filter(
		(lead) => judgeMember(lead, 'decide') === 'may',
	);
	const whom =
		leads.length === 0
			? `Slack knows none of the leads of ${target.name} right now`
			: `Ask a lead of ${target.name}: ${mentionsOf(leads)}`;
	return refuse(
		'nobody-could-approve',
		`Nobody is left who could approve MR-${number}: approvers who wrote it, asked for it or have approved it do not count. ${whom}; lockstep.yaml names the approvers.`,
	);
}
