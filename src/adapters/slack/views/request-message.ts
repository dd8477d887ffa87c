import type {KnownBlock} from '@slack/types';
import {approvalsNeeded, liveApprovals} from '../../../domain/approval.ts';
import {checklistEvidence} from '../../../domain/review/evidence.ts';
import type {Review} from '../../../domain/review/review.ts';
import type {Target} from '../../../domain/target.ts';
import type {RequestRecord} from '../../../operations/ports/record.ts';
import {context, fitMessage, header, type Part, section} from '../blocks.ts';
import {code, cut, escape, fitLines, moment} from '../limits.ts';
import {checklistBlocks} from './checklist.ts';
import {findingBlocks} from './finding.ts';
import {requestButtons} from './request-buttons.ts';
import {backupLine, landedLines, rerunLine, runBlocks} from './run.ts';
import {type Turn, turnOf} from './turn.ts';
import {count, mention, mentions, name, type Rendered, size, stateSign} from './words.ts';

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
		{worth: 9, blocks: [section('turn', `*Next:* ${turn.sentence}`)]},
		{worth: 8, blocks: reasonBlocks(record)},
		{worth: 8, blocks: failureBlocks(record)},
		{worth: 7, blocks: migrationBlocks(record)},
		findingsPart(record),
		checklistPart(record, turn),
		{worth: request.state === 'running' || request.state === 'failed' ? 8 : 4, blocks: runBlocks(record.runs)},
		{worth: 9, blocks: requestButtons(record, turn)},
		{worth: 2, blocks: [context('origin', originText(record))]},
	]);
	return {
		text: `${name(request.number)} ${sign.predicate}: ${cut(escape(request.app), 80)} ${cut(escape(request.version), 80)} to ${cut(escape(request.target), 80)}`,
		blocks,
	};
}

function aboutText(record: RequestRecord): string {
	const {request} = record;
	const what = `*${cut(escape(request.app), 120)} ${cut(escape(request.version), 120)}* → *${cut(escape(request.target), 120)}*`;
	const who =
		request.author === request.requester
			? `Asked for and written by ${mention(request.requester)}`
			: `Asked for by ${mention(request.requester)}, written by ${mention(request.author)}`;
	const editor = request.lastEditor === request.author ? '' : `, last script by ${mention(request.lastEditor)}`;
	const summary = request.summary.trim() === '' ? [] : [cut(escape(request.summary), 600)];
	return [what, ...summary, `${who}${editor}`].join('\n');
}

function reasonBlocks(record: RequestRecord): readonly KnownBlock[] {
	const {reason, state, hold} = record.request;
	const lines: string[] = [];
	if (hold !== null && state === 'submitted') {
		lines.push(`*Held:* ${cut(escape(hold.reason), 600)} Tried again ${moment(hold.until)}.`);
	}
	const words = {
		'changes-requested': 'Asked for',
		rejected: 'Why',
		withdrawn: 'Why',
		closed: 'Why',
		verified: 'Why',
		failed: null,
	} as const;
	const word = state in words ? words[state as keyof typeof words] : null;
	if (reason !== null && reason.trim() !== '' && word !== null) lines.push(`*${word}:* ${cut(escape(reason), 1200)}`);
	return lines.length === 0 ? [] : [section('reason', lines.join('\n'))];
}

/** What is true after a failed run. */
function failureBlocks(record: RequestRecord): readonly KnownBlock[] {
	const {state, reason} = record.request;
	if (state !== 'failed') return [];
	const report = record.runs.at(-1)?.report ?? null;
	const failure = report?.failure ?? reason ?? 'What happened is not known yet.';
	const lines = [
		`*What failed:* ${cut(escape(failure), 800)}`,
		...(report === null ? [] : [...landedLines(report), rerunLine(report)]),
	];
	return [
		section(
			'failure',
			fitLines(lines, 2400, (left) => `… and ${count(left, 'more line')}.`),
		),
	];
}

function migrationBlocks({request}: RequestRecord): readonly KnownBlock[] {
	const {review, state} = request;
	if (review === null) return [];
	const pending = review.pending.map((id) => `• ${code(cut(id, 150))}`);
	const down = review.direction === 'down';
	const done = state === 'verified';
	const verb = down ? (done ? 'taken back' : 'to be taken back') : done ? 'applied' : 'pending';
	const title = pending.length === 0 && done ? '' : `*${count(pending.length, 'migration')} ${verb}*`;
	const applied = review.alreadyApplied.length;
	const settled =
		applied === 0
			? []
			: [
					`${count(applied, 'migration')} of the script already applied: nothing to do for ${applied === 1 ? 'it' : 'them'}.`,
				];
	const list = fitLines(pending, 1000, (left) => `… and ${count(left, 'more migration')}; the thread has them.`);
	return [section('migrations', [title, list, ...settled].filter((line) => line !== '').join('\n'))];
}

function findingsPart(record: RequestRecord): Part {
	const {number, review, reviewDigest, state} = record.request;
	if (review === null || reviewDigest === null) return {worth: 5, blocks: []};
	const common = {number, review, digest: reviewDigest, waivers: record.waivers, mayWaive: state === 'in-review'};
	return {worth: 5, blocks: findingBlocks({...common, room: 2600}), short: findingBlocks({...common, room: 900})};
}

function checklistPart(record: RequestRecord, turn: Turn): Part {
	const {number, review, reviewDigest, state} = record.request;
	if (review === null || reviewDigest === null) return {worth: 6, blocks: []};
	const open = state === 'in-review';
	if (!open && state !== 'approved' && state !== 'changes-requested') {
		return {worth: 6, blocks: endedChecklist(record, review, reviewDigest)};
	}
	const common = {
		number,
		digest: reviewDigest,
		evidence: checklistEvidence(review),
		answers: record.answers,
		approvals: liveApprovals(record.approvals, reviewDigest),
		approvalsNeeded: approvalsNeeded(review, reviewDigest, record.waivers),
		backup: backupLine(record.backups),
		open,
		primaryItem: turn.kind === 'answer' ? turn.item : null,
	};
	return {worth: 6, blocks: checklistBlocks({...common, room: 500}), short: checklistBlocks({...common, room: 150})};
}

/** While it runs and after it: the checklist in two lines. */
function endedChecklist(record: RequestRecord, review: Review, digest: string): readonly KnownBlock[] {
	const approvals = liveApprovals(record.approvals, digest);
	// Nothing was pending: nobody was asked and nothing was backed up.
	if (record.runs.length === 0) return [];
	const by = approvals.length === 0 ? '' : ` by ${mentions(approvals.map(({person}) => person))}`;
	const backup = backupLine(record.backups);
	const lines = [
		`*Checklist:* ${approvals.length} of ${approvalsNeeded(review, digest, record.waivers)} approvals given${by}`,
		`*Backup:* ${backup ?? 'not taken yet'}`,
	];
	return [section('checklist-short', lines.join('\n'))];
}

function originText(record: RequestRecord): string {
	const {request} = record;
	const script = `${code(cut(request.scriptName, 120))}, ${size(request.scriptBytes)}, SHA-256 ${code(request.scriptSha256.slice(0, 12))}`;
	const ended = ['verified', 'failed', 'withdrawn', 'rejected', 'closed'].includes(request.state);
	return `${ended ? '' : `${startText(record)} `}Script ${script}. Opened ${moment(request.createdAt)}.`;
}

function startText(record: RequestRecord): string {
	const {start} = record.request;
	switch (start.kind) {
		case 'by-hand':
			return 'Starts when a person clicks “Run now”.';
		case 'at':
			return `Starts ${moment(start.at)}, once approved.`;
		case 'at-once':
			return 'Starts as soon as it is approved.';
	}
}
