import {z} from 'zod';
import type {MessageSlot} from '../../operations/ports/message.ts';
import type {WebClient} from './slack-client.ts';
import {calling} from './slack-failure.ts';

/** Pages of 200 that are looked through: a post of uncertain fate is minutes old, not months. */
const pages = 5;
const pageSize = 200;

const eventType = 'lockstep_message';

const Posted = z.object({
	ts: z.string(),
	metadata: z
		.object({event_type: z.string(), event_payload: z.object({id: z.number()})})
		.optional()
		.catch(undefined),
	files: z
		.array(z.object({name: z.string().nullish()}))
		.optional()
		.catch(undefined),
});

type Posted = z.infer<typeof Posted>;

/** By this a post is found again: chat.postMessage has no key that makes it happen once. */
export function metadataOf(slot: MessageSlot): {
	readonly event_type: string;
	readonly event_payload: {readonly id: number};
} {
	return {event_type: eventType, event_payload: {id: slot.id}};
}

export async function findPost(client: WebClient, slot: MessageSlot): Promise<string | null> {
	return await findMessage(
		client,
		slot,
		({metadata}) => metadata?.event_type === eventType && metadata.event_payload.id === slot.id,
	);
}

export async function findFile(client: WebClient, slot: MessageSlot, fileName: string): Promise<string | null> {
	return await findMessage(client, slot, ({files}) => files?.some(({name}) => name === fileName) ?? false);
}

async function findMessage(
	client: WebClient,
	slot: MessageSlot,
	isIt: (message: Posted) => boolean,
): Promise<string | null> {
	let cursor: string | undefined;
	for (let page = 0; page < pages; page++) {
		const read = await calling('a look at what was posted', () => readPage(client, slot, cursor));
		const found = read.messages.find(isIt);
		if (found !== undefined) return found.ts;
		if (read.next === undefined) return null;
		cursor = read.next;
	}
	return null;
}

async function readPage(
	client: WebClient,
	{channel, threadTs}: MessageSlot,
	cursor: string | undefined,
): Promise<{readonly messages: readonly Posted[]; readonly next: string | undefined}> {
	const common = {channel, limit: pageSize, include_all_metadata: true, ...(cursor === undefined ? {} : {cursor})};
	const answer =
		threadTs === null
			? await client.conversations.history(common)
			: await client.conversations.replies({...common, ts: threadTs});
	const messages = (answer.messages ?? []).flatMap((message) => {
		const parsed = Posted.safeParse(message);
		return parsed.success ? [parsed.data] : [];
	});
	const next = answer.response_metadata?.next_cursor;
	return {messages, next: next === '' ? undefined : next};
}
