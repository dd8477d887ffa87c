/** Where the characters of one text lie in its UTF-8 bytes, and the other way round. */
export interface Offsets {
	/** Index in the text (UTF-16) → byte. */
	byteAt(index: number): number;
	/** Byte → index in the text. */
	indexAt(byte: number): number;
}

/** Takes time once in proportion to the text's length, and next to none per question. */
export function offsetsOf(text: string): Offsets {
	return Buffer.byteLength(text, 'utf8') === text.length ? sameOffsets : markedOffsets(text);
}

/** In ASCII a byte is a character. */
const sameOffsets: Offsets = {byteAt: (index) => index, indexAt: (byte) => byte};

/** Characters from one mark to the next: what a question has to count at most. */
const markEvery = 512;

interface Mark {
	readonly index: number;
	readonly byte: number;
}

function markedOffsets(text: string): Offsets {
	const marks = marksOf(text);
	return {
		byteAt(index) {
			const mark = markBefore(marks, (item) => item.index <= index);
			return mark.byte + Buffer.byteLength(text.slice(mark.index, index), 'utf8');
		},
		indexAt(byte) {
			const mark = markBefore(marks, (item) => item.byte <= byte);
			let {index} = mark;
			for (let at = mark.byte; at < byte && index < text.length;) {
				const character = text.codePointAt(index) ?? 0;
				at += bytesOf(character);
				index += character > 0xffff ? 2 : 1;
			}
			return index;
		},
	};
}

function marksOf(text: string): readonly Mark[] {
	const marks: Mark[] = [{index: 0, byte: 0}];
	let last: Mark = {index: 0, byte: 0};
	while (last.index + markEvery < text.length) {
		const next = last.index + markEvery;
		// No mark parts a surrogate pair.
		const index = isLowSurrogate(text.charCodeAt(next)) ? next + 1 : next;
		last = {index, byte: last.byte + Buffer.byteLength(text.slice(last.index, index), 'utf8')};
		marks.push(last);
	}
	return marks;
}

function isLowSurrogate(unit: number): boolean {
	return unit >= 0xdc00 && unit <= 0xdfff;
}

function bytesOf(character: number): number {
	if (character < 0x80) return 1;
	if (character < 0x800) return 2;
	return character > 0xffff ? 4 : 3;
}

/** The last mark of those for which it holds: they stand first. */
function markBefore(marks: readonly Mark[], holds: (mark: Mark) => boolean): Mark {
	let found: Mark = {index: 0, byte: 0};
	let low = 0;
	let high = marks.length - 1;
	while (low <= high) {
		const middle = Math.floor((low + high) / 2);
		const mark = marks[middle];
		if (mark !== undefined && holds(mark)) {
			found = mark;
			low = middle + 1;
		} else high = middle - 1;
	}
	return found;
}
