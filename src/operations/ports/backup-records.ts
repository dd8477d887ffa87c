import type {KeptBackup} from '../../domain/retention.ts';
import type {TargetIdentity} from './targets.ts';

/** A dump that Lockstep took, or what a configured program took in its place. */
export type BackupKind = 'dump' | 'program';

export interface BackupRow {
	readonly run: number;
	/** A dump where it is not said. */
	readonly kind?: BackupKind;
	/** Rows written to the target by then, as its statistics count them; null or not said where nobody looked. */
	readonly rowsWritten?: number | null;
	readonly fileName: string;
	readonly path: string;
	readonly bytes: number;
	readonly sha256: string;
	readonly restoreCommand: string;
	/** Epoch milliseconds. */
	readonly finishedAt: number;
	readonly keepUntil: number;
}

/** A backup as the record knows it, with what keeps it. Times are epoch milliseconds. */
export interface RecordedBackup extends KeptBackup, Omit<BackupRow, 'kind'> {
	readonly kind: BackupKind;
	readonly pool: string;
	/** The request whose run took it. */
	readonly request: number;
	/** That request's revision: a change is written only while it stands. */
	readonly revision: number;
	readonly hold: {readonly by: string; readonly reason: string; readonly at: number} | null;
	readonly verifiedAt: number;
	/** A drill found it bad: `trouble` stays, whatever its bytes are like. */
	readonly condemned: boolean;
	/** Deleting was decided then, and is still to be done. */
	readonly deletedAt: number | null;
}

export interface LastBackup {
	/** The request whose run took it. */
	readonly request: number;
	readonly fileName: string;
	readonly finishedAt: number;
	/** What was written since: null or not said where nobody could count. */
	readonly written?: {readonly rows: number; readonly at: number} | null;
}

/** Rows written to a target since a backup was taken, as its statistics count them. */
export interface WrittenSince {
	readonly backup: number;
	readonly rows: number;
	/** Epoch milliseconds. */
	readonly at: number;
}

/** What is written down about a backup. */
export interface BackupChange {
	readonly hold?: {readonly by: string; readonly reason: string; readonly at: number} | null;
	/** `condemned` is a drill's finding. A later one that its bytes are good leaves the trouble of such a backup. */
	readonly verified?: {readonly at: number; readonly trouble: string | null; readonly condemned?: boolean};
	/** Refused, as if the request had moved, while anybody holds it or an open request rests on it. */
	readonly deletedAt?: number;
}

export interface BackupRecords {
	/** Backups that are there, newest first; null narrows nothing. */
	list(where: {readonly target: string | null; readonly pool: string | null}): Promise<readonly RecordedBackup[]>;
	/** When it was found past keeping, or null, and when to look at it again. */
	looked(id: number, look: {readonly pastSince: number | null; readonly again: number}): Promise<void>;
	/** What was decided is done: its bytes are gone. */
	gone(id: number): Promise<void>;
	/**
	 * The newest backup that the request may share, or null: a good one of the very database that the request was reviewed
	 * against, finished after `since` and not to be deleted. One on which a drill stopped a script, of whatever request,
	 * holds the rows that stopped it, and a request that a drill stopped shares none: what was mended since is in no backup
	 * from before.
	 *
	 * @param database The one that it is being reviewed against, where that is not in the record yet.
	 */
	newest(request: number, since: number, database?: TargetIdentity): Promise<RecordedBackup | null>;
}
