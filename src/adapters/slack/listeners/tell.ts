import type {KnownBlock} from '@slack/types';
import type {Refusal} from '../../../domain/refusal.ts';
import type {Done} from '../actions.ts';
import {section} from '../blocks.ts';
import {cut, limits, sentence} from '../limits.ts';
import type {Asker, Desk} from './desk.ts';

export interface Words {
	readonly text: string;
	readonly blocks: readonly KnownBlock[];
}

/** An answer's sentence, with a shape that tells done from refused. */
export function answerWords(answer: Done | Refusal): Words {
	return oneLine(`${answer.kind === 'done' ? '✔' : '⊘'} ${sentence(answer.sentence)}`);
}

export function oneLine(text: string): Words {
	const words = cut(text, limits.section);
	return {text: words, blocks: [section('answer', words)]};
}

/**
 * Tells one person, where only they see it: in the channel, else by the click's response_url, else as a direct message.
 * Never throws: what reached nobody is in the log.
 */
export async function tell(desk: Desk, asker: Asker, words: Words): Promise<void> {
	const ways = asker.responseUrlFirst
		? [byResponseUrl, byEphemeral, byMessage]
		: [byEphemeral, byResponseUrl, byMessage];
	for (const way of ways) {
		try {
			if (await way(desk, asker, words)) return;
		} catch (error) {
			desk.log.warn(
				{err: error, way: way.name, person: asker.person, channel: asker.channel},
				'One way to answer a person failed',
			);
		}
	}
	desk.log.error({person: asker.person, channel: asker.channel}, 'An answer reached nobody');
}

async function byEphemeral(desk: Desk, asker: Asker, words: Words): Promise<boolean> {
	if (asker.channel === null) return false;
	await desk.client.chat.postEphemeral({
		channel: asker.channel,
		user: asker.person,
		text: words.text,
		blocks: [...words.blocks],
		...(asker.threadTs === null ? {} : {thread_ts: asker.threadTs}),
	});
	return true;
}

async function byResponseUrl(_desk: Desk, asker: Asker, words: Words): Promise<boolean> {
	if (asker.responseUrl === null) return false;
	const response = await fetch(asker.responseUrl, {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify({response_type: 'ephemeral', replace_original: false, text: words.text, blocks: words.blocks}),
		signal: AbortSignal.timeout(10_000),
	});
	// Slack says `{"ok":false}` or `invalid_blocks` with status 200 as well as with 4xx.
	const body = await response.text();
	if (!response.ok || body.includes('"ok":false') || body.startsWith('invalid_')) {
		throw new Error(`response_url answered ${response.status}: ${body.slice(0, 100)}`);
	}
	return true;
}

async function byMessage(desk: Desk, asker: Asker, words: Words): Promise<boolean> {
	await desk.client.chat.postMessage({
		channel: asker.person,
		text: words.text,
		blocks: [...words.blocks],
		unfurl_links: false,
		unfurl_media: false,
	});
	return true;
}
