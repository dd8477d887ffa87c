import type {KnownBlock} from '@slack/types';
import {predicateOf, stateWords} from '../../../domain/request.ts';
import type {RequestRecord} from '../../../operations/ports/record.ts';
import {cut, escape} from '../limits.ts';
import {stoppedByDrill} from './drilled.ts';

/** What is sent: blocks, and the text of notifications and screen readers. */
export interface Rendered {
	readonly text: string;
	readonly blocks: readonly KnownBlock[];
}

/** `MR-42`. */
export function name(number: number): string {
	return `MR-${number}`;
}

/** A mention where it is a Slack id, else the words. */
export function mention(who: string): string {
	if (/^[UW][A-Z0-9]{2,}$/u.test(who)) return `<@${who}>`;
	if (/^S[A-Z0-9]{2,}$/u.test(who)) return `<!subteam^${who}>`;
	return escape(who);
}

/** More than this many are counted. */
const mentioned = 12;

export function mentions(people: readonly string[]): string {
	if (people.length === 0) return 'nobody';
	const named = people.slice(0, mentioned).map((who) => cut(mention(who), 100));
	return people.length > mentioned ? `${named.join(', ')} and ${people.length - mentioned} more` : named.join(', ');
}

/** State as a shape and words: readable without colour. */
export function stateSign(record: RequestRecord): {
	readonly shape: string;
	readonly words: string;
	readonly predicate: string;
} {
	const {state, hold} = record.request;
	if (hold !== null && (state === 'approved' || state === 'submitted')) {
		return {shape: '⏸', words: 'held', predicate: 'is held'};
	}
	const last = record.runs.at(-1);
	if (state === 'failed' && last !== undefined && stoppedByDrill(last)) {
		return {shape: shapes.failed, words: 'stopped by its drill', predicate: 'was stopped by its drill'};
	}
	return {shape: shapes[state], words: stateWords[state], predicate: predicateOf(state)};
}

/** Nobody decides about it any more. */
export const endedStates: readonly RequestRecord['request']['state'][] = [
	'verified',
	'failed',
	'withdrawn',
	'rejected',
	'closed',
];

const shapes: {readonly [state in RequestRecord['request']['state']]: string} = {
	submitted: '○',
	reviewing: '◔',
	'in-review': '◑',
	'changes-requested': '↩',
	approved: '●',
	running: '▶',
	verified: '✔',
	failed: '✖',
	withdrawn: '⊘',
	rejected: '⊘',
	closed: '■',
};

export function shapeOf(state: RequestRecord['request']['state']): string {
	return shapes[state];
}

/** Milliseconds as people say them: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
	const seconds = Math.max(0, ms) / 1000;
	if (seconds < 10) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
	const minutes = Math.floor((whole % 3600) / 60);
	return `${Math.floor(whole / 3600)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
}

/** Bytes with a unit: `812 bytes`, `3.4 KB`, `195.0 MB` (decimal). */
export function size(bytes: number): string {
	if (bytes < 1000) return `${bytes} bytes`;
	const units = ['KB', 'MB', 'GB', 'TB'] as const;
	let value = bytes / 1000;
	let unit: string = units[0];
	for (const next of units.slice(1)) {
		if (value < 1000) break;
		value /= 1000;
		unit = next;
	}
	return `${value.toFixed(1)} ${unit}`;
}

export function count(n: number, one: string, many = `${one}s`): string {
	return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
