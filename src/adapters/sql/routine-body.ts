import {parseSync, type Node} from 'libpg-query';
import {constantTextOf, selectedValue} from './constant-text.ts';
import type {TableName} from '../../domain/script/table-name.ts';
import {declarationsOf} from './declarations.ts';
import {dynamicQueryOf, nodeOf, nodesOf, parseRoutine, queryOf, type PlNode} from './plpgsql.ts';
import {languageOf} from './powers.ts';
import {readFacts, type StatementFacts} from './statement-facts.ts';
import {fieldsOf, listOf} from './tree.ts';
import {valueFacts} from './value-facts.ts';
import {writtenSql} from './written-part.ts';

/**
 * A routine's body runs when it is called, not when it is created; its changes are none of the migration's. What it
 * calls, sets and can reach is counted to the CREATE statement all the same, or a block could hide it there.
 */
export function routineFacts(node: Node, sql: string, facts: StatementFacts): StatementFacts {
	const isRoutine = fieldsOf(node, 'CreateFunctionStmt') !== null || fieldsOf(node, 'DoStmt') !== null;
	if (!isRoutine) return facts;
	const queries = bodyQueries(node, sql);
	const inner = queries?.map((query) => factsOfQuery(query)) ?? [null];
	const read = inner.flatMap((item) => item ?? []);
	return {
		...facts,
		calls: [...new Set([...facts.calls, ...read.flatMap(({calls}) => calls)])],
		settings: [...facts.settings, ...read.flatMap(({settings}) => settings)],
		powers: [...facts.powers, ...read.flatMap(({powers}) => powers)],
		writtenInBody: [...facts.writtenInBody, ...read.flatMap((item) => writtenBy(item))],
		dynamicInBody: inner.includes(null) || read.some(({dynamicInBody}) => dynamicInBody),
	};
}

function writtenBy({changes, writtenInBody}: StatementFacts): readonly TableName[] {
	return [...changes.flatMap((change) => (change.kind === 'data-change' ? [change.table] : [])), ...writtenInBody];
}

interface BodyQuery {
	readonly text: string;
	/** An expression whose value is the statement: EXECUTE. */
	readonly dynamic: boolean;
}

/** Null where the body cannot be read; none of a language that is not read here. */
function bodyQueries(node: Node, sql: string): readonly BodyQuery[] | null {
	const block = fieldsOf(node, 'DoStmt');
	const options = block?.args ?? fieldsOf(node, 'CreateFunctionStmt')?.options;
	const body = listOf(options, 'DefElem').find(({defname}) => defname === 'as')?.arg;
	const text = (fieldsOf(body, 'String') ?? fieldsOf(fieldsOf(body, 'List')?.items?.[0], 'String'))?.sval;
	if (languageOf(node) === 'plpgsql') return routineQueries(sql, text ?? '');
	return languageOf(node) === 'sql' && text !== undefined ? [{text, dynamic: false}] : [];
}

function routineQueries(sql: string, body: string): readonly BodyQuery[] | null {
	try {
		const {declarations, action} = parseRoutine(sql);
		const queries = [...declarations, ...(action === null ? [] : [action])].flatMap((item) => queriesBelow(item));
		const known = new Set(queries.map(({text}) => text));
		const declared = declarationsOf(body).flat();
		return [...queries, ...declared.flatMap(({text}) => (known.has(text) ? [] : [{text, dynamic: false}]))];
	} catch (error) {
		// The server compiles it when it is created, and may understand more than this parser.
		if (error instanceof Error && error.name === 'Error') return null;
		throw error;
	}
}

function queriesBelow(node: PlNode): readonly BodyQuery[] {
	const dynamic = dynamicQueryOf(node);
	return Object.entries(node.fields).flatMap(([key, value]): readonly BodyQuery[] => {
		const query = queryOf(value);
		if (query !== null) return [{text: query, dynamic: key === dynamic}];
		const below = Array.isArray(value) ? nodesOf(value) : [nodeOf(value)];
		return below.flatMap((item) => {
			if (item === null) return [];
			const own = item.tag === 'expr' ? queryOf({PLpgSQL_expr: item.fields}) : null;
			return own === null ? queriesBelow(item) : [{text: own, dynamic: false}];
		});
	});
}

/** Statements as they are, values after a SELECT of their own; null where only the server will know what it is. */
function factsOfQuery({text, dynamic}: BodyQuery): readonly StatementFacts[] | null {
	if (dynamic) return factsOfDynamic(text);
	const nodes = parsed(text);
	if (nodes !== null) return nodes.map((node) => factsOf(node, text));
	const value = valueFacts(text);
	return value === null ? null : [value];
}

/** What computes the text is counted, too. */
function factsOfDynamic(expression: string): readonly StatementFacts[] | null {
	const sql = `SELECT ${expression}`;
	const [value] = parsed(sql) ?? [];
	if (value === undefined) return null;
	const text = constantTextOf(selectedValue(value));
	const statements = text === null ? null : parsed(text);
	if (text === null || statements === null) return [{...factsOf(value, sql), dynamicInBody: true}];
	return statements.map((node) => factsOf(node, text));
}

function parsed(sql: string): readonly Node[] | null {
	try {
		return (parseSync(sql).stmts ?? []).flatMap(({stmt}) => stmt ?? []);
	} catch (error) {
		if (!(error instanceof Error) || (error.name !== 'SqlError' && error.name !== 'Error')) throw error;
		return null;
	}
}

function factsOf(node: Node, sql: string): StatementFacts {
	return routineFacts(node, sql, readFacts(node, writtenSql(sql, 0)));
}
