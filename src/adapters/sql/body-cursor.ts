import type {BlockText} from './block-text.ts';
import {offsetsOf} from './offsets.ts';

/**
 * A place in a body's text up to which its statements have been told apart: PL/pgSQL's tree holds their texts in the
 * order of the body, but only the line on which each begins.
 */
export interface BodyCursor {
	readonly body: BlockText;
	/** Index in the body's text. */
	cursor: number;
	/** The last line moved to, and the index at which it begins. */
	line: number;
	lineStart: number;
}

export function bodyCursor(body: BlockText): BodyCursor {
	return {body, cursor: 0, line: 1, lineStart: 0};
}

/**
 * Moves forward to the beginning of a line, counted from 1 as PL/pgSQL counts: the first is the one that holds the opening
 * quote.
 */
export function moveToLine(line: number | null, at: BodyCursor): void {
	while (line !== null && at.line < line) {
		const next = at.body.text.indexOf('\n', at.lineStart);
		if (next === -1) break;
		at.line += 1;
		at.lineStart = next + 1;
	}
	at.cursor = Math.max(at.cursor, at.lineStart);
}

/** Moves to a keyword and tells where it stands; stays where it does not occur. */
export function findWord(word: Keyword, at: BodyCursor): number {
	const pattern = keywords[word];
	pattern.lastIndex = at.cursor;
	at.cursor = pattern.exec(at.body.text)?.index ?? at.cursor;
	return at.cursor;
}

const keywords = {
	IF: /\bIF\b/giu,
	EXECUTE: /\bEXECUTE\b/giu,
	COMMIT: /\bCOMMIT\b/giu,
	ROLLBACK: /\bROLLBACK\b/giu,
};

export type Keyword = keyof typeof keywords;

/**
 * Finds a query's text from the cursor on and moves behind it. PL/pgSQL hands queries over verbatim but for two: PERFORM
 * becomes SELECT, and INTO with its targets is blanked out.
 */
export function locate(query: string, at: BodyCursor): {readonly index: number; readonly text: string} {
	const {text} = at.body;
	const exact = text.indexOf(query, at.cursor);
	if (exact !== -1) return moveBehind(exact, exact + query.length, at);
	const blanked = blankedAt(query, at);
	if (blanked !== null) return moveBehind(blanked.index, blanked.end, at);
	const rest = query.slice('SELECT'.length);
	const performed = rest === '' ? -1 : text.indexOf(rest, at.cursor);
	const verb = performed - 'PERFORM'.length;
	const isPerform = verb >= 0 && /^PERFORM$/iu.test(text.slice(verb, performed));
	if (isPerform) return moveBehind(verb, performed + rest.length, at);
	return {index: at.cursor, text: query};
}

/** PL/pgSQL puts a blank for each byte of INTO and its targets (pl_gram.y, make_execsql_stmt). */
function blankedAt(query: string, {body, cursor}: BodyCursor): {readonly index: number; readonly end: number} | null {
	const head = /^\S+/u.exec(query)?.[0] ?? '';
	if (head === '') return null;
	const {text} = body;
	for (let index = text.indexOf(head, cursor); index !== -1; index = text.indexOf(head, index + 1)) {
		const end = endOfBlanked(query, text, index);
		if (end !== null) return {index, end};
	}
	return null;
}

function endOfBlanked(query: string, text: string, index: number): number | null {
	let same = 0;
	while (same < query.length && query.charCodeAt(same) === text.charCodeAt(index + same)) same += 1;
	into.lastIndex = index + same;
	if (!into.test(text)) return null;
	blanks.lastIndex = same;
	const length = blanks.exec(query)?.[0].length ?? 0;
	const behind = index + same + indexOfByte(text.slice(index + same, index + same + length), length);
	const rest = query.slice(same + length);
	return length > 0 && text.startsWith(rest, behind) ? behind + rest.length : null;
}

const into = /INTO\b/iuy;
const blanks = / +/uy;

function indexOfByte(text: string, byte: number): number {
	return Buffer.byteLength(text, 'utf8') === text.length ? byte : offsetsOf(text).indexAt(byte);
}

function moveBehind(index: number, end: number, at: BodyCursor): {readonly index: number; readonly text: string} {
	at.cursor = end;
	return {index, text: at.body.text.slice(index, end)};
}
