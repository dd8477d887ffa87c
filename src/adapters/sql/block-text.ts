import {byteLength} from './source.ts';

/** The text of a DO block's body, and where each of its characters lies in the file. */
export interface BlockText {
	readonly text: string;
	/** Index in `text` → byte offset in the file's text. */
	offsetAt(index: number): number;
	/** The tag that quotes it, such as `$EF$`; empty where it is quoted otherwise. */
	readonly tag: string;
}

/**
 * @param literal The rest of the source from the literal's first character on.
 * @param offset Byte offset of that character.
 * @param value The literal's value as the parser read it.
 */
function blockTextOf(literal: string, offset: number, value: string): BlockText {
	const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/u.exec(literal)?.[0] ?? '';
	if (tag !== '' && literal.startsWith(value, tag.length)) {
		return {text: value, tag, offsetAt: (index) => offset + byteLength(tag) + byteLength(value.slice(0, index))};
	}
	if (literal.startsWith(`'${value.replaceAll("'", "''")}'`)) {
		return {
			text: value,
			tag,
			offsetAt: (index) => offset + 1 + byteLength(value.slice(0, index).replaceAll("'", "''")),
		};
	}
	// Escapes or pieces: nobody can say which character came from where, so everything stands at its beginning.
	return {text: value, tag, offsetAt: () => offset};
}

/** A body inside a body. */
export function innerBlockText(outer: BlockText, index: number, value: string): BlockText {
	const literal = outer.text.slice(index);
	const own = blockTextOf(literal, 0, value);
	const bytes = Buffer.from(literal, 'utf8');
	return {
		...own,
		offsetAt: (inner) => outer.offsetAt(index + bytes.toString('utf8', 0, own.offsetAt(inner)).length),
	};
}

/** Index at which a line begins, counted from 1 as PL/pgSQL counts: the first is the one that holds the opening quote. */
export function indexOfLine(text: string, line: number): number {
	let index = 0;
	for (let count = 1; count < line; count += 1) {
		const next = text.indexOf('\n', index);
		if (next === -1) return index;
		index = next + 1;
	}
	return index;
}
