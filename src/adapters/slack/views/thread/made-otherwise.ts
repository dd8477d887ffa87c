import type {KnownBlock} from '@slack/types';
import type {Run} from '../../../../domain/run.ts';
import {visibleText} from '../../../../domain/script/hidden-text.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {codeBlock, cut, escape} from '../../limits.ts';
import {count, name} from '../words.ts';

/** Lines that tell a reader where to look; the file has the rest. */
const firstLines = 12;

/** How the change that was made differs from the rehearsed one, in its first lines; nothing where it does not. */
export function madeOtherwiseBlocks(id: string, {report}: Run): readonly KnownBlock[] {
	const difference = report?.difference?.trim() ?? '';
	if (report === null || difference === '') return [];
	const lines = difference.split('\n');
	const shown = lines.slice(0, firstLines).map((line) => cut(line, 160));
	const left = lines.length - shown.length;
	const rest = left > 0 ? `… and ${count(left, 'more line')}: the file in this thread has all.` : '';
	return [section(id, `*${titleOf(report)}*\n${codeBlock(shown.join('\n'), 2000)}\n${rest}`.trimEnd())];
}

function titleOf({landed}: NonNullable<Run['report']>): string {
	return landed === 'everything' ? 'Made otherwise than rehearsed' : 'Not there of what was rehearsed';
}

/** The comment under which the difference is uploaded. */
export function madeOtherwiseComment(record: RequestRecord): string {
	const {number, target} = record.request;
	return `How ${cut(escape(target), 100)} after ${name(number)} differs from what was rehearsed.`;
}

/** The newest run's difference, with what a name could hide in it made visible. */
export function madeOtherwiseFile({request, runs}: RequestRecord): Uint8Array {
	const run = runs.findLast(({report}) => (report?.difference ?? null) !== null);
	const lines = (run?.report?.difference ?? '').split(/\r\n?|\n/u).map(visibleText);
	return Buffer.from(
		[
			`${name(request.number)}: how ${visibleText(oneLine(request.target))} differs from what was rehearsed`,
			'',
			...lines,
			'',
		].join('\n'),
	);
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/gu, ' ');
}
