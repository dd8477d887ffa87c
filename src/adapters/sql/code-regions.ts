import {continuationAt, dollarTagLength, escapeLiteralEnd, tokenAt, type Token} from './sql-lexer.ts';

/** What a byte of the file belongs to, by PostgreSQL's lexer. Data is what stands in a string literal. */
export type Region = 'code' | 'comment' | 'data';

/**
 * Tells what each of some places belongs to. The body of a block or a routine stands in a literal, but it is code with
 * literals of its own.
 *
 * @param raw The file's bytes as Latin 1.
 * @param offsets Sorted byte offsets.
 */
export function regionsAt(raw: string, offsets: readonly number[]): readonly Region[] {
	const walk: RegionWalk = {raw, offsets, regions: []};
	walkCode(walk, 0, raw.length);
	return walk.regions;
}

interface RegionWalk {
	readonly raw: string;
	readonly offsets: readonly number[];
	/** Of the first offsets, as far as the walk has come. */
	readonly regions: Region[];
}

function walkCode(walk: RegionWalk, from: number, to: number): void {
	const {raw} = walk;
	let before: readonly string[] = [];
	for (let at = from; at < to && nextOffset(walk) < to;) {
		const token = tokenAt(raw, at);
		const end = Math.min(tokenEnd(raw, token), to);
		if (token.kind === 'dollar-quote' && holdsCode(before)) walkBody(walk, at, end);
		else settle(walk, end, regionOf(token, before));
		if (token.kind !== 'space' && token.kind !== 'comment') before = [...before.slice(-3), wordAt(raw, at, token)];
		at = end;
	}
}

function walkBody(walk: RegionWalk, at: number, end: number): void {
	const tag = dollarTagLength(walk.raw, at);
	const bodyEnd = Math.max(end - tag, at + tag);
	settle(walk, at + tag, 'code');
	walkCode(walk, at + tag, bodyEnd);
	settle(walk, end, 'code');
}

/** An E'' literal keeps its escapes over lines. */
function tokenEnd(raw: string, {kind, end}: Token): number {
	if (kind !== 'escape-literal') return end;
	let last = end;
	for (let open = continuationAt(raw, last); open !== null; open = continuationAt(raw, last)) {
		last = escapeLiteralEnd(raw, open);
	}
	return last;
}

/** A body between single quotes has its own literals doubled: all of it is taken for code. */
function regionOf({kind}: Token, before: readonly string[]): Region {
	if (kind === 'comment') return 'comment';
	if (kind === 'literal' || kind === 'escape-literal') return holdsCode(before) ? 'code' : 'data';
	return kind === 'dollar-quote' ? 'data' : 'code';
}

/** After these words a literal is run: DO and its LANGUAGE, the AS of a routine, EXECUTE, also of what format() makes. */
const runsLiteral = / (?:do|as|execute|do language \S+|execute format \() $/u;

function holdsCode(before: readonly string[]): boolean {
	return runsLiteral.test(` ${before.join(' ')} `);
}

function wordAt(raw: string, at: number, {kind, end}: Token): string {
	if (kind === 'word') return raw.slice(at, Math.min(end, at + 20)).toLowerCase();
	return kind === 'other' ? raw.charAt(at) : '?';
}

function nextOffset({offsets, regions}: RegionWalk): number {
	return offsets[regions.length] ?? Number.POSITIVE_INFINITY;
}

function settle(walk: RegionWalk, end: number, region: Region): void {
	while (nextOffset(walk) < end) walk.regions.push(region);
}
