import type {Slack} from '../state/slack.ts';
import {textArgument} from './arguments.ts';
import type {Arguments} from './arguments.ts';
import type {Method} from './method.ts';

/** When each method was called of late. */
export type RecentCalls = Map<string, readonly number[]>;

/**
 * Counts a call and returns for how many seconds it is refused, or 0. The window is a minute of the
 * method's tier; chat.postMessage allows one a second per channel, with a short burst
 * (Slack: "Rate limits").
 */
export function secondsToWait(
	slack: Slack,
	recent: RecentCalls,
	{name, method, given}: {readonly name: string; readonly method: Method; readonly given: Arguments},
): number {
	if (name === 'chat.postMessage') {
		const channel = textArgument(given, 'channel') ?? '';
		return count(slack, recent, `${name} ${channel}`, {calls: 3, within: 3_000});
	}
	return count(slack, recent, name, {calls: method.perMinute, within: 60_000});
}

function count(
	slack: Slack,
	recent: RecentCalls,
	key: string,
	{calls, within}: {readonly calls: number; readonly within: number},
): number {
	const now = slack.now();
	const still = (recent.get(key) ?? []).filter((at) => now - at < within);
	const oldest = still[0];
	if (oldest !== undefined && still.length >= calls) {
		recent.set(key, still);
		return Math.max(1, Math.ceil((within - (now - oldest)) / 1000));
	}
	recent.set(key, [...still, now]);
	return 0;
}
