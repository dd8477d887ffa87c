import type {Acknowledgement, Parcel} from './delivery/parcel.ts';
import type {Log} from './log.ts';
import type {Mood} from './misbehaviour.ts';
import type {Slack} from './state/slack.ts';

/** The secrets that an app needs. */
type Credentials = {
	readonly botToken: string;
	readonly appToken: string;
	readonly signingSecret: string;
};

/** How payloads reach the app. */
export type DeliveryMode = {readonly mode: 'socket'} | {readonly mode: 'http'; readonly requestUrl: string};

/** One running simulator: its Slack, its mood, its memory, and the way to the app. */
export type Simulation = {
	readonly slack: Slack;
	readonly mood: Mood;
	readonly log: Log;
	readonly credentials: Credentials;
	/** Hands a payload to the app and returns its answer; never throws. */
	readonly deliver: (parcel: Parcel) => Promise<Acknowledgement>;
	/** A fresh Socket Mode address (apps.connections.open). */
	readonly socketUrl: () => string;
	/** Ends every Socket Mode connection, with Slack's warning before it or without. */
	readonly dropSockets: (announced: boolean) => void;
	/** Changes the way payloads reach the app. */
	readonly setDelivery: (delivery: DeliveryMode) => void;
	/** How many Socket Mode connections are open. */
	readonly connections: () => number;
	/** Ends what is still to come, such as repeated events, when the simulator ends. */
	readonly stop: AbortSignal;
};
