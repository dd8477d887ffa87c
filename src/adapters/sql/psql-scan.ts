import {continuationAt, escapeLiteralEnd, tokenAt} from './sql-lexer.ts';

/** What psql makes of a file before any of it reaches the server. Offsets are bytes, all lists in the file's order. */
export interface PsqlScan {
	/** Where psql ends a statement and sends it: its semicolons. */
	readonly ends: readonly number[];
	/** Semicolons of the last statement where psql never ends it: a parenthesis or a BEGIN ATOMIC is left open. */
	readonly openEnds: readonly number[];
	/** Semicolons that `\;` puts between statements that psql sends together. */
	readonly joints: readonly number[];
	readonly found: readonly PsqlSyntax[];
	/** Second pieces of E'' literals that psql reads without escapes, and the server with them. */
	readonly splitLiterals: readonly number[];
	/** Lines that psql hands to COPY … FROM STDIN. */
	readonly copyData: readonly ByteRange[];
}

export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/** A backslash command up to its end, or a reference to a variable. */
export interface PsqlSyntax extends ByteRange {
	readonly kind: 'command' | 'variable';
	/** What the parser is to read instead; at most as long as the range. */
	readonly instead: string;
}

/**
 * Follows psql's lexer (src/fe_utils/psqlscan.l, src/bin/psql/psqlscanslash.l) with standard_conforming_strings on.
 *
 * @param raw The file's bytes as Latin 1.
 */
export function scanPsql(raw: string): PsqlScan {
	const scan: Scan = {
		raw,
		ends: [],
		openEnds: [],
		joints: [],
		found: [],
		splitLiterals: [],
		copyData: [],
		...freshStatement,
		lineOfData: null,
		lineEnd: -1,
	};
	let at = 0;
	while (at < raw.length) {
		at = afterToken(scan, at);
		if (scan.lineOfData !== null && at >= scan.lineOfData) at = afterCopyData(scan, scan.lineOfData, at);
	}
	return scan;
}

/** psql's memory of the statement that it collects. */
interface Statement {
	parentheses: number;
	/** BEGIN … END of a routine's body (BEGIN ATOMIC). */
	begins: number;
	words: number;
	/** Initials of the first words as far as they may be those of CREATE [OR REPLACE] FUNCTION or PROCEDURE. */
	initials: string;
	/** The last word in lower case; empty where something else stood last. */
	lastWord: string;
	hasContent: boolean;
	isCopy: boolean;
	readsStdin: boolean;
	brackets: number;
}

const freshStatement: Statement = {
	parentheses: 0,
	begins: 0,
	words: 0,
	initials: '',
	lastWord: '',
	hasContent: false,
	isCopy: false,
	readsStdin: false,
	brackets: 0,
};

interface Scan extends Statement, PsqlScan {
	readonly raw: string;
	readonly ends: number[];
	openEnds: number[];
	readonly joints: number[];
	readonly found: PsqlSyntax[];
	readonly splitLiterals: number[];
	readonly copyData: ByteRange[];
	/** Offset of the line on which the data of a COPY begin. */
	lineOfData: number | null;
	/** End of the last line that was asked for. */
	lineEnd: number;
}

function afterToken(scan: Scan, at: number): number {
	const {kind, end} = tokenAt(scan.raw, at);
	if (kind === 'space' || kind === 'comment') return end;
	if (kind === 'other') return afterOther(scan, at, end);
	scan.hasContent = true;
	if (kind === 'word') {
		noteWord(scan, scan.raw.slice(at, end).toLowerCase());
		return end;
	}
	scan.lastWord = '';
	return kind === 'escape-literal' ? afterEscapeLiteral(scan, end) : end;
}

function afterOther(scan: Scan, at: number, end: number): number {
	scan.lastWord = '';
	switch (scan.raw.charAt(at)) {
		case '\\':
			return afterBackslash(scan, at);
		case ';':
			return afterSemicolon(scan, at);
		case ':':
			return afterColon(scan, at);
		case '(':
			scan.parentheses += 1;
			break;
		case ')':
			scan.parentheses = Math.max(0, scan.parentheses - 1);
			break;
		case '[':
			scan.brackets += 1;
			break;
		case ']':
			scan.brackets = Math.max(0, scan.brackets - 1);
			break;
		default:
	}
	scan.hasContent = true;
	return end;
}

function noteWord(scan: Scan, word: string): void {
	if (scan.words < 4) scan.initials += routineWords.has(word) ? word.charAt(0) : '.';
	if (scan.words === 0) scan.isCopy = word === 'copy';
	scan.words += 1;
	if (scan.parentheses === 0) {
		if (/^c(?:or)?[fp]/u.test(scan.initials)) noteBlockWord(scan, word);
		// COPY … FROM STDOUT reads what psql is given just the same.
		if (scan.isCopy && scan.lastWord === 'from' && /^std(?:in|out)$/u.test(word)) scan.readsStdin = true;
	}
	scan.lastWord = word;
}

const routineWords: ReadonlySet<string> = new Set(['create', 'or', 'replace', 'function', 'procedure']);

/** A CASE ends with END, too. */
function noteBlockWord(scan: Scan, word: string): void {
	if (word === 'begin' || (word === 'case' && scan.begins > 0)) scan.begins += 1;
	else if (word === 'end') scan.begins = Math.max(0, scan.begins - 1);
}

function afterSemicolon(scan: Scan, at: number): number {
	if (scan.parentheses > 0 || scan.begins > 0) {
		scan.openEnds.push(at);
		return at + 1;
	}
	if (scan.readsStdin) scan.lineOfData = lineEnd(scan, at) + 1;
	endStatement(scan, at);
	return at + 1;
}

function endStatement(scan: Scan, at: number): void {
	scan.ends.push(at);
	scan.openEnds = [];
	Object.assign(scan, freshStatement);
}

/** The data go up to a line that holds `\.` alone. */
function afterCopyData(scan: Scan, start: number, at: number): number {
	scan.lineOfData = null;
	const last = /\n\\\.\r?(?=\n|$)/gu;
	last.lastIndex = start - 1;
	const end = last.test(scan.raw) ? last.lastIndex : scan.raw.length;
	scan.copyData.push({start, end});
	return Math.max(at, end);
}

/**
 * psql reads its input line by line: a literal that goes on in the next line is another one to it, without escapes. Both
 * agree again where that one holds no backslash.
 */
function afterEscapeLiteral(scan: Scan, first: number): number {
	const {raw} = scan;
	let end = first;
	for (let open = continuationAt(raw, end); open !== null; open = continuationAt(raw, end)) {
		const isOnOneLine = raw.slice(end, open).indexOf('\n') === -1;
		end = isOnOneLine ? escapeLiteralEnd(raw, open) : tokenAt(raw, open).end;
		if (!isOnOneLine && raw.slice(open, end).includes('\\')) {
			scan.splitLiterals.push(open);
			return end;
		}
	}
	return end;
}

/** Letters, digits, underscores, and every byte of other alphabets. */
const variable = /:(?:'[\w\x80-\xff]+'|"[\w\x80-\xff]+"|\{\?[\w\x80-\xff]+\}|[\w\x80-\xff]+)/uy;

function afterColon(scan: Scan, at: number): number {
	const {raw} = scan;
	scan.hasContent = true;
	if (raw[at + 1] === ':' || raw[at + 1] === '=') return at + 2;
	variable.lastIndex = at;
	const reference = variable.exec(raw)?.[0];
	// A variable may be named by digits, but only `\set` could set it.
	if (reference === undefined || /^:\d+$/u.test(reference)) return at + 1;
	const end = at + reference.length;
	scan.found.push({kind: 'variable', start: at, end, instead: valueInstead(scan, at, reference)});
	return end;
}

/** Something that can stand where a value or a name stands. Between brackets it may be a slice, which is SQL. */
function valueInstead(scan: Scan, at: number, reference: string): string {
	if (reference.startsWith(':{')) return ' TRUE';
	const isQuoted = reference[1] === "'" || reference[1] === '"';
	if (scan.brackets > 0 && !isQuoted) return reference;
	const joinsWord = /[\w$\x80-\xff]/u.test(scan.raw.charAt(at - 1));
	// An underscore before it, so that it is no keyword.
	return (isQuoted || joinsWord ? ' ' : '_') + reference.slice(1);
}

/** Commands that send what psql has collected, or throw it away: what follows is another statement. */
const endingCommand = /^(?:g|gx|gexec|gset|gdesc|crosstabview|watch|parse|sendpipeline|r|reset)$/u;
/** Commands that take all of their line, so that `\\` does not end them. */
const wholeLineCommand = /^(?:!.*|copy|h|help|[es][fv]\+?)$/u;
/** psql takes the lines that follow for data. */
const copiesLines = /\bfrom\s+stdin\b/iu;
const commandName = /[^ \t\n\r\f\v\\]*/uy;

function afterBackslash(scan: Scan, at: number): number {
	const {raw} = scan;
	const next = raw.charAt(at + 1);
	if (next === ';' || next === ':') return afterForced(scan, at, next);
	commandName.lastIndex = at + 1;
	const name = commandName.exec(raw)?.[0] ?? '';
	const line = lineEnd(scan, at);
	const end = wholeLineCommand.test(name) ? line : argumentsEnd(raw, at + 1 + name.length, line);
	const ends = endingCommand.test(name);
	scan.found.push({kind: 'command', start: at, end, instead: ends && scan.hasContent ? ';' : ''});
	if (ends && scan.hasContent) endStatement(scan, at);
	if (name === 'copy' && copiesLines.test(raw.slice(at, end))) scan.lineOfData = line + 1;
	return end;
}

/** `\;` and `\:` put the character itself into the statement. */
function afterForced(scan: Scan, at: number, character: string): number {
	scan.found.push({kind: 'command', start: at, end: at + 2, instead: ` ${character}`});
	scan.hasContent = true;
	if (character === ';') {
		scan.joints.push(at + 1);
		scan.words = 0;
		scan.initials = '';
	}
	return at + 2;
}

/** Arguments go to the end of the line, to another command, or to `\\`, after which SQL goes on; quotes hide those. */
function argumentsEnd(raw: string, from: number, line: number): number {
	let at = from;
	while (at < line) {
		const character = raw.charAt(at);
		if (character === '\\') return raw.charAt(at + 1) === '\\' ? at + 2 : at;
		at = /['"`]/u.test(character) ? argumentQuoteEnd(raw, at, line) : at + 1;
	}
	return line;
}

/** A quote left open takes the rest of the line. */
function argumentQuoteEnd(raw: string, open: number, line: number): number {
	const quote = raw.charAt(open);
	for (let at = open + 1; at < line; at += 1) {
		if (raw.charAt(at) === '\\' && quote === "'") at += 1;
		else if (raw.charAt(at) === quote) return at + 1;
	}
	return line;
}

/** Asked for in the order of the file: a long line is searched once. */
function lineEnd(scan: Scan, at: number): number {
	if (scan.lineEnd >= at) return scan.lineEnd;
	const end = scan.raw.indexOf('\n', at);
	scan.lineEnd = end === -1 ? scan.raw.length : end;
	return scan.lineEnd;
}
