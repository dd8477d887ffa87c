import type {CatalogTable} from '../../domain/run.ts';
import type {CatalogObject} from '../../domain/schema-delta.ts';
import type {SequenceBehind, SurveyLook} from '../../domain/survey.ts';
import type {Probe} from '../../domain/target.ts';
import type {TableFacts, TouchedTable} from '../../domain/review/table-facts.ts';
import type {TableName} from '../../domain/script/table-name.ts';

/** Which database this really is; a copy of production is another target. */
export interface TargetIdentity {
	readonly endpoint: string;
	readonly database: string;
	/** Decimal text: 64 bits do not fit a number. Empty where the server keeps it to itself (managed services). */
	readonly systemIdentifier: string;
	readonly databaseOid: number;
	/** UUID that Lockstep set once on the database; null where it never did. */
	readonly uuid: string | null;
}

export interface TargetState {
	readonly identity: TargetIdentity;
	/** As `server_version_num`: 150018. */
	readonly serverVersion: number;
	readonly inRecovery: boolean;
	/** The apply role may create in the database and write the history; else what it lacks, as sentences. */
	readonly missingRights: readonly string[];
	/** Client backends running a statement now, ours excluded. */
	readonly activeSessions: number;
	/** Bytes of the database on disk. */
	readonly databaseBytes: number;
	/** The connection goes through a pooler that does not keep a session (transaction mode). */
	readonly sessionless: boolean;
}

/** A row of EF's history table, in the order of its id. */
export interface HistoryRow {
	readonly migrationId: string;
	readonly productVersion: string;
}

export interface HistoryTable {
	/** As in the guard, quotes included. */
	readonly table: string;
	/** Unquoted column names, read from the guard. */
	readonly migrationIdColumn: string;
	readonly productVersionColumn: string;
}

export interface ApplyExpectations {
	readonly identity: TargetIdentity;
	readonly history: HistoryTable;
	/** Exactly the ids that the history must hold before the script runs; none stands for an empty or a missing table. */
	readonly appliedIds: readonly string[];
	/** Tables that the checklist's answers rely on being empty. */
	readonly emptyTables: readonly TableName[];
	/** Tables that the review took as smaller than this many rows (estimate). */
	readonly smallTables: readonly {readonly table: TableName; readonly below: number}[];
}

export interface ApplyRequest {
	readonly requestNumber: number;
	readonly bytes: Uint8Array;
	/** Milliseconds from now after which the session must not begin: what is left of the lease. */
	readonly beginWithinMs: number;
	readonly expectations: ApplyExpectations;
	readonly lockTimeoutMs: number;
	readonly role: string | null;
	/** Aborting ends psql and then the backend. */
	readonly signal: AbortSignal;
	/** psql lives only as long as this is called: without a call for `leashMs` psql is killed, even when the worker is stopped. */
	readonly leashMs: number;
}

export interface PsqlError {
	/** Empty where psql itself, not the server, objected. */
	readonly sqlState: string;
	readonly message: string;
	/** Line of the script's file, or null. */
	readonly line: number | null;
}

/** `not-prepared`: the session could not be made ready, for want of a right, a role, a lock or psql's connection. */
export type FenceReason =
	| 'lock-busy'
	| 'past-deadline'
	| 'identity'
	| 'history-moved'
	| 'data-moved'
	| 'replica'
	| 'not-prepared';

export type ApplyOutcome =
	/** psql ran the file to its end. */
	| {readonly kind: 'completed'; readonly output: ApplyOutput}
	/** Lockstep's fence refused before the first byte of the script: nothing was applied. */
	| {readonly kind: 'fenced'; readonly why: FenceReason; readonly sentence: string; readonly output: ApplyOutput}
	/** The script stopped with an error of the server's. */
	| {readonly kind: 'error'; readonly error: PsqlError; readonly output: ApplyOutput}
	/** psql or its connection ended inside the script, before it could tell: killed, cancelled, server gone. */
	| {readonly kind: 'ended'; readonly sentence: string; readonly output: ApplyOutput};

export interface ApplyOutput {
	readonly exitCode: number | null;
	/** What psql printed, secrets masked, cut to its last 64 KiB. */
	readonly text: string;
	readonly warnings: readonly string[];
}

export interface ApplySession {
	/** Tells the leash that the lease still holds. */
	beat(): void;
	/** Rejects with a Failure only where psql was never started: nothing was applied. */
	readonly outcome: Promise<ApplyOutcome>;
}

export interface LockHolder {
	readonly pid: number;
	readonly applicationName: string;
	readonly state: string;
}

export interface SequenceLook {
	readonly behind: readonly SequenceBehind[];
	/** Sequences that could not be compared in time, or may not be read. */
	readonly unknown: readonly string[];
}

/** One production database. Every call opens what it needs and closes it. Throws Failure. */
export interface TargetDatabase {
	state(): Promise<TargetState>;
	/** Sets Lockstep's UUID on the database where it has none; returns the one that stands there. */
	mark(uuid: string): Promise<string>;
	/** Rows of the history table, or null where the table does not exist. */
	history(table: HistoryTable): Promise<readonly HistoryRow[] | null>;
	tableFacts(tables: readonly TouchedTable[]): Promise<readonly TableFacts[]>;
	tables(): Promise<readonly CatalogTable[]>;
	/** Every object of the database, as a rehearsal's copy is read: what two moments are compared by. */
	objects(): Promise<readonly CatalogObject[]>;
	/** Indexes that are not valid, as `schema.index on schema.table`. */
	invalidIndexes(): Promise<readonly string[]>;
	/** Rights of these roles, and constraints that were never validated. */
	survey(roles: readonly string[]): Promise<SurveyLook>;
	/** Looks at the sequences of serial and identity columns of these tables, each for a few seconds at most. */
	sequencesBehind(tables: readonly TableName[]): Promise<SequenceLook>;
	/** Asks in a read-only transaction, as a script would see the data; says of each probe that is not true how it was answered. */
	probe(probes: readonly Probe[]): Promise<readonly string[]>;
	apply(request: ApplyRequest): ApplySession;
	/** Who holds Lockstep's advisory lock of this target. */
	lockHolder(): Promise<LockHolder | null>;
	/**
	 * Ends the session that holds the advisory lock, takes the lock and, holding it, calls `read`; the lock is given back
	 * afterwards. What `read` sees cannot be changed by any session of Lockstep's.
	 */
	withOrphanEnded<T>(read: () => Promise<T>): Promise<T>;
	/**
	 * Ends every applying session of this database, whoever began it: only for whom the run's lease belongs to now.
	 * True when there was one.
	 */
	endApply(): Promise<boolean>;
}

/** Resolves secrets: only a worker has this. */
export interface Targets {
	open(name: string): TargetDatabase;
}
