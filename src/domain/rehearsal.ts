import {historyTexts, without} from './history-rows.ts';
import type {BaseObject} from './rehearsal-ground.ts';
import type {Effect, SchemaDelta} from './schema-delta.ts';

/** A row of EF's history, as the rehearsal found and left it. */
export interface RehearsedHistoryRow {
	readonly migrationId: string;
	readonly productVersion: string;
}

/** A lock that a transaction held when it committed, on a table, index or view that was there before the script. */
export interface ObservedLock {
	/** `shop.orders`, as it was called before. */
	readonly relation: string;
	/** As pg_locks says it: `AccessExclusiveLock`. */
	readonly mode: string;
	/** How many of the script's transactions held it. */
	readonly transactions: number;
}

/** A table whose rows were all written anew. */
export interface ObservedRewrite {
	/** As it was called at that moment. */
	readonly table: string;
	/** False for a table that the script itself made: there was nothing to rewrite. */
	readonly existedBefore: boolean;
	/** In the words of PostgreSQL's documentation of table_rewrite: `ALTER COLUMN TYPE`, `persistence` … */
	readonly reasons: readonly string[];
}

/** A command as the server reported it, in the order of their ends; those inside of blocks and functions too. */
export interface ObservedCommand {
	/** `ALTER TABLE`; of a dropped object `DROP`. */
	readonly tag: string;
	readonly objectType: string;
	readonly identity: string;
}

/** Why a pass stopped. */
export interface PassError {
	/** Empty where no server said it. */
	readonly sqlState: string;
	readonly message: string;
	/** Line of the script's file at which the statement ends, or null. */
	readonly line: number | null;
	/** The statement inside the block that failed, or else the one that psql sent; cut. Null where nobody told. */
	readonly statement: string | null;
	/**
	 * The copy holds no rows but the history's: a row that the script refers to is missing there, and may be in
	 * production. Only a drill on real data can tell.
	 */
	readonly mayBeForLackOfRows: boolean;
}

export interface Pass {
	readonly milliseconds: number;
	/** Null where the script ran to its end. */
	readonly error: PassError | null;
	readonly warnings: readonly string[];
	/** What psql printed, cut to its last 64 KiB. */
	readonly output: string;
}

/** What a second pass did where it should have done nothing. */
export type Repetition =
	| {readonly kind: 'error'; readonly error: PassError}
	| {readonly kind: 'schema'; readonly effects: readonly Effect[]}
	| {readonly kind: 'history'; readonly added: readonly string[]; readonly removed: readonly string[]}
	| {readonly kind: 'rows'; readonly table: string; readonly before: number; readonly after: number}
	| {readonly kind: 'rewrite'; readonly table: string};

/** A program that might have looked out of its place could not. */
export interface Isolation {
	/** The account it ran as; null where it is the worker's own. */
	readonly account: string | null;
	readonly networkCut: boolean;
}

/** Something of the target that the copy has not. */
export interface LeftOut {
	/** `foreign table`, `user mapping`, `setting` … */
	readonly kind: string;
	readonly name: string;
	readonly why: string;
}

export interface RehearsedOn {
	/** `15.18` */
	readonly serverVersion: string;
	readonly isolation: Isolation;
	readonly leftOut: readonly LeftOut[];
	/** Roles of the target that stand there as names without a login. */
	readonly stubbedRoles: readonly string[];
	/** Milliseconds to make the server and to copy the schema. */
	readonly preparedInMs: number;
}

/** What the script did to a copy. */
export interface RehearsalReport {
	readonly on: RehearsedOn;
	readonly first: Pass;
	/** Null where the first pass failed. */
	readonly second: Pass | null;
	readonly effects: readonly Effect[];
	/** Unified text of what changed, cut. */
	readonly schemaDiff: string;
	readonly commands: readonly ObservedCommand[];
	readonly rewrites: readonly ObservedRewrite[];
	readonly locks: readonly ObservedLock[];
	/** What {@link locks} cannot show of this script, as sentences; none where they show all. */
	readonly locksUnseen: readonly string[];
	/** Empty where the second pass changed nothing. */
	readonly repeated: readonly Repetition[];
	/**
	 * Statements that write rows and ran again in the second pass, as the server normalises them. The copy is all but
	 * empty, so they may have found nothing to write there. Null where the server could not tell.
	 */
	readonly writesRunAgain: readonly string[] | null;
}

/** What verification will compare the target with; too long for people. */
export interface RehearsedGround {
	readonly delta: SchemaDelta;
	/** How what the script touches was before: the target must still be so when the script runs there. */
	readonly base: readonly BaseObject[];
	/** Places that the copy words otherwise than the target, as `kind identity`. */
	readonly wordedOtherwise: readonly string[];
	readonly historyBefore: readonly RehearsedHistoryRow[];
	/** What the history must hold after the run. */
	readonly historyAfter: readonly RehearsedHistoryRow[];
}

type Outcome<Report> =
	| ({readonly kind: 'passed'} & Report)
	/** The script stopped in the first pass. */
	| ({readonly kind: 'failed'; readonly error: PassError} & Report)
	/** The second pass changed something. */
	| ({readonly kind: 'not-idempotent'} & Report)
	/** The target cannot be copied here, or the copy cannot be made: a person may accept "unrehearsed". */
	| {readonly kind: 'impossible'; readonly reason: ImpossibleReason; readonly sentence: string};

/** As it is told to people. */
export type Rehearsal = Outcome<RehearsalReport>;

/** As it comes from the throw-away server. */
export type WholeRehearsal = Outcome<RehearsalReport & RehearsedGround>;

export type ImpossibleReason =
	| 'major-missing'
	| 'extension-missing'
	| 'encoding-missing'
	| 'copy-incomplete'
	/** No throw-away server can be made on the worker. */
	| 'scratch-unavailable'
	/** Nobody can read what the script does, and no named person has let it be rehearsed. */
	| 'not-allowed';

/** A table's rows, whatever their order. */
export interface RowDigest {
	readonly table: string;
	readonly rows: number;
	readonly digest: string;
}

export interface StateOfCopy {
	readonly effects: readonly Effect[];
	readonly historyBefore: readonly RehearsedHistoryRow[];
	readonly historyAfter: readonly RehearsedHistoryRow[];
	readonly rowsBefore: readonly RowDigest[];
	readonly rowsAfter: readonly RowDigest[];
	readonly rewritten: readonly string[];
	readonly error: PassError | null;
}

/** What a second pass did, judged by the copy before and after it. */
export function repetitionsOf(state: StateOfCopy): readonly Repetition[] {
	const {error, effects, rewritten} = state;
	return [
		...(error === null ? [] : [{kind: 'error' as const, error}]),
		...(effects.length === 0 ? [] : [{kind: 'schema' as const, effects}]),
		...historyRepetitions(state),
		...rowRepetitions(state),
		...rewritten.map((table) => ({kind: 'rewrite' as const, table})),
	];
}

function historyRepetitions({historyBefore, historyAfter}: StateOfCopy): readonly Repetition[] {
	const before = historyTexts(historyBefore);
	const after = historyTexts(historyAfter);
	const added = without(after, before);
	const removed = without(before, after);
	return added.length + removed.length === 0 ? [] : [{kind: 'history', added, removed}];
}

function rowRepetitions({rowsBefore, rowsAfter}: StateOfCopy): readonly Repetition[] {
	const before = new Map(rowsBefore.map((table) => [table.table, table]));
	return rowsAfter.flatMap((after) => {
		const old = before.get(after.table);
		// A table that came with the second pass is a change of the schema, told there.
		if (old === undefined || (old.rows === after.rows && old.digest === after.digest)) return [];
		return [{kind: 'rows' as const, table: after.table, before: old.rows, after: after.rows}];
	});
}

/** Tables that were there before and whose rows a transaction wrote, as they were called. */
export function tablesWritten(locks: readonly ObservedLock[]): readonly string[] {
	return locks.filter(({mode}) => mode === 'RowExclusiveLock').map(({relation}) => relation);
}

/** Locks that keep readers or writers waiting, the strongest first; the others are every statement's. */
export function stoppingLocks(locks: readonly ObservedLock[]): readonly ObservedLock[] {
	const strength = ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'];
	return locks
		.filter(({mode}) => strength.includes(mode))
		.toSorted((a, b) => strength.indexOf(b.mode) - strength.indexOf(a.mode));
}
