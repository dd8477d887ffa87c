import {approvalsNeeded, judgeApprovable, judgeApprover, liveApprovals} from '../../../domain/approval.ts';
import {isRefusal} from '../../../domain/refusal.ts';
import type {RequestRecord} from '../../ports/record.ts';
import type {RunContext, RunEnd} from '../run-context.ts';
import {approverPolicy, lookUp} from '../../target-people.ts';

/** Looked up afresh: the approvals are young enough, and who gave them may still give them. */
export async function judgeLiveApproval(run: RunContext, record: RequestRecord): Promise<'live' | RunEnd> {
	const {request, approvals, waivers, answers} = record;
	const {review, reviewDigest: digest} = request;
	if (review === null || digest === null) return {kind: 'moved', reason: 'The review is not current.'};
	const oldest = run.world.clock.now() - run.target.policy.approvalHours * 3_600_000;
	const given = liveApprovals(approvals, digest);
	const live = given.filter(({at}) => at >= oldest);
	const policy = await approverPolicy(run.world, run.target);
	let counting = 0;
	const needed = approvalsNeeded(review, digest, waivers, run.target.policy);
	let why =
		live.length < given.length || given.length === 0
			? `Approvals count for ${run.target.policy.approvalHours} hours: they have expired.`
			: `${needed} approvals are needed now, and there ${given.length === 1 ? 'is 1' : `are ${given.length}`}.`;
	for (const approval of live) {
		const person = await lookUp(run.world, approval.person);
		const may = isRefusal(person) ? person : judgeApprover(person, request, policy);
		if (may === 'may') counting++;
		else why = `The approval of <@${approval.person}> no longer counts: they may not approve this request any more.`;
	}
	if (counting < needed) return {kind: 'lapsed', reason: why};
	const ready = judgeApprovable(review, digest, answers, waivers);
	return isRefusal(ready) ? {kind: 'lapsed', reason: ready.sentence} : 'live';
}
