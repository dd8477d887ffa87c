import {changed} from './slack.ts';
import type {Channel, Message, Slack, SlackFile} from './slack.ts';
import type {JsonObject} from '../json.ts';
import {namedBlocks} from './named-blocks.ts';

/** What is needed to post; the rest Slack decides. */
export type Draft = {
	readonly channel: Channel;
	readonly user: string;
	readonly byApp: boolean;
	readonly text: string;
	readonly blocks?: readonly JsonObject[];
	readonly attachments?: readonly JsonObject[];
	readonly metadata?: JsonObject;
	readonly threadTs?: string;
	readonly broadcast?: boolean;
	readonly visibleTo?: string;
	readonly files?: readonly SlackFile[];
};

/** Puts a message into its channel and returns it. */
export function post(slack: Slack, draft: Draft): Message {
	const message: Message = {
		ts: slack.ids.timestamp(),
		channel: draft.channel.id,
		user: draft.user,
		byApp: draft.byApp,
		text: draft.text,
		blocks: namedBlocks(slack, draft.blocks ?? []),
		attachments: draft.attachments ?? [],
		files: (draft.files ?? []).map((file) => file.id),
		broadcast: draft.broadcast ?? false,
		deleted: false,
		reactions: [],
		...(draft.threadTs === undefined ? {} : {threadTs: draft.threadTs}),
		...(draft.visibleTo === undefined ? {} : {visibleTo: draft.visibleTo}),
		...(draft.metadata === undefined ? {} : {metadata: draft.metadata}),
	};
	draft.channel.messages.push(message);
	changed(slack);
	return message;
}

/** What an edit replaces; an absent field stays. */
export type Edit = {
	readonly text?: string;
	readonly blocks?: readonly JsonObject[];
	readonly attachments?: readonly JsonObject[];
	readonly metadata?: JsonObject;
};

/** Changes a message where it stands. */
export function edit(slack: Slack, message: Message, changes: Edit): void {
	if (changes.text !== undefined) message.text = changes.text;
	if (changes.blocks !== undefined) message.blocks = namedBlocks(slack, changes.blocks);
	if (changes.attachments !== undefined) message.attachments = changes.attachments;
	if (changes.metadata !== undefined) message.metadata = changes.metadata;
	message.edited = {user: message.user, ts: slack.ids.timestamp()};
	changed(slack);
}

export function remove(slack: Slack, message: Message): void {
	message.deleted = true;
	changed(slack);
}

/** The message with this ts, unless it was deleted. */
export function findMessage(channel: Channel, ts: string): Message | undefined {
	return channel.messages.find((each) => each.ts === ts && !each.deleted);
}

/** The replies under a message that everyone sees, oldest first. */
export function repliesTo(channel: Channel, ts: string): readonly Message[] {
	return channel.messages.filter((each) => each.threadTs === ts && !each.deleted && each.visibleTo === undefined);
}
