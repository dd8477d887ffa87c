import type {JsonObject} from '../../json.ts';
import {directMessage} from '../../state/channels.ts';
import {findMessage, repliesTo} from '../../state/messages.ts';
import {messageOnTheWire} from '../../state/message-on-the-wire.ts';
import {changed} from '../../state/slack.ts';
import type {Channel, Message, Slack} from '../../state/slack.ts';
import {flagArgument, idsArgument, requiredText, textArgument} from '../arguments.ts';
import type {Arguments} from '../arguments.ts';
import {conversationScopes, joinedChannel, visibleChannel} from '../conversation.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {pageOf} from '../pages.ts';
import {SlackError} from '../slack-error.ts';

export const conversationMethods: Readonly<Record<string, Method>> = {
	'conversations.list': {...botMethod([], tiers.two, list), scopes: listScopes},
	'users.conversations': {...botMethod([], tiers.three, ofUser), scopes: listScopes},
	'conversations.info': {...botMethod([], tiers.three, info), scopes: conversationScopes('read')},
	'conversations.members': {
		...botMethod([], tiers.four, members),
		scopes: conversationScopes('read'),
	},
	'conversations.join': botMethod(['channels:join'], tiers.three, join),
	'conversations.open': {...botMethod([], tiers.three, open), scopes: openScopes},
	'conversations.history': {
		...botMethod([], tiers.three, history),
		scopes: conversationScopes('history'),
	},
	'conversations.replies': {
		...botMethod([], tiers.three, replies),
		scopes: conversationScopes('history'),
	},
};

const kindByType: Readonly<Record<string, Channel['kind']>> = {
	public_channel: 'public',
	private_channel: 'private',
	im: 'direct',
	mpim: 'group',
};

function typesOf(given: Arguments): readonly string[] {
	const types = idsArgument(given, 'types');
	return types.length === 0 ? ['public_channel'] : types;
}

function listScopes({given}: MethodCall): readonly string[] {
	const prefixes: Readonly<Record<string, string>> = {
		public_channel: 'channels',
		private_channel: 'groups',
		im: 'im',
		mpim: 'mpim',
	};
	return typesOf(given).map((type) => `${prefixes[type] ?? 'channels'}:read`);
}

function list({slack, given}: MethodCall): JsonObject {
	const channels = channelsOfTypes(slack, given).filter(
		(each) => each.kind === 'public' || each.members.has(slack.app.botUserId),
	);
	return channelPage(slack, given, channels);
}

/** What the app, or the person that it asks about, is in; of a person, only what the app sees. */
function ofUser({slack, given}: MethodCall): JsonObject {
	const user = textArgument(given, 'user') ?? slack.app.botUserId;
	if (!slack.people.has(user)) throw new SlackError('user_not_found');
	const channels = channelsOfTypes(slack, given).filter(
		(each) => each.members.has(user) && (each.kind === 'public' || each.members.has(slack.app.botUserId)),
	);
	return channelPage(slack, given, channels);
}

function channelsOfTypes(slack: Slack, given: Arguments): readonly Channel[] {
	const types = typesOf(given);
	if (types.some((type) => kindByType[type] === undefined)) throw new SlackError('invalid_types');
	const wanted = new Set(types.map((type) => kindByType[type]));
	return [...slack.channels.values()].filter((each) => wanted.has(each.kind));
}

function channelPage(slack: Slack, given: Arguments, channels: readonly Channel[]): JsonObject {
	const page = pageOf(channels, given, {fallback: 100, most: 1000});
	return {
		channels: page.items.map((each) => channelOnTheWire(slack, each)),
		response_metadata: {next_cursor: page.next},
	};
}

function info({slack, given}: MethodCall): JsonObject {
	const channel = visibleChannel(slack, textArgument(given, 'channel'));
	const withMembers = flagArgument(given, 'include_num_members');
	return {
		channel: {
			...channelOnTheWire(slack, channel),
			...(withMembers ? {num_members: channel.members.size} : {}),
		},
	};
}

function members({slack, given}: MethodCall): JsonObject {
	const channel = visibleChannel(slack, textArgument(given, 'channel'));
	const page = pageOf([...channel.members], given, {fallback: 100, most: 1000});
	return {members: page.items, response_metadata: {next_cursor: page.next}};
}

/** The app joins a public channel; a private one it is invited to (Slack: conversations.join). */
function join({slack, given}: MethodCall): JsonObject {
	const channel = visibleChannel(slack, textArgument(given, 'channel'));
	if (channel.kind !== 'public') throw new SlackError('method_not_supported_for_channel_type');
	const already = channel.members.has(slack.app.botUserId);
	channel.members.add(slack.app.botUserId);
	changed(slack);
	return {
		channel: channelOnTheWire(slack, channel),
		...(already ? {warning: 'already_in_channel', response_metadata: {warnings: ['already_in_channel']}} : {}),
	};
}

function openScopes({given}: MethodCall): readonly string[] {
	return idsArgument(given, 'users').length > 1 ? ['mpim:write'] : ['im:write'];
}

function open({slack, given}: MethodCall): JsonObject {
	const channelId = textArgument(given, 'channel');
	if (channelId !== undefined) {
		return {channel: channelOnTheWire(slack, visibleChannel(slack, channelId))};
	}
	const ids = idsArgument(given, 'users');
	if (ids.length === 0) throw new SlackError('users_list_not_supplied');
	if (ids.length > 8) throw new SlackError('too_many_users');
	for (const id of ids) {
		const person = slack.people.get(id);
		if (person === undefined) throw new SlackError('user_not_found');
		if (person.deactivated) throw new SlackError('user_disabled');
	}
	const before = slack.channels.size;
	const channel = directMessage(slack, ids);
	const full = flagArgument(given, 'return_im');
	return {
		...(slack.channels.size === before ? {no_op: true, already_open: true} : {}),
		channel: full ? channelOnTheWire(slack, channel) : {id: channel.id},
	};
}

function history({slack, given}: MethodCall): JsonObject {
	const channel = joinedChannel(slack, textArgument(given, 'channel'));
	const shown = channel.messages.filter(
		(each) => (each.threadTs === undefined || each.broadcast) && seenByApp(each) && isBetween(each, given),
	);
	// The newest come first (Slack: conversations.history).
	return messagePage(slack, channel, given, shown.toReversed());
}

function replies({slack, given}: MethodCall): JsonObject {
	const channel = joinedChannel(slack, textArgument(given, 'channel'));
	const asked = findMessage(channel, requiredText(given, 'ts'));
	if (asked === undefined || !seenByApp(asked)) throw new SlackError('thread_not_found');
	const parent = findMessage(channel, asked.threadTs ?? asked.ts) ?? asked;
	const below = repliesTo(channel, parent.ts).filter((each) => isBetween(each, given));
	return messagePage(slack, channel, given, [parent, ...below]);
}

function messagePage(slack: Slack, channel: Channel, given: Arguments, messages: readonly Message[]): JsonObject {
	const page = pageOf(messages, given, {fallback: 100, most: 1000});
	const withMetadata = flagArgument(given, 'include_all_metadata');
	return {
		messages: page.items.map((each) => messageOnTheWire(slack, channel, each, withMetadata)),
		has_more: page.next !== '',
		...(page.next === '' ? {} : {response_metadata: {next_cursor: page.next}}),
	};
}

function seenByApp(message: Message): boolean {
	return !message.deleted && message.visibleTo === undefined;
}

function isBetween(message: Message, given: Arguments): boolean {
	const ts = Number(message.ts);
	const oldest = Number(textArgument(given, 'oldest') ?? 0);
	const latest = Number(textArgument(given, 'latest') ?? Infinity);
	if (flagArgument(given, 'inclusive')) return ts >= oldest && ts <= latest;
	return ts > oldest && ts < latest;
}

function channelOnTheWire(slack: Slack, channel: Channel): JsonObject {
	const appId = slack.app.botUserId;
	const direct = channel.kind === 'direct';
	const common = {
		id: channel.id,
		created: 0,
		is_archived: false,
		is_im: direct,
		is_mpim: channel.kind === 'group',
		is_org_shared: false,
		context_team_id: slack.team.id,
		updated: 0,
	};
	if (direct) {
		return {...common, user: [...channel.members].find((each) => each !== appId) ?? appId};
	}
	const strangers = [...channel.members].some((id) => slack.people.get(id)?.stranger === true);
	return {
		...common,
		name: channel.name,
		name_normalized: channel.name,
		is_channel: channel.kind === 'public',
		is_group: channel.kind === 'private',
		is_private: channel.kind !== 'public',
		is_general: channel.name === 'general',
		is_shared: strangers,
		is_ext_shared: strangers,
		is_pending_ext_shared: false,
		is_member: channel.members.has(appId),
		creator: appId,
		topic: {value: '', creator: '', last_set: 0},
		purpose: {value: '', creator: '', last_set: 0},
		num_members: channel.members.size,
	};
}
