import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import type {Readable} from 'node:stream';

import {unusable, type Unusable} from './unusable.ts';

/** The bytes of a file, or of standard input for `-`: never more than a little over what may be read. */
export async function readInput(file: string, maxBytes: number): Promise<Uint8Array | Unusable> {
	try {
		return file === '-' ? await readStream(process.stdin, maxBytes) : await readNamed(file, maxBytes);
	} catch (error) {
		return unusable(sentenceOf(error));
	}
}

async function readNamed(file: string, maxBytes: number): Promise<Uint8Array | Unusable> {
	const handle = await open(file, constants.O_RDONLY);
	try {
		const found = await handle.stat();
		if (found.isDirectory()) return unusable('It is a folder: name the script’s file.');
		return await readStream(handle.createReadStream({autoClose: false}), maxBytes);
	} finally {
		await handle.close();
	}
}

async function readStream(stream: Readable, maxBytes: number): Promise<Uint8Array | Unusable> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream) {
		if (!(chunk instanceof Uint8Array)) throw new TypeError('A stream of bytes gave something else.');
		chunks.push(Buffer.from(chunk));
		length += chunk.byteLength;
		if (length > maxBytes) return tooLarge(maxBytes);
	}
	return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): Unusable {
	return unusable(
		`It has more than the ${maxBytes / 1_000_000} MB that are read. Generate the script from the last applied migration on: \`dotnet ef migrations script --idempotent <FROM>\`.`,
	);
}

const sentences: Readonly<Record<string, string>> = {
	ENOENT: 'There is no such file.',
	ENOTDIR: 'There is no such file.',
	EISDIR: 'It is a folder: name the script’s file.',
	EACCES: 'It may not be read: this user lacks the permission.',
	EPERM: 'It may not be read: this user lacks the permission.',
};

function sentenceOf(error: unknown): string {
	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
	return sentences[code] ?? `It cannot be read${code === '' ? '' : ` (${code})`}.`;
}
