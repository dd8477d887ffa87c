import {Readable} from 'node:stream';
import type {ReadableStream} from 'node:stream/web';
import type {Encrypter as AgeEncrypter} from 'age-encryption';
import {Failure} from '../../operations/ports/failure.ts';

/** Encrypts for age's recipients while it streams. */
export async function* encrypted(
	content: AsyncIterable<Uint8Array>,
	recipients: readonly string[],
): AsyncGenerator<Uint8Array> {
	// Loaded where it is asked for: most installations leave their dumps readable.
	const {Encrypter} = await import('age-encryption');
	const encrypter = new Encrypter();
	for (const recipient of recipients) add(encrypter, recipient);
	const source = Readable.toWeb(Readable.from(content, {objectMode: false})) as globalThis.ReadableStream<Uint8Array>;
	const result = (await encrypter.encrypt(source)) as ReadableStream<Uint8Array>;
	yield* Readable.fromWeb(result) as AsyncIterable<Uint8Array>;
}

function add(encrypter: AgeEncrypter, recipient: string): void {
	try {
		encrypter.addRecipient(recipient);
	} catch (error) {
		const message = `Backups cannot be encrypted for ${recipient}, which is no public key of age. Take it from age-keygen.`;
		throw new Failure('backup-failed', message, {cause: error});
	}
}
