import type {Drill} from '../../domain/drill.ts';
import type {Rehearsal} from '../../domain/rehearsal.ts';
import type {Probe} from '../../domain/target.ts';
import type {TableRows} from './backups.ts';
import type {HistoryTable} from './targets.ts';

export interface RehearsalRequest {
	/** The target's configured name: how to log in there is the adapter's to know. */
	readonly target: string;
	readonly requestNumber: number;
	readonly bytes: Uint8Array;
	readonly history: HistoryTable;
	/** Assumed by SET ROLE before the script, as in production; null for none. */
	readonly role: string | null;
	/** As in production. */
	readonly lockTimeoutMs: number;
	readonly signal: AbortSignal;
}

export interface DrillRequest {
	readonly target: string;
	readonly requestNumber: number;
	readonly bytes: Uint8Array;
	readonly history: HistoryTable;
	readonly role: string | null;
	readonly lockTimeoutMs: number;
	readonly probes: readonly Probe[];
	/** A dump in pg_dump's custom format, as it was before any encryption: the worker's to read, the script's not. */
	readonly dumpFile: string;
	/** The backup's name, for the report. */
	readonly backup: string;
	/** From the manifest; null where it counted none. */
	readonly rows: readonly TableRows[] | null;
	/** For the restore and the script together. Milliseconds. */
	readonly withinMs: number;
	readonly signal: AbortSignal;
}

export interface SweptScratch {
	/** Directories that were removed. */
	readonly directories: readonly string[];
	/** Configured servers, as `host:port`, where databases or roles were removed. */
	readonly servers: readonly string[];
	/** How many processes had to be ended. */
	readonly processes: number;
}

/** Throw-away servers, or configured ones: a place for SQL that nobody has approved yet. */
export interface Scratch {
	/**
	 * Copies the target's schema, its history and its settings to a throw-away server and applies the script there twice.
	 * Nothing of it is left when this ends. Throws Failure: scratch-unavailable, scratch-busy, cancelled, tools-missing, tools-too-old
	 * and what reading the target may throw.
	 */
	rehearse(rehearsal: RehearsalRequest): Promise<Rehearsal>;
	/**
	 * Restores a backup to a throw-away server, counts its rows, runs the script on them as production's psql would, and asks
	 * the probes. Nothing of it is left when this ends. Throws Failure as {@link rehearse} does.
	 */
	drill(drill: DrillRequest): Promise<Drill>;
	/** Removes what killed workers left here, running servers too; what belongs to the living stays. */
	sweep(): Promise<SweptScratch>;
}
