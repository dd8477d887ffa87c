import type {Readable} from 'node:stream';

/** Where backups are kept: a directory or a bucket. Everything is streamed. */
export interface BackupStorage {
	/** As people call it: `/var/backups/shop` or `s3://backups/shop`. */
	readonly place: string;
	/** Can be written, and has room for so many bytes where that can be known. */
	check(bytes: number): Promise<void>;
	/** Removes what killed workers left of this request. */
	sweep(requestNumber: number): Promise<void>;
	/** A place for one backup that does not count before it is published. */
	begin(backup: NewBackup): Promise<UnpublishedBackup>;
	/** The bytes that are kept there. Throws Failure backup-unreadable where there are none. */
	read(path: string): Promise<Readable>;
	/** The manifest beside a backup, or null where it has none. */
	manifest(path: string): Promise<string | null>;
	/** Removes a backup and its manifest; content with nothing to remove. */
	remove(path: string): Promise<void>;
	/** What a person types to have the file at hand, and what it is called then. */
	fetching(path: string): {readonly command: string | null; readonly file: string};
}

export interface NewBackup {
	readonly requestNumber: number;
	readonly startedAt: Date;
	readonly suffix: '.dump' | '.dump.age';
	/** The database's size: the backup is hardly larger. */
	readonly bytesAtMost: number;
}

export interface UnpublishedBackup {
	/** Writes the whole of it, down to the disk. */
	write(content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
	/** What was written, read from where it is kept. */
	read(): Promise<Readable>;
	/** Gives it its name and its manifest, and returns its path. Nothing is ever overwritten. */
	publish(manifest: (path: string) => string): Promise<string>;
	/** Removes it, unless it was published. */
	discard(): Promise<void>;
}

/** `pre-migration-20260301T101500Z-MR-42.dump`, some seconds later. */
export function backupName({requestNumber, startedAt, suffix}: NewBackup, seconds: number): string {
	return `pre-migration-${compactUtc(startedAt, seconds)}-MR-${requestNumber}${suffix}`;
}

function compactUtc(time: Date, seconds: number): string {
	return `${new Date(time.getTime() + seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** How many seconds to go forward when the names are taken. */
export const namesTried = 60;
