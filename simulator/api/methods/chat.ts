import {isObject} from '../../json.ts';
import type {JsonObject} from '../../json.ts';
import {checkMessage} from '../../limits/message.ts';
import type {MessageLimits} from '../../limits/message.ts';
import {appHears, changedEvent, deletedEvent, postedEvent} from '../../state/message-events.ts';
import {edit, findMessage, post, remove} from '../../state/messages.ts';
import {messageOnTheWire} from '../../state/message-on-the-wire.ts';
import {findPerson} from '../../state/people.ts';
import type {Channel, Message, Slack} from '../../state/slack.ts';
import {flagArgument, jsonArgument, objectsArgument, requiredText, textArgument} from '../arguments.ts';
import type {Arguments} from '../arguments.ts';
import {channelToPostIn, visibleChannel} from '../conversation.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {SlackError} from '../slack-error.ts';

export const chatMethods: Readonly<Record<string, Method>> = {
	'chat.postMessage': botMethod(['chat:write'], tiers.special, postMessage),
	'chat.update': botMethod(['chat:write'], tiers.three, update),
	'chat.delete': botMethod(['chat:write'], tiers.three, deleteMessage),
	'chat.postEphemeral': botMethod(['chat:write'], tiers.four, postEphemeral),
	'chat.getPermalink': botMethod([], tiers.special, getPermalink),
};

/** What an app may write: text, blocks, attachments, metadata. */
type Content = {
	readonly text?: string;
	readonly blocks?: readonly JsonObject[];
	readonly attachments?: readonly JsonObject[];
	readonly metadata?: JsonObject;
};

function postMessage({slack, given, announce}: MethodCall): JsonObject {
	const channel = channelToPostIn(slack, textArgument(given, 'channel'));
	const content = checkedContent(given, 'post');
	const threadTs = threadOf(channel, given);
	const message = post(slack, {
		...content,
		channel,
		user: slack.app.botUserId,
		byApp: true,
		text: content.text ?? '',
		broadcast: flagArgument(given, 'reply_broadcast'),
		...(threadTs === undefined ? {} : {threadTs}),
	});
	if (appHears(slack, channel)) announce(postedEvent(slack, channel, message));
	return {
		channel: channel.id,
		ts: message.ts,
		message: messageOnTheWire(slack, channel, message, true),
	};
}

function update({slack, given, announce}: MethodCall): JsonObject {
	const channel = visibleChannel(slack, textArgument(given, 'channel'));
	const message = ownMessage(slack, channel, requiredText(given, 'ts'), 'cant_update_message');
	const content = checkedContent(given, 'update');
	// Blocks and attachments that are not given stay; an empty list removes them (Slack: chat.update).
	const before = messageOnTheWire(slack, channel, message);
	edit(slack, message, content);
	if (appHears(slack, channel)) announce(changedEvent(slack, channel, message, before));
	return {
		channel: channel.id,
		ts: message.ts,
		text: message.text,
		message: messageOnTheWire(slack, channel, message, true),
	};
}

function deleteMessage({slack, given, announce}: MethodCall): JsonObject {
	const channel = visibleChannel(slack, textArgument(given, 'channel'));
	const message = ownMessage(slack, channel, requiredText(given, 'ts'), 'cant_delete_message');
	const before = messageOnTheWire(slack, channel, message);
	remove(slack, message);
	if (appHears(slack, channel)) announce(deletedEvent(slack, channel, message, before));
	return {channel: channel.id, ts: message.ts};
}

function postEphemeral({slack, given}: MethodCall): JsonObject {
	const channel = channelToPostIn(slack, textArgument(given, 'channel'));
	const person = findPerson(slack, requiredText(given, 'user'));
	if (person === undefined || !channel.members.has(person.id)) {
		throw new SlackError('user_not_in_channel');
	}
	const content = checkedContent(given, 'post');
	const threadTs = threadOf(channel, given);
	const message = post(slack, {
		...content,
		channel,
		user: slack.app.botUserId,
		byApp: true,
		text: content.text ?? '',
		visibleTo: person.id,
		...(threadTs === undefined ? {} : {threadTs}),
	});
	return {message_ts: message.ts};
}

function getPermalink({slack, given}: MethodCall): JsonObject {
	const channel = visibleChannel(slack, textArgument(given, 'channel'));
	const message = findMessage(channel, requiredText(given, 'message_ts'));
	if (message === undefined || message.visibleTo !== undefined) {
		throw new SlackError('message_not_found');
	}
	return {channel: channel.id, permalink: permalinkOf(slack, channel, message)};
}

/** Where a message is: `https://shop.slack.com/archives/C…/p…`, here on the simulator's own address. */
export function permalinkOf(slack: Slack, channel: Channel, message: Message): string {
	const link = `${slack.address.url}/archives/${channel.id}/p${message.ts.replace('.', '')}`;
	if (message.threadTs === undefined) return link;
	return `${link}?thread_ts=${message.threadTs}&cid=${channel.id}`;
}

/** The content of a call within Slack's limits; throws `no_text`, `invalid_blocks`, `msg_too_long` … */
function checkedContent(given: Arguments, limits: MessageLimits): Content {
	const text = textArgument(given, 'text');
	const blocks = objectsArgument(given, 'blocks', 'invalid_blocks_format');
	const attachments = objectsArgument(given, 'attachments', 'invalid_attachments');
	const metadata = metadataOf(given);
	const content: Content = {
		...(text === undefined ? {} : {text}),
		...(blocks === undefined ? {} : {blocks}),
		...(attachments === undefined ? {} : {attachments}),
		...(metadata === undefined ? {} : {metadata}),
	};
	checkMessage(content, limits);
	return content;
}

function metadataOf(given: Arguments): JsonObject | undefined {
	if (given['metadata'] === undefined) return undefined;
	const metadata = jsonArgument(given, 'metadata');
	if (!isObject(metadata)) throw new SlackError('invalid_metadata_format');
	return metadata;
}

function threadOf(channel: Channel, given: Arguments): string | undefined {
	const ts = textArgument(given, 'thread_ts');
	if (ts === undefined || ts === '') return undefined;
	const parent = findMessage(channel, ts);
	if (parent === undefined) throw new SlackError('thread_not_found');
	return parent.threadTs ?? parent.ts;
}

function ownMessage(slack: Slack, channel: Channel, ts: string, refusal: string): Message {
	const message = findMessage(channel, ts);
	// An ephemeral message is nowhere for chat.update and chat.delete (Slack: chat.update).
	if (message === undefined || message.visibleTo !== undefined) {
		throw new SlackError('message_not_found');
	}
	if (!message.byApp || message.user !== slack.app.botUserId) throw new SlackError(refusal);
	return message;
}
