import type {ModalView} from '@slack/types';
import {modal, reasonInput, section} from '../../blocks.ts';
import {callbackIds, fieldIds, valueAction} from '../../ids.ts';
import {name} from '../words.ts';

/** Sends the request back. */
export function changesModal(number: number, metadata: string): ModalView {
	return modal({
		callback: callbackIds.changes,
		title: `Changes to ${name(number)}`,
		submit: 'Request changes',
		close: 'Cancel',
		metadata,
		blocks: [
			section(
				'changes',
				'The request goes back to its author and waits for a new script. Approvals given so far are void.',
			),
			reasonInput(fieldIds.reason, valueAction, 'What must change', 'The author reads this in the channel.'),
		],
	});
}
