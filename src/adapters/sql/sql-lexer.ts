/**
 * The lexical elements of PostgreSQL (src/backend/parser/scan.l, and psql's copy of it in src/fe_utils/psqlscan.l) as far
 * as it takes to tell code from what is quoted. Works on the file's bytes read as Latin 1, one character a byte: both
 * lexers take every byte from 0x80 on for a letter, and an index is a byte offset.
 */
export interface Token {
	readonly kind: TokenKind;
	/** Offset behind it; the end of the text where it is never closed. */
	readonly end: number;
}

/** `escape-literal` is E'…', in which a backslash escapes; `dollar-quote` is opaque here, whatever it quotes. */
type TokenKind = 'space' | 'comment' | 'literal' | 'escape-literal' | 'quoted-name' | 'dollar-quote' | 'word' | 'other';

/** The element that begins at an offset. Literals end at their first closing quote: see `continuationAt`. */
export function tokenAt(raw: string, at: number): Token {
	const first = raw.charCodeAt(at);
	if (first === codes.quote) return {kind: 'literal', end: literalEnd(raw, at)};
	if (first === codes.doubleQuote) return {kind: 'quoted-name', end: closing(raw, '"', at + 1)};
	if (first === codes.dollar) return dollarToken(raw, at);
	if (first === codes.minus && raw.charCodeAt(at + 1) === codes.minus) {
		return {kind: 'comment', end: matchEnd(lineComment, raw, at)};
	}
	if (first === codes.slash && raw.charCodeAt(at + 1) === codes.star) {
		return {kind: 'comment', end: blockCommentEnd(raw, at)};
	}
	const spaceEnd = matchEnd(space, raw, at);
	if (spaceEnd > at) return {kind: 'space', end: spaceEnd};
	const wordEnd = matchEnd(word, raw, at);
	if (wordEnd === at) return {kind: 'other', end: Math.max(matchEnd(digits, raw, at), at + 1)};
	return prefixedToken(raw, at, wordEnd) ?? {kind: 'word', end: wordEnd};
}

/**
 * Where a literal that ended at `end` goes on: after white space and line comments that hold a line's end. The index of
 * its next opening quote, or null.
 */
export function continuationAt(raw: string, end: number): number | null {
	let at = end;
	for (;;) {
		if (raw.charCodeAt(at) === codes.quote) return /[\n\r]/u.test(raw.slice(end, at)) ? at : null;
		const isSpace = matchEnd(space, raw, at) > at;
		const isComment = raw.startsWith('--', at);
		if (!isSpace && !isComment) return null;
		at = matchEnd(isComment ? lineComment : space, raw, at);
	}
}

/** End of a literal in which a backslash escapes, from its opening quote on. */
export function escapeLiteralEnd(raw: string, open: number): number {
	const mark = /\\|'/gu;
	mark.lastIndex = open + 1;
	for (let match = mark.exec(raw); match !== null; match = mark.exec(raw)) {
		if (match[0] === "'" && raw.charCodeAt(match.index + 1) !== codes.quote) return match.index + 1;
		mark.lastIndex = match.index + 2;
	}
	return raw.length;
}

/** Length of the tag that opens a dollar quote at an offset, such as that of `$EF$`. */
export function dollarTagLength(raw: string, at: number): number {
	return matchEnd(dollarTag, raw, at) - at;
}

const codes = {quote: 0x27, doubleQuote: 0x22, dollar: 0x24, minus: 0x2d, slash: 0x2f, star: 0x2a} as const;

const space = /[ \t\n\r\f\v]+/uy;
const lineComment = /--[^\n\r]*/uy;
const word = /[A-Za-z_\x80-\xff][\w$\x80-\xff]*/uy;
const digits = /\$?\d+/uy;
const dollarTag = /\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$/uy;

/** N'…', B'…', X'…' and U&'…' have no backslashes of their own; E'…' has. */
function prefixedToken(raw: string, at: number, wordEnd: number): Token | null {
	if (wordEnd > at + 1) return null;
	const head = raw.slice(at, at + 3);
	if (/^e'/iu.test(head)) return {kind: 'escape-literal', end: escapeLiteralEnd(raw, at + 1)};
	if (/^[nbx]'/iu.test(head)) return {kind: 'literal', end: literalEnd(raw, at + 1)};
	if (/^u&'/iu.test(head)) return {kind: 'literal', end: literalEnd(raw, at + 2)};
	return /^u&"/iu.test(head) ? {kind: 'quoted-name', end: closing(raw, '"', at + 3)} : null;
}

function literalEnd(raw: string, open: number): number {
	let at = closing(raw, "'", open + 1);
	while (raw.charCodeAt(at) === codes.quote) at = closing(raw, "'", at + 1);
	return at;
}

function dollarToken(raw: string, at: number): Token {
	const length = dollarTagLength(raw, at);
	if (length > 0) return {kind: 'dollar-quote', end: closing(raw, raw.slice(at, at + length), at + length)};
	return {kind: 'other', end: Math.max(matchEnd(digits, raw, at), at + 1)};
}

/** Block comments nest. */
function blockCommentEnd(raw: string, open: number): number {
	const mark = /\/\*|\*\//gu;
	mark.lastIndex = open;
	let depth = 0;
	for (let match = mark.exec(raw); match !== null; match = mark.exec(raw)) {
		depth += match[0] === '/*' ? 1 : -1;
		if (depth === 0) return match.index + 2;
	}
	return raw.length;
}

function closing(raw: string, mark: string, from: number): number {
	const found = raw.indexOf(mark, from);
	return found === -1 ? raw.length : found + mark.length;
}

function matchEnd(pattern: RegExp, raw: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.test(raw) ? pattern.lastIndex : at;
}
