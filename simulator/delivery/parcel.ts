import type {JsonObject} from '../json.ts';

/** Something that goes to the app. */
export type Parcel = {
	readonly type: 'slash_commands' | 'interactive' | 'events_api';
	readonly payload: JsonObject;
	/** True where the app may answer with more than "I have it". */
	readonly takesAnswer: boolean;
	/** Set when the app is asked again. */
	readonly retry?: {readonly attempt: number; readonly reason: string};
};

/** What came back from the app. */
export type Acknowledgement =
	| {readonly kind: 'acknowledged'; readonly body: unknown}
	/** No answer within 3 s. */
	| {readonly kind: 'timeout'}
	/** Nobody is there, or an HTTP status that says no. */
	| {readonly kind: 'unreachable'; readonly reason: string};
