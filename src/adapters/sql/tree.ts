import type {Node, RangeVar} from 'libpg-query';
import type {TableName} from '../../domain/review/table-facts.ts';

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
	return (nodes ?? []).flatMap((node) => fieldsOf(node, tag) ?? []);
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

/** The text of a string literal, casts looked through; null for anything else. */
export function literalText(node: Node | undefined): string | null {
	if (node === undefined) return null;
	const cast = fieldsOf(node, 'TypeCast');
	if (cast !== null) return literalText(cast.arg);
	const constant = fieldsOf(node, 'A_Const');
	return constant?.sval === undefined ? null : (constant.sval.sval ?? '');
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

/** Calls `visit` for every tagged node below, the root included. */
export function visitNodes(root: unknown, visit: (tag: string, node: Node) => void): void {
	if (Array.isArray(root)) {
		for (const item of root) visitNodes(item, visit);
		return;
	}
	if (typeof root !== 'object' || root === null) return;
	for (const [key, value] of Object.entries(root)) {
		if (typeof value !== 'object' || value === null) continue;
		// Node tags are capitalised, field names are not.
		if (/^[A-Z]/u.test(key)) visit(key, root as Node);
		visitNodes(value, visit);
	}
}
