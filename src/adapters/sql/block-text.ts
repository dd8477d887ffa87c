/** The text of a DO block's body, and where each of its characters lies in the file. */
export interface BlockText {
	readonly text: string;
	/** Index in `text` → byte offset in the file's text. */
	offsetAt(index: number): number;
	/** The tag that quotes it, such as `$EF$`; empty where it is quoted otherwise. */
	readonly tag: string;
}

/**
 * A body inside a text.
 *
 * @param index Index in the outer text of the literal's first character.
 * @param value The literal's value as the parser read it.
 */
export function innerBlockText(outer: BlockText, index: number, value: string): BlockText {
	dollarTag.lastIndex = index;
	const tag = dollarTag.exec(outer.text)?.[0] ?? '';
	if (tag !== '' && outer.text.startsWith(value, index + tag.length)) {
		return {text: value, tag, offsetAt: (inner) => outer.offsetAt(index + tag.length + inner)};
	}
	if (outer.text.startsWith(`'${value.replaceAll("'", "''")}'`, index)) {
		return {text: value, tag, offsetAt: (inner) => outer.offsetAt(index + 1 + quotedLength(value, inner))};
	}
	// Escapes or pieces: nobody can say which character came from where, so everything stands at its beginning.
	return {text: value, tag, offsetAt: () => outer.offsetAt(index)};
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/uy;

/** In a quoted literal each quote stands twice. */
function quotedLength(value: string, index: number): number {
	return value.slice(0, index).replaceAll("'", "''").length;
}
