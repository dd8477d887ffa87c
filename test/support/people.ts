import {setTimeout as sleep} from 'node:timers/promises';

import type {Person} from '../../simulator/client/person.ts';
import type {ReadMessage} from '../../simulator/people/read.ts';
import type {Stage} from '../../scripts/stage/stage.ts';

/** The default workspace's people, by what they do. */
export interface Cast {
	readonly dana: Person;
	readonly priya: Person;
	readonly omar: Person;
	readonly lena: Person;
	readonly sam: Person;
	readonly gus: Person;
}

export function castOf({slack}: Stage): Cast {
	return {
		dana: slack.as('U0DANA00001'),
		priya: slack.as('U0PRIYA0001'),
		omar: slack.as('U0OMAR00001'),
		lena: slack.as('U0LENA00001'),
		sam: slack.as('U0SAM000001'),
		gus: slack.as('U0GUS000001'),
	};
}

/** At first it is looked soon again, then seldom: a look costs the processor time that what is waited for needs. */
const soonMs = 50;
const seldomMs = 200;

/** Looks until `look` finds something; says what it waited for when it never comes. */
export async function eventually<T>(
	what: string,
	look: () => Promise<T | null | undefined | false>,
	timeoutMs = 60_000,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (let pauseMs = soonMs; ; pauseMs = Math.min(pauseMs * 1.25, seldomMs)) {
		const found = await look();
		if (found !== null && found !== undefined && found !== false) return found;
		if (Date.now() > deadline) throw new Error(`Never happened: ${what}.`);
		await sleep(pauseMs);
	}
}

export interface Ask {
	readonly target: string;
	readonly script: Uint8Array;
	readonly app?: string;
	readonly version?: string;
}

/** Requests a migration as a person does; the number of the request that the modal names. */
export async function requestMigration(stage: Stage, person: Person, ask: Ask): Promise<number> {
	const said = await submitRequest(stage, person, ask);
	const number = /MR-(\d+) is open/.exec(said)?.[1];
	if (number === undefined) throw new Error(`The modal did not open a request: ${said}`);
	return Number(number);
}

/** Fills and submits the modal; what its view says in the end, as text. */
export async function submitRequest(stage: Stage, person: Person, ask: Ask): Promise<string> {
	while ((await person.view()) !== null) await person.closeView();
	await person.command('/migrate', `request ${ask.target}`, {channel: stage.channel});
	await person.waitForView();
	await person.fill({
		script_file: {filename: 'migration.sql', bytes: ask.script},
		app: ask.app ?? 'shop',
		version: ask.version ?? '1.0.0',
		summary: 'A change',
	});
	const outcome = await person.submit();
	if (outcome.kind === 'errors') return Object.values(outcome.errors).join(' ');
	const said = await eventually('the modal answers', async () => {
		const text = JSON.stringify((await person.view())?.['blocks'] ?? '');
		return text.includes('"checking"') || text === '""' ? null : text;
	});
	await person.closeView();
	return said;
}

/** The request's own message in its channel. */
export async function messageOf(stage: Stage, number: number): Promise<ReadMessage | undefined> {
	const messages = await castOf(stage).priya.read(stage.channel);
	return messages.find(({byApp, text}) => byApp && text.startsWith(`MR-${number} `));
}

/** The request's message with its thread, as one text to look into. */
export async function storyOf(stage: Stage, number: number): Promise<string> {
	return JSON.stringify((await messageOf(stage, number)) ?? 'not posted yet');
}

export async function untilStory(
	stage: Stage,
	number: number,
	words: string | RegExp,
	timeoutMs?: number,
): Promise<string> {
	return await eventually(
		`MR-${number} says ${String(words)}`,
		async () => {
			const story = await storyOf(stage, number);
			return (typeof words === 'string' ? story.includes(words) : words.test(story)) && story;
		},
		timeoutMs,
	).catch(async (error: unknown) => {
		throw new Error(`${String(error)}\n${await storyOf(stage, number)}`);
	});
}

/** Clicks a button of the request's message, once it is there. */
export async function clickOn(stage: Stage, person: Person, number: number, text: string): Promise<void> {
	const {ts} = await untilButton(stage, number, text);
	await person.click({channel: stage.channel, ts, text});
}

/** The request's message, once it has the button: what Slack shows follows the record a moment later. */
export async function untilButton(stage: Stage, number: number, text: string): Promise<{readonly ts: string}> {
	return await eventually(`MR-${number} has a button “${text}”`, async () => {
		const one = await messageOf(stage, number);
		return one !== undefined && JSON.stringify(one.blocks).includes(`"text":${JSON.stringify(text)}`) ? one : null;
	}).catch(async (error: unknown) => {
		throw new Error(`${String(error)}\n${await storyOf(stage, number)}`);
	});
}

/** What only this person saw, newest last. */
export async function heardBy(stage: Stage, person: Person): Promise<readonly string[]> {
	const messages = await person.read(stage.channel);
	return messages
		.flatMap((message) => [message, ...message.replies])
		.filter(({ephemeral}) => ephemeral)
		.map(({text, blocks}) => `${text} ${JSON.stringify(blocks)}`);
}

export async function untilHeard(stage: Stage, person: Person, words: string | RegExp): Promise<string> {
	return await eventually(`${person.name} hears ${String(words)}`, async () => {
		const heard = await heardBy(stage, person);
		return heard.find((text) => (typeof words === 'string' ? text.includes(words) : words.test(text)));
	}).catch(async (error: unknown) => {
		throw new Error(`${String(error)} Heard: ${JSON.stringify(await heardBy(stage, person))}`);
	});
}

/** Three clicks: agree, approve, run. */
export async function takeToRun(stage: Stage, ask: Ask): Promise<number> {
	const {dana, priya} = castOf(stage);
	const number = await requestMigration(stage, dana, ask);
	await clickOn(stage, dana, number, 'Agree with evidence');
	await clickOn(stage, priya, number, 'Approve');
	await clickOn(stage, dana, number, 'Run now');
	return number;
}
