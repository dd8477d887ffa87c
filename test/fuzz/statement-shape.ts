import type {ScanToken} from 'libpg-query';
import {tokensOf} from './sql-text.ts';

/**
 * A statement's text as its words: comments, white space, the case of words and the values of constants do not count, as
 * they do not in pg_stat_statements, which shows `$1` where a constant stood.
 */
export type Shape = readonly string[];

/** Text that cannot even be cut into words is its own shape. */
export function shapeOf(sql: string): Shape {
	const words = wordsOf(sql);
	return words === null ? [sql.trim()] : plainConstants(words).filter((word, index, all) => !isEnd(word, index, all));
}

/** Two shapes are equal where their keys are: no word holds a NUL. */
export function shapeKey(shape: Shape): string {
	return shape.join('\0');
}

export function isPartOf(part: Shape, whole: Shape): boolean {
	return part.length > 0 && `\0${shapeKey(whole)}\0`.includes(`\0${shapeKey(part)}\0`);
}

/** As PL/pgSQL hands a statement to the server: PERFORM is a SELECT, and INTO with its variables is blanked out. */
export function asHandedOver(shape: Shape): Shape {
	const words = shape.map((word) => (word === 'perform' ? 'select' : word));
	const kept: string[] = [];
	for (let at = 0; at < words.length; at += 1) {
		const word = words[at] ?? '';
		const isTarget = word === 'into' && words[at - 1] !== 'insert' && words[at - 1] !== 'merge';
		if (isTarget) at = lastOfTargets(words, at);
		else kept.push(word);
	}
	return kept;
}

/** Index of the last word of `INTO STRICT a, b.c`. */
function lastOfTargets(words: Shape, into: number): number {
	let at = words[into + 1] === 'strict' ? into + 2 : into + 1;
	while (words[at + 1] === ',' || words[at + 1] === '.') at += 2;
	return at;
}

function wordsOf(sql: string): readonly string[] | null {
	const bytes = Buffer.from(sql, 'utf8');
	const tokens = tokensOf(sql);
	return tokens?.flatMap((token) => wordOf(token, bytes.toString('utf8', token.start, token.end))) ?? null;
}

const constants: ReadonlySet<string> = new Set(['ICONST', 'FCONST', 'SCONST', 'USCONST', 'BCONST', 'XCONST', 'PARAM']);

function wordOf({tokenName}: ScanToken, text: string): readonly string[] {
	if (tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT') return [];
	if (constants.has(tokenName) || /^(?:null|true|false)$/iu.test(text)) return ['?'];
	if (text.startsWith('"')) return [text.slice(1, -1).replaceAll('""', '"')];
	return [text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase())];
}

/** A negative number, and a literal with UESCAPE, are one constant to pg_stat_statements, and several words here. */
function plainConstants(words: readonly string[]): readonly string[] {
	const isEscape = (index: number): boolean => words[index] === 'uescape' && words[index + 1] === '?';
	return words.filter(
		(word, index) => !(word === '-' && words[index + 1] === '?') && !isEscape(index) && !isEscape(index - 1),
	);
}

function isEnd(word: string, index: number, all: readonly string[]): boolean {
	return word === ';' && all.slice(index).every((other) => other === ';');
}
