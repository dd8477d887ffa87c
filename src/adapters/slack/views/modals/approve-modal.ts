import type {KnownBlock, ModalView} from '@slack/types';
import {answerableItemIds, type ChecklistItemId, currentAnswer, itemWords} from '../../../../domain/checklist.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {checkboxes, input, modal, option, section} from '../../blocks.ts';
import {callbackIds, fieldIds, valueAction} from '../../ids.ts';
import {cut, escape, fitItems} from '../../limits.ts';
import {verdictWords} from '../message/checklist.ts';
import {findingLine, worstFirst} from '../message/finding.ts';
import {count, mention, name} from '../words.ts';

/** The approver confirms each item that has a finding. */
export function approveModal(
	record: RequestRecord,
	toConfirm: readonly ChecklistItemId[],
	metadata: string,
): ModalView {
	const {number, target, app, version} = record.request;
	const intro = `You approve *${cut(escape(app), 100)} ${cut(escape(version), 100)}* for *${cut(escape(target), 100)}*. These items have findings; confirm each.`;
	return modal({
		callback: callbackIds.approve,
		title: `Approve ${name(number)}`,
		submit: 'Approve',
		close: 'Cancel',
		metadata,
		blocks: [
			section('approve-intro', intro),
			...toConfirm.map((item) => itemBlock(record, item)),
			input(
				fieldIds.items,
				'I have looked at',
				checkboxes(
					valueAction,
					toConfirm.map((item) => option(itemWords[item], item)),
				),
			),
		],
	});
}

function itemBlock(record: RequestRecord, item: ChecklistItemId): KnownBlock {
	const {review, reviewDigest} = record.request;
	const findings = worstFirst((review?.findings ?? []).filter((finding) => finding.item === item));
	const answerable = answerableItemIds.find((id) => id === item);
	const answer =
		answerable === undefined || reviewDigest === null ? null : currentAnswer(record.answers, answerable, reviewDigest);
	const said =
		answer === null
			? []
			: [
					`${verdictWords[answer.verdict]}, says ${mention(answer.person)}${answer.reason === null ? '' : `: “${cut(escape(answer.reason), 400)}”`}`,
				];
	const list = fitItems(findings, findingLine, 2000, (left) => `… and ${count(left, 'more finding')}.`);
	return section(`approve-${item}`, [`*${itemWords[item]}*`, ...said, list].join('\n'));
}
