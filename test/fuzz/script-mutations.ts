import fc from 'fast-check';
import {hostileText} from './hostile-tokens.ts';

/** A change of a script's bytes. Places are ten-thousandths of its length, so that they fit every script. */
export type Mutation =
	| {readonly kind: 'flip'; readonly at: number; readonly mask: number}
	| {readonly kind: 'delete'; readonly at: number; readonly length: number}
	| {readonly kind: 'duplicate'; readonly at: number; readonly length: number; readonly to: number}
	| {readonly kind: 'swap'; readonly at: number; readonly with: number; readonly length: number}
	| {readonly kind: 'insert'; readonly at: number; readonly where: Where; readonly text: string};

/** Anywhere, or moved on to the next such place, where a piece of text fits better. */
type Where = 'anywhere' | 'after-statement' | 'line-start' | 'in-literal' | 'after-block' | 'block-head';

const place = fc.nat(9999);

const insertion: fc.Arbitrary<Mutation> = fc.oneof(
	{
		weight: 3,
		arbitrary: insert(fc.constantFrom('anywhere', 'line-start', 'in-literal'), hostileText.readingTokens),
	},
	{weight: 3, arbitrary: insert(fc.constantFrom('after-statement', 'after-block'), hostileText.statements)},
	{weight: 2, arbitrary: insert(fc.constantFrom('after-block', 'after-statement'), hostileText.hidingPlaces)},
	{weight: 1, arbitrary: insert(fc.constant('block-head'), hostileText.blockHeads)},
);

function insert(where: fc.Arbitrary<Where>, texts: readonly string[]): fc.Arbitrary<Mutation> {
	return fc.record({kind: fc.constant('insert' as const), at: place, where, text: fc.constantFrom(...texts)});
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
	{
		weight: 1,
		arbitrary: fc.record({kind: fc.constant('flip' as const), at: place, mask: fc.integer({min: 1, max: 255})}),
	},
	{
		weight: 1,
		arbitrary: fc.record({kind: fc.constant('delete' as const), at: place, length: fc.integer({min: 1, max: 12})}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('duplicate' as const),
			at: place,
			length: fc.integer({min: 1, max: 300}),
			to: place,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('swap' as const),
			at: place,
			with: place,
			length: fc.integer({min: 1, max: 100}),
		}),
	},
	{weight: 8, arbitrary: insertion},
);

/** Few, so that a good share of the scripts still runs. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
	{weight: 8, arbitrary: fc.constant([])},
	{weight: 8, arbitrary: fc.array(mutation, {minLength: 1, maxLength: 1})},
	{weight: 3, arbitrary: fc.array(mutation, {minLength: 2, maxLength: 4})},
);

export function mutate(bytes: Buffer, changes: readonly Mutation[]): Buffer {
	return changes.reduce(applyMutation, bytes);
}

function applyMutation(bytes: Buffer, change: Mutation): Buffer {
	const at = indexAt(bytes, change.at);
	switch (change.kind) {
		case 'flip': {
			const flipped = Buffer.from(bytes);
			if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ change.mask;
			return flipped;
		}
		case 'delete':
			return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + change.length)]);
		case 'duplicate':
			return spliced(bytes, indexAt(bytes, change.to), bytes.subarray(at, at + change.length));
		case 'swap':
			return swapped(bytes, at, indexAt(bytes, change.with), change.length);
		case 'insert':
			return spliced(bytes, placeFor(bytes, at, change.where), Buffer.from(change.text, 'utf8'));
	}
}

function indexAt(bytes: Buffer, tenThousandths: number): number {
	return Math.floor((bytes.length * tenThousandths) / 10_000);
}

function spliced(bytes: Buffer, at: number, piece: Uint8Array): Buffer {
	return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function swapped(bytes: Buffer, one: number, other: number, length: number): Buffer {
	const [first, second] = one <= other ? [one, other] : [other, one];
	const size = Math.min(length, second - first, bytes.length - second);
	return Buffer.concat([
		bytes.subarray(0, first),
		bytes.subarray(second, second + size),
		bytes.subarray(first + size, second),
		bytes.subarray(first, first + size),
		bytes.subarray(second + size),
	]);
}

const landmarks: Readonly<Record<Exclude<Where, 'anywhere'>, string>> = {
	'after-statement': ';',
	'line-start': '\n',
	'in-literal': "'",
	'after-block': '$;\n',
	// In front of the block's BEGIN.
	'block-head': '$\n',
};

function placeFor(bytes: Buffer, at: number, where: Where): number {
	if (where === 'anywhere') return at;
	const mark = landmarks[where];
	const next = bytes.indexOf(mark, at);
	return next === -1 ? at : next + mark.length;
}
