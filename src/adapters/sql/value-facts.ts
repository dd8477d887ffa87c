import {parseSync, type Node} from 'libpg-query';
import {bodyTokens} from './body-tokens.ts';
import {complaintOf} from './sql-error.ts';
import {readFacts, type StatementFacts} from './statement-facts.ts';
import {writtenSql} from './written-part.ts';

/**
 * Facts of what PL/pgSQL computes: a value, or an assignment, both sides of which may call functions. Null where this
 * parser cannot read it.
 */
export function valueFacts(query: string): StatementFacts | null {
	const whole = selected(query);
	if (whole !== null) return readFacts(whole, writtenSql(query, 0));
	const sides = assignmentSides(query)?.map((side) => selected(side)) ?? [null];
	const [target, value] = sides.map((node) => (node === null ? null : readFacts(node, writtenSql(query, 0))));
	if (target == null || value == null) return null;
	return {
		...value,
		changes: [...target.changes, ...value.changes],
		calls: [...new Set([...target.calls, ...value.calls])],
		settings: [...target.settings, ...value.settings],
		powers: [...target.powers, ...value.powers],
	};
}

/** `target[…] := value`, or with `=`. */
function assignmentSides(query: string): readonly [string, string] | null {
	const tokens = bodyTokens(query);
	let depth = 0;
	for (const [at, {index, text}] of tokens.entries()) {
		if (text === '(' || text === '[') depth += 1;
		if (text === ')' || text === ']') depth -= 1;
		if (text !== '=' || depth > 0) continue;
		const before = tokens[at - 1];
		const isColon = before?.text === ':' && before.index === index - 1;
		return [query.slice(0, isColon ? index - 1 : index), query.slice(index + 1)];
	}
	return null;
}

/** As PL/pgSQL computes a value: FROM, WHERE and the rest of a SELECT may follow it. */
function selected(value: string): Node | null {
	try {
		const {stmts = []} = parseSync(`SELECT ${value}`);
		return stmts.length === 1 ? (stmts[0]?.stmt ?? null) : null;
	} catch (error) {
		if (complaintOf(error) === null) throw error;
		return null;
	}
}
