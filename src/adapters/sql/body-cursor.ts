import type {BlockText} from './block-text.ts';

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
