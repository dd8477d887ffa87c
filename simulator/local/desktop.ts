import type {JsonObject} from '../json.ts';
import type {LimitUse, PayloadKind} from '../limits/uses.ts';
import type {CallEntry, DeliveryEntry} from '../log.ts';
import type {Mood} from '../misbehaviour.ts';
import type {PersonRecord} from '../workspace.ts';

/** A conversation in one person's side bar. */
export type DeskChannel = {
	readonly id: string;
	/** Of a direct message, the names of the others in it. */
	readonly name: string;
	readonly kind: 'public' | 'private' | 'direct' | 'group';
	/** Ids. */
	readonly members: readonly string[];
	readonly appIsMember: boolean;
	/**
	 * Messages of others that came after this person last looked and that they can see; replies only in threads that
	 * they wrote in or are mentioned in.
	 */
	readonly unread: number;
	/** Those of them that mention this person, or are direct messages. */
	readonly mentions: number;
};

/** What a slash command is offered with while a person types. */
export type DeskCommand = {readonly command: string; readonly description: string; readonly usageHint: string};

/** A shortcut of the app: `global` in the composer's menu, `message` in a message's menu. */
export type DeskShortcut = {
	readonly kind: 'global' | 'message';
	readonly name: string;
	readonly callbackId: string;
	readonly description: string;
};

export type {LimitUse} from '../limits/uses.ts';

/** Everything on one person's screen but the messages; GET /_local/people/<person>/desktop. */
export type Desktop = {
	/** For the long poll: GET /_local/changes?after=<revision>&wait=25000 returns as soon as something changed. */
	readonly revision: number;
	readonly team: {readonly id: string; readonly name: string; readonly domain: string};
	readonly app: {readonly id: string; readonly name: string; readonly botUserId: string; readonly hasHome: boolean};
	readonly me: PersonRecord;
	/** All of the workspace, the app's own user too. */
	readonly people: readonly PersonRecord[];
	readonly userGroups: readonly {
		readonly id: string;
		readonly handle: string;
		readonly name: string;
		readonly members: readonly string[];
	}[];
	/** Those the person is in; the direct message with the app is always there. */
	readonly channels: readonly DeskChannel[];
	readonly commands: readonly DeskCommand[];
	readonly shortcuts: readonly DeskShortcut[];
	/** Modals in front of the person, the top one last, each as views go over the wire, `state` included. */
	readonly views: readonly JsonObject[];
	/** The App Home as it goes over the wire, or null where the app never published one. */
	readonly home: JsonObject | null;
	/** Open Socket Mode connections of the app. */
	readonly connections: number;
};

/** What lies behind a message, a modal or the home; GET /_local/inspect?person=…&channel=…&ts=… or &view=… or &home=1. */
export type Inspection = {
	/** Text, blocks, metadata … or the view, as the app sent it last. */
	readonly payload: JsonObject;
	/** The calls that made it and changed it, oldest first, with their answers. */
	readonly calls: readonly CallEntry[];
	/** What people did on it and what became of it, as it went to the app, oldest first. */
	readonly deliveries: readonly DeliveryEntry[];
	readonly limits: readonly LimitUse[];
	/** What Slack would refuse in it; empty for what was taken. */
	readonly problems: readonly {readonly message: string; readonly pointer: string}[];
};

/** How this Slack misbehaves now; GET /_local/misbehaviours. */
export type MoodNow = Mood;

/** One view an app can send, for /gallery; PUT /_local/gallery sets all, GET returns them with what Slack would say. */
export type GalleryEntry = {
	/** Stable: `request-message/in-review/hostile`. */
	readonly id: string;
	/** Such as `Request message: in review`. */
	readonly title: string;
	readonly variant: 'short' | 'long' | 'hostile';
	/** `ephemeral` and `message` have text and blocks; `modal` and `home` are views; `file` has text and `files`. */
	readonly kind: PayloadKind;
	readonly payload: JsonObject;
};

export type CheckedGalleryEntry = GalleryEntry & Pick<Inspection, 'limits' | 'problems'>;
