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
	const parsed: unknown = parsePlPgSQLSync(sql);
	const routine = nodesOf(recordOf(parsed)['plpgsql_funcs'])[0];
	return {
		declarations: nodesOf(routine?.fields['datums']),
		action: nodeOf(routine?.fields['action']),
	};
}

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
