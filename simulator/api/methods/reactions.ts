import type {JsonObject} from '../../json.ts';
import {messageOnTheWire} from '../../state/message-on-the-wire.ts';
import {findMessage} from '../../state/messages.ts';
import {addReaction, appHearsReactions, reactionEvent, removeReaction} from '../../state/reactions.ts';
import type {Message} from '../../state/slack.ts';
import {requiredText, textArgument} from '../arguments.ts';
import {joinedChannel, visibleChannel} from '../conversation.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {SlackError} from '../slack-error.ts';

export const reactionMethods: Readonly<Record<string, Method>> = {
	'reactions.add': botMethod(['reactions:write'], tiers.three, add),
	'reactions.remove': botMethod(['reactions:write'], tiers.two, remove),
	'reactions.get': botMethod(['reactions:read'], tiers.three, get),
};

function add(call: MethodCall): JsonObject {
	return react(call, 'added');
}

function remove(call: MethodCall): JsonObject {
	return react(call, 'removed');
}

function react(call: MethodCall, kind: 'added' | 'removed'): JsonObject {
	const {slack, given} = call;
	const name = requiredText(given, 'name').replaceAll(/^:|:$/g, '');
	const message = namedMessage(call);
	joinedChannel(slack, message.channel);
	const reacting = {message, user: slack.app.botUserId, name};
	if (kind === 'added') addReaction(slack, reacting);
	else removeReaction(slack, reacting);
	if (appHearsReactions(slack, kind, message)) call.announce(reactionEvent(kind, reacting));
	return {};
}

function get(call: MethodCall): JsonObject {
	const {slack} = call;
	const message = namedMessage(call);
	const channel = joinedChannel(slack, message.channel);
	return {type: 'message', channel: channel.id, message: messageOnTheWire(slack, channel, message)};
}

/**
 * The message that `channel` and `timestamp` name. Throws `no_item_specified`, `bad_timestamp`,
 * `channel_not_found`, `message_not_found` (Slack: reactions.add, errors).
 */
function namedMessage({slack, given}: MethodCall): Message {
	const ts = textArgument(given, 'timestamp');
	const channelId = textArgument(given, 'channel');
	if (ts === undefined || channelId === undefined) throw new SlackError('no_item_specified');
	if (!/^\d+\.\d+$/.test(ts)) throw new SlackError('bad_timestamp');
	const message = findMessage(visibleChannel(slack, channelId), ts);
	if (message === undefined || message.visibleTo !== undefined) throw new SlackError('message_not_found');
	return message;
}
