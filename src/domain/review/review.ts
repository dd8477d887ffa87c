import type {Direction, EfFrame} from '../script/ef-frame.ts';
import type {ParsedScript} from '../script/parsed-script.ts';
import {settledMigrations} from '../script/pending.ts';
import {sameTable, tableKey, tableOf, type SchemaChange} from '../script/schema-change.ts';
import type {Finding, FurtherPlace, Place, Severity} from './finding.ts';
import {
	isHistoryChange,
	reviewContext,
	type ReviewContext,
	type ReviewedChange,
	type ReviewInput,
} from './review-context.ts';
import {indexOwners, type IndexOwners} from './index-owners.ts';
import {defaultReviewPolicy, type ReviewPolicy} from './policy.ts';
import {findingOf, type Rule} from './rule.ts';
import {sizeOf} from './rows.ts';
import {rules} from './rules/index.ts';
import type {Dependent, TableFacts, TouchedTable} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** What Lockstep has to say about one script on one target, at one moment. Safe as JSON. */
export interface Review {
	readonly direction: Direction;
	/** As in the guard, quotes included. */
	readonly historyTable: string;
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
	readonly columns: readonly string[];
	readonly indexes: readonly string[];
	readonly dependents: readonly Dependent[];
	/** Reads and writes since `since`; null where unknown. */
	readonly use: {readonly reads: number; readonly writes: number; readonly since: string | null} | null;
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
	const {frame, appliedIds, policy} = input;
	const context = reviewContext(input);
	const findings = toldOnce(rules.flatMap((rule) => findingsOf(rule, context)));
	return {
		direction: frame.direction,
		historyTable: frame.historyTable,
		pending: context.pendingIds,
		alreadyApplied: settledMigrations(frame, appliedIds).map(({id}) => id),
		changes: placedChanges(context),
		findings: findings.toSorted(worstFirst),
		destructive: frame.direction === 'down' || findings.some(({destructive}) => destructive),
		tables: reviewedTables(context),
		largeTableRows: policy.largeTableRows,
	};
}

function findingsOf(rule: Rule, context: ReviewContext): readonly Finding[] {
	return rule.check(context).map((objection) => {
		const finding = findingOf(rule, objection);
		return {...finding, severity: configuredSeverity(finding, context.policy)};
	});
}

/** A target may take a rule more or less seriously, but not lower what nobody may waive. */
export function configuredSeverity({rule, severity, waivable}: Finding, {severities}: ReviewPolicy): Severity {
	const own = severities[rule];
	if (own === undefined) return severity;
	return !waivable && severityRank[own] > severityRank[severity] ? severity : own;
}

/** What is to be said twice in the same words is said once, with all its places. */
function toldOnce(findings: readonly Finding[]): readonly Finding[] {
	const told = new Map<string, {readonly first: Finding; readonly furtherPlaces: FurtherPlace[]}>();
	for (const finding of findings) {
		const {rule, severity, destructive, message, migration, place} = finding;
		const key = JSON.stringify([rule, severity, destructive, message]);
		const same = told.get(key);
		if (same === undefined) told.set(key, {first: finding, furtherPlaces: []});
		else same.furtherPlaces.push({migration, place});
	}
	return [...told.values()].map(({first, furtherPlaces}) => ({...first, furtherPlaces}));
}

/** The tables of the target that pending changes touch: what facts must be asked for. */
export function tablesTouched(
	script: ParsedScript,
	frame: EfFrame,
	appliedIds: readonly string[],
): readonly TouchedTable[] {
	const context = reviewContext(withoutDatabase(script, frame, appliedIds));
	const touched = new Map<string, {table: TableName; droppedColumns: string[]}>();
	for (const {change, table, onNewColumn} of touchingChanges(context)) {
		const entry = touched.get(tableKey(table)) ?? {table, droppedColumns: []};
		touched.set(tableKey(table), entry);
		if (change.kind === 'drop-column' && !onNewColumn) entry.droppedColumns.push(change.column);
	}
	return [...touched.values()].map(({table, droppedColumns}) => ({...table, droppedColumns}));
}

/** Every pending statement that does something, EF's own history rows left out. */
export function pendingStatements(
	script: ParsedScript,
	frame: EfFrame,
	appliedIds: readonly string[],
): readonly PendingStatement[] {
	const context = reviewContext(withoutDatabase(script, frame, appliedIds));
	return context.pending.flatMap(({statement, migration, changes}) => {
		const isHistoryRow = changes.length > 0 && changes.every(({change}) => isHistoryChange(change, frame));
		if (migration === null || isHistoryRow || statement.tag === 'EXPRESSION') return [];
		return [{migration, place: statement.place, sql: statement.text, conditions: statement.conditions}];
	});
}

function withoutDatabase(script: ParsedScript, frame: EfFrame, appliedIds: readonly string[]): ReviewInput {
	return {script, frame, appliedIds, facts: [], target: null, policy: defaultReviewPolicy};
}

/** What the answers of the checklist rely on, to be asked again right before the script is applied. */
export interface ReliedUpon {
	readonly emptyTables: readonly TableName[];
	readonly smallTables: readonly {readonly table: TableName; readonly below: number}[];
}

export function reliedUpon(review: Review): ReliedUpon {
	const existing = review.tables.filter(({exists}) => exists === true);
	const sized = review.changes.filter(({change}) => takesTime(change)).flatMap(({change}) => tableOf(change) ?? []);
	const isSized = (table: TableName): boolean => sized.some((other) => sameTable(other, table));
	return {
		emptyTables: existing.filter(({empty}) => empty).map(({table}) => table),
		smallTables: existing
			.filter(({table, large, empty}) => !large && !empty && isSized(table))
			.map(({table}) => ({table, below: review.largeTableRows})),
	};
}

/** Changes of which the review says less on a small table than on a large one. */
function takesTime(change: SchemaChange): boolean {
	if (change.kind === 'add-column') return change.generated !== null || change.defaultCalls.length > 0;
	if (change.kind === 'data-change') return !change.namedRows;
	return slowKinds.has(change.kind);
}

const slowKinds: ReadonlySet<SchemaChange['kind']> = new Set([
	'create-index',
	'add-constraint',
	'alter-type',
	'set-not-null',
]);

const severityRank: Readonly<Record<Severity, number>> = {blocker: 0, warning: 1, notice: 2};

/** The order of a review's findings. */
export function worstFirst(left: Finding, right: Finding): number {
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

/** Pending changes, each with every table that the target has already and that it changes, refers to or reads. */
function touchingChanges(
	context: ReviewContext,
): readonly {readonly change: SchemaChange; readonly table: TableName; readonly onNewColumn: boolean}[] {
	const owners = indexOwners(context);
	const pending = new Set(context.pending);
	return context.statements.flatMap((at) => {
		if (!pending.has(at)) {
			for (const change of at.statement.changes) owners.follow(change, false);
			return [];
		}
		return at.changes.flatMap((reviewed) => {
			const {change, onNewColumn} = reviewed;
			const tables = isHistoryChange(change, context.frame) ? [] : targetTables(reviewed, owners);
			owners.follow(change, true);
			return tables.map((table) => ({change, table, onNewColumn}));
		});
	});
}

function targetTables({change, table, onNewTable}: ReviewedChange, owners: IndexOwners): readonly TableName[] {
	if (change.kind === 'create-table') return change.ifNotExists ? [change.table] : [];
	if (change.kind === 'drop-index') {
		const owner = owners.ownerOf(change.index);
		return owner.table === null || owner.isNew ? [] : [owner.table];
	}
	const own = table === null || onNewTable ? [] : [table];
	if (change.kind === 'data-change') return [...own, ...change.reads];
	return change.kind === 'add-constraint' && change.references !== null ? [...own, change.references] : own;
}

function reviewedTables(context: ReviewContext): readonly ReviewedTable[] {
	const tables = new Map<string, ReviewedTable>();
	for (const {table, onNewTable, facts} of ownChanges(context)) {
		if (table === null || onNewTable || tables.has(tableKey(table))) continue;
		tables.set(tableKey(table), reviewedTable(table, facts, context.policy));
	}
	return [...tables.values()];
}

function reviewedTable(table: TableName, facts: TableFacts | null, policy: ReviewPolicy): ReviewedTable {
	const size = sizeOf(facts, policy);
	const use = facts?.use ?? null;
	return {
		table,
		exists: facts?.exists ?? null,
		estimatedRows: facts?.estimatedRows ?? null,
		empty: facts?.empty ?? false,
		large: size === 'large' || size === 'unknown',
		bytes: facts?.bytes ?? null,
		columns: facts?.columns.map(({name}) => name) ?? [],
		indexes: facts?.indexes.map(({name}) => name) ?? [],
		dependents: facts?.dependents ?? [],
		use: use === null ? null : {reads: use.reads, writes: use.writes, since: use.since?.toISOString() ?? null},
	};
}
