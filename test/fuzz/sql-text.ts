import {loadModule, parseSync, scanSync, type Node, type ScanToken} from 'libpg-query';

await loadModule();

/** The statements of a text, or null where it is not SQL. */
export function statementsOf(sql: string): readonly Node[] | null {
	return unlessUnreadable(() => (parseSync(sql).stmts ?? []).flatMap(({stmt}) => stmt ?? []));
}

/** The words of a text, or null where it cannot be cut into words. The scanner writes control characters into its JSON. */
export function tokensOf(sql: string): readonly ScanToken[] | null {
	return unlessUnreadable(() => scanSync(sql.replaceAll('\f', ' ').replaceAll(controlCharacters, '?')).tokens);
}

// oxlint-disable-next-line no-control-regex -- that is what it is about
const controlCharacters = /[\u0001-\u0008\u000b\u000e-\u001f]/gu;

/** The parser says in several ways that it cannot read a text; where it broke down itself, nothing must be made of that. */
function unlessUnreadable<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (error instanceof Error && ['SqlError', 'SyntaxError', 'Error'].includes(error.name)) return null;
		throw error;
	}
}
