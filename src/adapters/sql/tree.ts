import type {Node, RangeVar} from 'libpg-query';
import type {TableName} from '../../domain/script/table-name.ts';

/** Narrow readers for libpg-query's JSON tree: `{CreateStmt: {…}}`, fields that hold their type's default left out. */
type KeyOfEach<Union> = Union extends unknown ? keyof Union : never;
export type NodeTag = KeyOfEach<Node>;
export type Fields<Tag extends NodeTag> = Extract<Node, Record<Tag, unknown>>[Tag];

export function tagOf(node: Node): string {
	return Object.keys(node)[0] ?? '';
}

/** The node's fields where it is of that tag, else null. */
export function fieldsOf<Tag extends NodeTag>(node: Node | undefined, tag: Tag): Fields<Tag> | null {
	if (node === undefined || !(tag in node)) return null;
	return (node as unknown as Record<Tag, Fields<Tag>>)[tag];
}

/** A list of nodes, those of another tag left out. */
export function listOf<Tag extends NodeTag>(nodes: readonly Node[] | undefined, tag: Tag): readonly Fields<Tag>[] {
	const found: Fields<Tag>[] = [];
	for (const node of nodes ?? []) {
		const fields = fieldsOf(node, tag);
		if (fields !== null) found.push(fields);
	}
	return found;
}

export function stringsOf(nodes: readonly Node[] | undefined): readonly string[] {
	return listOf(nodes, 'String').map(({sval}) => sval ?? '');
}

export function tableOfRange(range: RangeVar | undefined): TableName {
	return {schema: range?.schemaname ?? null, name: range?.relname ?? ''};
}

/** A dotted name as DROP holds it: the last two parts, for a database's name may stand before them. */
export function tableOfParts(parts: readonly string[]): TableName {
	return {schema: parts.at(-2) ?? null, name: parts.at(-1) ?? ''};
}

/** A called function's name as ScriptStatement.calls holds it: `setval`, `pg_catalog.set_config`. */
export function functionName({funcname}: Fields<'FuncCall'>): string {
	const parts = stringsOf(funcname);
	return [...parts.slice(0, -1), (parts.at(-1) ?? '').toLowerCase()].join('.');
}

/** Names of the functions called anywhere below, each once. */
export function callsBelow(root: unknown): readonly string[] {
	const calls = new Set<string>();
	visitNodes(root, (tag, node) => {
		const call = tag === 'FuncCall' ? fieldsOf(node, 'FuncCall') : null;
		if (call !== null) calls.add(functionName(call));
	});
	return [...calls];
}

/** The text of a string literal; null for anything else. A cast that leaves the text as it is is looked through. */
export function literalText(node: Node | undefined): string | null {
	if (node === undefined) return null;
	const cast = fieldsOf(node, 'TypeCast');
	if (cast !== null) return keepsText(cast) ? literalText(cast.arg) : null;
	const constant = fieldsOf(node, 'A_Const');
	return constant?.sval === undefined ? null : (constant.sval.sval ?? '');
}

/** `::varchar(4)` cuts the text, and other types may write it otherwise. */
function keepsText({typeName}: Fields<'TypeCast'>): boolean {
	const name = stringsOf(typeName?.names).join('.');
	const isPlain = typeName?.typmods === undefined && typeName?.arrayBounds === undefined;
	return isPlain && ['text', 'pg_catalog.text', 'varchar', 'pg_catalog.varchar'].includes(name);
}

/** Any constant as text: `off`, `0`, `true`. */
export function constantText(node: Node | undefined): string | null {
	const constant = fieldsOf(node, 'A_Const');
	if (constant === null) return literalText(node);
	if (constant.sval !== undefined) return constant.sval.sval ?? '';
	if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
	if (constant.fval !== undefined) return constant.fval.fval ?? '0';
	if (constant.boolval !== undefined) return String(constant.boolval.boolval ?? false);
	return null;
}

/** NULL, casts looked through. */
export function isNullConstant(node: Node | undefined): boolean {
	const cast = fieldsOf(node, 'TypeCast');
	return cast === null ? fieldsOf(node, 'A_Const')?.isnull === true : isNullConstant(cast.arg);
}

/** Calls `visit` for every tagged node below, the root included, in the order of the tree. */
export function visitNodes(root: unknown, visit: (tag: string, node: Node) => void): void {
	if (Array.isArray(root)) {
		for (const item of root) visitNodes(item, visit);
		return;
	}
	if (typeof root !== 'object' || root === null) return;
	const fields = root as Readonly<Record<string, unknown>>;
	for (const key in fields) {
		const value = fields[key];
		if (typeof value !== 'object' || value === null) continue;
		// Node tags are capitalised, field names are not.
		const isTag = key.charCodeAt(0) <= lastCapital;
		if (isTag && leaves.has(key)) continue;
		if (isTag) visit(key, root as Node);
		visitNodes(value, visit);
	}
}

const lastCapital = 'Z'.charCodeAt(0);

/** Most of a tree's nodes: nobody asks about them, and nothing stands below them. */
const leaves: ReadonlySet<string> = new Set(['String', 'A_Const', 'Integer', 'Float', 'Boolean', 'BitString']);
