import type {AppManifest} from '../manifest.ts';
import {slackTimings} from '../timings.ts';
import type {Timings} from '../timings.ts';
import type {JsonObject} from '../json.ts';
import type {PersonRecord, Workspace} from '../workspace.ts';
import {makeIds} from './ids.ts';
import type {Ids} from './ids.ts';

/** A channel or a direct message. */
export type Channel = {
	readonly id: string;
	readonly name: string;
	readonly kind: 'public' | 'private' | 'direct' | 'group';
	readonly members: Set<string>;
	readonly messages: Message[];
};

/** A message as Slack keeps it; an ephemeral one has `visibleTo`. */
export type Message = {
	readonly ts: string;
	readonly channel: string;
	readonly threadTs?: string;
	readonly user: string;
	readonly byApp: boolean;
	readonly visibleTo?: string;
	/** A reply that is shown in the channel too (reply_broadcast). */
	readonly broadcast: boolean;
	text: string;
	blocks: readonly JsonObject[];
	attachments: readonly JsonObject[];
	metadata?: JsonObject;
	files: readonly string[];
	/** In the order in which each emoji came; the people in theirs. */
	reactions: readonly Reaction[];
	edited?: {readonly user: string; readonly ts: string};
	deleted: boolean;
};

/** An emoji under a message, without colons, and the ids of those who put it there. */
export type Reaction = {readonly name: string; readonly users: readonly string[]};

/** A file: `bytes` are there once they were uploaded, `shares` once it was completed. */
export type SlackFile = {
	readonly id: string;
	readonly name: string;
	readonly owner: string;
	readonly declaredLength: number;
	readonly created: number;
	title: string;
	bytes?: Buffer;
	complete: boolean;
	/** The app was given it through a file_input of its own modal. */
	givenToApp: boolean;
	readonly shares: {readonly channel: string; readonly ts: string; readonly threadTs?: string}[];
};

/** What a person has put in: block id → action id → the element's state. */
export type Values = Record<string, Record<string, JsonObject>>;

/** A modal that is open in front of one person, or their App Home. */
export type OpenView = {
	readonly id: string;
	readonly person: string;
	readonly rootId: string;
	readonly previousId: string | null;
	externalId: string;
	hash: string;
	payload: JsonObject;
	values: Values;
};

type Trigger = {readonly person: string; readonly madeAt: number; used: boolean};

export type ResponseUrl = {
	readonly person: string;
	readonly channel: string;
	readonly messageTs?: string;
	readonly threadTs?: string;
	readonly madeAt: number;
	uses: number;
};

export type UserGroup = {
	readonly id: string;
	readonly handle: string;
	readonly name: string;
	readonly members: Set<string>;
};

/** Everything one simulated Slack knows. */
export type Slack = {
	readonly team: Workspace['team'];
	readonly app: Workspace['app'];
	readonly manifest: AppManifest;
	readonly timings: Timings;
	readonly ids: Ids;
	readonly now: () => number;
	readonly people: Map<string, PersonRecord>;
	readonly channels: Map<string, Channel>;
	readonly userGroups: Map<string, UserGroup>;
	readonly files: Map<string, SlackFile>;
	readonly views: Map<string, OpenView>;
	/** Person → ids of the modals in front of them, the top one last. */
	readonly stacks: Map<string, readonly string[]>;
	/** Person → the app's Home tab as it was last published to them. */
	readonly homes: Map<string, OpenView>;
	/** What external selects have offered: the element's key → value → option. */
	readonly offers: Map<string, ReadonlyMap<string, JsonObject>>;
	readonly triggers: Map<string, Trigger>;
	readonly responseUrls: Map<string, ResponseUrl>;
	/** What people have chosen on messages: person and ts → values. */
	readonly messageValues: Map<string, Values>;
	/** How far people have read: person and channel → ts of the last message they have seen. */
	readonly readMarks: Map<string, string>;
	/** Where this Slack can be reached; known once it listens. */
	readonly address: {url: string};
	readonly changes: {revision: number; readonly listeners: Set<() => void>};
};

export type SlackStart = {
	readonly workspace: Workspace;
	readonly manifest: AppManifest;
	readonly timings?: Partial<Timings>;
	readonly now?: () => number;
};

/** A Slack in which nobody has said anything yet. */
export function makeSlack({workspace, manifest, timings, now = Date.now}: SlackStart): Slack {
	return {
		team: workspace.team,
		app: workspace.app,
		manifest,
		timings: {...slackTimings, ...timings},
		ids: makeIds(now),
		now,
		people: new Map([appPerson(workspace), ...workspace.people].map((each) => [each.id, each])),
		channels: new Map(firstChannels(workspace).map((each) => [each.id, each])),
		userGroups: new Map(
			workspace.userGroups.map((each) => [
				each.id,
				{...each, members: new Set(each.members.map((name) => idOf(workspace, name)))},
			]),
		),
		files: new Map(),
		views: new Map(),
		stacks: new Map(),
		homes: new Map(),
		offers: new Map(),
		triggers: new Map(),
		responseUrls: new Map(),
		messageValues: new Map(),
		readMarks: new Map(),
		address: {url: ''},
		changes: {revision: 0, listeners: new Set()},
	};
}

/** Tells everyone who waits that something changed. */
export function changed(slack: Slack): void {
	slack.changes.revision += 1;
	for (const listener of slack.changes.listeners) listener();
}

function firstChannels(workspace: Workspace): readonly Channel[] {
	return workspace.channels.map((each) => ({
		id: each.id,
		name: each.name,
		kind: each.private ? 'private' : 'public',
		members: new Set([
			...(each.appIsMember ? [workspace.app.botUserId] : []),
			...each.members.map((name) => idOf(workspace, name)),
		]),
		messages: [],
	}));
}

function idOf(workspace: Workspace, name: string): string {
	const person = workspace.people.find((each) => each.name === name || each.id === name);
	if (person === undefined) throw new Error(`The workspace has nobody called ${name}.`);
	return person.id;
}

function appPerson(workspace: Workspace): PersonRecord {
	return {
		id: workspace.app.botUserId,
		name: workspace.app.name.toLowerCase(),
		realName: workspace.app.name,
		email: '',
		timeZone: 'Etc/UTC',
		guest: false,
		deactivated: false,
		bot: true,
		stranger: false,
	};
}
