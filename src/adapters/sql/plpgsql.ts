import {parsePlPgSQLSync} from 'libpg-query';

/** A node of PL/pgSQL's tree: `{PLpgSQL_stmt_if: {lineno, cond, then_body, …}}`. */
export interface PlNode {
	readonly tag: string;
	readonly fields: PlFields;
}

export type PlFields = Readonly<Record<string, unknown>>;

/** One routine's or block's tree: the declarations and the outermost block. */
export interface PlFunction {
	readonly declarations: readonly PlNode[];
	readonly action: PlNode | null;
}

/** Parses one DO statement or CREATE FUNCTION. Throws a plain Error with the parser's message. */
export function parseRoutine(sql: string): PlFunction {
	// The parser would print its tree to our standard output, in the middle of a report.
	if (compilerOption.test(sql)) throw new Error('#option is for those who work on PL/pgSQL itself');
	const parsed = parseKnowingRows(sql);
	const routine = nodesOf(recordOf(parsed)['plpgsql_funcs'])[0];
	return {
		declarations: nodesOf(routine?.fields['datums']),
		action: nodeOf(routine?.fields['action']),
	};
}

const compilerOption = /#(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*option\b/iu;

/**
 * The parser knows no table, so it refuses `r.id := 1` for `r orders%ROWTYPE`; of a record it takes any field. The text
 * keeps its length, for places are counted in it.
 */
function parseKnowingRows(sql: string): unknown {
	try {
		return parsePlPgSQLSync(sql);
	} catch (error) {
		const isField = error instanceof Error && /is not a known variable/u.test(error.message);
		const relaxed = sql.replaceAll(rowType, (type) => 'record'.padEnd(type.length));
		if (!isField || relaxed === sql) throw error;
		return parsePlPgSQLSync(relaxed);
	}
}

const rowType = /[\w$."\u0080-\uffff]+\s*%\s*ROWTYPE\b/giu;

export function nodeOf(value: unknown): PlNode | null {
	const [entry] = Object.entries(recordOf(value));
	if (entry === undefined || !entry[0].startsWith('PLpgSQL_')) return null;
	return {tag: entry[0].slice('PLpgSQL_'.length), fields: recordOf(entry[1])};
}

export function nodesOf(value: unknown): readonly PlNode[] {
	return Array.isArray(value) ? value.flatMap((item: unknown) => nodeOf(item) ?? []) : [];
}

/** The SQL text of an expression field, or null where the field is none. */
export function queryOf(value: unknown): string | null {
	const node = nodeOf(value);
	const query = node?.tag === 'expr' ? node.fields['query'] : null;
	return typeof query === 'string' ? query : null;
}

/** The expression is a statement of its own, such as the query of a loop; others are values (PL/pgSQL's RawParseMode). */
export function isStatement(value: unknown): boolean {
	return nodeOf(value)?.fields['parseMode'] === 0;
}

/** How many blocks (BEGIN … END) stand in a tree; the one that PL/pgSQL puts around a body itself has no line. */
export function blocksBelow({tag, fields}: PlNode): number {
	const own = tag === 'stmt_block' && lineOf(fields) !== null ? 1 : 0;
	const below = Object.values(fields).flatMap((value) =>
		Array.isArray(value) ? nodesOf(value) : (nodeOf(value) ?? []),
	);
	return below.reduce((sum, node) => sum + blocksBelow(node), own);
}

/** Names of the variables that a body declares, as PL/pgSQL folds them. */
export function variableNames({declarations}: PlFunction): ReadonlySet<string> {
	return new Set(
		declarations.flatMap(({fields}) => (typeof fields['refname'] === 'string' ? [fields['refname']] : [])),
	);
}

/** The field that holds an expression whose value is run as a statement; null where the node has none. */
export function dynamicQueryOf({tag, fields}: PlNode): string | null {
	if (fields['dynquery'] !== undefined) return 'dynquery';
	return tag === 'stmt_dynexecute' || tag === 'stmt_dynfors' ? 'query' : null;
}

export function lineOf(fields: PlFields): number | null {
	return typeof fields['lineno'] === 'number' ? fields['lineno'] : null;
}

function recordOf(value: unknown): PlFields {
	return typeof value === 'object' && value !== null ? (value as PlFields) : {};
}
