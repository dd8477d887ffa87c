import {type FileHandle, open, rm} from 'node:fs/promises';

/** The dump as pg_dump wrote it, in a file of its own beside what is kept. No trouble with it is the backup's. */
export interface PlainCopy {
	/** One after the other. */
	take(chunk: Uint8Array): Promise<void>;
	/** Closes it. Why there is none, as a sentence; null where it is there with all that was taken. */
	end(): Promise<string | null>;
	discard(): Promise<void>;
}

/** Opens a file that is not there yet, for the worker alone; null where none was asked for. */
export async function openCopy(file: string | null): Promise<PlainCopy | null> {
	if (file === null) return null;
	try {
		return copyInto(await open(file, 'wx', 0o600), file);
	} catch (error) {
		const trouble = troubleWith(file, error);
		return {
			take: async () => await Promise.resolve(),
			end: async () => await Promise.resolve(trouble),
			discard: async () => await Promise.resolve(),
		};
	}
}

/** What cannot be written leaves no copy, and its room to the backup. */
export function copyInto(opened: FileHandle, file: string): PlainCopy {
	let state: 'open' | 'closed' = 'open';
	let trouble: string | null = null;

	async function close(): Promise<void> {
		if (state === 'closed') return;
		state = 'closed';
		await opened.close();
	}

	async function discard(): Promise<void> {
		await close().catch(() => undefined);
		await rm(file, {force: true}).catch(() => undefined);
	}

	async function tried(work: () => Promise<void>): Promise<void> {
		if (trouble !== null) return;
		try {
			await work();
		} catch (error) {
			trouble = troubleWith(file, error);
			await discard();
		}
	}

	return {
		take: async (chunk) => await tried(async () => await opened.writeFile(chunk)),
		end: async () => {
			await tried(close);
			return trouble;
		},
		discard,
	};
}

function troubleWith(file: string, error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOSPC' || code === 'EDQUOT') return `there is no room left for the copy of the backup in ${file}.`;
	return `the copy of the backup in ${file} cannot be written (${code}).`;
}
