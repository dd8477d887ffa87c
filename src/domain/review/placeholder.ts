/** A default that says nothing about the rows: EF and people write one because NOT NULL asks for some value. */
export interface Placeholder {
	/**
	 * - `false-value`: looks like data and is none: the zero GUID, -infinity, the year 1.
	 * - `plain`: '', 0, FALSE, '{}': what EF writes where nobody chose; it may be right.
	 */
	readonly kind: 'false-value' | 'plain';
	/** To be shown: `zero GUID`, `''`. */
	readonly text: string;
}

/** @param text A column's default as written: `TIMESTAMPTZ '-infinity'`, `0::bigint`. Null: it is a value somebody chose. */
export function placeholderOf(text: string): Placeholder | null {
	const value = literalOf(text);
	if (value === null) return null;
	if (!value.quoted) {
		return plainWords.test(value.text) ? {kind: 'plain', text: value.text.toUpperCase()} : null;
	}
	if (/^\{?0{8}-?0{4}-?0{4}-?0{4}-?0{12}\}?$/u.test(value.text)) return {kind: 'false-value', text: 'zero GUID'};
	if (/^-infinity$/iu.test(value.text)) return {kind: 'false-value', text: '-infinity'};
	if (/^0001-01-01(?:[ T].*)?$/u.test(value.text)) return {kind: 'false-value', text: '0001-01-01'};
	return plainLiterals.test(value.text) ? {kind: 'plain', text: `'${value.text}'`} : null;
}

const plainWords = /^(?:false|[-+]?0+(?:\.0*)?)$/iu;
/** Empty text, empty document or array, no bytes, midnight and no time at all. */
const plainLiterals = /^(?:|\{\}|\[\]|\\x|0|f|false|00:00(?::00(?:\.0+)?)?)$/iu;

interface Literal {
	readonly text: string;
	readonly quoted: boolean;
}

/** The constant inside, without the types before or behind it; null where it is none. */
function literalOf(text: string): Literal | null {
	const inner = unwrapped(text.trim());
	const quoted = quotedLiteral.exec(inner);
	if (quoted !== null) {
		const raw = (quoted[2] ?? '').replaceAll("''", "'");
		return {text: quoted[1] === undefined ? raw : raw.replaceAll('\\\\', '\\'), quoted: true};
	}
	const word = /^([\w.+-]+)(?:\s*::.*)?$/su.exec(inner);
	return word?.[1] === undefined ? null : {text: word[1], quoted: false};
}

/** A type's name before it (`TIMESTAMP WITH TIME ZONE`), an E, and a cast behind it. */
const quotedLiteral = /^(?:[A-Za-z][\w ()]*\s+)?(E)?'((?:[^']|'')*)'(?:\s*::.*)?$/isu;

/** Parentheses and CAST(… AS type) around the whole. */
function unwrapped(text: string): string {
	const cast = /^CAST\s*\(\s*(.*?)\s+AS\s+[\w\s"().]+\)$/isu.exec(text)?.[1];
	if (cast !== undefined) return unwrapped(cast);
	const parenthesised = /^\(([^()]*)\)(?:\s*::.*)?$/su.exec(text)?.[1];
	return parenthesised === undefined ? text : parenthesised.trim();
}
