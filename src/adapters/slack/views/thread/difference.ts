import {structuredPatch} from 'diff';

import type {PendingStatement} from '../../../../domain/review/review.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {fitMessage, section} from '../../blocks.ts';
import {codeBlock, cut} from '../../limits.ts';
import {findingsBlocks, sqlBlocks, sqlCharacters} from './thread-messages.ts';
import {count, name, type Rendered} from '../words.ts';

/** Lines around a change. */
const contextLines = 3;

/** Lines that differ, beyond which two scripts are not told apart line by line: the time grows with their square, and no message holds them. */
const mostDifferences = 600;

/** Between two places that changed. */
const gap = '⋯';

/** What new bytes change of what takes effect: the statements of the script `before` beside those of now. */
export interface Difference {
	/** SHA-256 of the earlier script, hex. */
	readonly before: string;
	readonly earlier: readonly PendingStatement[];
	readonly now: readonly PendingStatement[];
}

/** The difference as a unified diff, then every finding that fits; null where the scripts have too little in common. */
export function differenceMessage(record: RequestRecord, difference: Difference): Rendered | null {
	const {number, review} = record.request;
	const lines = changedLines(difference);
	if (lines === null) return null;
	const since = sinceText(record, difference.before);
	const text = `${name(number)}: what changed ${since}`;
	const findings = {worth: 6, blocks: findingsBlocks(review)};
	if (lines.length === 0) {
		const same = 'Takes effect exactly as before; only what surrounds it changed.';
		return {
			text,
			blocks: fitMessage([
				{worth: 9, blocks: [section('difference-title', `*What changed* ${since}\n${same}`)]},
				findings,
			]),
		};
	}
	const chunks = chunk(lines);
	const shown = chunks.slice(0, sqlBlocks);
	const left = lines.length - shown.reduce((sum, part) => sum + part.length, 0);
	return {
		text,
		blocks: fitMessage([
			{
				worth: 9,
				blocks: [section('difference-title', `*What changed* ${since}: ${countsText(lines)}`)],
			},
			...shown.map((part, index) => ({
				worth: 8 - index,
				blocks: [section(`difference-${index}`, codeBlock(part.join('\n'), 2900))],
			})),
			{worth: 7, blocks: left > 0 ? [section('difference-rest', restText(left))] : []},
			findings,
		]),
	};
}

function sinceText({request, replaced}: RequestRecord, before: string): string {
	const approved = replaced.some(({scriptSha256, approved: wasApproved}) => wasApproved && scriptSha256 === before);
	return approved ? `since ${name(request.number)} was last approved` : 'since the script before';
}

function countsText(lines: readonly string[]): string {
	const of = (sign: string): string => lines.filter((line) => line.startsWith(sign)).length.toLocaleString('en-US');
	return `+${of('+')} −${of('-')} lines`;
}

function restText(left: number): string {
	return `… and ${count(left, 'more line')}: read the script’s file in this thread.`;
}

/** Lines that begin with `+`, `-` or a space, and `⋯` between places; null where nearly nothing is the same. */
function changedLines({earlier, now}: Difference): readonly string[] | null {
	const patch = structuredPatch('', '', textOf(earlier), textOf(now), undefined, undefined, {
		context: contextLines,
		maxEditLength: mostDifferences,
	});
	if (patch === undefined) return null;
	return patch.hunks.flatMap(({lines}, index) => (index === 0 ? lines : [gap, ...lines]));
}

/** Places are left out: a line that only moved has not changed what takes effect. */
function textOf(statements: readonly PendingStatement[]): string {
	return statements
		.map(({migration, conditions, sql}, index) => {
			const head = statements[index - 1]?.migration === migration ? [] : [`-- ${migration}`];
			const only = conditions.map((condition) => `-- only ${condition}`);
			return [...head, ...only, sql.trim()].map((part) => `${part.replaceAll(/\r\n?/gu, '\n')}\n`).join('');
		})
		.join('');
}

/** Whole lines, as many in a block as Slack takes once they are escaped; a line too long for one is cut. */
function chunk(lines: readonly string[]): readonly (readonly string[])[] {
	const chunks: string[][] = [];
	let length = 0;
	for (const line of lines) {
		const shown = fitted(line);
		const last = chunks.at(-1);
		if (last === undefined || length + escapedLength(shown) > sqlCharacters) {
			chunks.push([shown]);
			length = escapedLength(shown);
		} else {
			last.push(shown);
			length += escapedLength(shown);
		}
	}
	return chunks;
}

function fitted(line: string): string {
	let kept = cut(line, sqlCharacters);
	while (escapedLength(kept) > sqlCharacters) kept = cut(kept, Math.floor(kept.length * 0.8));
	return kept;
}

/** `&`, `<` and `>` become entities of up to five characters. */
function escapedLength(line: string): number {
	return line.length + 1 + 4 * (line.match(/[&<>]/gu)?.length ?? 0);
}
