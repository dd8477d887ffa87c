import type {Node} from 'libpg-query';
import type {TableName} from '../../domain/script/table-name.ts';
import type {DataChange} from '../../domain/script/schema-change.ts';
import {columnName} from './constraints.ts';
import {tablesRead} from './tables-read.ts';
import {constantText, fieldsOf, listOf, stringsOf, tableOfRange, type Fields} from './tree.ts';

/** What a data change writes; null for other nodes. It may stand inside another statement, too (WITH … DELETE). */
export function dataChange(node: Node): DataChange | null {
	const insert = fieldsOf(node, 'InsertStmt');
	if (insert !== null) return {...changeOf('insert', insert, node), namedRows: insertsValues(insert)};
	const update = fieldsOf(node, 'UpdateStmt');
	if (update !== null) {
		const columns = [...new Set(listOf(update.targetList, 'ResTarget').map(({name}) => name ?? ''))];
		return {...changeOf('update', update, node), columns, ...rowsOf(update.whereClause)};
	}
	const remove = fieldsOf(node, 'DeleteStmt');
	if (remove !== null) return {...changeOf('delete', remove, node), ...rowsOf(remove.whereClause)};
	const merge = fieldsOf(node, 'MergeStmt');
	return merge === null ? null : changeOf('merge', merge, node);
}

export function truncatedTables({relations}: Fields<'TruncateStmt'>): readonly DataChange[] {
	return listOf(relations, 'RangeVar').map((range) => ({
		...plainChange('truncate', tableOfRange(range)),
		everyRow: true,
	}));
}

/** COPY … TO changes nothing; a query in it is read like any other. */
export function copiedTable({relation, is_from: isFrom}: Fields<'CopyStmt'>): readonly DataChange[] {
	return isFrom === true ? [plainChange('copy', tableOfRange(relation))] : [];
}

type Written = Pick<Fields<'InsertStmt'>, 'relation'>;

function changeOf(operation: DataChange['operation'], {relation}: Written, node: Node): DataChange {
	const table = tableOfRange(relation);
	return {...plainChange(operation, table), reads: tablesRead(node, table)};
}

function plainChange(operation: DataChange['operation'], table: TableName): DataChange {
	return {kind: 'data-change', operation, table, columns: [], everyRow: false, namedRows: false, reads: []};
}

/** DEFAULT VALUES is one row, too. PostgreSQL allows nothing in VALUES that gives several rows. */
function insertsValues({selectStmt}: Fields<'InsertStmt'>): boolean {
	return selectStmt === undefined || fieldsOf(selectStmt, 'SelectStmt')?.valuesLists !== undefined;
}

function rowsOf(where: Node | undefined): Pick<DataChange, 'everyRow' | 'namedRows'> {
	if (where === undefined || isAlwaysTrue(where)) return {everyRow: true, namedRows: false};
	return {everyRow: false, namedRows: comparesKeys(where)};
}

/** `column = constant`, alone or joined by AND. TRUE and FALSE are nobody's key. */
function comparesKeys(where: Node): boolean {
	const all = fieldsOf(where, 'BoolExpr');
	if (all?.boolop === 'AND_EXPR') return (all.args ?? []).every((part) => comparesKeys(part));
	const sides = equalSides(where);
	if (sides === null) return false;
	const isKey = columnName(sides[0]) !== null && isKeyConstant(sides[1]);
	return isKey || (columnName(sides[1]) !== null && isKeyConstant(sides[0]));
}

function isKeyConstant(node: Node | undefined): boolean {
	const cast = fieldsOf(node, 'TypeCast');
	if (cast !== null) return !stringsOf(cast.typeName?.names).includes('bool') && isKeyConstant(cast.arg);
	return constantText(node) !== null && fieldsOf(node, 'A_Const')?.boolval === undefined;
}

/** `true`, `1 = 1`, and what AND and OR make of them: people write it so that something stands there. */
function isAlwaysTrue(where: Node | undefined): boolean {
	const parts = fieldsOf(where, 'BoolExpr');
	if (parts?.boolop === 'AND_EXPR') return (parts.args ?? []).every((part) => isAlwaysTrue(part));
	if (parts?.boolop === 'OR_EXPR') return (parts.args ?? []).some((part) => isAlwaysTrue(part));
	if (fieldsOf(where, 'A_Const')?.boolval?.boolval === true) return true;
	const sides = equalSides(where);
	if (sides === null) return false;
	const [left, right] = sides.map((side) => constantText(side));
	return left !== null && left === right;
}

function equalSides(node: Node | undefined): readonly [Node | undefined, Node | undefined] | null {
	const expression = fieldsOf(node, 'A_Expr');
	if (expression?.kind !== 'AEXPR_OP' || stringsOf(expression.name).join('.') !== '=') return null;
	return [expression.lexpr, expression.rexpr];
}
