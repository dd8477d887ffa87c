import {judgeApprovable} from '../../domain/approval.ts';
import {nextReminder, remindedEnough} from '../../domain/approver-call.ts';
import {isRefusal} from '../../domain/refusal.ts';
import type {Target} from '../../domain/target.ts';
import {nextWorkingTime} from '../../domain/working-hours.ts';
import {approversLeft, callWrites} from './call-approvers.ts';
import {announce} from '../decide.ts';
import type {RequestRecord, Write} from '../ports/record.ts';
import {findTarget} from '../target-people.ts';
import type {World} from '../world.ts';

/**
 * Reminds those who could approve, or says when to look again. Due by the record alone, so a job that comes twice reminds
 * once. Throws Failure `slack-unreachable` where nobody can be looked up now: the job comes again.
 */
export async function remindApprovers(world: World, number: number): Promise<void> {
	const record = await world.record.load(number);
	const now = world.clock.now();
	if (record === null || !isDue(record, now)) return;
	const target = findTarget(world, record.request.target);
	if (isRefusal(target)) return;
	const {kind, writes} = await reminder(world, record, target, now);
	const committed = await world.record.commit({
		number,
		revision: record.request.revision,
		claim: null,
		event: {kind, actor: 'lockstep', at: now, detail: {digest: record.request.reviewDigest}},
		writes,
	});
	if (committed.kind === 'committed') await announce(world, number, []);
}

function isDue({request}: RequestRecord, now: number): boolean {
	return request.state === 'in-review' && request.remindAt !== null && request.remindAt <= now;
}

interface Reminder {
	readonly kind: 'approvers-called' | 'reminder-moved';
	readonly writes: readonly Write[];
}

async function reminder(world: World, record: RequestRecord, target: Target, now: number): Promise<Reminder> {
	const {review, reviewDigest: digest} = record.request;
	const {policy} = target;
	if (review === null || digest === null || policy.remindAfterMinutes === null) return movedTo(null);
	if (remindedEnough(record.calls, digest)) return movedTo(null);
	// The job may come late, or the hours were changed: nobody is pinged at night.
	const working = nextWorkingTime(policy.workingHours, now);
	if (working > now) return movedTo(working);
	const ready = judgeApprovable(review, digest, record.answers, record.waivers);
	const called = ready === 'ready' ? await approversLeft(world, target, record, digest) : [];
	if (called.length === 0) return movedTo(nextReminder(policy, record.calls, digest, now));
	const call = {reviewDigest: digest, kind: 'reminder', person: null, called, at: now} as const;
	return {kind: 'approvers-called', writes: callWrites(target, record, call)};
}

/** Nobody could do anything about it now, or not at this hour: looked at again then. */
function movedTo(remindAt: number | null): Reminder {
	return {kind: 'reminder-moved', writes: [{kind: 'request', set: {remindAt}}]};
}
