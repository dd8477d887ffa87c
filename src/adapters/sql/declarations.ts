import {bodyTokens, type BodyToken} from './body-tokens.ts';

/** What runs when a block is entered: a variable's first value, or the question of a cursor. */
export interface Declaration {
	readonly kind: 'value' | 'question';
	/** Of its text in the body. */
	readonly index: number;
	readonly text: string;
}

/**
 * The declarations of a body, block by block: as many lists as the body has blocks (BEGIN … END), in the order of their
 * BEGINs. PL/pgSQL's tree as the parser hands it over leaves out the first values of records, and does not tell in which
 * block something is declared (pl_gram.y, decl_sect).
 *
 * It may hold lists too many, where a column is named `begin`; never too few, for a block begins only where a statement
 * can.
 */
export function declarationsOf(body: string): readonly (readonly Declaration[])[] {
	const tokens = withoutOptions(bodyTokens(body));
	const blocks = new Map<number, Declarations>();
	const sections: number[] = [];
	for (const [at, {text}] of tokens.entries()) {
		if (text !== 'begin' && text !== 'declare') continue;
		if (!startsStatement(tokens, at)) continue;
		if (text === 'declare') sections.push(at);
		else {
			const declared: Declarations = new Map();
			blocks.set(at, declared);
			if (!endsSection(tokens, at)) continue;
			for (const section of sections.splice(0)) readSection(tokens, section + 1, at, body, declared);
		}
	}
	return [...blocks.values()].map((declared) =>
		[...declared.values()]
			.filter((declaration) => declaration !== null)
			.toSorted((left, right) => left.index - right.index),
	);
}

/** By the token with which each begins; null declares nothing that runs. */
type Declarations = Map<number, Declaration | null>;

/** Declarations end with a semicolon, or there are none. */
function endsSection(tokens: readonly BodyToken[], begin: number): boolean {
	return [';', 'declare'].includes(tokens[begin - 1]?.text ?? '');
}

/** `#variable_conflict use_variable`: three tokens before everything else (pl_gram.y, comp_option). */
function withoutOptions(tokens: readonly BodyToken[]): readonly BodyToken[] {
	let first = 0;
	while (tokens[first]?.text === '#') first += 3;
	return first === 0 ? tokens : tokens.slice(first);
}

const beforeStatements: ReadonlySet<string> = new Set([';', 'begin', 'declare', 'then', 'else', 'loop']);

function startsStatement(tokens: readonly BodyToken[], at: number): boolean {
	const before = tokens[at - 1]?.text;
	if (before === undefined) return true;
	return beforeStatements.has(before) || (before === '>' && tokens[at - 2]?.text === '>');
}

/** From behind DECLARE to BEGIN. DECLARE may be repeated; where it was a column's name, what follows may be known already. */
function readSection(
	tokens: readonly BodyToken[],
	from: number,
	begin: number,
	body: string,
	declared: Declarations,
): void {
	for (let at = from; at < begin && !declared.has(at);) {
		const end = tokens[at]?.text === 'declare' ? at : endOfStatement(tokens, at);
		if (end > at) declared.set(at, declarationAt(tokens, at, end, body));
		at = end + 1;
	}
}

function endOfStatement(tokens: readonly BodyToken[], from: number): number {
	let at = from;
	while (at < tokens.length && tokens[at]?.text !== ';') at += 1;
	return at;
}

/** `name type [:= | = | DEFAULT] value`, or `name [[NO] SCROLL] CURSOR [(…)] {IS | FOR} question`. */
function declarationAt(tokens: readonly BodyToken[], name: number, end: number, body: string): Declaration | null {
	const question = questionAt(tokens, name + 1, end);
	const first = question ?? valueAt(tokens, name + 1, end);
	const [begin, behind] = [tokens[first ?? end], tokens[end]];
	if (first === null || first >= end || begin === undefined || behind === undefined) return null;
	const kind = question === null ? 'value' : 'question';
	return {kind, index: begin.index, text: body.slice(begin.index, behind.index).trimEnd()};
}

function questionAt(tokens: readonly BodyToken[], from: number, end: number): number | null {
	let at = from;
	while (['no', 'scroll'].includes(tokens[at]?.text ?? '')) at += 1;
	if (tokens[at]?.text !== 'cursor') return null;
	const word = outsideBrackets(tokens, at + 1, end).find((index) => ['is', 'for'].includes(tokens[index]?.text ?? ''));
	return word === undefined || !['is', 'for', '('].includes(tokens[at + 1]?.text ?? '') ? null : word + 1;
}

function valueAt(tokens: readonly BodyToken[], from: number, end: number): number | null {
	const mark = outsideBrackets(tokens, from, end).find((index) => ['=', 'default'].includes(tokens[index]?.text ?? ''));
	return mark === undefined ? null : mark + 1;
}

function outsideBrackets(tokens: readonly BodyToken[], from: number, end: number): readonly number[] {
	const found: number[] = [];
	let depth = 0;
	for (let at = from; at < end; at += 1) {
		const text = tokens[at]?.text;
		if (text === ')' || text === ']') depth -= 1;
		if (depth === 0) found.push(at);
		if (text === '(' || text === '[') depth += 1;
	}
	return found;
}
