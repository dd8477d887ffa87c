import {tableKey} from '../../domain/script/schema-change.ts';
import type {TableName} from '../../domain/script/table-name.ts';

/**
 * Tables that a query or a data change reads, each once, in the order of the tree. Names that WITH gives to its queries
 * are none, as far as they reach.
 *
 * @param written The table that the statement itself writes: it is left out.
 */
export function tablesRead(root: unknown, written: TableName | null = null): readonly TableName[] {
	const found = new Map<string, TableName>();
	addTables(root, noNames, found);
	if (written !== null) found.delete(tableKey(written));
	return [...found.values()];
}

type Tree = Readonly<Record<string, unknown>>;
type Names = ReadonlySet<string>;

const noNames: Names = new Set();

function addTables(value: unknown, names: Names, found: Map<string, TableName>): void {
	if (Array.isArray(value)) {
		for (const item of value) addTables(item, names, found);
		return;
	}
	const tree = treeOf(value);
	if (tree === null) return;
	const inside = tree['withClause'] === undefined ? names : addNamedQueries(tree['withClause'], names, found);
	for (const key in tree) {
		// FOR UPDATE OF holds names given in FROM, not tables.
		if (key === 'withClause' || key === 'lockingClause') continue;
		const part = treeOf(tree[key]);
		if (key === 'RangeVar') addTable(part, inside, found);
		// What a data change writes: inside of another statement its rows are read.
		else if (key === 'relation' && part?.['relname'] !== undefined) addTable(part, noNames, found);
		else addTables(tree[key], inside, found);
	}
}

/** RECURSIVE makes all names known to all; else a query knows those before it (documentation, "WITH Queries"). */
function addNamedQueries(clause: unknown, names: Names, found: Map<string, TableName>): Names {
	const ctes = listOfTrees(treeOf(clause)?.['ctes']);
	const queries = ctes.map((item) => treeOf(item['CommonTableExpr'])).filter((item) => item !== null);
	const own = queries.map((query) => textOf(query['ctename']) ?? '');
	const all = new Set([...names, ...own]);
	const known = new Set(names);
	for (const [index, query] of queries.entries()) {
		addTables(query, treeOf(clause)?.['recursive'] === true ? all : known, found);
		known.add(own[index] ?? '');
	}
	return all;
}

function addTable(range: Tree | null, names: Names, found: Map<string, TableName>): void {
	const schema = textOf(range?.['schemaname']);
	const name = textOf(range?.['relname']);
	if (name === null || (schema === null && names.has(name))) return;
	found.set(tableKey({schema, name}), {schema, name});
}

function treeOf(value: unknown): Tree | null {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : null;
}

function listOfTrees(value: unknown): readonly Tree[] {
	return Array.isArray(value) ? value.map((item: unknown) => treeOf(item)).filter((item) => item !== null) : [];
}

function textOf(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
}
