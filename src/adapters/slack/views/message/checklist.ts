import type {Button, KnownBlock} from '@slack/types';
import type {Approval} from '../../../../domain/approval.ts';
import {
	answerableItemIds,
	type AnswerableItemId,
	type Answer,
	currentAnswer,
	type Evidence,
	itemWords,
	type Verdict,
} from '../../../../domain/checklist.ts';
import {button, section} from '../../blocks.ts';
import {actionIds, encode} from '../../ids.ts';
import {cut, escape, fitItems} from '../../limits.ts';
import {count, mention, mentions} from '../words.ts';

export const verdictWords: {readonly [verdict in Verdict]: string} = {
	yes: 'Yes',
	'not-applicable': 'Not applicable',
	no: 'No',
};

/** The runbook's six items, each with its evidence and answer; doubtful ones have a button while answers are taken. */
export function checklistBlocks(options: {
	readonly number: number;
	readonly digest: string;
	readonly evidence: Evidence;
	readonly answers: readonly Answer[];
	readonly approvals: readonly Approval[];
	readonly approvalsNeeded: number;
	readonly backup: string | null;
	/** What will be taken, while nothing is. */
	readonly backupPlan: string;
	readonly open: boolean;
	/** Characters for the evidence of one item. */
	readonly room: number;
	/** The doubtful item whose answer is the next step. */
	readonly primaryItem: AnswerableItemId | null;
}): readonly KnownBlock[] {
	const items = answerableItemIds.map((item) => itemBlock(item, options));
	return [
		section('checklist-title', '*Checklist*'),
		...items,
		section('item-others', `${reviewedLine(options)}\n${backupLine(options)}`),
	];
}

function itemBlock(item: AnswerableItemId, options: Parameters<typeof checklistBlocks>[0]): KnownBlock {
	const answer = currentAnswer(options.answers, item, options.digest);
	const {clean, sentences} = options.evidence[item];
	const sign = answer === null ? (clean ? '☐' : '⚠') : answer.verdict === 'no' ? '☒' : '☑';
	const doubt = answer === null && !clean ? ' – in doubt' : '';
	const evidence = fitItems(
		sentences,
		(sentence) => `${cut(escape(sentence), options.room)}`,
		options.room,
		(left) => `… and ${left} more.`,
	);
	const lines = [`${sign} *${itemWords[item]}*${doubt}`, evidence, answerLine(answer)].filter((line) => line !== '');
	return section(`item-${item}`, lines.join('\n'), answerButton(item, clean, answer, options));
}

function answerLine(answer: Answer | null): string {
	if (answer === null) return '';
	const reason = answer.reason === null || answer.reason.trim() === '' ? '' : `: “${cut(escape(answer.reason), 300)}”`;
	return `${verdictWords[answer.verdict]}, says ${mention(answer.person)}${reason}`;
}

function answerButton(
	item: AnswerableItemId,
	clean: boolean,
	answer: Answer | null,
	options: Parameters<typeof checklistBlocks>[0],
): Button | undefined {
	// A standing “no” may be taken back by another answer.
	if (!options.open || clean || (answer !== null && answer.verdict !== 'no')) return undefined;
	return button({
		action: actionIds.answer,
		text: 'Answer…',
		value: encode({number: options.number, digest: options.digest, item}),
		style: options.primaryItem === item ? 'primary' : undefined,
	});
}

function reviewedLine(options: {readonly approvals: readonly Approval[]; readonly approvalsNeeded: number}): string {
	const {approvals, approvalsNeeded} = options;
	const given = approvals.length === 0 ? '' : ` by ${mentions(approvals.map(({person}) => person))}`;
	const sign = approvals.length >= approvalsNeeded ? '☑' : '☐';
	return `${sign} *${itemWords.reviewed}*\n${approvals.length} of ${count(approvalsNeeded, 'approval')} given${given}`;
}

function backupLine({backup, backupPlan}: {readonly backup: string | null; readonly backupPlan: string}): string {
	return `${backup === null ? '☐' : '☑'} *${itemWords['backup-taken']}*\n${backup ?? backupPlan}`;
}
