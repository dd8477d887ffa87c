import {setTimeout as sleep} from 'node:timers/promises';
import {z} from 'zod';
import {Failure} from '../../operations/ports/failure.ts';
import type {MessageSlot} from '../../operations/ports/message.ts';
import {cut, limits} from './limits.ts';
import {findFile} from './posted.ts';
import type {WebClient} from './slack-client.ts';
import {calling} from './slack-failure.ts';

export interface Upload {
	readonly name: string;
	readonly bytes: Uint8Array;
	readonly comment: string;
}

/** Milliseconds between two looks for the message of an upload: Slack shares a file some moments after it took it. */
const looks = [0, 300, 700, 1500, 3000] as const;

const Shares = z.record(z.string(), z.array(z.object({ts: z.string()})));
const SharedFile = z.object({shares: z.object({public: Shares.optional(), private: Shares.optional()}).optional()});

/** Uploads into the request's thread and returns the ts of the message that Slack makes of it. */
export async function uploadInThread(client: WebClient, slot: MessageSlot, upload: Upload): Promise<string> {
	const done = await calling('an upload', () =>
		client.filesUploadV2({
			...(slot.threadTs === null ? {channel_id: slot.channel} : {channel_id: slot.channel, thread_ts: slot.threadTs}),
			file: Buffer.from(upload.bytes),
			filename: upload.name,
			title: upload.name,
			initial_comment: cut(upload.comment, limits.section),
		}),
	);
	const file = done.files.at(0)?.files?.at(0)?.id;
	for (const wait of looks) {
		await sleep(wait);
		const ts =
			(file === undefined ? null : await shareOf(client, file, slot.channel)) ??
			(await findFile(client, slot, upload.name));
		if (ts !== null) return ts;
	}
	throw new Failure('slack-unreachable', `Slack took ${upload.name} and has not shown it in the channel yet.`);
}

async function shareOf(client: WebClient, file: string, channel: string): Promise<string | null> {
	const answer = await calling('a look at an upload', () => client.files.info({file}));
	const parsed = SharedFile.safeParse(answer.file);
	if (!parsed.success) return null;
	const {shares} = parsed.data;
	return shares?.public?.[channel]?.[0]?.ts ?? shares?.private?.[channel]?.[0]?.ts ?? null;
}
