/**
 * The columns that a CHECK proves to hold a value: `c IS NOT NULL`, alone or joined to others by AND.
 *
 * @param expression As pg_get_expr() writes it: every operation in its own parentheses, names quoted where they must
 *   be. What is written in any other way proves nothing.
 */
export function columnsProvenNotNull(expression: string): readonly string[] {
	const inner = withoutParentheses(expression);
	const proven = inner === null ? [] : conjuncts(inner).flatMap((conjunct) => columnNotNull(conjunct) ?? []);
	return [...new Set(proven)];
}

/** A single `c IS NOT NULL` stands in the outer parentheses, several stand in parentheses of their own. */
function columnNotNull(conjunct: string): string | null {
	const match = notNullTest.exec(withoutParentheses(conjunct) ?? conjunct);
	return match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? null;
}

const notNullTest = /^(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_]*)) IS NOT NULL$/u;

/** `(a)` → `a`; null where the first parenthesis does not close at the end. */
function withoutParentheses(expression: string): string | null {
	const end = expression.length - 1;
	if (!expression.startsWith('(') || outerPieces(expression)[0]?.closesAt !== end) return null;
	return expression.slice(1, end);
}

/** Parts joined by AND, none of it in parentheses or quotes. */
function conjuncts(expression: string): readonly string[] {
	const parts: string[] = [];
	let start = 0;
	let searched = 0;
	for (const {opensAt, closesAt} of [...outerPieces(expression), {opensAt: expression.length, closesAt: 0}]) {
		for (const {index} of expression.slice(searched, opensAt).matchAll(/ AND /gu)) {
			parts.push(expression.slice(start, searched + index));
			start = searched + index + ' AND '.length;
		}
		searched = closesAt + 1;
	}
	return [...parts, expression.slice(start)];
}

interface Piece {
	readonly opensAt: number;
	readonly closesAt: number;
}

/** Parentheses and quoted texts that stand in no other one. The server doubles a quote inside quotes. */
function outerPieces(expression: string): readonly Piece[] {
	const pieces: Piece[] = [];
	let depth = 0;
	let opensAt = 0;
	for (const {0: found, index} of expression.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[()]/gu)) {
		if (depth === 0) opensAt = index;
		if (found === '(') depth++;
		if (found === ')') depth--;
		if (depth === 0) pieces.push({opensAt, closesAt: index + found.length - 1});
	}
	return pieces;
}
