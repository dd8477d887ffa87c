import type {ModalView} from '@slack/types';
import {type AnswerableItemId, itemWords} from '../../../../domain/checklist.ts';
import {checklistEvidence} from '../../../../domain/review/evidence.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {input, modal, option, reasonInput, section} from '../../blocks.ts';
import {callbackIds, fieldIds, valueAction} from '../../ids.ts';
import {cut, escape, fitItems} from '../../limits.ts';
import {verdictWords} from '../message/checklist.ts';
import {name} from '../words.ts';

/** One doubtful item: its evidence, the answer and the reason. */
export function answerModal(record: RequestRecord, item: AnswerableItemId, metadata: string): ModalView {
	const {review, number} = record.request;
	const sentences = review === null ? [] : checklistEvidence(review)[item].sentences;
	const evidence = fitItems(
		sentences,
		(sentence) => `• ${cut(escape(sentence), 500)}`,
		2500,
		(left) => `… and ${left} more.`,
	);
	return modal({
		callback: callbackIds.answer,
		title: `Answer for ${name(number)}`,
		submit: 'Answer',
		close: 'Cancel',
		metadata,
		blocks: [
			section('answer-item', `*${itemWords[item]}*`),
			...(evidence === '' ? [] : [section('answer-evidence', evidence)]),
			input(fieldIds.verdict, 'Does it hold?', {
				type: 'radio_buttons',
				action_id: valueAction,
				options: [
					option(`${verdictWords.yes}, it holds`, 'yes'),
					option(verdictWords['not-applicable'], 'not-applicable'),
					option(`${verdictWords.no}: send back for changes`, 'no'),
				],
			}),
			reasonInput(
				fieldIds.reason,
				valueAction,
				'Reason',
				'The evidence is in doubt: say why it holds, does not apply, or what must change.',
			),
		],
	});
}
