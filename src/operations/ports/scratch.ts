import type {Drill} from '../../domain/drill.ts';
import type {WholeRehearsal} from '../../domain/rehearsal.ts';
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

export interface DrillRequest extends RehearsalRequest {
	readonly probes: readonly Probe[];
	/** A dump in pg_dump's custom format, as it was before any encryption: the worker's to read, the script's not. */
	readonly dumpFile: string;
	/** The backup's name, for the report. */
	readonly backup: string;
	/** From the manifest; null where it counted none. */
	readonly rows: readonly TableRows[] | null;
	/** Of the target on its disk: the copy is hardly larger, and the script may write as much again. */
	readonly databaseBytes: number;
	/** For the restore and the script together. Milliseconds. */
	readonly withinMs: number;
}

export interface Drilled {
	readonly drill: Drill;
	/** What psql printed, cut to its last 64 KiB; empty where the script was not begun. */
	readonly output: string;
}

/** A place on the worker's disk for a dump as it was before any encryption. */
export interface CopyPlace {
	/** Not there yet; in a directory for the worker alone, mode 0700. */
	readonly file: string;
	/** With all that is in it. May be called twice. */
	remove(): Promise<void>;
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
	rehearse(rehearsal: RehearsalRequest): Promise<WholeRehearsal>;
	/**
	 * Restores a backup to a throw-away server, counts its rows, runs the script on them as production's psql would, and asks
	 * the probes. Nothing of it is left when this ends. Throws Failure as {@link rehearse} does.
	 */
	drill(drill: DrillRequest): Promise<Drilled>;
	/**
	 * Makes a place for a dump of a target of that size, until somebody removes it; there is room for the dump and its drill.
	 * Throws Failure scratch-unavailable.
	 */
	placeForCopy(databaseBytes: number): Promise<CopyPlace>;
	/** Removes what killed workers left here, running servers too; what belongs to the living stays. */
	sweep(): Promise<SweptScratch>;
}
