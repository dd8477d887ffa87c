import type {Place} from '../../domain/review/finding.ts';

/** The script's text without BOM, and where its bytes lie. */
export interface Source {
	/** UTF-8 without BOM. libpg-query's offsets are bytes, so slices are taken here and not from the text. */
	readonly bytes: Buffer;
	readonly text: string;
	readonly lineStarts: readonly number[];
}

export function createSource(bytes: Buffer): Source {
	const lineStarts = [0];
	for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lineStarts.push(at + 1);
	return {bytes, text: bytes.toString('utf8'), lineStarts};
}

function sliceText(source: Source, start: number, end: number): string {
	return source.bytes.toString('utf8', start, end);
}

/** Byte offset → place. A column is a character (code point) of its line; the BOM has no width, as in an editor. */
export function placeAt(source: Source, offset: number): Place {
	const line = lineIndex(source.lineStarts, offset);
	return {line: line + 1, column: codePoints(sliceText(source, source.lineStarts[line] ?? 0, offset)) + 1};
}

export function byteLength(text: string): number {
	return Buffer.byteLength(text, 'utf8');
}

function lineIndex(lineStarts: readonly number[], offset: number): number {
	let low = 0;
	let high = lineStarts.length - 1;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((lineStarts[middle] ?? 0) <= offset) low = middle;
		else high = middle - 1;
	}
	return low;
}

function codePoints(text: string): number {
	let count = 0;
	for (let index = 0; index < text.length; index += 1) {
		const unit = text.charCodeAt(index);
		if (unit < 0xdc00 || unit > 0xdfff) count += 1;
	}
	return count;
}
