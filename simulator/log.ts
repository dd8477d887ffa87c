import type {JsonObject} from './json.ts';

/** The how-manieth entry of its kind this is, from 1; it is never used again. */
type Numbered = {readonly number: number};

/** A message or a view that an entry is about. */
export type Subject = {readonly channel: string; readonly ts: string} | {readonly view: string};

/** One call that the app made. */
export type CallEntry = Numbered & {
	/** Unix time in milliseconds. */
	readonly at: number;
	readonly method: string;
	readonly arguments: JsonObject;
	/** The HTTP status, or 0 where the connection was cut. */
	readonly status: number;
	readonly answer: JsonObject;
	readonly milliseconds: number;
	/** What it made or changed, or was to change where it was refused. */
	readonly subjects: readonly Subject[];
	/** The misbehaviour that befell it. */
	readonly fate?: string;
};

/** One payload that went to the app, and what came back. */
export type DeliveryEntry = Numbered & {
	readonly at: number;
	readonly type: string;
	readonly payload: JsonObject;
	/** Where it happened. */
	readonly subjects: readonly Subject[];
	/** The id of the person whose doing it tells of; nobody's where absent. */
	readonly person?: string;
	/** `acknowledged`, `timeout`, or why nobody could be reached. */
	readonly outcome: string;
	readonly answer?: unknown;
	/** Until the outcome was known. */
	readonly milliseconds: number;
	readonly duplicate: boolean;
};

export type Log = {readonly calls: CallEntry[]; readonly deliveries: DeliveryEntry[]};

/** The log keeps this many entries of each kind. */
const KEPT = 5_000;

export function makeLog(): Log {
	return {calls: [], deliveries: []};
}

/** Adds an entry and numbers it; the oldest makes room. */
export function keep<T extends object>(entries: (Numbered & T)[], entry: T): void {
	entries.push({...entry, number: (entries.at(-1)?.number ?? 0) + 1});
	if (entries.length > KEPT) entries.shift();
}
