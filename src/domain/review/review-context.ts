import {historyOf, migrationOf, type EfFrame} from '../script/ef-frame.ts';
import type {ParsedScript, ScriptStatement} from '../script/parsed-script.ts';
import {pendingMigrations} from '../script/pending.ts';
import {
	identifierText,
	sameTable,
	tableKey,
	tableOf,
	type RenameTable,
	type SchemaChange,
} from '../script/schema-change.ts';
import type {TableFacts, TableName} from './table-facts.ts';

/** All that a rule may look at. */
export interface ReviewContext {
	readonly script: ParsedScript;
	readonly frame: EfFrame;
	readonly pendingIds: readonly string[];
	/** The whole script: only rules about what no script may do look here, for psql runs the whole file. */
	readonly statements: readonly ReviewedStatement[];
	/** Statements of pending migrations. */
	readonly pending: readonly ReviewedStatement[];
	readonly largeTableRows: number;
}

export interface ReviewedStatement {
	readonly statement: ScriptStatement;
	/** Whose guard it stands under; null outside of all guards. */
	readonly migration: string | null;
	/** Empty unless its migration is pending. */
	readonly changes: readonly ReviewedChange[];
}

/** A pending change, and what is known about its table at that point of the script. */
export interface ReviewedChange {
	readonly change: SchemaChange;
	/** The table under the name that the target knows it by: renames earlier in the script undone. */
	readonly table: TableName | null;
	/** An earlier pending statement made the table (or the schema): nobody uses it yet. */
	readonly onNewTable: boolean;
	/** An earlier pending statement added the column. */
	readonly onNewColumn: boolean;
	/** Null where the target was not asked, or the table is new. */
	readonly facts: TableFacts | null;
}

export interface ReviewInput {
	readonly script: ParsedScript;
	readonly frame: EfFrame;
	/** Ids that the target's history holds. */
	readonly appliedIds: readonly string[];
	readonly facts: readonly TableFacts[];
	/** Tables with at least this many rows are large. */
	readonly largeTableRows: number;
}

/** Follows the pending statements in their order, so that each change is seen with what the ones before it left. */
export function reviewContext(input: ReviewInput): ReviewContext {
	const {script, frame, appliedIds, facts, largeTableRows} = input;
	const pendingIds = pendingMigrations(frame, appliedIds).map(({id}) => id);
	const pending = new Set(pendingIds);
	const journey: Journey = {
		facts: new Map(facts.map((item) => [tableKey(item.table), item])),
		newTables: new Set(),
		newSchemas: new Set(),
		newColumns: new Set(),
		origins: new Map(),
	};
	const statements = script.statements.map((statement): ReviewedStatement => {
		const migration = migrationOf(statement, frame);
		const isPending = migration !== null && pending.has(migration);
		const changes = isPending ? statement.changes.map((change) => follow(change, journey)) : [];
		return {statement, migration, changes};
	});
	return {
		script,
		frame,
		pendingIds,
		statements,
		pending: statements.filter(({migration}) => migration !== null && pending.has(migration)),
		largeTableRows,
	};
}

/** True for a change of the history table itself: EF's own bookkeeping, no change of the application's schema. */
export function isHistoryChange(change: SchemaChange, frame: EfFrame): boolean {
	const table = tableOf(change);
	return table !== null && sameTable(table, historyOf(frame));
}

interface Journey {
	readonly facts: ReadonlyMap<string, TableFacts>;
	readonly newTables: Set<string>;
	readonly newSchemas: Set<string>;
	readonly newColumns: Set<string>;
	/** Key of a new name → the name that the target knows. */
	readonly origins: Map<string, TableName>;
}

function follow(change: SchemaChange, journey: Journey): ReviewedChange {
	const named = tableOf(change);
	const table = named === null ? null : (journey.origins.get(tableKey(named)) ?? named);
	const onNewTable = isOnNew(change, named, journey);
	const column = 'column' in change ? change.column : null;
	const reviewed: ReviewedChange = {
		change,
		table,
		onNewTable,
		onNewColumn: named !== null && column !== null && journey.newColumns.has(columnKey(named, column)),
		facts: table === null || onNewTable ? null : (journey.facts.get(tableKey(table)) ?? null),
	};
	move(change, reviewed, journey);
	return reviewed;
}

function isOnNew(change: SchemaChange, table: TableName | null, journey: Journey): boolean {
	if (change.kind === 'drop-schema' || change.kind === 'rename-schema') return journey.newSchemas.has(change.schema);
	return table !== null && journey.newTables.has(tableKey(table));
}

/** What the change leaves for the ones after it. */
function move(change: SchemaChange, reviewed: ReviewedChange, journey: Journey): void {
	// IF NOT EXISTS makes nothing where the table is there already.
	if (change.kind === 'create-table' && !(change.ifNotExists && reviewed.facts?.exists === true)) {
		journey.newTables.add(tableKey(change.table));
	}
	if (change.kind === 'create-schema' && !change.ifNotExists) journey.newSchemas.add(change.schema);
	if (change.kind === 'drop-table') journey.newTables.delete(tableKey(change.table));
	if (change.kind === 'rename-table') moveTable(change, reviewed, journey);
	if (change.kind === 'add-column') journey.newColumns.add(columnKey(change.table, change.column));
	if (change.kind === 'rename-column' && reviewed.onNewColumn) {
		journey.newColumns.add(columnKey(change.table, change.to));
	}
}

function moveTable(change: RenameTable, {table, onNewTable}: ReviewedChange, journey: Journey): void {
	journey.newTables.delete(tableKey(change.table));
	if (onNewTable) journey.newTables.add(tableKey(change.to));
	else if (table !== null) journey.origins.set(tableKey(change.to), table);
}

function columnKey(table: TableName, column: string): string {
	return `${tableKey(table)}.${identifierText(column)}`;
}
