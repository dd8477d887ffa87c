/** A backup as written: plain `pg_restore -j` opens it. */
export interface TakenBackup {
	readonly path: string;
	readonly fileName: string;
	readonly bytes: number;
	readonly sha256: string;
	/** Entries in the dump's table of contents. */
	readonly tocEntries: number;
	readonly serverVersion: string;
	readonly clientVersion: string;
	readonly startedAt: Date;
	readonly finishedAt: Date;
	readonly restoreCommand: string;
}

export interface TakeBackup {
	readonly target: string;
	readonly requestNumber: number;
	readonly directory: string;
	readonly keepDays: number;
	readonly signal: AbortSignal;
}

export interface Backups {
	/**
	 * pg_dump in custom format to a temporary name, hashed, read back in full, manifest written, then renamed to
	 * `pre-migration-<UTC>-MR-n.dump`, mode 0600. Leaves nothing behind when it fails or is aborted. Throws Failure:
	 * tools-too-old, tools-missing, disk-full, backup-unreadable, backup-failed, target-unreachable, target-login-failed, cancelled.
	 */
	take(backup: TakeBackup): Promise<TakenBackup>;
	/** Client tools of a major that can dump the server, and a directory that can be written with room for `bytes`. */
	check(target: string, directory: string, serverVersion: number, bytes: number): Promise<void>;
}
