import type {ModalView} from '@slack/types';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {modal, reasonInput, section} from '../../blocks.ts';
import {callbackIds, fieldIds, valueAction} from '../../ids.ts';
import {fitLines} from '../../limits.ts';
import {landedLines, rerunLines} from '../message/run.ts';
import {name} from '../words.ts';

/** The lead lets a failed request run again. */
export function rerunModal(record: RequestRecord, metadata: string): ModalView {
	return modal({
		callback: callbackIds.rerun,
		title: `Re-run ${name(record.request.number)}`,
		submit: 'Allow re-run',
		close: 'Cancel',
		metadata,
		blocks: [
			section('rerun-state', stateText(record)),
			section(
				'rerun',
				'The request is approved again; a person then clicks “Run now”. All checks and the backup are done anew.',
			),
			reasonInput(fieldIds.reason, valueAction, 'Why it may run again', 'Posted in the thread and kept in the audit.'),
		],
	});
}

/** The lead ends a failed request; its version stays stopped at the gate. */
export function closeModal(record: RequestRecord, metadata: string): ModalView {
	return modal({
		callback: callbackIds.close,
		title: `Close ${name(record.request.number)}`,
		submit: 'Close it',
		close: 'Cancel',
		metadata,
		blocks: [
			section('close-state', stateText(record)),
			section(
				'close',
				'The request ends as failed. The deploy gate stays shut for this version; fix forward with a new version.',
			),
			reasonInput(
				fieldIds.reason,
				valueAction,
				'What was done about it',
				'Kept in the audit and shown on the message.',
			),
		],
	});
}

function stateText(record: RequestRecord): string {
	const run = record.runs.at(-1) ?? null;
	if (run === null || run.report === null) return 'There is no report of what landed.';
	return fitLines([...landedLines(run), ...rerunLines(run)], 2800, () => '…');
}
