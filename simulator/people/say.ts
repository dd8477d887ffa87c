import {textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {announceFile, fileOnTheWire} from '../state/files.ts';
import {appHears, channelTypes} from '../state/message-events.ts';
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
		channel_type: channelTypes[channel.kind],
		user: person.id,
		text,
		ts: message.ts,
		team: slack.team.id,
		...(threadTs === undefined ? {} : {thread_ts: threadTs}),
		...(files.length === 0 ? {} : {subtype: 'file_share', files: files.map((each) => fileOnTheWire(slack, each))}),
	};
	return {message, event};
}

/**
 * What the app hears of something that was said where it is: the message, and that it was mentioned,
 * each where it asked for it (Slack: message.channels and its kin, app_mention).
 */
export function eventsHeard(slack: Slack, channel: Channel, event: JsonObject): readonly JsonObject[] {
	const mentioned =
		channel.kind !== 'direct' &&
		channel.members.has(slack.app.botUserId) &&
		slack.manifest.events.includes('app_mention') &&
		(textField(event, 'text') ?? '').includes(`<@${slack.app.botUserId}>`);
	const {channel_type: _kind, subtype: _subtype, ...mention} = event;
	return [...(appHears(slack, channel) ? [event] : []), ...(mentioned ? [{...mention, type: 'app_mention'}] : [])];
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
