import {approvalsNeeded, itemsToConfirm, liveApprovals} from '../../../domain/approval.ts';
import {
	agreeableItems,
	type AnswerableItemId,
	type ChecklistItemId,
	unansweredItems,
} from '../../../domain/checklist.ts';
import {checklistEvidence} from '../../../domain/review/evidence.ts';
import type {Review} from '../../../domain/review/review.ts';
import type {Target} from '../../../domain/target.ts';
import {openBlockers, waivableRules} from '../../../domain/waiver.ts';
import type {RequestRecord} from '../../../operations/ports/record.ts';
import {code, cut, escape, moment} from '../limits.ts';
import {count, mentions} from './words.ts';

/** What the request waits for, and so which button is the primary one. */
export type Turn =
	| {readonly kind: 'lockstep'; readonly sentence: string}
	| {readonly kind: 'agree'; readonly sentence: string}
	| {readonly kind: 'answer'; readonly sentence: string; readonly item: AnswerableItemId}
	| {readonly kind: 'blocked'; readonly sentence: string}
	| {readonly kind: 'approve'; readonly sentence: string; readonly toConfirm: readonly ChecklistItemId[]}
	| {readonly kind: 'start'; readonly sentence: string}
	/** Lockstep starts it later; a person may start it now. */
	| {readonly kind: 'start-later'; readonly sentence: string}
	| {readonly kind: 'new-script'; readonly sentence: string}
	| {readonly kind: 'lead'; readonly sentence: string; readonly rerunSafe: boolean}
	| {readonly kind: 'nobody'; readonly sentence: string};

export function turnOf(record: RequestRecord, target: Target): Turn {
	const {request} = record;
	switch (request.state) {
		case 'submitted':
		case 'reviewing':
			return {kind: 'lockstep', sentence: 'Lockstep reads the script and asks the target about the tables it touches.'};
		case 'in-review':
			return reviewTurn(record, target);
		case 'changes-requested':
			return {
				kind: 'new-script',
				sentence: 'A new script is needed: generate it again and send it with “New script…”.',
			};
		case 'approved':
			return startTurn(record);
		case 'running':
			return {kind: 'lockstep', sentence: 'Lockstep is at work on the target. This message follows each step.'};
		case 'failed':
			return failureTurn(record, target);
		case 'verified':
			return {
				kind: 'nobody',
				sentence: `Done. ${escape(request.app)} ${escape(request.version)} may be deployed as far as this request is concerned.`,
			};
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return {kind: 'nobody', sentence: 'This request has ended. Open a new one with `/migrate request`.'};
	}
}

function reviewTurn(record: RequestRecord, target: Target): Turn {
	const {review, reviewDigest} = record.request;
	if (review === null || reviewDigest === null) return {kind: 'lockstep', sentence: 'Lockstep prepares the review.'};
	return (
		checklistTurn(record, review, reviewDigest) ??
		blockerTurn(record, target, review, reviewDigest) ??
		approvalTurn(record, target, review, reviewDigest)
	);
}

function checklistTurn(record: RequestRecord, review: Review, digest: string): Turn | null {
	const evidence = checklistEvidence(review);
	const agreeable = agreeableItems(evidence, record.answers, digest);
	const unanswered = unansweredItems(record.answers, digest);
	const doubtful = unanswered.filter((item) => !evidence[item].clean);
	const [first] = doubtful;
	const answers = doubtful.length === 0 ? '' : `answer ${count(doubtful.length, 'item')} in doubt (⚠)`;
	if (agreeable.length > 0) {
		const agree = `agree with the evidence of ${count(agreeable.length, 'item')}`;
		return {kind: 'agree', sentence: `Checklist: ${[agree, answers].filter((part) => part !== '').join(', and ')}.`};
	}
	return first === undefined ? null : {kind: 'answer', sentence: `Checklist: ${answers}.`, item: first};
}

function blockerTurn(record: RequestRecord, target: Target, review: Review, digest: string): Turn | null {
	const open = openBlockers(review, digest, record.waivers);
	if (open.length === 0) return null;
	const waivable = waivableRules(review, digest, record.waivers);
	const rules = [...new Set(open.map(({rule}) => rule))].slice(0, 5).map((rule) => code(cut(rule, 80)));
	const waive = open.every(({rule}) => waivable.includes(rule))
		? `, or ${mentions(target.people.waivers)} may waive it with a reason`
		: '';
	return {kind: 'blocked', sentence: `Blocked by ${rules.join(', ')}: the script must change${waive}.`};
}

function approvalTurn(record: RequestRecord, target: Target, review: Review, digest: string): Turn {
	const needed = approvalsNeeded(review, digest, record.waivers);
	const given = liveApprovals(record.approvals, digest).length;
	const not = target.policy.requesterMayApprove
		? 'neither author nor last editor'
		: 'neither author, last editor nor requester';
	const left = needed - given;
	return {
		kind: 'approve',
		toConfirm: itemsToConfirm(review),
		sentence: `${count(left, 'approval')} ${given > 0 ? 'more ' : ''}by ${mentions(target.people.approvers)}, ${not}.`,
	};
}

function startTurn(record: RequestRecord): Turn {
	const {start, startDueAt, hold} = record.request;
	if (hold !== null) {
		return {
			kind: 'start-later',
			sentence: `Not now: ${cut(escape(hold.reason), 500)} Nothing was applied. Tried again ${moment(hold.until)}.`,
		};
	}
	if (start.kind === 'at' && startDueAt !== null) {
		return {kind: 'start-later', sentence: `Lockstep starts it ${moment(startDueAt)}.`};
	}
	if (startDueAt !== null || start.kind === 'at-once') {
		return {kind: 'lockstep', sentence: 'A worker is about to start it.'};
	}
	return {kind: 'start', sentence: 'Approved. A person clicks “Run now”.'};
}

function failureTurn(record: RequestRecord, target: Target): Turn {
	const rerunSafe = record.runs.at(-1)?.report?.rerunSafe ?? false;
	const decide = rerunSafe
		? 'allow a re-run or close it'
		: 'restore or fix forward, then close it; a re-run is not safe';
	return {
		kind: 'lead',
		rerunSafe,
		sentence: `The lead decides (${mentions(target.people.leads)}): ${decide}. Do not deploy.`,
	};
}
