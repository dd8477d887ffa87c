import type {KnownBlock} from '@slack/types';
import {stateWords} from '../../../../domain/request.ts';
import type {RequestLine} from '../../../../operations/ports/record.ts';
import {fitMessage, section} from '../../blocks.ts';
import {cut, escape, fitLines, moment} from '../../limits.ts';
import {count, mention, name, type Rendered, shapeOf} from '../words.ts';

/** `/migrate list`: open requests first, as given. */
export function listMessage(lines: readonly RequestLine[], target: string | null): Rendered {
	const where = target === null ? '' : ` for ${escape(target)}`;
	if (lines.length === 0) {
		const text = `No migration requests${where} yet. Open one with \`/migrate request\`.`;
		return {text, blocks: [section('list', text)]};
	}
	const title = `*${count(lines.length, 'migration request')}${where}*, open ones first`;
	return {
		text: title.replaceAll('*', ''),
		blocks: fitMessage([{worth: 1, blocks: [section('list-title', title), ...rows(lines)]}]),
	};
}

/** Three sections of lines: more would not be read, and Slack would not take it. */
function rows(lines: readonly RequestLine[]): readonly KnownBlock[] {
	const shown = lines.slice(0, 30);
	const blocks: KnownBlock[] = [];
	for (let start = 0; start < shown.length; start += 10) {
		const texts = shown.slice(start, start + 10).map((line) => lineText(line));
		blocks.push(
			section(
				`list-${start}`,
				fitLines(texts, 2900, (left) => `… and ${left} more.`),
			),
		);
	}
	if (lines.length > shown.length) {
		blocks.push(section('list-rest', `… and ${count(lines.length - shown.length, 'more request')}.`));
	}
	return blocks;
}

function lineText(line: RequestLine): string {
	const summary = line.summary.trim() === '' ? '' : ` – ${cut(escape(line.summary), 60)}`;
	const what = `${cut(escape(line.app), 30)} ${cut(escape(line.version), 30)} → ${cut(escape(line.target), 30)}`;
	return `${shapeOf(line.state)} *${name(line.number)}* ${stateWords[line.state]}: ${what}${summary} (asked for by ${mention(line.requester)}, ${moment(line.createdAt)})`;
}
