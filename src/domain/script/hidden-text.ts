/**
 * Characters that people cannot see, by Unicode's own properties: controls (Cc), format characters (Cf), line and
 * paragraph separators (Zl, Zp), spaces other than U+0020 (Zs), and whatever a renderer may leave out
 * (Default_Ignorable_Code_Point: zero-width, bidirectional, tags, variation selectors, Hangul fillers). U+2800 is a
 * braille pattern without dots. Tab, line feed, carriage return and form feed are white space of SQL itself.
 */
const hidden = String.raw`[\0-\x08\x0b\x0e-\x1f\x7f-\xa0\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]`;

/** Format characters that have a shape all the same: Unicode's Prepended_Concatenation_Mark. */
const shown = String.raw`[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]`;

const run = `(?:${hidden}(?<!${shown}))+`;
const everyRun = new RegExp(run, 'gu');
const runHere = new RegExp(run, 'uy');

/** UTF-16 indexes at which runs of hidden characters begin, in the order of the text. */
export function* hiddenRunIndexes(text: string): Generator<number> {
	for (const {index} of text.matchAll(everyRun)) yield index;
}

/** The run that begins at an index; empty where none does. */
export function hiddenRunAt(text: string, index: number): string {
	runHere.lastIndex = index;
	return runHere.exec(text)?.[0] ?? '';
}

/** The text with hidden characters written as `U+200B`. */
export function visibleText(text: string): string {
	return text.replaceAll(everyRun, (found) => Array.from(found, (character) => codePointText(character)).join(''));
}

/** `U+202E`. */
function codePointText(character: string): string {
	return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** `U+202E RIGHT-TO-LEFT OVERRIDE`, or the code point alone where it is a rare one. */
export function characterName(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	const name = names.get(code) ?? blockName(code);
	return name === null ? codePointText(character) : `${codePointText(character)} ${name}`;
}

/** Names as in Unicode's UnicodeData.txt, those of controls from its aliases. */
const names: ReadonlyMap<number, string> = new Map([
	[0x08, 'BACKSPACE'],
	[0x0b, 'LINE TABULATION'],
	[0x1b, 'ESCAPE'],
	[0x7f, 'DELETE'],
	[0x85, 'NEXT LINE'],
	[0xa0, 'NO-BREAK SPACE'],
	[0xad, 'SOFT HYPHEN'],
	[0x03_4f, 'COMBINING GRAPHEME JOINER'],
	[0x06_1c, 'ARABIC LETTER MARK'],
	[0x11_5f, 'HANGUL CHOSEONG FILLER'],
	[0x11_60, 'HANGUL JUNGSEONG FILLER'],
	[0x18_0e, 'MONGOLIAN VOWEL SEPARATOR'],
	[0x20_0b, 'ZERO WIDTH SPACE'],
	[0x20_0c, 'ZERO WIDTH NON-JOINER'],
	[0x20_0d, 'ZERO WIDTH JOINER'],
	[0x20_0e, 'LEFT-TO-RIGHT MARK'],
	[0x20_0f, 'RIGHT-TO-LEFT MARK'],
	[0x20_28, 'LINE SEPARATOR'],
	[0x20_29, 'PARAGRAPH SEPARATOR'],
	[0x20_2a, 'LEFT-TO-RIGHT EMBEDDING'],
	[0x20_2b, 'RIGHT-TO-LEFT EMBEDDING'],
	[0x20_2c, 'POP DIRECTIONAL FORMATTING'],
	[0x20_2d, 'LEFT-TO-RIGHT OVERRIDE'],
	[0x20_2e, 'RIGHT-TO-LEFT OVERRIDE'],
	[0x20_2f, 'NARROW NO-BREAK SPACE'],
	[0x20_60, 'WORD JOINER'],
	[0x20_61, 'FUNCTION APPLICATION'],
	[0x20_62, 'INVISIBLE TIMES'],
	[0x20_63, 'INVISIBLE SEPARATOR'],
	[0x20_64, 'INVISIBLE PLUS'],
	[0x20_66, 'LEFT-TO-RIGHT ISOLATE'],
	[0x20_67, 'RIGHT-TO-LEFT ISOLATE'],
	[0x20_68, 'FIRST STRONG ISOLATE'],
	[0x20_69, 'POP DIRECTIONAL ISOLATE'],
	[0x28_00, 'BRAILLE PATTERN BLANK'],
	[0x30_00, 'IDEOGRAPHIC SPACE'],
	[0x31_64, 'HANGUL FILLER'],
	[0xfe_ff, 'ZERO WIDTH NO-BREAK SPACE'],
	[0xff_a0, 'HALFWIDTH HANGUL FILLER'],
]);

function blockName(code: number): string | null {
	if (code < 0x20 || (code >= 0x80 && code < 0xa0)) return 'CONTROL CHARACTER';
	if (code >= 0x20_00 && code <= 0x20_0a) return 'TYPOGRAPHIC SPACE';
	if (code >= 0xfe_00 && code <= 0xfe_0f) return `VARIATION SELECTOR-${code - 0xfd_ff}`;
	if (code >= 0xe_00_00 && code <= 0xe_00_7f) return 'TAG CHARACTER';
	return code >= 0xe_01_00 && code <= 0xe_01_ef ? 'VARIATION SELECTOR' : null;
}
