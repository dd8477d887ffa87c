import type {KnownBlock} from '@slack/types';
import {approvalsNeeded, liveApprovals} from '../../../../domain/approval.ts';
import {checklistEvidence} from '../../../../domain/review/evidence.ts';
import type {Review} from '../../../../domain/review/review.ts';
import type {Target} from '../../../../domain/target.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {context, fitMessage, header, type Part, section} from '../../blocks.ts';
import {code, cut, escape, moment} from '../../limits.ts';
import {calledLine} from '../thread/call.ts';
import {againBlocks} from './again.ts';
import {checklistBlocks} from './checklist.ts';
import {findingBlocks} from './finding.ts';
import {rehearsalBlocks} from './rehearsal.ts';
import {requestButtons} from './request-buttons.ts';
import {aboutText, reasonBlocks, riskBlocks} from './request-head.ts';
import {failureBlocks, migrationBlocks} from './request-outcome.ts';
import {backupLine, backupPlan, runBlocks} from './run.ts';
import {type Turn, turnOf} from '../board/turn.ts';
import {count, endedStates, mentions, name, type Rendered, size, stateSign} from '../words.ts';

/** The one live message of a request: what changes, where, how risky, what is missing, whose turn it is. */
export function requestMessage(record: RequestRecord, target: Target): Rendered {
	const {request} = record;
	const turn = turnOf(record, target);
	const sign = stateSign(record);
	const blocks = fitMessage([
		{
			worth: 10,
			blocks: [header('title', `${sign.shape} ${name(request.number)} · ${sign.words} · ${cut(request.target, 60)}`)],
		},
		{worth: 9, blocks: [section('about', aboutText(record))]},
		{worth: 8, blocks: riskBlocks(record)},
		{worth: 9, blocks: [section('turn', turnText(record, turn))]},
		{worth: 8, blocks: againBlocks(record)},
		{worth: 8, blocks: reasonBlocks(record)},
		{worth: 8, blocks: failureBlocks(record)},
		{worth: 7, blocks: migrationBlocks(record)},
		{worth: 7, blocks: rehearsalBlocks(record)},
		findingsPart(record),
		checklistPart(record, target, turn),
		{worth: request.state === 'running' || request.state === 'failed' ? 8 : 4, blocks: runBlocks(record.runs)},
		{worth: 9, blocks: requestButtons(record, turn, target)},
		{worth: 2, blocks: [context('origin', originText(record))]},
	]);
	return {
		text: `${name(request.number)} ${sign.predicate}: ${cut(escape(request.app), 80)} ${cut(escape(request.version), 80)} to ${cut(escape(request.target), 80)}`,
		blocks,
	};
}

/** Whose turn it is, and who was called for it already. */
function turnText(record: RequestRecord, turn: Turn): string {
	const called = turn.kind === 'approve' ? calledLine(record) : '';
	return `*Next:* ${turn.sentence}${called === '' ? '' : `\n${called}`}`;
}

function findingsPart(record: RequestRecord): Part {
	const {number, review, reviewDigest, state} = record.request;
	if (review === null || reviewDigest === null || endedStates.includes(state)) return {worth: 5, blocks: []};
	const common = {number, review, digest: reviewDigest, waivers: record.waivers, mayWaive: state === 'in-review'};
	return {worth: 5, blocks: findingBlocks({...common, room: 2600}), short: findingBlocks({...common, room: 900})};
}

function checklistPart(record: RequestRecord, target: Target, turn: Turn): Part {
	const {number, review, reviewDigest, state} = record.request;
	if (review === null || reviewDigest === null) return {worth: 6, blocks: []};
	const open = state === 'in-review';
	// Sent back, it waits for another script: what was answered about this one is noise.
	if (state === 'changes-requested') return {worth: 6, blocks: []};
	if (!open && state !== 'approved') {
		return {worth: 6, blocks: endedChecklist(record, target, review, reviewDigest)};
	}
	const common = {
		number,
		digest: reviewDigest,
		evidence: checklistEvidence(review),
		answers: record.answers,
		approvals: liveApprovals(record.approvals, reviewDigest),
		approvalsNeeded: approvalsNeeded(review, reviewDigest, record.waivers, target.policy),
		backup: backupLine(record.backups, record.runs.at(-1)),
		backupPlan: backupPlan(target, record.lastBackup ?? null, number),
		open,
		primaryItem: turn.kind === 'answer' ? turn.item : null,
	};
	return {worth: 6, blocks: checklistBlocks({...common, room: 500}), short: checklistBlocks({...common, room: 150})};
}

/** While it runs and after it: the checklist in two lines. */
function endedChecklist(record: RequestRecord, target: Target, review: Review, digest: string): readonly KnownBlock[] {
	const approvals = liveApprovals(record.approvals, digest);
	// Nothing was pending: nobody was asked and nothing was backed up.
	if (record.runs.length === 0) return [];
	const by = approvals.length === 0 ? '' : ` by ${mentions(approvals.map(({person}) => person))}`;
	const backup = backupLine(record.backups, record.runs.at(-1));
	const lines = [
		`*Checklist:* ${approvals.length} of ${count(approvalsNeeded(review, digest, record.waivers, target.policy), 'approval')} given${by}`,
		`*Backup:* ${backup ?? (target.backup.required ? 'not taken yet' : 'not asked for on this target')}`,
	];
	return [section('checklist-short', lines.join('\n'))];
}

function originText(record: RequestRecord): string {
	const {request} = record;
	const script = `${code(cut(request.scriptName, 120))}, ${size(request.scriptBytes)}, SHA-256 ${code(request.scriptSha256.slice(0, 12))}`;
	return `${startText(record)}Script ${script}. Opened ${moment(request.createdAt)}.`;
}

/** How it will start, until it is due. */
function startText({request, runs}: RequestRecord): string {
	const {start, startDueAt, state} = request;
	if (endedStates.includes(state) || runs.length > 0) return '';
	switch (start.kind) {
		case 'by-hand':
			return startDueAt === null ? 'Starts when a person clicks “Run now”. ' : '';
		case 'at':
			return `Starts ${moment(start.at)}, once approved. `;
		case 'at-once':
			return 'Starts as soon as it is approved. ';
	}
}
