import type {JsonObject} from '../json.ts';
import {permalinkOf} from '../api/methods/chat.ts';
import {fileOnTheWire} from '../state/files.ts';
import type {Channel, Message, Slack, Values} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

/** A file as it lies under a message. */
type ReadFile = {
	readonly id: string;
	readonly name: string;
	readonly title: string;
	readonly size: number;
	/** The file object as the app gets it; the bytes are at `/_local/files/<id>`. */
	readonly wire: JsonObject;
};

/** An emoji under a message, and who put it there. */
type ReadReaction = {
	/** Without colons. */
	readonly name: string;
	readonly count: number;
	/** This person put it there, too. */
	readonly mine: boolean;
	/** Ids. */
	readonly people: readonly string[];
};

/** A message as one person sees it. */
export type ReadMessage = {
	readonly ts: string;
	readonly threadTs: string | null;
	readonly channel: {readonly id: string; readonly name: string};
	readonly user: {readonly id: string; readonly name: string};
	readonly byApp: boolean;
	readonly text: string;
	readonly blocks: readonly JsonObject[];
	readonly attachments: readonly JsonObject[];
	readonly metadata: JsonObject | null;
	readonly edited: boolean;
	/** Only this person sees it. */
	readonly ephemeral: boolean;
	readonly broadcast: boolean;
	readonly permalink: string;
	readonly files: readonly ReadFile[];
	/** What this person has chosen on it. */
	readonly values: Values;
	readonly reactions: readonly ReadReaction[];
	readonly replies: readonly ReadMessage[];
};

/** A channel as this person sees it: top messages, oldest first, each with its thread. */
export function readChannel(slack: Slack, channel: Channel, person: PersonRecord): readonly ReadMessage[] {
	const seen = channel.messages.filter(
		(each) => !each.deleted && (each.visibleTo === undefined || each.visibleTo === person.id),
	);
	return seen
		.filter((each) => each.threadTs === undefined)
		.map((each) => {
			const replies = seen.filter((reply) => reply.threadTs === each.ts);
			return readMessage(
				slack,
				{channel, person},
				each,
				replies.map((reply) => readMessage(slack, {channel, person}, reply, [])),
			);
		});
}

function readMessage(
	slack: Slack,
	{channel, person}: {readonly channel: Channel; readonly person: PersonRecord},
	message: Message,
	replies: readonly ReadMessage[],
): ReadMessage {
	return {
		ts: message.ts,
		threadTs: message.threadTs ?? null,
		channel: {id: channel.id, name: channel.name},
		user: {
			id: message.user,
			name: slack.people.get(message.user)?.name ?? 'slackbot',
		},
		byApp: message.byApp,
		text: message.text,
		blocks: message.blocks,
		attachments: message.attachments,
		metadata: message.metadata ?? null,
		edited: message.edited !== undefined,
		ephemeral: message.visibleTo !== undefined,
		broadcast: message.broadcast,
		permalink: permalinkOf(slack, channel, message),
		files: message.files.flatMap((id) => readFile(slack, id)),
		values: slack.messageValues.get(`${person.id} ${message.ts}`) ?? {},
		reactions: message.reactions.map(({name, users}) => ({
			name,
			count: users.length,
			mine: users.includes(person.id),
			people: users,
		})),
		replies,
	};
}

function readFile(slack: Slack, id: string): readonly ReadFile[] {
	const file = slack.files.get(id);
	if (file === undefined) return [];
	return [
		{
			id,
			name: file.name,
			title: file.title,
			size: file.bytes?.length ?? 0,
			wire: fileOnTheWire(slack, file),
		},
	];
}
