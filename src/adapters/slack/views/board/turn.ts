import {approvalsNeeded, itemsToConfirm, liveApprovals} from '../../../../domain/approval.ts';
import {
	agreeableItems,
	type AnswerableItemId,
	type ChecklistItemId,
	unansweredItems,
} from '../../../../domain/checklist.ts';
import {checklistEvidence} from '../../../../domain/review/evidence.ts';
import type {Review} from '../../../../domain/review/review.ts';
import type {Run} from '../../../../domain/run.ts';
import {demandedBefore, earlierStage, isStageHold, judgeLinkedStage, type StageWait} from '../../../../domain/stage.ts';
import type {Target} from '../../../../domain/target.ts';
import {openBlockers, waivableRules} from '../../../../domain/waiver.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {code, cut, escape, moment} from '../../limits.ts';
import {isBackupBad, stoppedByDrill} from '../drilled.ts';
import {count, mention, mentions} from '../words.ts';

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
			return {kind: 'lockstep', sentence: reviewingSentence(record)};
		case 'in-review':
			return reviewTurn(record, target);
		case 'changes-requested':
			return {
				kind: 'new-script',
				sentence: `${mention(request.author)}: generate the script again and send it with “New script…”.`,
			};
		case 'approved':
			return startTurn(record, target);
		case 'running':
			return {kind: 'lockstep', sentence: runningSentence(record)};
		case 'failed':
			return failureTurn(record, target);
		case 'verified':
			return {
				kind: 'nobody',
				sentence: `Done. ${cut(escape(request.app), 80)} ${cut(escape(request.version), 80)} may be deployed as far as this request is concerned.`,
			};
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return {
				kind: 'nobody',
				sentence: 'This request has ended. “Request again…” opens a new one with its fields and its script.',
			};
	}
}

/** Whoever reads it while it runs wants to know whether it can still be stopped without a trace. */
function runningSentence({runs}: RequestRecord): string {
	const step = runs.at(-1)?.steps.findLast(({state}) => state === 'running')?.name;
	const begun = step === 'apply' || step === 'verify' || step === undefined;
	const doing =
		step === 'drill'
			? 'Lockstep restores the backup and tries the script there, on a copy.'
			: 'Lockstep is at work on the target.';
	return `${doing}${begun ? '' : ' Nothing is applied yet.'} This message follows each step.`;
}

function reviewingSentence({request: {hold, review}, rehearsal}: RequestRecord): string {
	if (hold !== null) return `Lockstep tries again ${moment(hold.until)}.`;
	// Bytes that were reviewed already are reviewed again for the target's sake alone.
	if (review !== null) {
		const of = rehearsal?.rehearsal;
		if (of?.kind === 'impossible' && of.reason === 'not-allowed') {
			return 'The script may be tried on a copy now: Lockstep rehearses it and goes on with the review.';
		}
		const again = rehearsal == null ? 'reviews' : 'rehearses and reviews';
		return `The target changed since the review: Lockstep ${again} the script again by itself. Approvals stand where it finds the same.`;
	}
	return 'Lockstep reads the script and asks the target about the tables it touches.';
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
		const both = [agree, answers].filter((part) => part !== '').join(', and ');
		return {kind: 'agree', sentence: `${askers(record)}: ${both} in the checklist.`};
	}
	return first === undefined
		? null
		: {kind: 'answer', sentence: `${askers(record)}: ${answers} in the checklist.`, item: first};
}

/** Whose answers the checklist waits for; the target's people may give them as well. */
function askers({request}: RequestRecord): string {
	return mentions([...new Set([request.requester, request.author])]);
}

function blockerTurn(record: RequestRecord, target: Target, review: Review, digest: string): Turn | null {
	const open = openBlockers(review, digest, record.waivers);
	if (open.length === 0) return null;
	const waivable = waivableRules(review, digest, record.waivers);
	const rules = [...new Set(open.map(({rule}) => rule))].slice(0, 5).map((rule) => code(cut(rule, 80)));
	const waive = open.every(({rule}) => waivable.includes(rule))
		? `, or ${mentions(target.people.waivers)} may waive it with a reason`
		: '';
	return {
		kind: 'blocked',
		sentence: `Blocked by ${rules.join(', ')}: ${mention(record.request.author)} changes the script${waive}.`,
	};
}

function approvalTurn(record: RequestRecord, target: Target, review: Review, digest: string): Turn {
	const needed = approvalsNeeded(review, digest, record.waivers, target.policy);
	const given = liveApprovals(record.approvals, digest).length;
	const not = target.policy.requesterMayApprove
		? 'neither author nor last editor'
		: 'neither author, last editor nor requester';
	const left = needed - given;
	return {
		kind: 'approve',
		toConfirm: itemsToConfirm(review),
		sentence: `${count(left, given > 0 ? 'more approval' : 'approval')} by ${mentions(target.people.approvers)}, ${not}.`,
	};
}

function startTurn(record: RequestRecord, target: Target): Turn {
	const {start, startDueAt, hold} = record.request;
	const stages = judgeLinkedStage(record.request, record.stages);
	if (stages !== 'ready') return stageTurn(record, stages);
	const demanded = demandedBefore(target);
	const demandsMore = demanded !== null && demanded !== earlierStage(record.request, record.stages)?.target;
	if (hold !== null && isStageHold(hold) && demandsMore) {
		return {kind: 'lockstep', sentence: `${cut(escape(hold.reason), 600)} It starts by itself then.`};
	}
	if (hold !== null && !isStageHold(hold)) {
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
	return {kind: 'start', sentence: `${mention(record.request.requester)}: click “Run now” when the time is right.`};
}

/** The stage before comes first; the click on “Run now” may come before it. */
function stageTurn({request}: RequestRecord, wait: StageWait): Turn {
	const sentence = cut(escape(wait.sentence), 600);
	const until = cut(escape(wait.until), 200);
	const {start, startDueAt} = request;
	if (startDueAt === null && start.kind !== 'at-once') {
		return {kind: 'start-later', sentence: `${sentence} Once “Run now” is clicked, it starts as soon as ${until}.`};
	}
	if (start.kind === 'at' && startDueAt !== null && startDueAt >= start.at) {
		return {
			kind: 'start-later',
			sentence: `${sentence} It starts as soon as ${until}, not before ${moment(startDueAt)}.`,
		};
	}
	return {kind: 'lockstep', sentence: `${sentence} It starts as soon as ${until}.`};
}

function failureTurn(record: RequestRecord, target: Target): Turn {
	const run = record.runs.at(-1) ?? null;
	return {
		kind: 'lead',
		rerunSafe: run?.report?.rerunSafe ?? false,
		sentence: `The lead decides (${mentions(target.people.leads)}): ${decision(run)}. Do not deploy.`,
	};
}

function decision(run: Run | null): string {
	if (run !== null && stoppedByDrill(run)) {
		return isBackupBad(run)
			? 'find out what is wrong with the backup, then allow a re-run, or close it'
			: 'have the rows mended and allow a re-run, or close it for a script that suits them';
	}
	return run?.report?.rerunSafe === true
		? 'allow a re-run or close it'
		: 'restore or fix forward, then close it; a re-run is not safe';
}
