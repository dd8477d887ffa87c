import {textArgument, wholeArgument} from './arguments.ts';
import type {Arguments} from './arguments.ts';
import {SlackError} from './slack-error.ts';

/** One page of a list, and the cursor of the next (empty at the end). */
export type Page<T> = {readonly items: readonly T[]; readonly next: string};

/** Cuts the page out of a list that `limit` and `cursor` ask for (Slack: "Pagination"); throws `invalid_cursor`. */
export function pageOf<T>(
	items: readonly T[],
	given: Arguments,
	limits: {readonly fallback: number; readonly most: number},
): Page<T> {
	const start = positionOf(textArgument(given, 'cursor') ?? '');
	const end = start + wholeArgument(given, 'limit', limits);
	return {
		items: items.slice(start, end),
		next: end < items.length ? Buffer.from(`next:${end}`).toString('base64') : '',
	};
}

function positionOf(cursor: string): number {
	if (cursor === '') return 0;
	const match = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString());
	if (match === null) throw new SlackError('invalid_cursor');
	return Number(match[1]);
}
