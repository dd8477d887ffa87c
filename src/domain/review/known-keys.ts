import {
	parseTableName,
	tableKey,
	type ConstraintDefinition,
	type CreateTable,
	type SchemaChange,
} from '../script/schema-change.ts';
import {constraintName} from './constraint-sql.ts';
import type {ReviewContext, ReviewedChange, ReviewedStatement} from './review-context.ts';
import type {TableFacts} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** A foreign key that a pending statement adds, as it stands when the script is through. */
export interface NewForeignKey {
	readonly at: ReviewedStatement;
	readonly table: TableName;
	readonly name: string | null;
	readonly columns: readonly string[];
	/** Null: the table is new, or nobody was asked. */
	readonly facts: TableFacts | null;
	readonly onNewTable: boolean;
	/** An index begins with its columns; null where nobody knows the table's indexes. */
	readonly indexed: boolean | null;
}

type ForeignKey = Omit<NewForeignKey, 'table' | 'indexed'>;

/** Key columns in their order; null stands for an expression. */
type IndexColumns = readonly (string | null)[];

interface KnownTable {
	name: TableName;
	readonly isAsked: boolean;
	/** All of its indexes are known: the script makes the table, or the target told. */
	readonly complete: boolean;
	/** By name, those of constraints too. */
	readonly indexes: Map<string, IndexColumns>;
	readonly foreignKeys: Map<string, ForeignKey>;
}

interface Known {
	readonly tables: Map<string, KnownTable>;
	/** Name of an index → its table. */
	readonly owners: Map<string, KnownTable>;
}

/**
 * Follows what every statement of the script, applied ones too, does to indexes and foreign keys, starting with what the
 * target tells about a table where it was asked. A partial index counts: whether its condition fits, nobody can tell.
 */
export function newForeignKeys(context: ReviewContext): readonly NewForeignKey[] {
	const known: Known = {tables: new Map(), owners: new Map()};
	for (const at of context.statements) {
		// Of a pending statement each change was reviewed, in the same order.
		for (const [index, change] of at.statement.changes.entries()) follow(change, at.changes[index] ?? null, at, known);
	}
	return [...known.tables.values()].flatMap((table) =>
		[...table.foreignKeys.values()].map((key) => ({...key, table: table.name, indexed: isIndexed(key, table)})),
	);
}

function isIndexed({columns}: ForeignKey, {indexes, complete}: KnownTable): boolean | null {
	for (const index of indexes.values()) if (beginsWith(index, columns)) return true;
	return complete ? false : null;
}

/** In any order: a lookup gives a value for each of them. */
function beginsWith(index: IndexColumns, columns: readonly string[]): boolean {
	const leading = new Set(index.slice(0, columns.length));
	return columns.length > 0 && columns.every((column) => leading.has(column));
}

/** @param reviewed null where the statement's migration is not pending */
function follow(change: SchemaChange, reviewed: ReviewedChange | null, at: ReviewedStatement, known: Known): void {
	if (change.kind === 'create-table') createTable(change, reviewed, at, known);
	else if (change.kind === 'drop-table') known.tables.delete(tableKey(change.table));
	else if (change.kind === 'drop-index') known.owners.get(change.index.name)?.indexes.delete(change.index.name);
	else if (change.kind === 'rename-index') renameIndex(change.index.name, change.to, known);
	else if ('table' in change && change.table !== null) {
		followTable(change, knownTable(change.table, reviewed, known), reviewed, at, known);
	}
}

function createTable(change: CreateTable, reviewed: ReviewedChange | null, at: ReviewedStatement, known: Known): void {
	if (change.ifNotExists && reviewed?.facts?.exists === true) return;
	const table: KnownTable = {
		name: change.table,
		isAsked: false,
		// CREATE TABLE AS and LIKE leave the columns to another query, and a partition has its parent's indexes.
		complete: change.columns.length > 0 && change.partitionOf === null,
		indexes: new Map(),
		foreignKeys: new Map(),
	};
	known.tables.set(tableKey(change.table), table);
	const added = reviewed === null ? null : {facts: null, onNewTable: true};
	for (const constraint of change.constraints) addConstraint(constraint, table, added, at, known);
}

function followTable(
	change: SchemaChange,
	table: KnownTable,
	reviewed: ReviewedChange | null,
	at: ReviewedStatement,
	known: Known,
): void {
	if (change.kind === 'create-index') {
		addIndex(change.name ?? `${table.name.name}_${change.columns.join('_')}_idx`, change.columns, table, known);
	}
	if (change.kind === 'add-constraint') addConstraint(change, table, reviewed, at, known);
	if (change.kind === 'drop-constraint') {
		table.indexes.delete(change.name);
		table.foreignKeys.delete(change.name);
	}
	if (change.kind === 'drop-column') {
		for (const [name, columns] of table.indexes) if (columns.includes(change.column)) table.indexes.delete(name);
		for (const [name, key] of table.foreignKeys) {
			if (key.columns.includes(change.column)) table.foreignKeys.delete(name);
		}
	}
	if (change.kind === 'rename-column') renameColumn(change.column, change.to, table);
	if (change.kind === 'rename-table') {
		known.tables.delete(tableKey(table.name));
		table.name = change.to;
		known.tables.set(tableKey(change.to), table);
	}
}

function addConstraint(
	constraint: ConstraintDefinition,
	table: KnownTable,
	added: Pick<ReviewedChange, 'facts' | 'onNewTable'> | null,
	at: ReviewedStatement,
	known: Known,
): void {
	const {name, columns} = constraint;
	const key = constraintName(table.name, constraint);
	const hasIndex = ['primary-key', 'unique', 'exclude'].includes(constraint.constraint) && columns.length > 0;
	if (hasIndex) addIndex(key, columns, table, known);
	if (constraint.constraint !== 'foreign-key' || added === null) return;
	table.foreignKeys.set(key, {at, name, columns, facts: added.facts, onNewTable: added.onNewTable});
}

function addIndex(name: string, columns: IndexColumns, table: KnownTable, {owners}: Known): void {
	table.indexes.set(name, columns);
	owners.set(name, table);
}

function renameIndex(from: string, to: string, known: Known): void {
	const table = known.owners.get(from);
	const columns = table?.indexes.get(from);
	if (table === undefined || columns === undefined) return;
	table.indexes.delete(from);
	addIndex(to, columns, table, known);
}

function renameColumn(from: string, to: string, {indexes, foreignKeys}: KnownTable): void {
	const renamed = (column: string): string => (column === from ? to : column);
	for (const [name, columns] of indexes) {
		if (!columns.includes(from)) continue;
		indexes.set(
			name,
			columns.map((column) => (column === null ? null : renamed(column))),
		);
	}
	for (const [name, key] of foreignKeys) {
		if (key.columns.includes(from)) foreignKeys.set(name, {...key, columns: key.columns.map(renamed)});
	}
}

/** What is known of the table so far; the target's word, where it was asked, takes the place of the applied migrations'. */
function knownTable(name: TableName, reviewed: ReviewedChange | null, known: Known): KnownTable {
	const facts = reviewed?.facts?.exists === true ? reviewed.facts : null;
	const before = known.tables.get(tableKey(name));
	if (before !== undefined && (before.isAsked || facts === null)) return before;
	const table: KnownTable = {
		name,
		isAsked: facts !== null,
		complete: facts !== null,
		indexes: new Map(),
		foreignKeys: before?.foreignKeys ?? new Map<string, ForeignKey>(),
	};
	known.tables.set(tableKey(name), table);
	for (const index of facts?.indexes ?? []) {
		addIndex(parseTableName(index.name)?.name ?? index.name, index.columns, table, known);
	}
	return table;
}
