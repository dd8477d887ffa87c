import type {JsonObject} from '../json.ts';
import type {Slack} from '../state/slack.ts';
import type {Arguments} from './arguments.ts';

/** One call of a Web API method. */
export type MethodCall = {
	readonly slack: Slack;
	readonly given: Arguments;
	/** Sends the app an event of what the call did; it returns at once. */
	readonly announce: (event: JsonObject) => void;
};

/** A Web API method: the token it takes, the scopes of which it needs one, and what it does. */
export type Method = {
	readonly token: 'bot' | 'app';
	/** Any one of them will do; none needed when empty (Slack: the method's page, "Required scopes"). */
	readonly scopes: (call: MethodCall) => readonly string[];
	/** Calls a minute that the method's tier allows (Slack: "Rate limits"). */
	readonly perMinute: number;
	/** Returns the fields next to `ok: true`; throws SlackError. */
	readonly handle: (call: MethodCall) => JsonObject | Promise<JsonObject>;
};

/** Calls a minute by tier (Slack: "Rate limits"). */
export const tiers = {one: 1, two: 20, three: 50, four: 100, special: 600} as const;

/** A method with a bot token and fixed scopes. */
export function botMethod(scopes: readonly string[], perMinute: number, handle: Method['handle']): Method {
	return {token: 'bot', scopes: () => scopes, perMinute, handle};
}
