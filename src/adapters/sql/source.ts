import type {Place} from '../../domain/review/finding.ts';

/** The script's text without BOM, and where its bytes lie. */
export interface Source {
	/** UTF-8 without BOM. libpg-query's offsets are bytes, so slices are taken here and not from the text. */
	readonly bytes: Buffer;
	readonly text: string;
	readonly lineStarts: readonly number[];
	/** Characters (code points) between two byte offsets. */
	charactersBetween(start: number, end: number): number;
}

export function createSource(bytes: Buffer): Source {
	const lineStarts = [0];
	for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lineStarts.push(at + 1);
	return {bytes, text: bytes.toString('utf8'), lineStarts, charactersBetween: characterCounter(bytes)};
}

/** Byte offset → place. A column is a character (code point) of its line; the BOM has no width, as in an editor. */
export function placeAt(source: Source, offset: number): Place {
	const line = lineIndex(source.lineStarts, offset);
	return {line: line + 1, column: source.charactersBetween(source.lineStarts[line] ?? 0, offset) + 1};
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

/** Distance of the marks from which characters are counted in long lines: without them a file on one line costs its square. */
const markBytes = 4096;

function characterCounter(bytes: Buffer): Source['charactersBetween'] {
	let marks: Uint32Array | null = null;
	function charactersBefore(offset: number): number {
		marks ??= countedMarks(bytes);
		const mark = Math.floor(offset / markBytes);
		return (marks[mark] ?? 0) + countCharacters(bytes, mark * markBytes, offset);
	}
	return (start, end) =>
		end - start <= markBytes ? countCharacters(bytes, start, end) : charactersBefore(end) - charactersBefore(start);
}

/** Characters before each mark. */
function countedMarks(bytes: Buffer): Uint32Array {
	const marks = new Uint32Array(Math.floor(bytes.length / markBytes) + 1);
	for (let mark = 1; mark < marks.length; mark += 1) {
		marks[mark] = (marks[mark - 1] ?? 0) + countCharacters(bytes, (mark - 1) * markBytes, mark * markBytes);
	}
	return marks;
}

/** Of UTF-8, every byte begins a character but those from 0x80 to 0xbf. */
function countCharacters(bytes: Buffer, start: number, end: number): number {
	let count = 0;
	for (let at = start; at < end; at += 1) {
		if (((bytes[at] ?? 0) & 0xc0) !== 0x80) count += 1;
	}
	return count;
}
