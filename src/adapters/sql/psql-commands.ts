import {refuse, type Refusal} from '../../domain/refusal.ts';
import {byteLength, placeAt, type Source} from './source.ts';

/**
 * Finds what psql would not hand to the server: backslash commands (`\!` runs a shell) and variables (`:name`). Follows
 * psql's own lexer (src/fe_utils/psqlscan.l) with standard_conforming_strings on: nothing is looked for inside literals,
 * quoted names, dollar quotes and comments. psql replaces a variable only where it is set; which ones are set depends on
 * the machine, so every reference is refused. `::cast`, `:=` and slices with numbers (`a[1:2]`) are none.
 */
export function refusePsqlCommands(source: Source): Refusal | null {
	const {text} = source;
	let at = 0;
	while (at < text.length) {
		const skipped = skipLiteral(text, at);
		if (skipped > at) {
			at = skipped;
			continue;
		}
		const found = psqlSyntaxAt(text, at);
		if (found !== null) return refuseAt(source, at, found);
		at = skipPlain(text, at);
	}
	return null;
}

interface PsqlSyntax {
	readonly what: 'command' | 'variable';
	readonly text: string;
}

/** Sticky patterns of one lexical element each; `[\w\u0080-\uffff]` are psql's identifier characters. */
const lineComment = /--[^\n\r]*/uy;
const identifier = /[A-Za-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*/uy;
const parameter = /\$\d+/uy;
const dollarTag = /\$(?:[A-Za-z_\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*)?\$/uy;
const quotedName = /"[^"]*"?/uy;
const variable =
	/:(?:'[\w\u{80}-\u{10ffff}]+'|"[\w\u{80}-\u{10ffff}]+"|\{\?[\w\u{80}-\u{10ffff}]+\}|[\w\u{80}-\u{10ffff}]+)/uy;
const command = /\\\S{0,20}/uy;
/** A literal goes on after white space that holds a line's end, comments included; an E'' literal stays one. */
const continuation = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/uy;

function psqlSyntaxAt(text: string, at: number): PsqlSyntax | null {
	const first = text[at];
	if (first === '\\') return {what: 'command', text: matchAt(command, text, at) ?? '\\'};
	if (first !== ':' || text[at + 1] === ':' || text[at + 1] === '=') return null;
	const reference = matchAt(variable, text, at);
	// A variable may be named by digits, but only `\set` could set it.
	return reference === null || /^:\d+$/u.test(reference) ? null : {what: 'variable', text: reference};
}

function skipPlain(text: string, at: number): number {
	if (text[at] === ':') return at + (text[at + 1] === ':' || text[at + 1] === '=' ? 2 : 1);
	return at + (matchAt(parameter, text, at)?.length ?? 1);
}

/** End of the comment, literal, quoted name or identifier that begins here; `at` where none does. */
function skipLiteral(text: string, at: number): number {
	const first = text[at] ?? '';
	if (first === '-') return at + (matchAt(lineComment, text, at)?.length ?? 0);
	if (first === '/') return text[at + 1] === '*' ? blockCommentEnd(text, at) : at;
	if (first === "'") return literalEnd(text, at, false);
	if (first === '"') return at + (matchAt(quotedName, text, at)?.length ?? 0);
	if (first === '$') return dollarEnd(text, at);
	const word = matchAt(identifier, text, at);
	if (word === null) return at;
	const isEscapeLiteral = (first === 'e' || first === 'E') && text[at + 1] === "'";
	return isEscapeLiteral ? literalEnd(text, at + 1, true) : at + word.length;
}

function literalEnd(text: string, open: number, escapes: boolean): number {
	let at = open + 1;
	while (at < text.length) {
		if (escapes && text[at] === '\\') at += 2;
		else if (text[at] !== "'") at += 1;
		else if (text[at + 1] === "'") at += 2;
		else {
			const more = matchAt(continuation, text, at + 1);
			if (more === null) return at + 1;
			at += 1 + more.length;
		}
	}
	return text.length;
}

function dollarEnd(text: string, at: number): number {
	const tag = matchAt(dollarTag, text, at);
	if (tag === null) return at;
	const close = text.indexOf(tag, at + tag.length);
	return close === -1 ? text.length : close + tag.length;
}

/** Block comments nest. */
function blockCommentEnd(text: string, open: number): number {
	const mark = /\/\*|\*\//gu;
	mark.lastIndex = open;
	let depth = 0;
	for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
		depth += match[0] === '/*' ? 1 : -1;
		if (depth === 0) return match.index + 2;
	}
	return text.length;
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0] ?? null;
}

function refuseAt(source: Source, at: number, found: PsqlSyntax): Refusal {
	const {line, column} = placeAt(source, byteLength(source.text.slice(0, at)));
	const where = `at line ${line}, column ${column}`;
	const sentence =
		found.what === 'command'
			? `The script holds the psql command \`${found.text}\` ${where}. Only SQL is run: take it out.`
			: `The script holds \`${found.text}\` ${where}, which psql takes for one of its variables. Write the value itself.`;
	return refuse('script-psql-command', sentence);
}
