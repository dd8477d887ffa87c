import type {PageClient} from '../client.ts';
import type {Directory} from '../surface.ts';
import {commandIn, encodeTyped} from './typed-text.ts';

type Written = {
	readonly channel: string;
	readonly threadTs: string | undefined;
	readonly text: string;
	readonly files: readonly File[];
};

/** Sends a message or runs a command. Returns why it could not, or null; a command's own failure is told by Slack. */
export async function send(client: PageClient, directory: Directory, written: Written): Promise<string | null> {
	const {channel, threadTs, text, files} = written;
	const command = commandIn(text);
	try {
		if (command !== null && files.length === 0) {
			if (threadTs !== undefined) return `${command.command} is not supported in threads. Sorry!`;
			await client.command(command.command, command.rest, channel);
			return null;
		}
		const ids = await Promise.all(files.map((file) => client.upload(file)));
		await client.say(channel, encodeTyped(text.trim(), directory), {
			files: ids,
			...(threadTs === undefined ? {} : {threadTs}),
		});
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
