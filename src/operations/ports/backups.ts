/** Rows that a table had when the backup was taken. */
export interface TableRows {
	readonly schema: string;
	readonly name: string;
	/** Null where nobody knows: never analysed, and too large or too slow to count. */
	readonly rows: number | null;
	/** Counted in the backup's own snapshot; else the planner's estimate. */
	readonly exact: boolean;
}

/** A backup as written: `pg_restore -j` opens it, after `age -d` where it is encrypted. */
export interface TakenBackup {
	/** `program`: what a configured program took in pg_dump's place, of which only its id is known. */
	readonly kind: 'dump' | 'program';
	/** Where it is kept: a file's path, `s3://bucket/key`, or the program's id. */
	readonly path: string;
	readonly fileName: string;
	readonly bytes: number;
	/** Of what is kept: of the ciphertext where it is encrypted. Empty where a program took it. */
	readonly sha256: string;
	/** Entries in the dump's table of contents. */
	readonly tocEntries: number;
	/** Rows of each table that holds rows. */
	readonly rows: readonly TableRows[];
	/** Rows written to the target by then, as its statistics count them; null where nobody looked. */
	readonly rowsWritten: number | null;
	readonly serverVersion: string;
	readonly clientVersion: string;
	readonly startedAt: Date;
	readonly finishedAt: Date;
	readonly restoreCommand: string;
	/** Why the plain copy that was asked for is not there, as a sentence; null or not said where nothing is amiss. */
	readonly copyTrouble?: string | null;
}

export interface TakeBackup {
	readonly target: string;
	readonly requestNumber: number;
	/** Null where the target's backups are kept elsewhere: the adapter knows where. */
	readonly directory: string | null;
	readonly keepDays: number;
	/**
	 * A file, not there yet, that gets the dump as pg_dump wrote it, mode 0600: for a drill where what is kept is encrypted or
	 * elsewhere. Whoever asked for it removes it; a backup that fails has removed it. A program's backup leaves none. Where it
	 * cannot be written, the backup goes on without it.
	 */
	readonly plainCopy?: string | null;
	readonly signal: AbortSignal;
}

/** A backup that is kept somewhere, as the record knows it. */
export interface KeptPlace {
	readonly target: string;
	readonly path: string;
	readonly kind: 'dump' | 'program';
}

export interface VerifyBackup extends KeptPlace {
	readonly bytes: number;
	readonly sha256: string;
	readonly signal: AbortSignal;
}

/** What can be done with a backup without its database. */
export interface StoredBackups {
	/**
	 * Reads the whole of it and compares it with the record and with its manifest: what is wrong with it as a sentence, or
	 * null. Throws Failure backup-failed where the place itself cannot be reached, cancelled.
	 */
	verify(backup: VerifyBackup): Promise<string | null>;
	/** Rows per table as its manifest counted them; null where there is no manifest to read. Throws Failure backup-failed. */
	countedRows(backup: KeptPlace): Promise<readonly TableRows[] | null>;
	/** Removes it with its manifest; content where it is gone already. Throws Failure backup-failed. */
	remove(backup: KeptPlace): Promise<void>;
}

export interface Backups extends StoredBackups {
	/**
	 * pg_dump in custom format, read to its end by pg_restore while it is written, compared with the target's tables of
	 * the same snapshot, then hashed again from where it is kept, given its manifest and its name
	 * `pre-migration-<UTC>-MR-n.dump`. Leaves nothing behind when it fails or is aborted. Throws Failure: tools-too-old,
	 * tools-missing, disk-full, backup-unreadable, backup-failed, target-unreachable, target-login-failed,
	 * target-permission, target-busy, cancelled.
	 */
	take(backup: TakeBackup): Promise<TakenBackup>;
	/** Rows written to the target until now, as its statistics count them. Throws Failure where it cannot be asked. */
	rowsWritten(target: string): Promise<number | null>;
	/** Client tools of a major that can dump the server, and a place that can be written with room for `bytes`. */
	check(target: string, directory: string | null, serverVersion: number, bytes: number): Promise<void>;
}
