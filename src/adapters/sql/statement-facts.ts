import type {Node, TransactionStmtKind} from 'libpg-query';
import type {HistoryWrite, ScriptStatement, SettingChange, TransactionStep} from '../../domain/script/parsed-script.ts';
import type {SchemaChange} from '../../domain/script/schema-change.ts';
import {cascades} from './cascade.ts';
import {commandTag, readsOnly} from './command-tag.ts';
import {nestedFacts} from './nested-facts.ts';
import {schemaChanges} from './schema-changes.ts';
import {constantText, fieldsOf, listOf, literalText, stringsOf, tableOfRange, type Fields} from './tree.ts';
import type {WrittenSql} from './written-part.ts';

/** What a statement's tree tells, apart from where it stands. */
export type StatementFacts = Pick<
	ScriptStatement,
	| 'tag'
	| 'transactionStep'
	| 'changes'
	| 'historyWrite'
	| 'calls'
	| 'settings'
	| 'powers'
	| 'topLevelOnly'
	| 'cascade'
	| 'dynamicInBody'
	| 'writtenInBody'
>;

/** Facts of the tree alone: a routine's body is looked into by `routineFacts`. */
export function readFacts(node: Node, sql: WrittenSql): StatementFacts {
	const nested = nestedFacts(node);
	const changes: readonly SchemaChange[] = [...schemaChanges(node, sql), ...nested.dataChanges];
	const tag = commandTag(node);
	return {
		tag,
		transactionStep: transactionStep(node),
		changes: changes.length > 0 || readsOnly(node) ? changes : [{kind: 'other', tag, table: null}],
		historyWrite: historyWrite(node),
		calls: nested.calls,
		settings: [...statementSettings(node), ...storedSettings(node), ...nested.settings],
		powers: nested.powers,
		topLevelOnly: isTopLevelOnly(node),
		cascade: cascades(node),
		dynamicInBody: false,
		writtenInBody: nested.writtenInBody,
	};
}

function statementSettings(node: Node): readonly SettingChange[] {
	if (fieldsOf(node, 'DiscardStmt') !== null) {
		const isAll = fieldsOf(node, 'DiscardStmt')?.target === 'DISCARD_ALL';
		return isAll ? [{name: 'all', action: 'discard', value: null, via: 'statement'}] : [];
	}
	const set = fieldsOf(node, 'VariableSetStmt');
	return set === null ? [] : settingsOf(set);
}

/** Settings that a role, a database or a routine keeps for later: ALTER … SET and RESET, CREATE FUNCTION … SET. */
export function storedSettings(node: Node): readonly SettingChange[] {
	const options = fieldsOf(node, 'CreateFunctionStmt')?.options ?? fieldsOf(node, 'AlterFunctionStmt')?.actions ?? [];
	const stored = [
		fieldsOf(node, 'AlterRoleSetStmt')?.setstmt,
		fieldsOf(node, 'AlterDatabaseSetStmt')?.setstmt,
		...listOf(options, 'DefElem').map(({arg}) => fieldsOf(arg, 'VariableSetStmt') ?? undefined),
	];
	return stored.flatMap((set) => (set === undefined ? [] : settingsOf(set)));
}

function settingsOf(set: Fields<'VariableSetStmt'>): readonly SettingChange[] {
	if (set.kind === 'VAR_SET_MULTI') return [];
	if (set.kind === 'VAR_RESET_ALL') return [{name: 'all', action: 'reset', value: null, via: 'statement'}];
	const name = (set.name ?? '').toLowerCase();
	if (set.kind !== 'VAR_SET_VALUE') return [{name, action: 'reset', value: null, via: 'statement'}];
	const value = (set.args ?? []).map((argument) => constantText(argument) ?? '').join(', ');
	return [{name, action: 'set', value, via: 'statement'}];
}

export function transactionStep(node: Node): TransactionStep | null {
	const kind = fieldsOf(node, 'TransactionStmt')?.kind;
	return kind === undefined ? null : transactionSteps[kind];
}

const transactionSteps: Readonly<Record<TransactionStmtKind, TransactionStep>> = {
	TRANS_STMT_BEGIN: 'begin',
	TRANS_STMT_START: 'begin',
	TRANS_STMT_COMMIT: 'commit',
	TRANS_STMT_ROLLBACK: 'rollback',
	TRANS_STMT_SAVEPOINT: 'savepoint',
	TRANS_STMT_RELEASE: 'savepoint',
	TRANS_STMT_ROLLBACK_TO: 'savepoint',
	TRANS_STMT_PREPARE: 'two-phase',
	TRANS_STMT_COMMIT_PREPARED: 'two-phase',
	TRANS_STMT_ROLLBACK_PREPARED: 'two-phase',
};

function historyWrite(node: Node): HistoryWrite | null {
	return insertedLiterals(node) ?? deletedLiteral(node);
}

/** One row of literals and nothing else: more than a handful of columns is no history. */
function insertedLiterals(node: Node): HistoryWrite | null {
	const insert = fieldsOf(node, 'InsertStmt');
	if (insert === null || insert.onConflictClause !== undefined || insert.withClause !== undefined) return null;
	const rows = listOf(fieldsOf(insert.selectStmt, 'SelectStmt')?.valuesLists, 'List');
	const [row] = rows;
	if (row?.items === undefined || rows.length > 1 || row.items.length > 4) return null;
	const columns = listOf(insert.cols, 'ResTarget').map(({name}) => name ?? null);
	const literals = row.items.map((item) => literalText(item));
	if (literals.includes(null)) return null;
	const values = literals.map((value, index) => ({column: columns[index] ?? null, value: value ?? ''}));
	return {operation: 'insert', table: tableOfRange(insert.relation), values};
}

function deletedLiteral(node: Node): HistoryWrite | null {
	const remove = fieldsOf(node, 'DeleteStmt');
	if (remove === null || remove.usingClause !== undefined || remove.withClause !== undefined) return null;
	const comparison = equalityOf(remove.whereClause);
	if (comparison === null) return null;
	return {operation: 'delete', table: tableOfRange(remove.relation), values: [comparison]};
}

/** `column = 'literal'`; null for any other condition. */
export function equalityOf(node: Node | undefined): {readonly column: string; readonly value: string} | null {
	const expression = fieldsOf(node, 'A_Expr');
	if (expression?.kind !== 'AEXPR_OP' || stringsOf(expression.name).join('.') !== '=') return null;
	const names = stringsOf(fieldsOf(expression.lexpr, 'ColumnRef')?.fields);
	const value = literalText(expression.rexpr);
	const [column] = names;
	return names.length === 1 && column !== undefined && value !== null ? {column, value} : null;
}

/** PostgreSQL documentation: "cannot be executed from a function" or "inside a transaction block". */
function isTopLevelOnly(node: Node): boolean {
	if (fieldsOf(node, 'IndexStmt')?.concurrent === true || fieldsOf(node, 'DropStmt')?.concurrent === true) return true;
	const reindex = fieldsOf(node, 'ReindexStmt');
	if (reindex !== null) {
		const concurrently = listOf(reindex.params, 'DefElem').some(({defname}) => defname === 'concurrently');
		return concurrently || (reindex.kind !== 'REINDEX_OBJECT_INDEX' && reindex.kind !== 'REINDEX_OBJECT_TABLE');
	}
	if (fieldsOf(node, 'VacuumStmt')?.is_vacuumcmd === true) return true;
	const commands = listOf(fieldsOf(node, 'AlterTableStmt')?.cmds, 'AlterTableCmd');
	if (commands.some(({def}) => fieldsOf(def, 'PartitionCmd')?.concurrent === true)) return true;
	return topLevelOnlyTags.some((tag) => tag in node);
}

const topLevelOnlyTags = [
	'CreatedbStmt',
	'DropdbStmt',
	'AlterSystemStmt',
	'CreateTableSpaceStmt',
	'DropTableSpaceStmt',
] as const;
