import type {Place} from '../../domain/review/finding.ts';
import type {ScriptStatement} from '../../domain/script/parsed-script.ts';
import type {Paint} from './colours.ts';
import {visible} from './visible.ts';

/** A longer statement is shown by its first lines. */
const mostLines = 6;
/** Characters of a line that are shown; of a longer one those around the column. */
const widestLine = 140;
/** Characters shown before the column where a line's beginning is cut off. */
const lead = 40;

/** The script's lines as people count them; the byte order mark is none of their characters. */
export function linesOf(bytes: Uint8Array): readonly string[] {
	return new TextDecoder('utf-8').decode(bytes).split('\n');
}

/** How many lines of the file each statement takes, by the place where it begins. */
export function statementHeights(statements: readonly ScriptStatement[]): ReadonlyMap<string, number> {
	return new Map(statements.map(({place, text}) => [placeText(place), text.trim().split('\n').length]));
}

/** `12:5`, as editors and terminals understand it behind a file's name. */
export function placeText({line, column}: Place): string {
	return `${line}:${column}`;
}

/**
 * ```
 *   12 |     ALTER TABLE orders
 *      |     ^
 *   13 |         DROP COLUMN note;
 * ```
 *
 * @param height Lines that the statement takes, from the place on.
 */
export function codeFrame(lines: readonly string[], place: Place, height: number, paint: Paint): readonly string[] {
	const last = Math.min(place.line + height - 1, lines.length);
	const shown = last - place.line + 1 > mostLines ? place.line + mostLines - 2 : last;
	const width = String(last).length;
	const row = (mark: string, text: string): string =>
		`  ${paint('quiet', `${mark.padStart(width)} |`)} ${text}`.trimEnd();
	const frame: string[] = [];
	for (let number = place.line; number <= shown; number += 1) {
		const isFirst = number === place.line;
		const column = isFirst ? place.column : 1;
		const {text, indent} = excerpt(lines[number - 1] ?? '', column);
		frame.push(row(String(number), text));
		if (isFirst) frame.push(row('', `${' '.repeat(indent)}${paint('strong', '^')}`));
	}
	if (shown < last) frame.push(row('', paint('quiet', `… ${last - shown} more lines`)));
	return frame;
}

/** A line made safe to print, and how many columns of a terminal stand before the character in question. */
function excerpt(line: string, column: number): {readonly text: string; readonly indent: number} {
	const characters = Array.from(line.replace(/\r$/u, ''));
	const isLong = characters.length > widestLine;
	const begin = isLong && column > widestLine - lead ? column - 1 - lead : 0;
	const end = isLong ? begin + widestLine : characters.length;
	const head = begin > 0 ? '…' : '';
	const shown = (from: number, to: number): string => shownText(characters.slice(from, to).join(''));
	return {
		text: `${head}${shown(begin, end)}${end < characters.length ? '…' : ''}`,
		indent: widthOf(head + shown(begin, Math.max(begin, Math.min(column - 1, characters.length)))),
	};
}

function shownText(text: string): string {
	return visible(text.replaceAll('\t', '    '));
}

/** Columns of a terminal: East Asian wide characters take two, marks upon the one before take none. */
function widthOf(text: string): number {
	let width = 0;
	for (const character of text) width += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
	return width;
}

/** @see https://www.unicode.org/reports/tr11/ */
const wide =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]/u;
