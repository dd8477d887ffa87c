import type {JsonObject} from './json.ts';

/** One call that the app made. */
export type CallEntry = {
	/** Unix time in milliseconds. */
	readonly at: number;
	readonly method: string;
	readonly arguments: JsonObject;
	/** The HTTP status, or 0 where the connection was cut. */
	readonly status: number;
	readonly answer: JsonObject;
	readonly milliseconds: number;
	/** The misbehaviour that befell it. */
	readonly fate?: string;
};

/** One payload that went to the app, and what came back. */
export type DeliveryEntry = {
	readonly at: number;
	readonly type: string;
	readonly payload: JsonObject;
	readonly outcome: string;
	readonly answer?: unknown;
	readonly milliseconds: number;
	readonly duplicate: boolean;
};

export type Log = {readonly calls: CallEntry[]; readonly deliveries: DeliveryEntry[]};

/** The log keeps this many entries of each kind. */
const KEPT = 5_000;

export function makeLog(): Log {
	return {calls: [], deliveries: []};
}

/** Adds an entry; the oldest makes room. */
export function keep<T>(entries: T[], entry: T): void {
	entries.push(entry);
	if (entries.length > KEPT) entries.shift();
}
