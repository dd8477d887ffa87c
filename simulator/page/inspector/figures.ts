import {tiers} from '../../api/method.ts';
import {textField} from '../../json.ts';
import type {LimitUse} from '../../local/desktop.ts';
import type {CallEntry} from '../../log.ts';

const MINUTE = 60_000;

/** How near a figure is to its limit: over it, above 80 percent of it, or well below. */
type Level = 'over' | 'near' | 'fine';

/** The share of a limit that is used, in percent, rounded down so that 100 means exactly at it or a little below 101. */
export function percentOf({used, limit}: Pick<LimitUse, 'used' | 'limit'>): number {
	if (limit === 0) return used === 0 ? 0 : 999;
	return Math.floor((used / limit) * 100);
}

export function levelOf({used, limit}: Pick<LimitUse, 'used' | 'limit'>): Level {
	if (used > limit) return 'over';
	return used > limit * 0.8 ? 'near' : 'fine';
}

/** The uses with the one nearest to its limit first. */
export function worstFirst(uses: readonly LimitUse[]): readonly LimitUse[] {
	return uses.toSorted((one, other) => other.used / other.limit - one.used / one.limit);
}

/** Calls in each of the last `minutes` minutes before `now` (unix milliseconds), the oldest first. */
export function callsPerMinute(
	calls: readonly Pick<CallEntry, 'at'>[],
	now: number,
	minutes = 15,
): readonly {readonly from: number; readonly count: number}[] {
	return Array.from({length: minutes}, (_each, index) => {
		const from = now - (minutes - index) * MINUTE;
		return {from, count: calls.filter(({at}) => at > from && at <= from + MINUTE).length};
	});
}

/** How often a method was called of late, against what Slack allows. */
type MethodRate = LimitUse & {
	/** Whose limit it is: chat.postMessage is counted for every channel on its own. */
	readonly per: string;
};

/**
 * Calls in the last minute by method, the one nearest to its limit first. Slack allows chat.postMessage about once a
 * second in a channel, so that it has a row for each channel (Slack: "Rate limits").
 */
export function ratesOf(calls: readonly CallEntry[], now: number): readonly MethodRate[] {
	const counts = new Map<string, MethodRate>();
	for (const {method, at, arguments: given} of calls) {
		if (at <= now - MINUTE || at > now) continue;
		const channel = method === 'chat.postMessage' ? (textField(given, 'channel') ?? '') : '';
		const per = channel === '' ? 'workspace' : channel;
		const key = `${method} ${per}`;
		const used = (counts.get(key)?.used ?? 0) + 1;
		counts.set(key, {name: method, per, used, limit: limitOfMethod(method)});
	}
	return [...counts.values()].toSorted((one, other) => other.used / other.limit - one.used / one.limit);
}

/** One message a second in a channel (Slack: "Rate limits", posting messages). */
const POSTS_A_MINUTE = 60;

const tierNames = ['one', 'two', 'four', 'special'] as const;

/** Methods by their tier; all others are of tier 3 (Slack: each method's page, "Rate limits"). */
const byTier: Readonly<Record<(typeof tierNames)[number], readonly string[]>> = {
	one: ['apps.connections.open'],
	two: [
		'conversations.list',
		'emoji.list',
		'files.upload',
		'reactions.remove',
		'usergroups.list',
		'usergroups.users.list',
		'users.list',
	],
	four: [
		'api.test',
		'chat.postEphemeral',
		'conversations.members',
		'files.completeUploadExternal',
		'files.getUploadURLExternal',
		'files.info',
		'users.info',
		'views.open',
		'views.publish',
		'views.push',
		'views.update',
	],
	special: ['auth.test', 'chat.getPermalink'],
};

/** Calls a minute that Slack allows for a method. */
export function limitOfMethod(method: string): number {
	if (method === 'chat.postMessage') return POSTS_A_MINUTE;
	const found = tierNames.find((each) => byTier[each].includes(method));
	return tiers[found ?? 'three'];
}

/** Words for a figure against its limit, so that nothing hangs on a colour or a bar. */
export function inWords(use: Pick<LimitUse, 'used' | 'limit'>): string {
	const figure = `${use.used.toLocaleString('en')} of ${use.limit.toLocaleString('en')}, ${percentOf(use)} %`;
	switch (levelOf(use)) {
		case 'over':
			return `${figure}: over the limit`;
		case 'near':
			return `${figure}: ${use.used === use.limit ? 'at' : 'near'} the limit`;
		case 'fine':
			return figure;
	}
}
