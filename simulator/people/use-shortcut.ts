import {newResponseUrl} from '../delivery/response-url.ts';
import type {JsonObject} from '../json.ts';
import type {AppShortcut} from '../manifest.ts';
import type {Simulation} from '../simulation.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {messageOnTheWire} from '../state/message-on-the-wire.ts';
import type {Channel, Message, Slack} from '../state/slack.ts';
import {newTrigger} from '../state/triggers.ts';
import type {PersonRecord} from '../workspace.ts';
import {answered} from './act.ts';
import type {ActionOutcome} from './outcome.ts';
import {channelFields, interactionBase} from './payload.ts';

/** A shortcut that a person picks; a message shortcut needs the message, which the person must see. */
export type UsedShortcut = {
	readonly person: PersonRecord;
	readonly callbackId: string;
	readonly channel?: Channel;
	readonly message?: Message;
};

/**
 * A person uses a shortcut of the app: the app gets `shortcut` or `message_action` (Slack:
 * "Shortcuts payload"), the latter wherever the message is, even where the app is no member.
 * Throws ImpossibleInput.
 */
export async function useShortcut(simulation: Simulation, used: UsedShortcut): Promise<ActionOutcome> {
	const {slack} = simulation;
	const shortcut = shortcutOf(slack, used);
	return answered(simulation, {
		...interactionBase(slack, used.person),
		type: shortcut.kind === 'global' ? 'shortcut' : 'message_action',
		action_ts: slack.ids.timestamp(),
		callback_id: shortcut.callbackId,
		trigger_id: newTrigger(slack, used.person.id),
		...(shortcut.kind === 'global' ? {} : messageFields(slack, used)),
	});
}

function shortcutOf(slack: Slack, {callbackId, message}: UsedShortcut): AppShortcut {
	const kind = message === undefined ? 'global' : 'message';
	const found = slack.manifest.shortcuts.find((each) => each.callbackId === callbackId && each.kind === kind);
	if (found === undefined) throw new ImpossibleInput(`The app has no ${kind} shortcut ${callbackId}.`);
	return found;
}

function messageFields(slack: Slack, {person, channel, message}: UsedShortcut): JsonObject {
	if (channel === undefined || message === undefined) {
		throw new ImpossibleInput('A message shortcut needs a message.');
	}
	// Slack offers no shortcuts on messages that only one person sees.
	if (message.visibleTo !== undefined) {
		throw new ImpossibleInput('There are no shortcuts on a message that only one person sees.');
	}
	if (!channel.members.has(person.id) || message.channel !== channel.id || message.deleted) {
		throw new ImpossibleInput(`${person.name} does not see that message.`);
	}
	return {
		message_ts: message.ts,
		channel: channelFields(channel),
		message: messageOnTheWire(slack, channel, message),
		response_url: newResponseUrl(
			slack,
			{
				person: person.id,
				channel: channel.id,
				messageTs: message.ts,
				...(message.threadTs === undefined ? {} : {threadTs: message.threadTs}),
			},
			'app',
		),
	};
}
