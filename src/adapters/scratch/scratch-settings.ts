import {Failure} from '../../operations/ports/failure.ts';
import type {CopiedTarget} from './connection.ts';
import type {ScratchServer} from './server.ts';

export interface ScratchSettings {
	readonly targets: readonly CopiedTarget[];
	/** Folders with PostgreSQL's programs, looked into before the distribution's own. */
	readonly toolFolders: readonly string[];
	/** Where throw-away servers keep their files: a short path that the account may pass through. */
	readonly directory: string;
	/** Folders that hold backups, secrets or configuration: scratch lies in none of them, and none of them in scratch. */
	readonly keepAwayFrom: readonly string[];
	/** Whom servers run as where the worker is root, the preferred first; {@link usualAccounts} where not given. */
	readonly accounts?: readonly string[];
	/** Of each major one or several, each for Lockstep alone; they go before throw-away servers. */
	readonly servers?: readonly ScratchServer[];
	readonly limits?: Partial<ScratchLimits>;
	/** Hears when rows of a target are copied to this machine, and when they are gone from it. */
	readonly onCopy?: (said: 'rows copied' | 'rows removed', detail: CopiedRows) => void;
}

export interface CopiedRows {
	/** Null where only the worker's own copy of a dump lies there. */
	readonly target: string | null;
	readonly directory: string;
}

export interface ScratchLimits {
	/** For one pass of the script. Milliseconds. */
	readonly passMs: number;
	/** On disk, for one server; for one copy on a configured one. */
	readonly bytes: number;
	/** On disk, for sorts and hashes of one of its processes. */
	readonly tempFileBytes: number;
	/** For a configured server that other rehearsals have. Milliseconds. */
	readonly waitMs: number;
}

/** One of Lockstep's own first; `postgres` last, because it may be a real server's. */
export const usualAccounts: readonly string[] = ['lockstep-scratch', 'nobody', 'postgres'];

export const usualLimits: ScratchLimits = {
	passMs: 120_000,
	bytes: 2 * 1024 ** 3,
	tempFileBytes: 512 * 1024 ** 2,
	waitMs: 120_000,
};

export function targetOf({targets}: ScratchSettings, name: string): CopiedTarget {
	const target = targets.find((candidate) => candidate.name === name);
	if (target !== undefined) return target;
	throw new Failure('target-unreachable', `No target named ${name} is configured for this worker.`);
}
