import type {Direction, EfFrame} from '../script/ef-frame.ts';
import type {ParsedScript} from '../script/parsed-script.ts';
import {settledMigrations} from '../script/pending.ts';
import {sameTable, tableKey, type SchemaChange} from '../script/schema-change.ts';
import type {Finding, Place, Severity} from './finding.ts';
import {
	isHistoryChange,
	reviewContext,
	type ReviewContext,
	type ReviewedChange,
	type ReviewInput,
} from './review-context.ts';
import {findingOf} from './rule.ts';
import {isLarge} from './rows.ts';
import {rules} from './rules/index.ts';
import type {ColumnFacts, TableFacts, TableName, TouchedTable} from './table-facts.ts';

/** What Lockstep has to say about one script on one target, at one moment. Safe as JSON. */
export interface Review {
	readonly direction: Direction;
	/** Ids that the script will apply (down: revert), in the order of the file. */
	readonly pending: readonly string[];
	/** The script's other ids: nothing is left to do for them. */
	readonly alreadyApplied: readonly string[];
	/** Of pending migrations, in the order of the file; the history's own rows left out. */
	readonly changes: readonly PlacedChange[];
	/** Worst first, then by place. */
	readonly findings: readonly Finding[];
	/** Two approvers: a finding is destructive, or the script reverts migrations. */
	readonly destructive: boolean;
	/** Tables that pending changes touch, under the names that the target knows. */
	readonly tables: readonly ReviewedTable[];
	readonly largeTableRows: number;
}

export interface PlacedChange {
	readonly migration: string;
	readonly place: Place;
	readonly change: SchemaChange;
	/** On a table that an earlier pending statement creates. */
	readonly onNewTable: boolean;
}

/** Facts as the review saw them; the times are ISO texts. */
export interface ReviewedTable {
	readonly table: TableName;
	/** Null where the target was not asked. */
	readonly exists: boolean | null;
	readonly estimatedRows: number | null;
	readonly empty: boolean;
	readonly large: boolean;
	readonly bytes: number | null;
	readonly columns: readonly ColumnFacts[];
	readonly dependents: readonly string[];
	readonly scans: number | null;
	readonly statisticsSince: string | null;
}

/** A pending statement taken out of its DO block, for people to read. */
export interface PendingStatement {
	readonly migration: string;
	readonly place: Place;
	readonly sql: string;
	/** What else decides whether it runs: `IF x > 1`, `LOOP`. */
	readonly conditions: readonly string[];
}

export function reviewScript(input: ReviewInput): Review {
	const {frame, appliedIds, largeTableRows} = input;
	const context = reviewContext(input);
	const findings = rules.flatMap((rule) => rule.check(context).map((objection) => findingOf(rule, objection)));
	return {
		direction: frame.direction,
		pending: context.pendingIds,
		alreadyApplied: settledMigrations(frame, appliedIds).map(({id}) => id),
		changes: placedChanges(context),
		findings: findings.toSorted(worstFirst),
		destructive: frame.direction === 'down' || findings.some(({destructive}) => destructive),
		tables: reviewedTables(context),
		largeTableRows,
	};
}

/** The tables of the target that pending changes touch: what facts must be asked for. */
export function tablesTouched(
	script: ParsedScript,
	frame: EfFrame,
	appliedIds: readonly string[],
): readonly TouchedTable[] {
	const context = reviewContext({script, frame, appliedIds, facts: [], largeTableRows: 0});
	const touched = new Map<string, {table: TableName; droppedColumns: string[]}>();
	for (const reviewed of ownChanges(context)) {
		for (const table of targetTables(reviewed)) {
			const entry = touched.get(tableKey(table)) ?? {table, droppedColumns: []};
			touched.set(tableKey(table), entry);
			const {change, onNewColumn} = reviewed;
			if (change.kind === 'drop-column' && !onNewColumn) entry.droppedColumns.push(change.column);
		}
	}
	return [...touched.values()].map(({table, droppedColumns}) => ({...table, droppedColumns}));
}

/** Every pending statement that does something, EF's own history rows left out. */
export function pendingStatements(
	script: ParsedScript,
	frame: EfFrame,
	appliedIds: readonly string[],
): readonly PendingStatement[] {
	const context = reviewContext({script, frame, appliedIds, facts: [], largeTableRows: 0});
	return context.pending.flatMap(({statement, migration, changes}) => {
		const isHistoryRow = changes.length > 0 && changes.every(({change}) => isHistoryChange(change, frame));
		if (migration === null || isHistoryRow || statement.tag === 'EXPRESSION') return [];
		return [{migration, place: statement.place, sql: statement.text, conditions: statement.conditions}];
	});
}

/** What the answers of the checklist rely on, to be asked again right before the script is applied. */
export interface ReliedUpon {
	readonly emptyTables: readonly TableName[];
	readonly smallTables: readonly {readonly table: TableName; readonly below: number}[];
}

export function reliedUpon(review: Review): ReliedUpon {
	const existing = review.tables.filter(({exists}) => exists === true);
	const indexed = review.changes.filter(({change}) => change.kind === 'create-index');
	const isIndexed = (table: TableName): boolean =>
		indexed.some(({change}) => change.kind === 'create-index' && sameTable(change.table, table));
	return {
		emptyTables: existing.filter(({empty}) => empty).map(({table}) => table),
		smallTables: existing
			.filter(({table, large, empty}) => !large && !empty && isIndexed(table))
			.map(({table}) => ({table, below: review.largeTableRows})),
	};
}

const severityRank: Readonly<Record<Severity, number>> = {blocker: 0, warning: 1, notice: 2};

function worstFirst(left: Finding, right: Finding): number {
	return (
		severityRank[left.severity] - severityRank[right.severity] ||
		left.place.line - right.place.line ||
		left.place.column - right.place.column
	);
}

function placedChanges(context: ReviewContext): readonly PlacedChange[] {
	return context.pending.flatMap(({statement, migration, changes}) =>
		changes
			.filter(({change}) => migration !== null && !isHistoryChange(change, context.frame))
			.map(({change, onNewTable}) => ({migration: migration ?? '', place: statement.place, change, onNewTable})),
	);
}

function ownChanges(context: ReviewContext): readonly ReviewedChange[] {
	return context.pending.flatMap(({changes}) => changes).filter(({change}) => !isHistoryChange(change, context.frame));
}

/** The change's own table and the one that a foreign key refers to, where the target has them already. */
function targetTables({change, table, onNewTable}: ReviewedChange): readonly TableName[] {
	if (change.kind === 'create-table') return change.ifNotExists ? [change.table] : [];
	const own = table === null || onNewTable ? [] : [table];
	return change.kind === 'add-constraint' && change.references !== null ? [...own, change.references] : own;
}

function reviewedTables(context: ReviewContext): readonly ReviewedTable[] {
	const tables = new Map<string, ReviewedTable>();
	for (const {table, onNewTable, facts} of ownChanges(context)) {
		if (table === null || onNewTable || tables.has(tableKey(table))) continue;
		tables.set(tableKey(table), reviewedTable(table, facts, context.largeTableRows));
	}
	return [...tables.values()];
}

function reviewedTable(table: TableName, facts: TableFacts | null, largeTableRows: number): ReviewedTable {
	return {
		table,
		exists: facts?.exists ?? null,
		estimatedRows: facts?.estimatedRows ?? null,
		empty: facts?.empty ?? false,
		large: isLarge(facts, largeTableRows),
		bytes: facts?.bytes ?? null,
		columns: facts?.columns ?? [],
		dependents: facts?.dependents ?? [],
		scans: facts?.scans ?? null,
		statisticsSince: facts?.statisticsSince?.toISOString() ?? null,
	};
}
