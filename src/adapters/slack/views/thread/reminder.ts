import {actions, button, section} from '../../blocks.ts';
import {actionIds, encode} from '../../ids.ts';
import {cut, escape} from '../../limits.ts';
import type {EscalationWords} from './escalation-message.ts';
import {mention, mentions, name, type Rendered} from '../words.ts';

/** The ping again. */
export function reminder({record, escalation, called}: EscalationWords): Rendered {
	const {number} = record.request;
	if (escalation.acknowledgedBy !== null) {
		const text = `${name(number)}: ${mention(escalation.acknowledgedBy)} has acknowledged.`;
		return {text, blocks: [section('reminder', text)]};
	}
	const pings = escalation.pings > 1 ? ` Call ${escalation.pings}.` : '';
	const text = `✖ ${mentions(called)}: ${name(number)} still waits for somebody to acknowledge.${pings}\n${cut(escape(escalation.sentence), 600)}`;
	const value = encode({number, escalation: escalation.id});
	return {
		text: cut(text.replaceAll('\n', ' '), 1000),
		blocks: [
			section('reminder', text),
			actions('reminder-actions', [
				button({action: actionIds.acknowledge, text: 'Acknowledge', value, style: 'primary'}),
			]),
		],
	};
}
