import type {ByteRange} from './psql-scan.ts';

/** A piece of the file, and what the parser is to read there; the rest of the range becomes blank. */
export interface Replacement extends ByteRange {
	/** ASCII or Latin 1 text, at most as long as the range. */
	readonly instead: string;
}

/** The bytes without NUL, which ends the text for PostgreSQL's parser. The same buffer where there is none. */
export function withoutNul(bytes: Buffer): Buffer {
	if (!bytes.includes(0)) return bytes;
	const copy = Buffer.from(bytes);
	for (let at = copy.indexOf(0); at !== -1; at = copy.indexOf(0, at + 1)) copy[at] = blank;
	return copy;
}

/** Bytes of the same length with the replacements made: offsets and lines stay. The same buffer where there are none. */
export function blanked(bytes: Buffer, replacements: readonly Replacement[]): Buffer {
	if (replacements.length === 0) return bytes;
	const copy = Buffer.from(bytes);
	for (const {start, end, instead} of replacements) {
		for (let at = start; at < end; at += 1) {
			if (copy[at] !== lineFeed && copy[at] !== carriageReturn) copy[at] = blank;
		}
		copy.write(instead, start, 'latin1');
	}
	return copy;
}

const blank = 0x20;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
