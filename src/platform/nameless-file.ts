import {type FileHandle, mkdtemp, open, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

/**
 * A file without a name, for a child process that reads it as `/dev/fd/N`. It was written with mode 0600 in a directory
 * of mode 0700 and lost its name before anyone could use it: no crash, of the child or of the worker, leaves a password
 * or a script behind. Linux opens `/dev/fd/N` anew, so that the child reads from the first byte however often it opens.
 *
 * @returns The open file; whoever asked for it closes it.
 */
export async function openNamelessFile(content: string | Uint8Array): Promise<FileHandle> {
	const directory = await mkdtemp(path.join(tmpdir(), 'lockstep-'));
	try {
		const file = await open(path.join(directory, 'content'), 'wx+', 0o600);
		await writeOrClose(file, content);
		return file;
	} finally {
		await rm(directory, {recursive: true, force: true});
	}
}

async function writeOrClose(file: FileHandle, content: string | Uint8Array): Promise<void> {
	try {
		await file.writeFile(content);
	} catch (error) {
		await file.close();
		throw error;
	}
}
