import type {Node, ObjectType, SelectStmt} from 'libpg-query';
import type {SchemaChange} from '../../domain/script/schema-change.ts';
import {alterTable} from './alter-table.ts';
import {createTable, createTableAs} from './create-table.ts';
import {copiedTable, truncatedTables} from './data-changes.ts';
import {tablesRead} from './tables-read.ts';
import {fieldsOf, listOf, stringsOf, tableOfParts, tableOfRange, tagOf, type Fields, type NodeTag} from './tree.ts';
import type {WrittenSql} from './written-part.ts';

/** What one statement's tree changes, data changes that may stand anywhere in it (WITH … DELETE) left out. */
export function schemaChanges(node: Node, sql: WrittenSql): readonly SchemaChange[] {
	const reader = readers[tagOf(node) as NodeTag] as Reader<unknown> | undefined;
	return reader === undefined ? [] : reader(Object.values(node)[0], sql);
}

type Reader<Read> = (fields: Read, sql: WrittenSql) => readonly SchemaChange[];
type Readers = {readonly [Tag in NodeTag]?: Reader<Fields<Tag>>};

const readers: Readers = {
	CreateStmt: (fields, sql) => [createTable(fields, sql)],
	CreateTableAsStmt: createTableFromQuery,
	SelectStmt: selectInto,
	DropStmt: drop,
	AlterTableStmt: alterTable,
	RenameStmt: rename,
	AlterObjectSchemaStmt: moveToSchema,
	IndexStmt: createIndex,
	CreateSchemaStmt: createSchema,
	ViewStmt: ({view, query}) => [
		{kind: 'create-view', view: tableOfRange(view), materialized: false, reads: tablesRead(query)},
	],
	CreateTrigStmt: ({relation, trigname}) => [
		{kind: 'create-trigger', table: tableOfRange(relation), name: trigname ?? ''},
	],
	RuleStmt: ({relation}) => [{kind: 'other', tag: 'CREATE RULE', table: tableOfRange(relation)}],
	CreateEnumStmt: ({typeName}) => [{kind: 'create-enum', type: tableOfParts(stringsOf(typeName))}],
	// With an old value it renames one.
	AlterEnumStmt: ({typeName, oldVal, newVal}) =>
		oldVal === undefined && newVal !== undefined
			? [{kind: 'add-enum-value', type: tableOfParts(stringsOf(typeName)), value: newVal}]
			: [],
	TruncateStmt: truncatedTables,
	CopyStmt: copiedTable,
	ExplainStmt: (fields, sql) =>
		runsQuery(fields) && fields.query !== undefined ? schemaChanges(fields.query, sql) : [],
};

/** EXPLAIN runs its statement with ANALYZE only. An ANALYZE whose value cannot be read counts as one. */
export function runsQuery({options}: Fields<'ExplainStmt'>): boolean {
	return listOf(options, 'DefElem').some(({defname, arg}) => {
		const value = fieldsOf(arg, 'String')?.sval?.toLowerCase() ?? '';
		const isOff = ['false', 'off'].includes(value) || (arg !== undefined && isZero(arg));
		return defname === 'analyze' && !isOff;
	});
}

function isZero(node: Node): boolean {
	const integer = fieldsOf(node, 'Integer');
	return integer !== null && (integer.ival ?? 0) === 0;
}

function createTableFromQuery(fields: Fields<'CreateTableAsStmt'>): readonly SchemaChange[] {
	const name = tableOfRange(fields.into?.rel);
	if (fields.objtype !== 'OBJECT_MATVIEW') return [createTableAs(name, fields.if_not_exists ?? false)];
	return [{kind: 'create-view', view: name, materialized: true, reads: tablesRead(fields.query)}];
}

/** Of a UNION the first query holds INTO. */
function selectInto(select: SelectStmt): readonly SchemaChange[] {
	let first = select;
	while (first.larg !== undefined) first = first.larg;
	return first.intoClause === undefined ? [] : [createTableAs(tableOfRange(first.intoClause.rel), false)];
}

function createIndex(fields: Fields<'IndexStmt'>): readonly SchemaChange[] {
	return [
		{
			kind: 'create-index',
			table: tableOfRange(fields.relation),
			name: fields.idxname ?? null,
			unique: fields.unique ?? false,
			concurrently: fields.concurrent ?? false,
			ifNotExists: fields.if_not_exists ?? false,
			columns: listOf(fields.indexParams, 'IndexElem').map(({name}) => name ?? null),
			partial: fields.whereClause !== undefined,
			only: fields.relation?.inh !== true,
		},
	];
}

/** What CREATE SCHEMA creates along with it lies in that schema (documentation, "CREATE SCHEMA"). */
function createSchema(fields: Fields<'CreateSchemaStmt'>, sql: WrittenSql): readonly SchemaChange[] {
	const schema = fields.schemaname ?? fields.authrole?.rolename ?? '';
	return [
		{kind: 'create-schema', schema, ifNotExists: fields.if_not_exists ?? false},
		...(fields.schemaElts ?? []).flatMap((element) =>
			schemaChanges(element, sql).map((change) => inSchema(change, schema)),
		),
	];
}

function inSchema(change: SchemaChange, schema: string): SchemaChange {
	if (change.kind === 'create-view') return {...change, view: {...change.view, schema: change.view.schema ?? schema}};
	if (!('table' in change) || change.table === null) return change;
	return {...change, table: {...change.table, schema: change.table.schema ?? schema}};
}

function drop(fields: Fields<'DropStmt'>): readonly SchemaChange[] {
	const cascade = fields.behavior === 'DROP_CASCADE';
	const type = fields.removeType;
	if (type === 'OBJECT_SCHEMA') {
		return stringsOf(fields.objects).map((schema) => ({kind: 'drop-schema', schema, cascade}));
	}
	const names = listOf(fields.objects, 'List').map(({items}) => tableOfParts(stringsOf(items)));
	if (isTable(type)) return names.map((table) => ({kind: 'drop-table', table, cascade}));
	if (type !== 'OBJECT_INDEX') return [];
	return names.map((index) => ({kind: 'drop-index', index, concurrently: fields.concurrent ?? false}));
}

function rename(fields: Fields<'RenameStmt'>): readonly SchemaChange[] {
	const table = tableOfRange(fields.relation);
	const type = fields.renameType;
	const from = fields.subname ?? '';
	const to = fields.newname ?? '';
	if (isTable(type)) return [{kind: 'rename-table', table, to: {schema: table.schema, name: to}}];
	if (type === 'OBJECT_INDEX') return [{kind: 'rename-index', index: table, to}];
	if (type === 'OBJECT_SCHEMA') return [{kind: 'rename-schema', schema: from, to}];
	if (type === 'OBJECT_TABCONSTRAINT') return [{kind: 'other', tag: 'ALTER TABLE', table}];
	const isColumn = type === 'OBJECT_COLUMN' && isTable(fields.relationType);
	return isColumn ? [{kind: 'rename-column', table, column: from, to}] : [];
}

function moveToSchema(fields: Fields<'AlterObjectSchemaStmt'>): readonly SchemaChange[] {
	if (!isTable(fields.objectType) || fields.relation === undefined) return [];
	const table = tableOfRange(fields.relation);
	return [{kind: 'rename-table', table, to: {schema: fields.newschema ?? null, name: table.name}}];
}

function isTable(type: ObjectType | undefined): boolean {
	return type === 'OBJECT_TABLE' || type === 'OBJECT_FOREIGN_TABLE';
}
