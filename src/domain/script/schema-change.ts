import type {TableName} from './table-name.ts';

/** What one statement does to the schema or its data, in Lockstep's own vocabulary. One statement may make several. */
export type SchemaChange =
	| CreateTable
	| DropTable
	| RenameTable
	| AddColumn
	| DropColumn
	| RenameColumn
	| AlterType
	| SetNotNull
	| DropNotNull
	| SetDefault
	| AddConstraint
	| ValidateConstraint
	| DropConstraint
	| CreateIndex
	| DropIndex
	| RenameIndex
	| CreateSchema
	| DropSchema
	| RenameSchema
	| CreateView
	| CreateTrigger
	| CreateEnum
	| AddEnumValue
	| DataChange
	| OtherChange;

export interface CreateTable {
	readonly kind: 'create-table';
	readonly table: TableName;
	readonly ifNotExists: boolean;
	/** The table this one is a partition of. */
	readonly partitionOf: TableName | null;
	/** INHERITS: tables whose readers see the rows of this one, too. Left out where there are none. */
	readonly inherits?: readonly TableName[];
	/** It has partitions itself: PARTITION BY. */
	readonly partitioned: boolean;
	/** Empty where another query gives them (CREATE TABLE AS, LIKE). */
	readonly columns: readonly ColumnDefinition[];
	/** Of the table and of its columns. */
	readonly constraints: readonly ConstraintDefinition[];
}

export interface DropTable {
	readonly kind: 'drop-table';
	readonly table: TableName;
	readonly cascade: boolean;
}

/** ALTER TABLE … RENAME TO, and SET SCHEMA: to readers of the old name they are the same. */
export interface RenameTable {
	readonly kind: 'rename-table';
	readonly table: TableName;
	readonly to: TableName;
}

/** A column's own constraints (REFERENCES, UNIQUE, CHECK) come as constraints of the table. */
export interface ColumnDefinition {
	readonly column: string;
	/** As written, such as `character varying(20)`. */
	readonly type: string;
	readonly notNull: boolean;
	/** A DEFAULT, or values that PostgreSQL makes itself. */
	readonly hasDefault: boolean;
	/** The default's own text; null where there is none or PostgreSQL makes the values. */
	readonly defaultText: string | null;
	/** Functions that the default calls, as in ScriptStatement.calls; CURRENT_TIMESTAMP and its kin are none. */
	readonly defaultCalls: readonly string[];
	/** How PostgreSQL makes the values itself; null where it does not. */
	readonly generated: 'identity' | 'serial' | 'stored' | 'virtual' | null;
}

export interface AddColumn extends ColumnDefinition {
	readonly kind: 'add-column';
	readonly table: TableName;
	/** ADD COLUMN IF NOT EXISTS. */
	readonly ifNotExists: boolean;
}

export interface DropColumn {
	readonly kind: 'drop-column';
	readonly table: TableName;
	readonly column: string;
	readonly cascade: boolean;
}

export interface RenameColumn {
	readonly kind: 'rename-column';
	readonly table: TableName;
	readonly column: string;
	readonly to: string;
}

export interface AlterType {
	readonly kind: 'alter-type';
	readonly table: TableName;
	readonly column: string;
	/** As written, such as `character varying(20)`. */
	readonly type: string;
	/** USING: each value is computed anew. */
	readonly using: boolean;
}

export interface SetNotNull {
	readonly kind: 'set-not-null';
	readonly table: TableName;
	readonly column: string;
}

export interface DropNotNull {
	readonly kind: 'drop-not-null';
	readonly table: TableName;
	readonly column: string;
}

export interface SetDefault {
	readonly kind: 'set-default';
	readonly table: TableName;
	readonly column: string;
	/** Null: the default is dropped. */
	readonly defaultText: string | null;
}

export type ConstraintKind = 'primary-key' | 'unique' | 'foreign-key' | 'check' | 'exclude' | 'not-null';

export interface ConstraintDefinition {
	readonly constraint: ConstraintKind;
	readonly name: string | null;
	/** Its columns; of a CHECK, the columns that its expression reads. */
	readonly columns: readonly string[];
	/** The referenced table of a foreign key. */
	readonly references: TableName | null;
	readonly notValid: boolean;
	/** Built on an index that is there already (USING INDEX). */
	readonly usingIndex: boolean;
	/** Columns that a CHECK proves to hold a value: `c IS NOT NULL`, alone or joined by AND. */
	readonly provesNotNull: readonly string[];
}

export interface AddConstraint extends ConstraintDefinition {
	readonly kind: 'add-constraint';
	readonly table: TableName;
}

export interface ValidateConstraint {
	readonly kind: 'validate-constraint';
	readonly table: TableName;
	readonly name: string;
}

export interface DropConstraint {
	readonly kind: 'drop-constraint';
	readonly table: TableName;
	readonly name: string;
}

export interface CreateIndex {
	readonly kind: 'create-index';
	readonly table: TableName;
	/** Null where PostgreSQL chooses the name. */
	readonly name: string | null;
	readonly unique: boolean;
	readonly concurrently: boolean;
	readonly ifNotExists: boolean;
	/** Key columns in their order; null stands for an expression. */
	readonly columns: readonly (string | null)[];
	/** A partial index: WHERE. */
	readonly partial: boolean;
	/** ON ONLY: of a partitioned table alone, without its partitions. */
	readonly only: boolean;
}

export interface DropIndex {
	readonly kind: 'drop-index';
	readonly index: TableName;
	readonly concurrently: boolean;
}

export interface RenameIndex {
	readonly kind: 'rename-index';
	readonly index: TableName;
	readonly to: string;
}

export interface CreateSchema {
	readonly kind: 'create-schema';
	readonly schema: string;
	readonly ifNotExists: boolean;
}

export interface DropSchema {
	readonly kind: 'drop-schema';
	readonly schema: string;
	readonly cascade: boolean;
}

export interface RenameSchema {
	readonly kind: 'rename-schema';
	readonly schema: string;
	readonly to: string;
}

export interface CreateView {
	readonly kind: 'create-view';
	readonly view: TableName;
	readonly materialized: boolean;
	readonly reads: readonly TableName[];
}

export interface CreateTrigger {
	readonly kind: 'create-trigger';
	readonly table: TableName;
	readonly name: string;
}

export interface CreateEnum {
	readonly kind: 'create-enum';
	readonly type: TableName;
}

/** ALTER TYPE … ADD VALUE. */
export interface AddEnumValue {
	readonly kind: 'add-enum-value';
	readonly type: TableName;
	readonly value: string;
}

export interface DataChange {
	readonly kind: 'data-change';
	readonly operation: 'insert' | 'update' | 'delete' | 'truncate' | 'merge' | 'copy';
	readonly table: TableName;
	/** Columns that an UPDATE sets; empty for the others. */
	readonly columns: readonly string[];
	/** An UPDATE or DELETE without WHERE. */
	readonly everyRow: boolean;
	/** It names its rows one by one: `WHERE "Id" = 1`, several such comparisons joined by AND; an INSERT of VALUES. */
	readonly namedRows: boolean;
	/** Other tables that it reads its rows from: INSERT … SELECT, UPDATE … FROM, DELETE … USING, subqueries. */
	readonly reads: readonly TableName[];
}

/** Anything else that writes; `tag` is the statement's command tag, such as `CREATE VIEW`. */
export interface OtherChange {
	readonly kind: 'other';
	readonly tag: string;
	readonly table: TableName | null;
}

/** The table that a change is about, or null where it is about none. */
export function tableOf(change: SchemaChange): TableName | null {
	return 'table' in change ? change.table : null;
}

/** One key per name. A name without a schema and the same name with one stay apart: the search path decides, not we. */
export function tableKey(table: TableName): string {
	return `${table.schema === null ? '' : quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
}

export function sameTable(left: TableName, right: TableName): boolean {
	return left.schema === right.schema && left.name === right.name;
}

/** As a person would write it: quoted only where SQL needs it. */
export function tableText(table: TableName): string {
	const name = identifierText(table.name);
	return table.schema === null ? name : `${identifierText(table.schema)}.${name}`;
}

export function identifierText(name: string): string {
	return /^[a-z_][a-z0-9_]*$/u.test(name) ? name : quoteIdentifier(name);
}

function quoteIdentifier(name: string): string {
	return name.includes('"') ? `"${name.replaceAll('"', '""')}"` : `"${name}"`;
}

/**
 * A table's name as written in SQL (`inventory."__EFMigrationsHistory"`) → its parts. Unquoted parts are folded to lower
 * case as PostgreSQL folds them. Null where the text is no table name.
 */
export function parseTableName(text: string): TableName | null {
	const match = tableName.exec(text);
	if (match === null) return null;
	const name = unquoted(match[3], match[4]);
	return name === null ? null : {schema: unquoted(match[1], match[2]), name};
}

const namePart = String.raw`(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))`;
const tableName = new RegExp(String.raw`^\s*(?:${namePart}\s*\.\s*)?${namePart}\s*$`, 'u');

function unquoted(quoted: string | undefined, plain: string | undefined): string | null {
	if (quoted !== undefined) return quoted.replaceAll('""', '"');
	return plain?.toLowerCase() ?? null;
}
