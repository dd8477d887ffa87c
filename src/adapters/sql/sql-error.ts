import {hasSqlDetails} from 'libpg-query';

/** The parser's own words and, where it tells, the offending character's index, in code points. */
export interface ParserComplaint {
	readonly message: string;
	readonly position: number | null;
}

/**
 * The complaint behind a thrown value, or null where it is not the parser's. Errors from the body of a block come
 * without details.
 */
export function complaintOf(error: unknown): ParserComplaint | null {
	if (!(error instanceof Error) || error.name !== 'SqlError') return null;
	if (!hasSqlDetails(error)) return {message: error.message, position: null};
	return {message: error.message, position: error.sqlDetails?.cursorPosition ?? null};
}

/** UTF-16 index of the n-th code point. */
export function codePointIndex(text: string, position: number): number {
	let index = 0;
	for (let count = 0; count < position && index < text.length; count += 1) {
		index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
	}
	return index;
}
