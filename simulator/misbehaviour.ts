import {z} from 'zod';

const scope = {
	/** A Web API method such as `chat.postMessage`; every method when absent. */
	method: z.string().optional(),
	/** For how many calls; 1 when absent. */
	times: z.number().int().positive().default(1),
};

/** The ways in which this Slack can be made to misbehave. */
export const Misbehaviour = z.discriminatedUnion('kind', [
	/** 429 with Retry-After. */
	z.object({kind: z.literal('rate_limited'), ...scope, retryAfter: z.number().int().default(1)}),
	/** An HTTP error without JSON. */
	z.object({kind: z.literal('server_error'), ...scope, status: z.number().int().default(500)}),
	/** `ok: false` with this error code, such as `fatal_error` or `internal_error`. */
	z.object({kind: z.literal('slack_error'), ...scope, error: z.string()}),
	/** The answer takes this much longer; the call takes effect after it. */
	z.object({kind: z.literal('slow'), ...scope, milliseconds: z.number().int().positive()}),
	/** The call takes effect, and the connection is cut before the answer. */
	z.object({kind: z.literal('answer_lost'), ...scope}),
	/** Every door of the Web API is shut, and connections are cut, until it is switched off. */
	z.object({kind: z.literal('down'), on: z.boolean()}),
	/** Every Socket Mode connection ends: with Slack's warning before it, or cut. */
	z.object({kind: z.literal('drop_sockets'), announced: z.boolean().default(false)}),
	/** The next payloads come twice. */
	z.object({kind: z.literal('duplicate_deliveries'), times: z.number().int().positive()}),
	/** Slack's own rate limits by tier and channel. */
	z.object({kind: z.literal('rate_limits'), on: z.boolean()}),
	/** All of this is over. */
	z.object({kind: z.literal('none')}),
]);

export type Misbehaviour = z.output<typeof Misbehaviour>;
/** What a caller may leave out is left out. */
export type MisbehaviourRequest = z.input<typeof Misbehaviour>;

type CallRule = Extract<Misbehaviour, {kind: 'rate_limited' | 'server_error' | 'slack_error' | 'slow' | 'answer_lost'}>;

/** What is switched on now. */
export type Mood = {
	rules: readonly {readonly rule: CallRule; left: number}[];
	down: boolean;
	duplicates: number;
	rateLimits: boolean;
};

export function calmMood(): Mood {
	return {rules: [], down: false, duplicates: 0, rateLimits: false};
}

/** Switches a misbehaviour on; `drop_sockets` is not a mood but an act, done elsewhere. */
export function setMood(mood: Mood, wish: Misbehaviour): void {
	switch (wish.kind) {
		case 'none':
			Object.assign(mood, calmMood());
			return;
		case 'down':
			mood.down = wish.on;
			return;
		case 'rate_limits':
			mood.rateLimits = wish.on;
			return;
		case 'duplicate_deliveries':
			mood.duplicates += wish.times;
			return;
		case 'drop_sockets':
			return;
		case 'rate_limited':
		case 'server_error':
		case 'slack_error':
		case 'slow':
		case 'answer_lost':
			mood.rules = [...mood.rules, {rule: wish, left: wish.times}];
			return;
	}
}

/** What befalls the next call of this method; the oldest wish comes first and is used up by it. */
export function fateOf(mood: Mood, method: string): CallRule | undefined {
	const found = mood.rules.find(({rule, left}) => left > 0 && (rule.method === undefined || rule.method === method));
	if (found === undefined) return undefined;
	found.left -= 1;
	mood.rules = mood.rules.filter((each) => each.left > 0);
	return found.rule;
}

/** True when the next payload comes twice; uses up one of the wishes. */
export function comesTwice(mood: Mood): boolean {
	if (mood.duplicates === 0) return false;
	mood.duplicates -= 1;
	return true;
}
