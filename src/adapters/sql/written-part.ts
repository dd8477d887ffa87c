import {offsetsOf, type Offsets} from './offsets.ts';

/** One statement's text; the locations of its tree are bytes of the text that was parsed. */
export interface WrittenSql {
	readonly text: string;
	/** Location in the tree → index in `text`. */
	indexOf(location: number): number;
	/** Index in `text` → location in the tree. */
	locationAt(index: number): number;
}

/** @param start Byte at which the statement begins in the text that was parsed. */
export function writtenSql(text: string, start: number): WrittenSql {
	let known: Offsets | null = null;
	function offsets(): Offsets {
		known ??= offsetsOf(text);
		return known;
	}
	return {
		text,
		indexOf: (location) => offsets().indexAt(location - start),
		locationAt: (index) => start + offsets().byteAt(index),
	};
}

/**
 * The tree holds beginnings, but no ends. A part goes on to the next part's beginning, or to the comma, bracket, semicolon
 * or word that cannot belong to it; white space and comments behind it are left out.
 *
 * @param start Index at which the part begins.
 * @param end Index at which the next part begins, or the text's length.
 * @param stops Words, in upper case, that end it unless it begins with them.
 */
export function writtenPart(text: string, start: number, end: number, stops: readonly string[] = []): string {
	let depth = 0;
	let last = start;
	token.lastIndex = start;
	for (let match = token.exec(text); match !== null && token.lastIndex <= end; match = token.exec(text)) {
		const [found] = match;
		if (/^(?:\s|--|\/\*)/u.test(found)) continue;
		const isStop = match.index > start && stops.includes(found.toUpperCase());
		if (depth === 0 && (isStop || /^[,);\]]$/u.test(found))) break;
		if (found === '(' || found === '[') depth += 1;
		if (found === ')' || found === ']') depth -= 1;
		last = match.index + found.length;
	}
	return text.slice(start, last);
}

/** White space, comments, literals, quoted names, dollar quotes, words, and any other character. */
const token = new RegExp(
	[
		String.raw`\s+`,
		String.raw`--[^\n\r]*`,
		String.raw`\/\*[^]*?\*\/`,
		String.raw`[eE]'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'`,
		String.raw`'[^']*(?:''[^']*)*'`,
		String.raw`"[^"]*(?:""[^"]*)*"`,
		String.raw`\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?\$\1\$`,
		String.raw`[\w\u0080-\uffff][\w$\u0080-\uffff]*`,
		String.raw`[^]`,
	].join('|'),
	'gy',
);
