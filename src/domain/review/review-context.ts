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
import type {ReviewPolicy} from './policy.ts';
import {sizeOf, type TableSize} from './rows.ts';
import type {TableFacts} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** All that a rule may look at. */
export interface ReviewContext {
	readonly script: ParsedScript;
	readonly frame: EfFrame;
	readonly pendingIds: readonly string[];
	/** The whole script: only rules about what no script may do look here, for psql runs the whole file. */
	readonly statements: readonly ReviewedStatement[];
	/** Statements of pending migrations. */
	readonly pending: readonly ReviewedStatement[];
	/** Null in a review without a database. */
	readonly target: ReviewedTarget | null;
	readonly policy: ReviewPolicy;
	/** What the target says about a table under the name that it knows; null where it was not asked. */
	factsOf(table: TableName): TableFacts | null;
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
	/** The column's type before the change, as the target or an earlier statement of the file tells; null is unknown. */
	readonly columnType: string | null;
	/** Null where the target was not asked, or the table is new. */
	readonly facts: TableFacts | null;
	readonly size: TableSize;
}

/** What only the target can tell. */
export interface ReviewedTarget {
	/** Every id in its history, those of other scripts too. */
	readonly historyIds: readonly string[];
	/** As `server_version_num`: 150018. */
	readonly serverVersion: number;
	/** Ids of migrations as earlier scripts had them; null where no earlier script is known. */
	readonly knownIds: KnownIds | null;
	/** Another app or context keeps its history in the same table: an unknown id may be one of its own. */
	readonly sharedHistory: boolean;
}

export interface KnownIds {
	/** Of this app and context. */
	readonly own: readonly string[];
	/** Of others in the same history table. */
	readonly others: readonly string[];
}

export interface ReviewInput {
	readonly script: ParsedScript;
	readonly frame: EfFrame;
	/** Ids that the target's history holds, or that are taken for applied in a review without a database. */
	readonly appliedIds: readonly string[];
	readonly facts: readonly TableFacts[];
	readonly target: ReviewedTarget | null;
	readonly policy: ReviewPolicy;
}

/** Follows the statements in their order, so that each pending change is seen with what the ones before it left. */
export function reviewContext(input: ReviewInput): ReviewContext {
	const {script, frame, appliedIds, facts, target, policy} = input;
	const pendingIds = pendingMigrations(frame, appliedIds).map(({id}) => id);
	const pending = new Set(pendingIds);
	const journey: Journey = {
		facts: new Map(facts.map((item) => [tableKey(item.table), item])),
		policy,
		newTables: new Set(),
		newSchemas: new Set(),
		newColumns: new Set(),
		columnTypes: new Map(),
		origins: new Map(),
	};
	const statements = script.statements.map((statement): ReviewedStatement => {
		const migration = migrationOf(statement, frame);
		const isPending = migration !== null && pending.has(migration);
		if (!isPending) for (const change of statement.changes) learnTypes(change, journey);
		const changes = isPending ? statement.changes.map((change) => follow(change, journey)) : [];
		return {statement, migration, changes};
	});
	return {
		script,
		frame,
		pendingIds,
		statements,
		pending: statements.filter(({migration}) => migration !== null && pending.has(migration)),
		target,
		policy,
		factsOf: (table) => journey.facts.get(tableKey(table)) ?? null,
	};
}

/** True for a change of the history table itself: EF's own bookkeeping, no change of the application's schema. */
export function isHistoryChange(change: SchemaChange, frame: EfFrame): boolean {
	const table = tableOf(change);
	return table !== null && sameTable(table, historyOf(frame));
}

interface Journey {
	readonly facts: ReadonlyMap<string, TableFacts>;
	readonly policy: ReviewPolicy;
	readonly newTables: Set<string>;
	readonly newSchemas: Set<string>;
	readonly newColumns: Set<string>;
	/** Types as the script's own statements wrote them last. */
	readonly columnTypes: Map<string, string>;
	/** Key of a new name → the name that the target knows. */
	readonly origins: Map<string, TableName>;
}

function follow(change: SchemaChange, journey: Journey): ReviewedChange {
	const named = tableOf(change);
	const table = named === null ? null : (journey.origins.get(tableKey(named)) ?? named);
	const onNewTable = isOnNew(change, named, journey);
	const column = 'column' in change ? change.column : null;
	const facts = table === null || onNewTable ? null : (journey.facts.get(tableKey(table)) ?? null);
	const reviewed: ReviewedChange = {
		change,
		table,
		onNewTable,
		onNewColumn: named !== null && column !== null && journey.newColumns.has(columnKey(named, column)),
		columnType: named === null || column === null ? null : typeOf(named, column, facts, journey),
		facts,
		size: onNewTable ? 'empty' : sizeOf(facts, journey.policy),
	};
	move(change, reviewed, journey);
	learnTypes(change, journey);
	return reviewed;
}

/** What an earlier pending statement made of it, what the target says, or what an applied migration of the file wrote. */
function typeOf(table: TableName, column: string, facts: TableFacts | null, journey: Journey): string | null {
	const key = columnKey(table, column);
	const written = journey.columnTypes.get(key) ?? null;
	if (journey.newColumns.has(key)) return written;
	return facts?.columns.find(({name}) => name === column)?.type ?? written;
}

function learnTypes(change: SchemaChange, {columnTypes}: Journey): void {
	if (change.kind === 'create-table') {
		for (const {column, type} of change.columns) columnTypes.set(columnKey(change.table, column), type);
	}
	if (change.kind === 'add-column' || change.kind === 'alter-type') {
		columnTypes.set(columnKey(change.table, change.column), change.type);
	}
	if (change.kind === 'rename-column') {
		const type = columnTypes.get(columnKey(change.table, change.column));
		if (type !== undefined) columnTypes.set(columnKey(change.table, change.to), type);
	}
	if (change.kind === 'rename-table') {
		const prefix = `${tableKey(change.table)}.`;
		// A copy: the map grows while it is read.
		for (const [key, type] of Array.from(columnTypes)) {
			if (key.startsWith(prefix)) columnTypes.set(`${tableKey(change.to)}.${key.slice(prefix.length)}`, type);
		}
	}
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
