import type {Node} from 'libpg-query';
import type {TableName} from '../../domain/script/table-name.ts';
import type {Power, SettingChange} from '../../domain/script/parsed-script.ts';
import {sameTable, type DataChange} from '../../domain/script/schema-change.ts';
import {dataChange} from './data-changes.ts';
import {powersOf} from './powers.ts';
import {runsQuery} from './schema-changes.ts';
import {tablesRead} from './tables-read.ts';
import {fieldsOf, functionName, literalText, stringsOf, visitNodes, type Fields} from './tree.ts';

/** What may stand anywhere in a statement's tree: calls, data changes inside WITH, powers. */
export interface NestedFacts {
	readonly dataChanges: readonly DataChange[];
	/** Tables that a body writes which stands in the tree itself: BEGIN ATOMIC. */
	readonly writtenInBody: readonly TableName[];
	readonly calls: readonly string[];
	/** Settings that functions and tables change. */
	readonly settings: readonly SettingChange[];
	readonly powers: readonly Power[];
}

export function nestedFacts(root: Node): NestedFacts {
	const dataChanges: DataChange[] = [];
	const writtenInBody: TableName[] = [];
	const calls = new Set<string>();
	const settings: SettingChange[] = [];
	const powers: Power[] = [];
	const runs = runsInside(root);
	const isRoutine = fieldsOf(root, 'CreateFunctionStmt') !== null;
	visitNodes(callAsNode(root), (tag, node) => {
		if (tag === 'FuncCall') {
			const call = fieldsOf(node, 'FuncCall');
			if (call === null) return;
			calls.add(functionName(call));
			settings.push(...setConfig(call));
			return;
		}
		if (dataTags.has(tag)) {
			const change = dataChange(node);
			if (change !== null && runs) dataChanges.push(node === root ? change : withinScope(change, root));
			if (change !== null && isRoutine) writtenInBody.push(change.table);
			settings.push(...settingsTable(node));
		}
		powers.push(...powersOf(tag, node));
	});
	return {dataChanges, writtenInBody, calls: [...calls], settings, powers};
}

const dataTags: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/** What a routine's body changes, and what a statement changes that is only explained, does not happen here. */
function runsInside(root: Node): boolean {
	const explained = fieldsOf(root, 'ExplainStmt');
	return explained === null ? fieldsOf(root, 'CreateFunctionStmt') === null : runsQuery(explained);
}

/** CALL holds its function bare, without the tag that the walk looks for. */
function callAsNode(node: Node): unknown {
	const call = fieldsOf(node, 'CallStmt');
	return call?.funccall === undefined ? node : {FuncCall: call.funccall};
}

/** Inside WITH a name may be that of a query beside it, which only the whole statement knows. */
function withinScope(change: DataChange, root: Node): DataChange {
	if (change.reads.length === 0) return change;
	const known = tablesRead(root);
	return {...change, reads: change.reads.filter((table) => known.some((other) => sameTable(table, other)))};
}

/** A name that only the running statement knows is written `?`. */
function setConfig({funcname, args}: Fields<'FuncCall'>): readonly SettingChange[] {
	if (stringsOf(funcname).at(-1)?.toLowerCase() !== 'set_config') return [];
	const setting = literalText(args?.[0])?.toLowerCase() ?? '?';
	return [{name: setting, action: 'set', value: literalText(args?.[1]), via: 'function'}];
}

/** An UPDATE of pg_settings is a SET (documentation, "pg_settings"). */
function settingsTable(node: Node): readonly SettingChange[] {
	if (fieldsOf(node, 'UpdateStmt')?.relation?.relname !== 'pg_settings') return [];
	return [{name: '?', action: 'set', value: null, via: 'function'}];
}
