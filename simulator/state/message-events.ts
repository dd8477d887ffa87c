import type {JsonObject} from '../json.ts';
import {messageOnTheWire} from './message-on-the-wire.ts';
import type {Channel, Message, Slack} from './slack.ts';

/** What `channel_type` is in an event, by the kind of channel. */
export const channelTypes: Readonly<Record<Channel['kind'], string>> = {
	public: 'channel',
	private: 'group',
	direct: 'im',
	group: 'mpim',
};

/** How the message events of a kind of channel are called in a manifest: `message.channels` and its kin. */
const eventNames: Readonly<Record<Channel['kind'], string>> = {
	public: 'message.channels',
	private: 'message.groups',
	direct: 'message.im',
	group: 'message.mpim',
};

/** True when the app asked for message events of this kind of channel and is a member. */
export function appHears(slack: Slack, channel: Channel): boolean {
	return slack.manifest.events.includes(eventNames[channel.kind]) && channel.members.has(slack.app.botUserId);
}

/** The event of a message that the app itself posted: Slack tells it of those, too (Slack: message.channels). */
export function postedEvent(slack: Slack, channel: Channel, message: Message): JsonObject {
	return {
		...messageOnTheWire(slack, channel, message),
		channel: channel.id,
		channel_type: channelTypes[channel.kind],
	};
}

/** The event of an edit (Slack: message_changed); `before` is the message on the wire as it was. */
export function changedEvent(slack: Slack, channel: Channel, message: Message, before: JsonObject): JsonObject {
	return {
		...hidden(slack, channel, 'message_changed'),
		message: messageOnTheWire(slack, channel, message),
		previous_message: before,
	};
}

/** The event of a removal (Slack: message_deleted); `before` is the message on the wire as it was. */
export function deletedEvent(slack: Slack, channel: Channel, message: Message, before: JsonObject): JsonObject {
	return {
		...hidden(slack, channel, 'message_deleted'),
		deleted_ts: message.ts,
		previous_message: before,
	};
}

function hidden(slack: Slack, channel: Channel, subtype: string): JsonObject {
	return {
		type: 'message',
		subtype,
		hidden: true,
		channel: channel.id,
		channel_type: channelTypes[channel.kind],
		ts: slack.ids.timestamp(),
	};
}
