import {open, rm} from 'node:fs/promises';
import {Failure} from '../../operations/ports/failure.ts';

/** The dump as pg_dump wrote it, in a file of its own beside what is kept. */
export interface PlainCopy {
	/** One after the other. */
	take(chunk: Uint8Array): Promise<void>;
	close(): Promise<void>;
	discard(): Promise<void>;
}

/**
 * Opens a file that is not there yet, for the worker alone; null where none was asked for.
 *
 * @throws Failure disk-full, backup-failed
 */
export async function openCopy(file: string | null): Promise<PlainCopy | null> {
	if (file === null) return null;
	const opened = await open(file, 'wx', 0o600).catch((error: unknown) => {
		throw failureOf(error, file);
	});
	return {
		take: async (chunk) => {
			try {
				await opened.writeFile(chunk);
			} catch (error) {
				throw failureOf(error, file);
			}
		},
		close: async () => await opened.close(),
		discard: async () => await rm(file, {force: true}),
	};
}

function failureOf(error: unknown, file: string): Failure {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new Failure('disk-full', `There is no room left for the copy of the backup in ${file}.`, {cause: error});
	}
	return new Failure('backup-failed', `The copy of the backup in ${file} cannot be written (${code}).`, {cause: error});
}
