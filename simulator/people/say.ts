import type {JsonObject} from '../json.ts';
import {announceFile, fileOnTheWire} from '../state/files.ts';
import {post} from '../state/messages.ts';
import type {Channel, Message, Slack, SlackFile} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

/** Something a person writes, with files of theirs if they like. */
export type Saying = {
	readonly person: PersonRecord;
	readonly channel: Channel;
	readonly text: string;
	readonly threadTs?: string;
	readonly files: readonly SlackFile[];
};

/** Posts it, and returns it with the event that tells the app. */
export function say(
	slack: Slack,
	{person, channel, text, threadTs, files}: Saying,
): {readonly message: Message; readonly event: JsonObject} {
	const place = threadTs === undefined ? {} : {threadTs};
	const message = post(slack, {channel, user: person.id, byApp: false, text, files, ...place});
	for (const file of files) file.shares.push({channel: channel.id, ts: message.ts, ...place});
	const event = {
		type: 'message',
		channel: channel.id,
		channel_type: {public: 'channel', private: 'group', direct: 'im', group: 'mpim'}[channel.kind],
		user: person.id,
		text,
		ts: message.ts,
		team: slack.team.id,
		...(threadTs === undefined ? {} : {thread_ts: threadTs}),
		...(files.length === 0 ? {} : {subtype: 'file_share', files: files.map((each) => fileOnTheWire(slack, each))}),
	};
	return {message, event};
}

/** True when the app asked for this kind of event and is where it happened. */
export function appHears(slack: Slack, channel: Channel): boolean {
	const names = {public: 'channels', private: 'groups', direct: 'im', group: 'mpim'};
	const wanted = `message.${names[channel.kind]}`;
	return slack.manifest.events.includes(wanted) && channel.members.has(slack.app.botUserId);
}

/** A person uploads a file; nobody else sees it before it is shared or given to the app. */
export function uploadAs(
	slack: Slack,
	person: PersonRecord,
	{filename, bytes}: {readonly filename: string; readonly bytes: Buffer},
): SlackFile {
	const file = announceFile(slack, {name: filename, length: bytes.length, owner: person.id});
	file.bytes = bytes;
	file.complete = true;
	return file;
}
