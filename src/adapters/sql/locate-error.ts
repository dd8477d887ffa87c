import {scanSync} from 'libpg-query';
import {parseRoutine} from './plpgsql.ts';

/**
 * PL/pgSQL's parser names the offending token but not its place. The parser stops at the first error, so breaking a token
 * before that place changes its message and breaking one after it does not: the place is the last occurrence of the
 * named token whose breaking changes the message.
 *
 * @returns Index in `body`, or null where the message names no token or the token does not occur.
 */
export function locateBlockError(body: string, message: string): number | null {
	const token =
		/at or near "(?<token>.*)"/su.exec(message)?.groups?.['token'] ?? (/at end of input/u.test(message) ? ';' : null);
	if (token === null) return null;
	const occurrences = tokenIndexes(body, token);
	let found = -1;
	let low = 0;
	let high = occurrences.length - 1;
	while (low <= high) {
		const middle = Math.floor((low + high) / 2);
		if (messageWithout(body, occurrences[middle] ?? 0, token.length) === message) {
			high = middle - 1;
		} else {
			found = middle;
			low = middle + 1;
		}
	}
	return occurrences[found] ?? null;
}

function tokenIndexes(body: string, token: string): readonly number[] {
	const bytes = Buffer.from(body, 'utf8');
	try {
		return scanSync(body)
			.tokens.filter(({text}) => text === token || text.startsWith(token))
			.map(({start}) => bytes.toString('utf8', 0, start).length);
	} catch {
		// Not even tokens can be read (an open quote): the first place that looks like it must do.
		const index = body.indexOf(token);
		return index === -1 ? [] : [index];
	}
}

/** A backslash is a token that no grammar accepts, and where it is the offender itself, so is a brace. */
function messageWithout(body: string, index: number, length: number): string {
	const breaker = body.startsWith('\\', index) ? '}' : '\\';
	const broken = `${body.slice(0, index)}${breaker}${body.slice(index + length)}`;
	try {
		parseRoutine(`DO $lockstep$${broken}$lockstep$`);
		return '';
	} catch (error) {
		return error instanceof Error ? error.message : '';
	}
}
