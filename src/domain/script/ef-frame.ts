import {outsideWords} from '../outside-words.ts';
import {refuse, type Refusal} from '../refusal.ts';
import type {Place} from '../review/finding.ts';
import type {TableName} from './table-name.ts';
import type {Guard, ParsedScript, PlacedGuard, ScriptStatement} from './parsed-script.ts';
import {parseTableName, sameTable, type CreateTable} from './schema-change.ts';

/** How EF Core framed the script. Nothing here is assumed: table, columns and ids are read from the guards. */
export interface EfFrame {
	/** As in the guard, quotes included: `"__EFMigrationsHistory"`, `inventory."__EFMigrationsHistory"`. */
	readonly historyTable: string;
	/** Unquoted. */
	readonly historyColumn: string;
	/** Unquoted; from the script where it names it, else the companion that EF gives the id's column. */
	readonly productVersionColumn: string;
	/** `$EF$` or `$$`. */
	readonly blockTag: string;
	readonly transactions: TransactionStyle;
	readonly direction: Direction;
	/** In the order of the file. */
	readonly migrations: readonly FrameMigration[];
}

export type TransactionStyle = 'none' | 'per-migration' | 'whole-script';
export type Direction = 'up' | 'down';

export interface FrameMigration {
	readonly id: string;
	/** Null where the script does not insert it (a down script). */
	readonly productVersion: string | null;
	/** Of its first guard, from 1. */
	readonly line: number;
	/** True where a failure undoes all of it: a retry starts from a clean boundary. */
	readonly whollyInOneTransaction: boolean;
}

const generateIt = 'Generate it with `dotnet ef migrations script --idempotent -o migration.sql`.';

/** Recognises the script of any EF Core version from 2 to 10, From/To and down scripts and `--no-transactions` too. */
export function recogniseFrame(script: ParsedScript): EfFrame | Refusal {
	const histories = historyGuards(script);
	const first = histories[0];
	if (first === undefined) return refuse('script-not-ef', notEfSentence(script));
	const foreign = histories.find((guard) => !sameHistory(guard, first));
	if (foreign !== undefined) return refuse('script-mixed-histories', mixedSentence(first, foreign));
	const turned = histories.find((guard) => guard.negated !== first.negated);
	if (turned !== undefined) return refuse('script-not-ef', turnedSentence(turned.place));
	const migrations = migrationsOf(script, histories, first);
	return {
		historyTable: first.tableText,
		historyColumn: first.column,
		productVersionColumn: productVersionColumn(script, first),
		blockTag: first.blockTag,
		transactions: transactionStyle(histories, migrations),
		direction: first.negated ? 'up' : 'down',
		migrations,
	};
}

/** The history table's parts. */
export function historyOf(frame: EfFrame): TableName {
	return parseTableName(frame.historyTable) ?? {schema: null, name: frame.historyTable};
}

/** The migration under whose guard the statement stands, or null where it stands under none. */
export function migrationOf({guard}: Pick<ScriptStatement, 'guard'>, frame: EfFrame): string | null {
	if (guard === null || guard.negated !== (frame.direction === 'up')) return null;
	const isSame = guard.tableText === frame.historyTable || sameTable(guard.table, historyOf(frame));
	return isSame && guard.column === frame.historyColumn ? guard.id : null;
}

/** The id that the statement's row in the history has, or null where it writes none. */
export function historyIdOf(statement: ScriptStatement, history: TableName, column: string): string | null {
	const write = statement.historyWrite;
	if (write === null || !sameTable(write.table, history)) return null;
	const named = write.values.find((value) => value.column === column);
	return (named ?? (write.values[0]?.column === null ? write.values[0] : undefined))?.value ?? null;
}

/** EF's own statements around the guards: the history table and its schema, made where they are missing. */
export function isHistoryDdl(statement: ScriptStatement, frame: EfFrame): boolean {
	const history = historyOf(frame);
	const [change] = statement.changes;
	if (change === undefined || statement.changes.length > 1 || statement.calls.length > 0) return false;
	if (change.kind === 'create-table') return isOwnTable(change) && sameTable(change.table, history);
	return change.kind === 'create-schema' && change.schema === history.schema;
}

/** With columns of its own: a query, or another table, could fill it. Nor does EF call anything in it. */
function isOwnTable(change: CreateTable): boolean {
	const {ifNotExists, partitionOf, inherits, columns} = change;
	return ifNotExists && partitionOf === null && inherits === undefined && columns.length > 0;
}

/**
 * Guards on the history. Raw SQL of people's own may hold conditions of the same form on other tables; those count only
 * where they look like a second history, for then nobody could say what is pending.
 */
function historyGuards(script: ParsedScript): readonly PlacedGuard[] {
	const likely = script.guards.filter((guard) => looksLikeHistory(guard, script));
	if (likely.length > 0) {
		// On such a table any id is a migration's: the run asks the history for it.
		const histories = new Set(likely.map((guard) => historyKey(guard)));
		return script.guards.filter((guard) => histories.has(historyKey(guard)));
	}
	return script.guards.filter((guard) => writesGuardedId(guard, script));
}

/** EF's default name, an id as EF makes them (14 digits of time, then a name), or the table that the script creates. */
function looksLikeHistory(guard: PlacedGuard, script: ParsedScript): boolean {
	if (guard.table.name === '__EFMigrationsHistory' || /^\d{14}_./u.test(guard.id)) return true;
	return writesGuardedId(guard, script) && script.statements.some((statement) => createsTable(statement, guard.table));
}

function createsTable(statement: ScriptStatement, table: TableName): boolean {
	return (
		statement.guard === null &&
		statement.changes.some((change) => change.kind === 'create-table' && sameTable(change.table, table))
	);
}

function writesGuardedId(guard: PlacedGuard, script: ParsedScript): boolean {
	return script.statements.some(
		(statement) =>
			statement.guard !== null &&
			sameHistory(statement.guard, guard) &&
			historyIdOf(statement, guard.table, guard.column) === guard.id,
	);
}

function historyKey({table, column}: Guard): string {
	return JSON.stringify([table.schema, table.name, column]);
}

function sameHistory(left: Guard, right: Guard): boolean {
	return sameTable(left.table, right.table) && left.column === right.column;
}

function migrationsOf(
	script: ParsedScript,
	guards: readonly PlacedGuard[],
	first: PlacedGuard,
): readonly FrameMigration[] {
	const byId = new Map<string, PlacedGuard[]>();
	for (const guard of guards) {
		const same = byId.get(guard.id);
		if (same === undefined) byId.set(guard.id, [guard]);
		else same.push(guard);
	}
	const versions = productVersions(script, first);
	const broken = blocksThatEndTransactions(script);
	return [...byId.entries()].map(([id, own]) => ({
		id,
		productVersion: versions.get(id) ?? null,
		line: own[0]?.place.line ?? 1,
		whollyInOneTransaction: inOneTransaction(own, broken),
	}));
}

/** One explicit transaction around all of its blocks, or one block alone, which is a transaction of its own. */
function inOneTransaction(guards: readonly PlacedGuard[], broken: ReadonlySet<number>): boolean {
	if (guards.some((guard) => broken.has(guard.topLevel))) return false;
	const units = new Set(
		guards.map((guard) =>
			guard.transaction === null ? `block ${guard.topLevel}` : `transaction ${guard.transaction}`,
		),
	);
	return units.size === 1;
}

/** Blocks that hold COMMIT or ROLLBACK themselves. */
function blocksThatEndTransactions(script: ParsedScript): ReadonlySet<number> {
	return new Set(
		script.statements
			.filter((statement) => statement.inBlock && statement.transactionStep !== null)
			.map((statement) => statement.topLevel),
	);
}

function productVersions(script: ParsedScript, guard: Guard): ReadonlyMap<string, string> {
	const versions = new Map<string, string>();
	for (const statement of script.statements) {
		const id = historyIdOf(statement, guard.table, guard.column);
		const version = statement.historyWrite?.values[1]?.value;
		if (id !== null && version !== undefined && !versions.has(id)) versions.set(id, version);
	}
	return versions;
}

function productVersionColumn(script: ParsedScript, guard: Guard): string {
	for (const statement of script.statements) {
		if (historyIdOf(statement, guard.table, guard.column) === null) continue;
		const other = statement.historyWrite?.values.find((value) => value.column !== guard.column)?.column;
		if (other != null) return other;
	}
	// EF Core's default, and what the snake-case naming convention makes of it.
	return guard.column === guard.column.toLowerCase() ? 'product_version' : 'ProductVersion';
}

/** EF 9 wraps the whole script, all others each migration; a script of one migration tells them apart by its version. */
function transactionStyle(guards: readonly PlacedGuard[], migrations: readonly FrameMigration[]): TransactionStyle {
	const idsByTransaction = new Map<number, Set<string>>();
	for (const {transaction, id} of guards) {
		if (transaction === null) continue;
		idsByTransaction.set(transaction, (idsByTransaction.get(transaction) ?? new Set()).add(id));
	}
	if (idsByTransaction.size === 0) return 'none';
	if ([...idsByTransaction.values()].some((ids) => ids.size > 1)) return 'whole-script';
	const only = migrations.length === 1 ? migrations[0] : undefined;
	return only?.productVersion?.startsWith('9.') === true ? 'whole-script' : 'per-migration';
}

function notEfSentence(script: ParsedScript): string {
	const write = script.statements.find(
		({historyWrite}) => historyWrite !== null && /migrations?_*history/iu.test(historyWrite.table.name),
	);
	if (write === undefined) {
		return `This is not an idempotent EF Core script: no statement stands under a guard on a migration history table. ${generateIt}`;
	}
	return `This EF Core script was made without --idempotent: it writes the migration history at line ${write.place.line}, but nothing asks first whether the migration is already applied. ${generateIt}`;
}

function mixedSentence(first: PlacedGuard, other: PlacedGuard): string {
	return `The script holds migrations of two histories: ${historyText(first)} at line ${first.place.line} and ${historyText(other)} at line ${other.place.line}. Send one script per DbContext.`;
}

function historyText(guard: Guard): string {
	return outsideWords(`${guard.tableText} (column "${guard.column}")`);
}

function turnedSentence(place: Place): string {
	return `The script both applies and reverts migrations: at line ${place.line} the guard turns round. Send one direction at a time. ${generateIt}`;
}
