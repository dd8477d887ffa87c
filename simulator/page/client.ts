import type {CheckedGalleryEntry, Desktop, Inspection, MoodNow} from '../local/desktop.ts';
import type {CallEntry, DeliveryEntry} from '../log.ts';
import type {MisbehaviourRequest} from '../misbehaviour.ts';
import type {ActionOutcome, CommandOutcome, SubmitOutcome} from '../people/outcome.ts';
import type {ReadMessage} from '../people/read.ts';
import type {PersonRecord} from '../workspace.ts';
import type {Given, Json} from './surface.ts';

/** An emoji under a message, and who put it there (ids). */
export type ShownReaction = {
	readonly name: string;
	readonly count: number;
	readonly mine: boolean;
	readonly people: readonly string[];
};

/** A message as the page has it. */
export type ShownMessage = Omit<ReadMessage, 'replies'> & {
	readonly reactions?: readonly ShownReaction[];
	readonly replies: readonly ShownMessage[];
};

/** A message. */
export type MessageSpot = {readonly channel: string; readonly ts: string};

/** Where an element is: on a message, in a modal or on the App Home. */
export type Spot = MessageSpot | {readonly viewId: string} | {readonly home: true};

/** An element there. */
export type ElementSpot = Spot & {readonly blockId: string; readonly actionId: string};

/** Options of an external select, as the app gave them. */
export type Suggested = {readonly options?: readonly Json[]; readonly optionGroups?: readonly Json[]};

/** Everybody, before anybody signed in; GET /_local/workspace. */
export type WorkspaceNow = {
	readonly team: Desktop['team'];
	readonly app: {readonly id: string; readonly name: string; readonly botUserId: string};
	readonly revision: number;
	readonly connections: number;
	readonly people: readonly PersonRecord[];
};

/** What an inspector looks at. */
export type Inspected =
	| {readonly channel: string; readonly ts: string}
	| {readonly view: string}
	| {readonly home: true};

/** What can be changed about a person; the flags are what an app sees in users.info. */
export type PersonChange = Partial<
	Pick<PersonRecord, 'guest' | 'deactivated' | 'bot' | 'stranger' | 'email' | 'realName' | 'timeZone'>
>;

/** The local Slack did not take a request, or could not be reached (status 0). */
export class DoorError extends Error {
	readonly status: number;

	constructor(message: string, status: number) {
		super(message);
		this.name = 'DoorError';
		this.status = status;
	}
}

/** The local Slack's doors as one person uses them. Every function throws DoorError. */
export type PageClient = {
	readonly person: string;
	readonly workspace: () => Promise<WorkspaceNow>;
	readonly desktop: () => Promise<Desktop>;
	/** Resolves when something is newer than this revision, or after `wait` milliseconds, at most 30 s. */
	readonly changes: (after: number, wait: number, signal?: AbortSignal) => Promise<{readonly revision: number}>;
	readonly messages: (channel: string) => Promise<readonly ShownMessage[]>;
	/** Everything up to this ts was seen. */
	readonly read: (channel: string, ts: string) => Promise<unknown>;
	/** Rejects with Slack's sentence when the app did not take it. */
	readonly act: (spot: ElementSpot, value?: Given) => Promise<void>;
	/** Puts something into an input of a modal. Rejects like `act`. */
	readonly fill: (viewId: string, blockId: string, actionId: string, value: Given) => Promise<void>;
	readonly submit: (viewId: string) => Promise<SubmitOutcome>;
	readonly close: (viewId: string) => Promise<unknown>;
	readonly command: (command: string, text: string, channel: string) => Promise<CommandOutcome>;
	/** Returns the ts. */
	readonly say: (channel: string, text: string, more?: SayMore) => Promise<string>;
	/** Returns the file's id. */
	readonly upload: (file: File) => Promise<string>;
	readonly react: (channel: string, ts: string, name: string, on: boolean) => Promise<unknown>;
	/** A global shortcut, or with a message its shortcut. Rejects like `act`. */
	readonly shortcut: (callbackId: string, on?: MessageSpot) => Promise<void>;
	/** The person opens the App Home. */
	readonly home: () => Promise<unknown>;
	readonly suggest: (spot: ElementSpot, query: string) => Promise<Suggested>;
	readonly inspect: (subject: Inspected) => Promise<Inspection>;
	readonly calls: (after?: number) => Promise<readonly CallEntry[]>;
	readonly deliveries: (after?: number) => Promise<readonly DeliveryEntry[]>;
	readonly misbehaviours: () => Promise<MoodNow>;
	readonly misbehave: (wish: MisbehaviourRequest) => Promise<unknown>;
	readonly setPerson: (whom: string, change: PersonChange) => Promise<PersonRecord>;
	readonly gallery: () => Promise<readonly CheckedGalleryEntry[]>;
};

/** What a message has besides its text; `files` are ids of uploads. */
export type SayMore = {readonly threadTs?: string; readonly files?: readonly string[]};

/** Speaks to /_local as this person, by id or name; the empty name is nobody, who can only look at the machine itself. */
export function makeClient(person: string): PageClient {
	const me = `people/${encodeURIComponent(person)}`;
	const channelAt = (channel: string): string => `${me}/channels/${encodeURIComponent(channel)}`;
	return {
		person,
		workspace: () => get('workspace'),
		desktop: () => get(`${me}/desktop`),
		changes: (after, wait, signal) => get(`changes?after=${after}&wait=${wait}`, signal),
		messages: (channel) => get(`${channelAt(channel)}/messages`),
		read: (channel, ts) => send('POST', `${channelAt(channel)}/read`, {ts}),
		act: async (spot, value) =>
			confirmAccepted(await send('POST', `${me}/actions`, {...spot, ...(value === undefined ? {} : {value})})),
		fill: async (viewId, blockId, actionId, value) =>
			confirmAccepted(await send('PUT', `${me}/views/${viewId}/values`, {blockId, actionId, value})),
		submit: (viewId) => send('POST', `${me}/views/${viewId}/submit`, {}),
		close: (viewId) => send('POST', `${me}/views/${viewId}/close`, {}),
		command: (command, text, channel) => send('POST', `${me}/commands`, {command, text, channel}),
		say: async (channel, text, more = {}) =>
			(await send<{ts: string}>('POST', `${me}/messages`, {channel, text, ...more})).ts,
		upload: async (file) =>
			(await send<{id: string}>('POST', `${me}/files`, {filename: file.name, base64: await base64Of(file)})).id,
		react: (channel, ts, name, on) => send('POST', `${me}/reactions`, {channel, ts, name, on}),
		shortcut: async (callbackId, on) => confirmAccepted(await send('POST', `${me}/shortcuts`, {callbackId, ...on})),
		home: () => send('POST', `${me}/home`, {}),
		suggest: (spot, query) => send('POST', `${me}/suggestions`, {...spot, query}),
		inspect: (subject) => get(`inspect?${inspectQuery(person, subject)}`),
		calls: (after) => get(`calls${afterQuery(after)}`),
		deliveries: (after) => get(`deliveries${afterQuery(after)}`),
		misbehaviours: () => get('misbehaviours'),
		misbehave: (wish) => send('POST', 'misbehaviours', wish),
		setPerson: (whom, change) => send('PATCH', `people/${encodeURIComponent(whom)}`, change),
		gallery: () => get('gallery'),
	};
}

/** Where a file's bytes are. */
export function fileAddress(id: string): string {
	return `/_local/files/${encodeURIComponent(id)}`;
}

function inspectQuery(person: string, subject: Inspected): string {
	const fields = 'home' in subject ? {home: '1'} : subject;
	return new URLSearchParams({person, ...fields}).toString();
}

function afterQuery(after: number | undefined): string {
	return after === undefined ? '' : `?after=${after}`;
}

function confirmAccepted(outcome: ActionOutcome): void {
	if (outcome.kind === 'failed') throw new DoorError(outcome.shown, 200);
}

function get<T>(path: string, signal?: AbortSignal): Promise<T> {
	return ask<T>(path, signal === undefined ? {} : {signal});
}

function send<T>(method: string, path: string, body: object): Promise<T> {
	return ask<T>(path, {method, headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
	const response = await fetch(`/_local/${path}`, init).catch((error: unknown) => {
		if (init.signal?.aborted === true) throw error;
		throw new DoorError('The local Slack is not there.', 0);
	});
	const answer: unknown = await response.json().catch(() => undefined);
	if (!response.ok) throw new DoorError(messageOf(answer) ?? `HTTP ${response.status}`, response.status);
	return answer as T;
}

function messageOf(answer: unknown): string | undefined {
	if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined;
	return typeof answer.message === 'string' ? answer.message : undefined;
}

async function base64Of(file: File): Promise<string> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	let binary = '';
	// String.fromCharCode takes a limited number of arguments.
	for (let at = 0; at < bytes.length; at += 32_768) {
		binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
	}
	return btoa(binary);
}
