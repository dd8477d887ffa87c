import type {MoodNow} from '../../local/desktop.ts';
import type {MisbehaviourRequest} from '../../misbehaviour.ts';

/** Asks for a misbehaviour and says afterwards that it is so. */
export type Wish = (request: MisbehaviourRequest, said: string) => void;

/** What happens to the next calls of a method. */
export type CallWish = {
	readonly kind: Extract<
		MisbehaviourRequest,
		{kind: 'rate_limited' | 'server_error' | 'slack_error' | 'slow' | 'answer_lost'}
	>['kind'];
	readonly name: string;
	/** What the app will see. */
	readonly effect: string;
	/** The one figure or word that it takes besides a method and a number of calls. */
	readonly extra?: {readonly field: string; readonly label: string; readonly start: string; readonly numeric: boolean};
};

export const callWishes: readonly CallWish[] = [
	{
		kind: 'rate_limited',
		name: 'Rate limited (429)',
		effect: 'The call is refused with status 429 and Retry-After; nothing happens in Slack.',
		extra: {field: 'retryAfter', label: 'Retry after, seconds', start: '3', numeric: true},
	},
	{
		kind: 'server_error',
		name: 'Server error (500)',
		effect: 'The call is answered with this HTTP status and no JSON; nothing happens in Slack.',
		extra: {field: 'status', label: 'Status', start: '500', numeric: true},
	},
	{
		kind: 'slack_error',
		name: 'An error of Slack’s',
		effect: 'The call is answered with ok: false and this error code; nothing happens in Slack.',
		extra: {field: 'error', label: 'Error code', start: 'fatal_error', numeric: false},
	},
	{
		kind: 'slow',
		name: 'Slow',
		effect: 'The call waits this long before it takes effect and is answered.',
		extra: {field: 'milliseconds', label: 'Milliseconds', start: '5000', numeric: true},
	},
	{
		kind: 'answer_lost',
		name: 'Answer lost',
		effect: 'The call takes effect, but the connection is cut before the app hears of it.',
	},
];

/** Methods worth offering; any other can be typed. */
export const offeredMethods: readonly string[] = [
	'chat.postMessage',
	'chat.update',
	'chat.postEphemeral',
	'chat.delete',
	'views.open',
	'views.update',
	'views.publish',
	'users.info',
	'usergroups.users.list',
	'conversations.replies',
	'files.getUploadURLExternal',
	'apps.connections.open',
];

/** The request for a wish as its form was filled in; an empty method means every method. */
export function requestOf(
	wish: CallWish,
	{method, times, extra}: {readonly method: string; readonly times: number; readonly extra: string},
): MisbehaviourRequest {
	const scope = {times, ...(method.trim() === '' ? {} : {method: method.trim()})};
	switch (wish.kind) {
		case 'rate_limited':
			return {kind: 'rate_limited', ...scope, retryAfter: Number(extra)};
		case 'server_error':
			return {kind: 'server_error', ...scope, status: Number(extra)};
		case 'slack_error':
			return {kind: 'slack_error', ...scope, error: extra.trim()};
		case 'slow':
			return {kind: 'slow', ...scope, milliseconds: Number(extra)};
		case 'answer_lost':
			return {kind: 'answer_lost', ...scope};
	}
}

/** What is on now, a sentence each; empty when Slack behaves. */
export function moodInWords(mood: MoodNow): readonly string[] {
	return [
		...(mood.down ? ['Slack is down.'] : []),
		...(mood.rateLimits ? ['Slack’s real rate limits are on.'] : []),
		...(mood.duplicates > 0 ? [`The next ${payloads(mood.duplicates)} will come twice.`] : []),
		...mood.rules.map(({rule, left}) => {
			const calls = left === 1 ? 'call' : `${left} calls`;
			return `${fateOf(rule)} for the next ${calls} of ${rule.method ?? 'any method'}.`;
		}),
	];
}

function payloads(count: number): string {
	return count === 1 ? 'payload' : `${count} payloads`;
}

function fateOf(rule: MoodNow['rules'][number]['rule']): string {
	switch (rule.kind) {
		case 'rate_limited':
			return `429, retry after ${rule.retryAfter} s,`;
		case 'server_error':
			return `HTTP ${rule.status}`;
		case 'slack_error':
			return `Error ${rule.error}`;
		case 'slow':
			return `${rule.milliseconds.toLocaleString('en')} ms of waiting`;
		case 'answer_lost':
			return 'A lost answer';
	}
}
