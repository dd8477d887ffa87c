import type {JsonObject} from '../json.ts';
import {fileOnTheWire} from './files.ts';
import {repliesTo} from './messages.ts';
import {teamOf} from './people.ts';
import {reactionsOnTheWire} from './reactions.ts';
import type {Channel, Message, Slack} from './slack.ts';

/** The message object of conversations.history (Slack: "message event"). */
export function messageOnTheWire(slack: Slack, channel: Channel, message: Message, withMetadata = false): JsonObject {
	return {
		...author(slack, message),
		type: 'message',
		ts: message.ts,
		text: message.text,
		team: slack.team.id,
		...(message.blocks.length === 0 ? {} : {blocks: message.blocks}),
		...(message.attachments.length === 0 ? {} : {attachments: message.attachments}),
		...(message.edited === undefined ? {} : {edited: message.edited}),
		...filesOf(slack, message),
		...reactionsOnTheWire(message),
		...threadOf(channel, message),
		...(withMetadata && message.metadata !== undefined ? {metadata: message.metadata} : {}),
	};
}

function author(slack: Slack, message: Message): JsonObject {
	if (!message.byApp) {
		const person = slack.people.get(message.user);
		return {
			user: message.user,
			...(person === undefined ? {} : {user_team: teamOf(slack, person)}),
		};
	}
	const {app} = slack;
	return {
		user: message.user,
		bot_id: app.botId,
		app_id: app.id,
		bot_profile: {
			id: app.botId,
			app_id: app.id,
			user_id: app.botUserId,
			name: app.name,
			deleted: false,
			updated: 0,
			team_id: slack.team.id,
		},
	};
}

function filesOf(slack: Slack, message: Message): JsonObject {
	const files = message.files.flatMap((id) => {
		const file = slack.files.get(id);
		return file === undefined ? [] : [fileOnTheWire(slack, file)];
	});
	return files.length === 0 ? {} : {files, upload: true};
}

function threadOf(channel: Channel, message: Message): JsonObject {
	if (message.threadTs !== undefined) {
		const parent = channel.messages.find((each) => each.ts === message.threadTs);
		return {
			thread_ts: message.threadTs,
			...(parent === undefined ? {} : {parent_user_id: parent.user}),
			...(message.broadcast ? {subtype: 'thread_broadcast'} : {}),
		};
	}
	const replies = repliesTo(channel, message.ts);
	const latest = replies.at(-1);
	if (latest === undefined) return {};
	const users = [...new Set(replies.map((each) => each.user))];
	return {
		thread_ts: message.ts,
		reply_count: replies.length,
		reply_users_count: users.length,
		reply_users: users.slice(0, 5),
		latest_reply: latest.ts,
		is_locked: false,
		subscribed: false,
	};
}
