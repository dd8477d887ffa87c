import {parseSync, type Node} from 'libpg-query';
import {nodeOf, nodesOf, parseRoutine, queryOf, type PlNode} from './plpgsql.ts';
import {languageOf} from './powers.ts';
import {readFacts, type StatementFacts} from './statement-facts.ts';
import {fieldsOf, listOf} from './tree.ts';

/**
 * A routine's body runs when it is called, not when it is created; its changes are none of the migration's. What it
 * calls, sets and can reach is counted to the CREATE statement all the same, or a block could hide it there.
 */
export function routineFacts(node: Node, sql: string, facts: StatementFacts): StatementFacts {
	const isRoutine = fieldsOf(node, 'CreateFunctionStmt') !== null || fieldsOf(node, 'DoStmt') !== null;
	if (!isRoutine) return facts;
	const inner = bodyQueries(node, sql).flatMap((query) => factsOfQuery(query));
	return {
		...facts,
		calls: [...new Set([...facts.calls, ...inner.flatMap(({calls}) => calls)])],
		settings: [...facts.settings, ...inner.flatMap(({settings}) => settings)],
		powers: [...facts.powers, ...inner.flatMap(({powers}) => powers)],
	};
}

function bodyQueries(node: Node, sql: string): readonly string[] {
	if (languageOf(node) === 'plpgsql') return routineQueries(sql);
	const body = listOf(fieldsOf(node, 'CreateFunctionStmt')?.options, 'DefElem').find(({defname}) => defname === 'as');
	const text = fieldsOf(fieldsOf(body?.arg, 'List')?.items?.[0], 'String')?.sval;
	return languageOf(node) === 'sql' && text !== undefined ? [text] : [];
}

function routineQueries(sql: string): readonly string[] {
	try {
		const {declarations, action} = parseRoutine(sql);
		return [...declarations, ...(action === null ? [] : [action])].flatMap((item) => queriesBelow(item));
	} catch (error) {
		// The server compiles it when it is created, and says more about it than this parser could.
		if (error instanceof Error && error.name === 'Error') return [];
		throw error;
	}
}

function queriesBelow(node: PlNode): readonly string[] {
	const own = queryOf({[`PLpgSQL_${node.tag}`]: node.fields});
	const below = Object.values(node.fields).flatMap((value) =>
		Array.isArray(value) ? nodesOf(value) : (nodeOf(value) ?? []),
	);
	return [...(own === null ? [] : [own]), ...below.flatMap((item) => queriesBelow(item))];
}

/** Statements as they are, values after a SELECT of their own. */
function factsOfQuery(query: string): readonly StatementFacts[] {
	for (const sql of [query, `SELECT ${query}`, `SELECT ${query.replace(/^[^=]*?:?=/u, '')}`]) {
		try {
			return (parseSync(sql).stmts ?? []).flatMap(({stmt}) => (stmt === undefined ? [] : factsOf(stmt, sql)));
		} catch (error) {
			if (!(error instanceof Error) || (error.name !== 'SqlError' && error.name !== 'Error')) throw error;
		}
	}
	return [];
}

function factsOf(node: Node, sql: string): readonly StatementFacts[] {
	return [routineFacts(node, sql, readFacts(node, Buffer.from(sql)))];
}
