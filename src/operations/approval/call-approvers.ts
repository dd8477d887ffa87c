import {liveApprovals} from '../../domain/approval.ts';
import {nextReminder} from '../../domain/approver-call.ts';
import type {Target} from '../../domain/target.ts';
import type {ApproverCall, RequestRecord, Write} from '../ports/record.ts';
import {possibleApprovers} from '../target-people.ts';
import type {World} from '../world.ts';

/** Slack ids of those who could approve this review right now: whoever has done so already is not asked again. */
export async function approversLeft(
	world: Pick<World, 'people'>,
	target: Target,
	{request, approvals}: RequestRecord,
	digest: string,
): Promise<readonly string[]> {
	const given = new Set(liveApprovals(approvals, digest).map(({person}) => person));
	const able = await possibleApprovers(world, target, request);
	return [...new Set(able.map(({id}) => id))].filter((id) => !given.has(id));
}

/** The call, its message, and the next reminder counted from it: nobody is pinged twice in a row. */
export function callWrites(target: Target, {calls}: RequestRecord, call: ApproverCall): readonly Write[] {
	const remindAt = nextReminder(target.policy, [...calls, call], call.reviewDigest, call.at);
	return [
		{kind: 'approver-call', call},
		{kind: 'request', set: {remindAt}},
		{kind: 'message', message: {kind: 'call', payload: {call: calls.length}}},
	];
}
