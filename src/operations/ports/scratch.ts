import type {Rehearsal} from '../../domain/rehearsal.ts';
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

export interface SweptScratch {
	/** Directories that were removed. */
	readonly directories: readonly string[];
	/** How many processes had to be ended. */
	readonly processes: number;
}

/** Throw-away servers: a place for SQL that nobody has approved yet. */
export interface Scratch {
	/**
	 * Copies the target's schema, its history and its settings to a throw-away server and applies the script there twice.
	 * Nothing of it is left when this ends. Throws Failure: scratch-unavailable, cancelled, tools-missing, tools-too-old
	 * and what reading the target may throw.
	 */
	rehearse(rehearsal: RehearsalRequest): Promise<Rehearsal>;
	/** Removes what killed workers left here, running servers too; what belongs to the living stays. */
	sweep(): Promise<SweptScratch>;
}
