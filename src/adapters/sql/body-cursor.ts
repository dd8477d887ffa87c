import {indexOfLine, type BlockText} from './block-text.ts';

/**
 * A place in a body's text up to which its statements have been told apart: PL/pgSQL's tree holds their texts in the
 * order of the body, but only the line on which each begins.
 */
export interface BodyCursor {
	readonly body: BlockText;
	/** Index in the body's text. */
	cursor: number;
}

/** Moves forward to the beginning of a line, as PL/pgSQL counts them. */
export function moveToLine(line: number | null, at: BodyCursor): void {
	if (line !== null) at.cursor = Math.max(at.cursor, indexOfLine(at.body.text, line));
}

/** Moves to a keyword and tells where it stands; stays where it does not occur. */
export function findWord(word: string, at: BodyCursor): number {
	const pattern = new RegExp(String.raw`\b${word}\b`, 'giu');
	pattern.lastIndex = at.cursor;
	at.cursor = pattern.exec(at.body.text)?.index ?? at.cursor;
	return at.cursor;
}

/**
 * Finds a query's text from the cursor on and moves behind it. PL/pgSQL hands queries over verbatim but for two: PERFORM
 * becomes SELECT, and INTO with its targets is blanked out.
 */
export function locate(query: string, at: BodyCursor): {readonly index: number; readonly text: string} {
	const {text} = at.body;
	const exact = text.indexOf(query, at.cursor);
	if (exact !== -1) return moveBehind(exact, exact + query.length, at);
	const rest = query.slice('SELECT'.length);
	const performed = rest === '' ? -1 : text.indexOf(rest, at.cursor);
	const verb = performed - 'PERFORM'.length;
	const isPerform = verb >= 0 && /^PERFORM$/iu.test(text.slice(verb, performed));
	if (isPerform) return moveBehind(verb, performed + rest.length, at);
	const head = /^\S+/u.exec(query)?.[0] ?? '';
	const begin = Math.max(text.indexOf(head, at.cursor), at.cursor);
	const end = text.indexOf(';', begin);
	return moveBehind(begin, end === -1 ? text.length : end, at);
}

function moveBehind(index: number, end: number, at: BodyCursor): {readonly index: number; readonly text: string} {
	at.cursor = end;
	return {index, text: at.body.text.slice(index, end)};
}
