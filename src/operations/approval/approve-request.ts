import {approvalsNeeded, judgeApprovable, judgeConfirmations, liveApprovals} from '../../domain/approval.ts';
import type {ChecklistItemId} from '../../domain/checklist.ts';
import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import type {MigrationRequest} from '../../domain/request.ts';
import type {Target} from '../../domain/target.ts';
import {staleView} from '../review/answer-checklist.ts';
import {judgeStagesNow, startsAsSoonAs} from '../stages/await-stage.ts';
import {decide, type Done} from '../decide.ts';
import type {RequestRecord} from '../ports/record.ts';
import {findTarget, judgeApproverNow, whoMayWaive} from '../target-people.ts';
import type {World} from '../world.ts';

/** Approves what the clicked button showed; the second of two approvals, or the only one, makes the request approved. */
export async function approveRequest(
	world: World,
	ask: {
		readonly number: number;
		readonly person: string;
		readonly digest: string;
		readonly confirmedItems: readonly ChecklistItemId[];
	},
): Promise<Done | Refusal> {
	return await decide(world, ask, async (record, now) => {
		const judged = await judgeApproval(world, record, ask);
		if (isRefusal(judged)) return judged;
		const {request, waivers, approvals, pool} = record;
		const needed = approvalsNeeded(judged.review, ask.digest, waivers, judged.target.policy);
		const given = liveApprovals(approvals, ask.digest).length + 1;
		const approval = {
			kind: 'approval',
			approval: {
				person: ask.person,
				reviewDigest: ask.digest,
				confirmedItems: ask.confirmedItems,
				at: now,
				voidedBecause: null,
			},
		} as const;
		const detail = {digest: ask.digest, confirmed: ask.confirmedItems};
		if (given < needed) {
			return {
				event: 'approval-given',
				detail,
				writes: [approval],
				sentence: `Your approval counts. MR-${ask.number} needs ${needed - given} more, by somebody else.`,
			};
		}
		const startDueAt = startDue(request, now);
		const stages = await judgeStagesNow(world, record, judged.target);
		const atOnce = startDueAt !== null && startDueAt <= now;
		const starts =
			atOnce && stages !== 'ready' ? startsAsSoonAs(ask.number, stages) : startSentence(request, startDueAt);
		return {
			event: 'approved',
			detail,
			writes: [approval, {kind: 'request', set: {approvedAt: now, startDueAt, hold: null}}],
			sentence: `MR-${ask.number} is approved. ${starts}`,
			jobs: atOnce ? [{kind: 'run', number: ask.number, pool}] : [],
		};
	});
}

async function judgeApproval(
	world: World,
	record: RequestRecord,
	ask: {readonly person: string; readonly digest: string; readonly confirmedItems: readonly ChecklistItemId[]},
): Promise<{readonly review: NonNullable<MigrationRequest['review']>; readonly target: Target} | Refusal> {
	const {request} = record;
	const target = findTarget(world, request.target);
	if (isRefusal(target)) return target;
	const may = await judgeApproverNow(world, target, request, ask.person);
	if (may !== 'may') return may;
	if (request.review === null) {
		return refuse(
			'review-unfinished',
			'The review has not finished yet: there is nothing to approve. The message changes when it has.',
		);
	}
	if (request.reviewDigest !== ask.digest) return staleView();
	if (liveApprovals(record.approvals, ask.digest).some((approval) => approval.person === ask.person)) {
		return refuse(
			'already-approved',
			`You have approved MR-${request.number} already; a second approval must come from somebody else.`,
		);
	}
	const ready = judgeApprovable(request.review, ask.digest, record.answers, record.waivers);
	if (ready !== 'ready') {
		if (ready.code !== 'blocked') return ready;
		return refuse(ready.code, `${ready.sentence} ${await whoMayWaive(world, target, request)}`);
	}
	const confirmed = judgeConfirmations(request.review, ask.confirmedItems);
	return confirmed === 'fine' ? {review: request.review, target} : confirmed;
}

/** When the run is due once approved, epoch milliseconds; null where a person clicks Run now. */
function startDue(request: MigrationRequest, now: number): number | null {
	switch (request.start.kind) {
		case 'by-hand':
			return null;
		case 'at':
			// A time that has passed starts nothing by itself: nobody would expect it any more.
			return request.start.at > now ? request.start.at : null;
		case 'at-once':
			return now;
	}
}

function startSentence(request: MigrationRequest, startDueAt: number | null): string {
	switch (request.start.kind) {
		case 'by-hand':
			return 'It starts when somebody clicks Run now.';
		case 'at':
			return startDueAt === null
				? 'Its time has passed: it starts when somebody clicks Run now.'
				: 'It starts at its time.';
		case 'at-once':
			return 'It starts now.';
	}
}

/** An approver sends the request back, with a reason. */
export async function requestChanges(
	world: World,
	ask: {readonly number: number; readonly person: string; readonly reason: string},
): Promise<Done | Refusal> {
	return await decide(world, ask, async ({request}) => {
		const target = findTarget(world, request.target);
		if (isRefusal(target)) return target;
		const may = await judgeApproverNow(world, target, request, ask.person);
		if (may !== 'may') return may;
		if (ask.reason.trim() === '') return refuse('reason-missing', 'Say what must change.');
		return {
			event: 'changes-requested',
			detail: {reason: ask.reason},
			writes: [
				{kind: 'request', set: {reason: ask.reason, startDueAt: null, approvedAt: null, hold: null}},
				{kind: 'void-approvals', because: 'sent back for changes'},
			],
			sentence: `MR-${ask.number} is sent back for changes.`,
		};
	});
}
