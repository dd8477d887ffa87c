import {z} from 'zod';

import {gateUrlAndToken} from '../config/gate-client.ts';

const Answer = z.object({
	verdict: z.enum(['go', 'hold', 'stop']),
	reason: z.string(),
	sentence: z.string(),
});

const exitCodes = {go: 0, stop: 1, hold: 2} as const;
const couldNotAsk = 3;
/** A pipeline waits this long for an answer, milliseconds. */
const timeoutMs = 15_000;

/** Asks the gate over HTTP, prints its sentence, returns the exit code: 0 go, 1 stop, 2 hold, 3 could not ask. */
export async function gate(options: {
	readonly app: string;
	readonly version: string;
	readonly target?: string;
	readonly url?: string;
}): Promise<number> {
	const {url, token} = gateUrlAndToken(options.url ?? null);
	if (url === null || token === null) {
		return say(
			couldNotAsk,
			'could not ask',
			`Set ${url === null ? 'LOCKSTEP_GATE_URL (or --url)' : 'LOCKSTEP_GATE_TOKEN'}: the gate’s address and one of its tokens.`,
		);
	}
	try {
		const answer = await fetch(questionAddress(url, options), {
			headers: {authorization: `Bearer ${token}`},
			signal: AbortSignal.timeout(timeoutMs),
		});
		const body: unknown = await answer.json().catch(() => null);
		const parsed = Answer.safeParse(body);
		if (!answer.ok || !parsed.success) {
			return say(couldNotAsk, 'could not ask', `The gate at ${url} answered ${answer.status}. ${sentenceOf(body)}`);
		}
		return say(exitCodes[parsed.data.verdict], `${parsed.data.verdict} (${parsed.data.reason})`, parsed.data.sentence);
	} catch {
		return say(couldNotAsk, 'could not ask', `The gate at ${url} cannot be reached. Do not deploy before it says go.`);
	}
}

function questionAddress(
	url: string,
	{app, version, target}: {readonly app: string; readonly version: string; readonly target?: string},
): URL {
	const address = new URL(
		`v1/gate/${encodeURIComponent(app)}/${encodeURIComponent(version)}`,
		url.endsWith('/') ? url : `${url}/`,
	);
	if (target !== undefined) address.searchParams.set('target', target);
	return address;
}

function sentenceOf(body: unknown): string {
	const parsed = z.object({sentence: z.string()}).safeParse(body);
	return parsed.success ? parsed.data.sentence : 'Is it the address of Lockstep’s gate?';
}

function say(code: number, verdict: string, sentence: string): number {
	process.stdout.write(`${verdict}: ${sentence}\n`);
	return code;
}
