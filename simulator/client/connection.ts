import {NeverHappened} from './failures.ts';

/** The control API of one simulator. */
export type Connection = {
	readonly get: <T>(path: string) => Promise<T>;
	readonly bytes: (path: string) => Promise<Buffer>;
	readonly send: <T>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown) => Promise<T>;
	/** Asks again after every change until the answer is there; throws NeverHappened. */
	readonly until: <T>(what: string, timeoutMs: number, ask: () => Promise<T | undefined>) => Promise<T>;
};

/** Nothing that is not told as a change (such as a new connection) is noticed later than this. */
const ASK_AT_LEAST_EVERY = 250;

export function connect(url: string): Connection {
	const base = `${url.replace(/\/$/, '')}/_local`;
	const get = async <T>(path: string): Promise<T> => readAnswer<T>(await fetch(`${base}${path}`));
	return {
		get,
		async bytes(path) {
			return Buffer.from(await (await fetch(`${base}${path}`)).arrayBuffer());
		},
		async send(method, path, body) {
			return readAnswer(await fetch(`${base}${path}`, requestOf(method, body)));
		},
		until: (what, timeoutMs, ask) => until(get, {what, timeoutMs}, ask),
	};
}

function requestOf(method: string, body: unknown): RequestInit {
	return {method, headers: {'content-type': 'application/json'}, body: JSON.stringify(body)};
}

async function readAnswer<T>(response: Response): Promise<T> {
	const text = await response.text();
	if (response.ok) return JSON.parse(text) as T;
	throw new Error(`The simulator refused: ${messageIn(text)}`);
}

function messageIn(text: string): string {
	try {
		const {message} = JSON.parse(text) as {readonly message?: string};
		return message ?? text;
	} catch {
		return text;
	}
}

async function until<T>(
	get: <A>(path: string) => Promise<A>,
	{what, timeoutMs}: {readonly what: string; readonly timeoutMs: number},
	ask: () => Promise<T | undefined>,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	let revision = -1;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		const left = deadline - Date.now();
		if (left <= 0) throw new NeverHappened(`Within ${timeoutMs} ms there was no ${what}.`);
		const wait = Math.min(left, ASK_AT_LEAST_EVERY);
		const next = await get<{readonly revision: number}>(`/changes?after=${revision}&wait=${wait}`);
		revision = next.revision;
	}
}
