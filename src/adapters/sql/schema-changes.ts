import type {
	AlterTableCmd,
	AlterTableType,
	ColumnDef,
	Constraint as ConstraintNode,
	ConstrType,
	Node,
	ObjectType,
} from 'libpg-query';
import type {TableName} from '../../domain/review/table-facts.ts';
import type {AddColumn, ConstraintKind, DataChange, SchemaChange} from '../../domain/script/schema-change.ts';
import {
	constantText,
	fieldsOf,
	listOf,
	stringsOf,
	tableOfParts,
	tableOfRange,
	tagOf,
	type Fields,
	type NodeTag,
} from './tree.ts';

/** What one statement's tree changes. `sql` is the text that was parsed, up to the statement's end: the tree's locations are bytes in it. */
export function schemaChanges(node: Node, sql: Buffer): readonly SchemaChange[] {
	const tag = tagOf(node);
	const reader = readers[tag as NodeTag] as ((fields: unknown, sql: Buffer) => readonly SchemaChange[]) | undefined;
	if (reader === undefined) return [];
	return reader(Object.values(node)[0], sql);
}

/** The table or tables that a data change writes; used for statements that stand inside others, too (WITH … DELETE). */
export function dataChange(node: Node): readonly DataChange[] {
	const insert = fieldsOf(node, 'InsertStmt');
	if (insert !== null) return [change('insert', tableOfRange(insert.relation))];
	const update = fieldsOf(node, 'UpdateStmt');
	if (update !== null) {
		const columns = listOf(update.targetList, 'ResTarget').map(({name}) => name ?? '');
		return [{...change('update', tableOfRange(update.relation)), columns, everyRow: update.whereClause === undefined}];
	}
	const remove = fieldsOf(node, 'DeleteStmt');
	if (remove !== null) {
		return [{...change('delete', tableOfRange(remove.relation)), everyRow: remove.whereClause === undefined}];
	}
	const merge = fieldsOf(node, 'MergeStmt');
	return merge === null ? [] : [change('merge', tableOfRange(merge.relation))];
}

type Readers = {readonly [Tag in NodeTag]?: (fields: Fields<Tag>, sql: Buffer) => readonly SchemaChange[]};

const readers: Readers = {
	CreateStmt: createTable,
	CreateTableAsStmt: ({into, if_not_exists: ifNotExists, objtype}) =>
		objtype === 'OBJECT_MATVIEW'
			? []
			: [
					{
						kind: 'create-table',
						table: tableOfRange(into?.rel),
						ifNotExists: ifNotExists ?? false,
						partitionOf: null,
					},
				],
	SelectStmt: ({intoClause}) =>
		intoClause === undefined
			? []
			: [{kind: 'create-table', table: tableOfRange(intoClause.rel), ifNotExists: false, partitionOf: null}],
	DropStmt: drop,
	AlterTableStmt: ({relation, cmds, objtype}, sql) =>
		objtype === undefined || objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_FOREIGN_TABLE'
			? listOf(cmds, 'AlterTableCmd').flatMap((command) => alterTable(tableOfRange(relation), command, sql))
			: [],
	RenameStmt: rename,
	AlterObjectSchemaStmt: ({objectType, relation, newschema}) =>
		objectType === 'OBJECT_TABLE' && relation !== undefined
			? [
					{
						kind: 'rename-table',
						table: tableOfRange(relation),
						to: {schema: newschema ?? null, name: relation.relname ?? ''},
					},
				]
			: [],
	IndexStmt: ({relation, idxname, unique, concurrent}) => [
		{
			kind: 'create-index',
			table: tableOfRange(relation),
			name: idxname ?? null,
			unique: unique ?? false,
			concurrently: concurrent ?? false,
		},
	],
	CreateSchemaStmt: ({schemaname, if_not_exists: ifNotExists, schemaElts}, sql) => [
		{kind: 'create-schema', schema: schemaname ?? '', ifNotExists: ifNotExists ?? false},
		...(schemaElts ?? []).flatMap((element) => schemaChanges(element, sql)),
	],
	CreateTrigStmt: ({relation}) => [{kind: 'other', tag: 'CREATE TRIGGER', table: tableOfRange(relation)}],
	RuleStmt: ({relation}) => [{kind: 'other', tag: 'CREATE RULE', table: tableOfRange(relation)}],
	TruncateStmt: ({relations}) =>
		listOf(relations, 'RangeVar').map((range) => ({...change('truncate', tableOfRange(range)), everyRow: true})),
	CopyStmt: ({relation, is_from: isFrom}) => (isFrom === true ? [change('copy', tableOfRange(relation))] : []),
};

function createTable(fields: Fields<'CreateStmt'>): readonly SchemaChange[] {
	const parent = fields.partbound === undefined ? undefined : listOf(fields.inhRelations, 'RangeVar')[0];
	return [
		{
			kind: 'create-table',
			table: tableOfRange(fields.relation),
			ifNotExists: fields.if_not_exists ?? false,
			partitionOf: parent === undefined ? null : tableOfRange(parent),
		},
	];
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
	const isColumn = type === 'OBJECT_COLUMN' && isTable(fields.relationType);
	return isColumn ? [{kind: 'rename-column', table, column: from, to}] : [];
}

function isTable(type: ObjectType | undefined): boolean {
	return type === 'OBJECT_TABLE' || type === 'OBJECT_FOREIGN_TABLE';
}

function alterTable(table: TableName, command: AlterTableCmd, sql: Buffer): readonly SchemaChange[] {
	const reader = command.subtype === undefined ? undefined : alterations[command.subtype];
	return reader?.(table, command, sql) ?? [{kind: 'other', tag: 'ALTER TABLE', table}];
}

type Alteration = (table: TableName, command: AlterTableCmd, sql: Buffer) => readonly SchemaChange[];

const alterations: Readonly<Partial<Record<AlterTableType, Alteration>>> = {
	AT_AddColumn: (table, {def}, sql) => {
		const definition = fieldsOf(def, 'ColumnDef');
		return definition === null ? [] : addColumn(table, definition, sql);
	},
	AT_DropColumn: (table, {name, behavior}) => [
		{kind: 'drop-column', table, column: name ?? '', cascade: behavior === 'DROP_CASCADE'},
	],
	AT_AlterColumnType: (table, {name, def}, sql) => {
		const definition = fieldsOf(def, 'ColumnDef');
		return [
			{kind: 'alter-type', table, column: name ?? '', type: definition === null ? '' : typeText(definition, sql)},
		];
	},
	AT_SetNotNull: (table, {name}) => [{kind: 'set-not-null', table, column: name ?? ''}],
	AT_DropNotNull: (table, {name}) => [{kind: 'drop-not-null', table, column: name ?? ''}],
	AT_ColumnDefault: (table, {name, def}) => [
		{
			kind: 'set-default',
			table,
			column: name ?? '',
			defaultText: def === undefined ? null : (constantText(def) ?? '…'),
		},
	],
	AT_AddConstraint: (table, {def}) => addConstraint(table, fieldsOf(def, 'Constraint')),
	AT_DropConstraint: (table, {name}) => [{kind: 'drop-constraint', table, name: name ?? ''}],
};

/** A column's own constraints (REFERENCES, UNIQUE, CHECK) come as changes of their own after it. */
function addColumn(table: TableName, definition: ColumnDef, sql: Buffer): readonly SchemaChange[] {
	const constraints = listOf(definition.constraints, 'Constraint');
	const has = (type: ConstrType): boolean => constraints.some(({contype}) => contype === type);
	const column = definition.colname ?? '';
	const added: AddColumn = {
		kind: 'add-column',
		table,
		column,
		type: typeText(definition, sql),
		notNull: has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY') || has('CONSTR_IDENTITY'),
		hasDefault: constraints.some(givesValue) || isSerial(definition),
		defaultText: defaultText(constraints, sql),
	};
	const further = constraints.flatMap((constraint) => addConstraint(table, constraint, column));
	return [added, ...further.filter((item) => item.constraint !== 'not-null')];
}

function givesValue(constraint: ConstraintNode): boolean {
	if (constraint.contype === 'CONSTR_IDENTITY' || constraint.contype === 'CONSTR_GENERATED') return true;
	return constraint.contype === 'CONSTR_DEFAULT' && fieldsOf(constraint.raw_expr, 'A_Const')?.isnull !== true;
}

/** PostgreSQL documentation, "Serial Types": smallserial, serial, bigserial and their short names. */
function isSerial(definition: ColumnDef): boolean {
	return /^(?:small|big)?serial$|^serial[248]$/u.test(stringsOf(definition.typeName?.names).at(-1) ?? '');
}

function addConstraint(table: TableName, node: ConstraintNode | null, column?: string): readonly AddConstraintChange[] {
	const constraint = node?.contype === undefined ? undefined : constraintKinds[node.contype];
	if (node === null || constraint === undefined) return [];
	const columns = stringsOf(constraint === 'foreign-key' ? node.fk_attrs : node.keys);
	return [
		{
			kind: 'add-constraint',
			table,
			constraint,
			name: node.conname ?? null,
			columns: columns.length === 0 && column !== undefined ? [column] : columns,
			references: node.pktable === undefined ? null : tableOfRange(node.pktable),
			notValid: node.skip_validation ?? false,
			usingIndex: node.indexname !== undefined,
		},
	];
}

type AddConstraintChange = Extract<SchemaChange, {kind: 'add-constraint'}>;

const constraintKinds: Readonly<Partial<Record<ConstrType, ConstraintKind>>> = {
	CONSTR_PRIMARY: 'primary-key',
	CONSTR_UNIQUE: 'unique',
	CONSTR_FOREIGN: 'foreign-key',
	CONSTR_CHECK: 'check',
	CONSTR_EXCLUSION: 'exclude',
	CONSTR_NOTNULL: 'not-null',
};

/** The tree holds no ends, only beginnings: a part goes on to the next one's beginning. */
function typeText(definition: ColumnDef, sql: Buffer): string {
	const start = definition.typeName?.location ?? -1;
	if (start < 0) return '';
	const nexts = listOf(definition.constraints, 'Constraint').map(({location}) => location ?? -1);
	const collation = definition.collClause?.location ?? -1;
	return cutAtNextPart(sql, start, [...nexts, collation]).replace(/\s+USING\s.*$/isu, '');
}

function defaultText(constraints: readonly ConstraintNode[], sql: Buffer): string | null {
	const own = constraints.find(({contype}) => contype === 'CONSTR_DEFAULT');
	if (own?.location === undefined) return null;
	const nexts = constraints.map(({location}) => location ?? -1);
	return cutAtNextPart(sql, own.location, nexts).replace(/^DEFAULT\s*/iu, '');
}

function cutAtNextPart(sql: Buffer, start: number, nexts: readonly number[]): string {
	const end = Math.min(sql.length, ...nexts.filter((next) => next > start));
	const text = sql.toString('utf8', start, end);
	return text.replace(/,\s*(?:ADD|ALTER|DROP)\b.*$/isu, '').replace(/[\s,;]+$/u, '');
}

function change(operation: DataChange['operation'], table: TableName): DataChange {
	return {kind: 'data-change', operation, table, columns: [], everyRow: false};
}
