import {textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import type {ActionOutcome, CommandOutcome, SubmitOutcome} from '../people/outcome.ts';
import type {ReadMessage} from '../people/read.ts';
import type {Suggestions} from '../people/suggest.ts';
import type {GivenValue} from '../state/element-state.ts';
import type {Connection} from './connection.ts';
import {ActionFailed} from './failures.ts';
import {findElements, findInput, newestFirst} from './find.ts';
import type {Wanted} from './find.ts';

/** A file to put into a file_input. */
type FileToUpload = {readonly filename: string; readonly bytes: Uint8Array};

/** What goes into an input: text, option values, ids, unix seconds, or files. */
type InputValue = GivenValue | boolean | FileToUpload | readonly FileToUpload[];

/** A view as the wire has it: title, blocks, state, … */
type View = JsonObject & {readonly id: string};

/** Which button or menu: on a message of the channel, on the app's Home tab, or else in the open modal. */
type Place = Wanted & {
	readonly channel?: string;
	/** On the Home tab as it was last published to this person. */
	readonly home?: boolean;
	/** The message; the newest that has such an element when absent. */
	readonly ts?: string;
};

/** One message of a channel that the person is in. */
type MessagePlace = {readonly channel: string; readonly ts: string};

/** A person of the workspace, with everything that they can see and do. */
export type Person = {
	readonly name: string;
	/** Types a slash command; `channel` by name or id, `app` for the app's direct message. */
	readonly command: (command: string, text: string, where?: {readonly channel?: string}) => Promise<CommandOutcome>;
	/** Writes a message, with files if they like. Returns its ts. */
	readonly say: (
		channel: string,
		text: string,
		more?: {readonly threadTs?: string; readonly files?: readonly FileToUpload[]},
	) => Promise<string>;
	/** The top modal, or null. */
	readonly view: () => Promise<View | null>;
	readonly waitForView: (predicate?: (view: View) => boolean, timeoutMs?: number) => Promise<View>;
	/** Waits until no modal is open. */
	readonly waitForNoView: (timeoutMs?: number) => Promise<void>;
	/** Puts values into the top modal, by block id, action id or label. */
	readonly fill: (values: Readonly<Record<string, InputValue>>) => Promise<void>;
	readonly submit: () => Promise<SubmitOutcome>;
	readonly closeView: () => Promise<void>;
	/** Presses a button, confirming where it asks. Throws ActionFailed when the app does not answer. */
	readonly click: (place: Place) => Promise<void>;
	/** Chooses in a menu, radio buttons, checkboxes or a picker outside input blocks. Throws ActionFailed. */
	readonly select: (place: Omit<Place, 'value'> & {readonly value: InputValue}) => Promise<void>;
	/** What an external select offers for what was typed; only that can be chosen in it afterwards. */
	readonly suggest: (place: Omit<Place, 'value'> & {readonly query: string}) => Promise<Suggestions>;
	/** Opens the app's Home tab, or its Messages tab. */
	readonly openHome: (tab?: 'home' | 'messages') => Promise<void>;
	/** The Home tab as it was last published to this person, or null. */
	readonly home: () => Promise<View | null>;
	readonly waitForHome: (predicate?: (home: View) => boolean, timeoutMs?: number) => Promise<View>;
	/** Uses a shortcut of the app: a global one, or one on a message. Throws ActionFailed. */
	readonly shortcut: (callbackId: string, on?: MessagePlace) => Promise<void>;
	/** Puts an emoji, named without colons, under a message; `on: false` takes it away. */
	readonly react: (reaction: MessagePlace & {readonly name: string; readonly on?: boolean}) => Promise<void>;
	/** The channel's messages as this person sees them, oldest first, each with its thread. */
	readonly read: (channel: string) => Promise<readonly ReadMessage[]>;
	/** A thread: its first message, then the replies. */
	readonly thread: (channel: string, ts: string) => Promise<readonly ReadMessage[]>;
	/** The first message of the channel, threads included, that fits; waits for it. */
	readonly waitForMessage: (
		channel: string,
		predicate: (message: ReadMessage) => boolean,
		timeoutMs?: number,
	) => Promise<ReadMessage>;
	/** The direct messages between this person and the app. */
	readonly directMessages: () => Promise<readonly ReadMessage[]>;
};

const DEFAULT_WAIT = 10_000;
const DEFAULT_CHANNEL = 'db-migrations';

/** Acts as this person, by id or name. */
export function makePerson(connection: Connection, name: string): Person {
	const at = `/people/${encodeURIComponent(name)}`;
	const read = (channel: string): Promise<readonly ReadMessage[]> =>
		connection.get(`${at}/channels/${encodeURIComponent(channel)}/messages`);
	const view = async (): Promise<View | null> => (await connection.get<readonly View[]>(`${at}/views`)).at(-1) ?? null;
	const home = async (): Promise<View | null> =>
		(await connection.get<{readonly home: View | null}>(`${at}/desktop`)).home;
	const eyes: Eyes = {read, view, home, name};
	const upload = (file: FileToUpload): Promise<string> => uploadFile(connection, at, file);

	return {
		name,
		read,
		view,
		home,
		command: (command, text, {channel = DEFAULT_CHANNEL} = {}) =>
			connection.send('POST', `${at}/commands`, {command, text, channel}),
		async say(channel, text, {threadTs, files = []} = {}) {
			const ids = await Promise.all(files.map(upload));
			const body = {channel, text, threadTs, files: ids};
			return (await connection.send<{ts: string}>('POST', `${at}/messages`, body)).ts;
		},
		waitForView: (predicate = () => true, timeoutMs = DEFAULT_WAIT) =>
			connection.until(`such modal for ${name}`, timeoutMs, async () => {
				const open = await view();
				return open !== null && predicate(open) ? open : undefined;
			}),
		async waitForNoView(timeoutMs = DEFAULT_WAIT) {
			await connection.until(`end of ${name}'s modal`, timeoutMs, async () =>
				(await view()) === null ? true : undefined,
			);
		},
		async fill(values) {
			const open = opened(await view(), name);
			for (const [input, value] of Object.entries(values)) {
				const {blockId, actionId} = findInput(open, input);
				const body = {blockId, actionId, value: await givenValue(value, upload)};
				confirmAccepted(await connection.send('PUT', `${at}/views/${open.id}/values`, body));
			}
		},
		async submit() {
			const open = opened(await view(), name);
			return connection.send('POST', `${at}/views/${open.id}/submit`, {});
		},
		async closeView() {
			const open = opened(await view(), name);
			await connection.send('POST', `${at}/views/${open.id}/close`, {});
		},
		async click(place) {
			const found = await findPlace(eyes, place);
			confirmAccepted(await connection.send('POST', `${at}/actions`, found));
		},
		async select({value, ...place}) {
			const found = await findPlace(eyes, place);
			const body = {...found, value: await givenValue(value, upload)};
			confirmAccepted(await connection.send('POST', `${at}/actions`, body));
		},
		async suggest({query, ...place}) {
			const found = await findPlace(eyes, place);
			return connection.send('POST', `${at}/suggestions`, {...found, query});
		},
		async openHome(tab = 'home') {
			await connection.send('POST', `${at}/home`, {tab});
		},
		waitForHome: (predicate = () => true, timeoutMs = DEFAULT_WAIT) =>
			connection.until(`such Home tab for ${name}`, timeoutMs, async () => {
				const published = await home();
				return published !== null && predicate(published) ? published : undefined;
			}),
		async shortcut(callbackId, on) {
			confirmAccepted(await connection.send('POST', `${at}/shortcuts`, {callbackId, ...on}));
		},
		async react({on = true, ...reaction}) {
			await connection.send('POST', `${at}/reactions`, {...reaction, on});
		},
		async thread(channel, ts) {
			const parent = (await read(channel)).find((each) => each.ts === ts);
			return parent === undefined ? [] : [parent, ...parent.replies];
		},
		waitForMessage: (channel, predicate, timeoutMs = DEFAULT_WAIT) =>
			connection.until(`such message in ${channel} for ${name}`, timeoutMs, async () =>
				newestFirst(await read(channel))
					.toReversed()
					.find(predicate),
			),
		directMessages: () => connection.get(`${at}/direct-messages`),
	};
}

type Eyes = Pick<Person, 'read' | 'view' | 'home' | 'name'>;

/** Where the wanted element is: in the modal, on the Home tab, or on the newest message that has it. */
async function findPlace(eyes: Eyes, place: Place): Promise<JsonObject> {
	const {channel, ts, home, ...wanted} = place;
	if (home === true) {
		const element = findElements(await eyes.home(), wanted)[0];
		if (element === undefined) throw nothingLike(wanted, `${eyes.name}'s Home tab`);
		return {home, blockId: element.blockId, actionId: element.actionId};
	}
	if (channel === undefined) {
		const open = opened(await eyes.view(), eyes.name);
		const element = findElements(open, wanted)[0];
		if (element === undefined) throw nothingLike(wanted, textField(open, 'callback_id') ?? 'modal');
		return {viewId: open.id, blockId: element.blockId, actionId: element.actionId};
	}
	for (const message of newestFirst(await eyes.read(channel))) {
		if (ts !== undefined && message.ts !== ts) continue;
		const element = findElements(message, wanted)[0];
		if (element === undefined) continue;
		return {
			channel,
			ts: message.ts,
			blockId: element.blockId,
			actionId: element.actionId,
		};
	}
	throw nothingLike(wanted, channel);
}

function nothingLike(wanted: Wanted, where: string): Error {
	return new Error(`There is no element like ${JSON.stringify(wanted)} in ${where}.`);
}

function opened(view: View | null, name: string): View {
	if (view === null) throw new Error(`${name} has no modal open.`);
	return view;
}

function confirmAccepted(outcome: ActionOutcome): void {
	if (outcome.kind === 'failed') throw new ActionFailed(outcome.error, outcome.shown);
}

async function uploadFile(connection: Connection, at: string, {filename, bytes}: FileToUpload): Promise<string> {
	const base64 = Buffer.from(bytes).toString('base64');
	return (await connection.send<{id: string}>('POST', `${at}/files`, {filename, base64})).id;
}

/** Files become ids of uploaded files; a lone file or flag becomes what its element takes. */
async function givenValue(value: InputValue, upload: (file: FileToUpload) => Promise<string>): Promise<GivenValue> {
	if (typeof value === 'boolean') return String(value);
	if (value === null || typeof value !== 'object') return value;
	const items: readonly (string | FileToUpload)[] = 'filename' in value ? [value] : value;
	return Promise.all(items.map((each) => (typeof each === 'string' ? Promise.resolve(each) : upload(each))));
}
