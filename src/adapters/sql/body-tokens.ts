import {offsetsOf} from './offsets.ts';
import {tokenAt} from './sql-lexer.ts';

/** A word, a literal, or a single other character of a text; white space and comments are none. */
export interface BodyToken {
	/** Index in the text. */
	readonly index: number;
	/** Of a word outside of quotes, in lower case; of a character as it stands; empty for what is quoted. */
	readonly text: string;
}

/** Takes time in proportion to the text's length. */
export function bodyTokens(text: string): readonly BodyToken[] {
	const raw = Buffer.from(text, 'utf8').toString('latin1');
	const offsets = offsetsOf(text);
	const tokens: BodyToken[] = [];
	for (let at = 0; at < raw.length;) {
		const {kind, end} = tokenAt(raw, at);
		if (kind === 'word' || kind === 'other') {
			tokens.push({index: offsets.indexAt(at), text: raw.slice(at, end).toLowerCase()});
		} else if (kind !== 'space' && kind !== 'comment') tokens.push({index: offsets.indexAt(at), text: ''});
		at = end;
	}
	return tokens;
}
