import type {Button, KnownBlock} from '@slack/types';
import {liveApprovals} from '../../../../domain/approval.ts';
import {unansweredItems} from '../../../../domain/checklist.ts';
import {stateWords} from '../../../../domain/request.ts';
import {judgeLinkedStage, stagePlace} from '../../../../domain/stage.ts';
import {escalationToAcknowledge, type WaitingFor} from '../../../../domain/waiting.ts';
import {openBlockers, waivableRules} from '../../../../domain/waiver.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import type {BoardItem, BoardTarget, RecentItem, WaitingItem} from '../../../../operations/show-board.ts';
import {actions, button, linkButton, section} from '../../blocks.ts';
import {actionIds, encode} from '../../ids.ts';
import {code, cut, escape, link, moment} from '../../limits.ts';
import {permalink} from '../../permalink.ts';
import {startButton} from '../message/request-buttons.ts';
import {count, mention, name, shapeOf, stateSign} from '../words.ts';

/**
 * One thing that waits for the reader: what, about which change, and the button that does it or leads to it. Only the
 * first thing's button is the primary one.
 */
export function waitingBlocks(item: WaitingItem, workspaceUrl: string | null, first: boolean): readonly KnownBlock[] {
	const {record, what} = item;
	const {number} = record.request;
	const text = [
		`${stateSign(record).shape} ${nameOf(item, workspaceUrl)} ${waitingWords[what](record)}`,
		`${[changeOf(record.request), ...summaryOf(record), ...stageOf(record), since(record)].join(' · ')}`,
		...failureOf(item),
	].join('\n');
	const open = openButton(item, workspaceUrl);
	const act = actButton(item, first ? 'primary' : undefined);
	// A message that is not posted yet has nothing to open; `/migrate show` leads there.
	if (act === null) return [section(`waiting-${number}`, text, open ?? undefined)];
	return [
		section(`waiting-${number}`, text),
		actions(`waiting-${number}-actions`, open === null ? [act] : [act, open]),
	];
}

const waitingWords: {readonly [what in WaitingFor]: (record: RequestRecord) => string} = {
	acknowledge: () => 'has failed and waits for somebody to acknowledge it. Do not deploy.',
	decide: () => 'has failed: as a lead you decide how it goes on. Do not deploy.',
	start: () => 'is approved: click “Run now” when the time is right.',
	waive: (record) => `is blocked by ${blockingRules(record)}: the script changes, or you waive it with a reason.`,
	approve: () => 'waits for an approval that you could give.',
	'new-script': newScriptWords,
	answer: () => 'waits for you to agree with the evidence or answer the checklist.',
};

function newScriptWords(record: RequestRecord): string {
	const {state, reason} = record.request;
	if (state !== 'changes-requested') return `is blocked by ${blockingRules(record)}: the script must change.`;
	const why = reason === null || reason.trim() === '' ? '.' : `: “${cut(escape(reason), 200)}”`;
	return `was sent back and waits for a new script${why}`;
}

function blockingRules({request: {review, reviewDigest}, waivers}: RequestRecord): string {
	if (review === null || reviewDigest === null) return 'a rule';
	const waivable = waivableRules(review, reviewDigest, waivers);
	const open = openBlockers(review, reviewDigest, waivers).map(({rule}) => rule);
	// What nobody may waive is said first: it decides.
	const rules = [...new Set([...open.filter((rule) => !waivable.includes(rule)), ...waivable])];
	const named = rules.slice(0, 2).map((rule) => code(cut(rule, 60)));
	return rules.length > named.length
		? `${named.join(', ')} and ${count(rules.length - named.length, 'more rule')}`
		: named.join(' and ');
}

/** Whoever is called wants to know what broke before they go there. */
function failureOf({record, what}: WaitingItem): readonly string[] {
	if (what !== 'acknowledge' && what !== 'decide') return [];
	const {sentence = ''} = escalationToAcknowledge(record.escalations) ?? record.escalations.at(-1) ?? {};
	return sentence.trim() === '' ? [] : [`${cut(escape(sentence), 250)}`];
}

function actButton({record, what}: WaitingItem, style: 'primary' | undefined): Button | null {
	if (what === 'start') return startButton(record, {style});
	if (what !== 'acknowledge') return null;
	const escalation = escalationToAcknowledge(record.escalations);
	if (escalation === null) return null;
	const value = encode({number: record.request.number, escalation: escalation.id});
	return button({action: actionIds.acknowledge, text: 'Acknowledge', value, style});
}

function openButton({message}: BoardItem, workspaceUrl: string | null): Button | null {
	const url = permalink(workspaceUrl, message);
	return url === null ? null : linkButton(actionIds.link, 'Open', url);
}

/** A run, with the step it is at. */
export function runningLine(item: BoardItem, workspaceUrl: string | null): string {
	const {record} = item;
	const run = record.runs.at(-1);
	const step = run?.steps.findLast(({state}) => state === 'running');
	const at = step === undefined ? 'between two steps' : `at ${step.name} since ${moment(step.startedAt)}`;
	const cancelled = run?.cancelAskedBy == null ? [] : [`${mention(run.cancelAskedBy)} asked to cancel`];
	const parts = [changeOf(record.request), ...stageOf(record), at, ...cancelled];
	return `${shapeOf('running')} ${nameOf(item, workspaceUrl)} ${parts.join(' · ')}`;
}

/** What the reader asked for and somebody else has in hand. */
export function askedLine(item: BoardItem, workspaceUrl: string | null): string {
	const {record} = item;
	const parts = [changeOf(record.request), ...summaryOf(record), ...stageOf(record)];
	return `${stateSign(record).shape} ${nameOf(item, workspaceUrl)} ${standing(record)}\n${parts.join(' · ')}`;
}

/** How it stands, in a sentence. */
function standing(record: RequestRecord): string {
	const {request} = record;
	switch (request.state) {
		case 'in-review':
			return reviewStanding(record);
		case 'approved':
			return approvedStanding(record);
		case 'failed':
			return 'has failed: the lead decides. Do not deploy.';
		case 'submitted':
		case 'reviewing':
			return request.hold === null
				? 'is being reviewed by Lockstep.'
				: `is held: ${cut(escape(request.hold.reason), 200)}`;
		case 'changes-requested':
		case 'running':
		case 'verified':
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return `${stateWords[request.state]}.`;
	}
}

function reviewStanding({request: {review, reviewDigest}, answers, approvals, waivers}: RequestRecord): string {
	if (review === null || reviewDigest === null) return 'is in review.';
	if (unansweredItems(answers, reviewDigest).length > 0) return 'has an open checklist.';
	if (openBlockers(review, reviewDigest, waivers).length > 0) return 'is blocked.';
	return liveApprovals(approvals, reviewDigest).length === 0 ? 'waits for approval.' : 'waits for a second approval.';
}

function approvedStanding({request, stages}: RequestRecord): string {
	const stage = judgeLinkedStage(request, stages);
	if (stage !== 'ready') return `is approved. ${cut(escape(stage.sentence), 250)}`;
	if (request.hold !== null) return `is held: ${cut(escape(request.hold.reason), 250)}`;
	if (request.startDueAt === null) return 'is approved and waits for “Run now”.';
	return request.start.kind === 'at'
		? `starts ${moment(request.startDueAt)}.`
		: 'is about to run: a worker takes it in a moment.';
}

export function recentLine(item: RecentItem, workspaceUrl: string | null): string {
	const url = permalink(workspaceUrl, item.message);
	const title = url === null ? name(item.number) : link(url, name(item.number));
	return `${shapeOf(item.state)} *${title}* ${stateWords[item.state]}: ${changeOf(item)} (${mention(item.requester)}, ${moment(item.endedAt)})`;
}

/** A target: what it comes after, its newest backup and its newest verified run. */
export function targetLine({name: target, after, lastBackupAt, lastVerified, open}: BoardTarget): string {
	const stage = after === null ? '' : `, after ${cut(escape(after), 60)}`;
	const backup = lastBackupAt === null ? 'no backup yet' : `last backup ${moment(lastBackupAt)}`;
	const verified =
		lastVerified === null
			? 'nothing verified yet'
			: `last verified ${name(lastVerified.number)} (${cut(escape(lastVerified.version), 40)}) ${moment(lastVerified.at)}`;
	return `*${cut(escape(target), 60)}*${stage} – ${count(open, 'open request')}\n${verified} · ${backup}`;
}

function nameOf({record, message}: BoardItem, workspaceUrl: string | null): string {
	const url = permalink(workspaceUrl, message);
	const words = name(record.request.number);
	return url === null ? `*${words}*` : `*${link(url, words)}*`;
}

function changeOf({
	app,
	version,
	target,
}: {
	readonly app: string;
	readonly version: string;
	readonly target: string;
}): string {
	return `${cut(escape(app), 40)} ${cut(escape(version), 40)} → ${cut(escape(target), 60)}`;
}

function summaryOf({request: {summary}}: RequestRecord): readonly string[] {
	return summary.trim() === '' ? [] : [cut(escape(summary), 100)];
}

function stageOf({request, stages}: RequestRecord): readonly string[] {
	const stage = stagePlace(request, stages);
	return stage === null ? [] : [`Stage ${stage.place} of ${stage.count}`];
}

function since({request, escalations}: RequestRecord): string {
	switch (request.state) {
		case 'failed': {
			const opened = escalations.at(-1)?.openedAt;
			return opened === undefined ? `requested ${moment(request.createdAt)}` : `failed ${moment(opened)}`;
		}
		case 'approved':
			return `approved ${moment(request.approvedAt ?? request.createdAt)}`;
		case 'in-review':
			return `reviewed ${moment(request.reviewedAt ?? request.createdAt)}`;
		case 'submitted':
		case 'reviewing':
		case 'changes-requested':
		case 'running':
		case 'verified':
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return `requested ${moment(request.createdAt)}`;
	}
}
