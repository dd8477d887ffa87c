import type {Readable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {Failure} from '../../operations/ports/failure.ts';
import type {TableRows} from '../../operations/ports/backups.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import {requireWhole} from './compare-contents.ts';
import type {BackupTarget} from './connection.ts';
import {cancelled} from './cancelled.ts';
import {type Dump, dumpFailure, startDump} from './dump.ts';
import {type Contents, type DumpReaders, startReaders} from './dump-readers.ts';
import {encrypted} from './encryption.ts';
import {createMeter, type Meter} from './meter.ts';
import {openCopy, type PlainCopy} from './plain-copy.ts';
import type {Snapshot} from './snapshot.ts';
import type {UnpublishedBackup} from './storage.ts';

export interface ProvenDump {
	/** Of what is kept. */
	readonly bytes: number;
	readonly sha256: string;
	/** Of the dump itself, where what is kept is encrypted. */
	readonly plain: {readonly bytes: number; readonly sha256: string} | null;
	/** Entries in the dump's table of contents. */
	readonly tocEntries: number;
	readonly rows: readonly TableRows[];
	/** Why there is no plain copy where one was asked for, as a sentence; null where there is. */
	readonly copyTrouble: string | null;
}

export interface DumpWork {
	readonly target: BackupTarget;
	readonly tools: PostgresTools;
	readonly requestNumber: number;
	readonly snapshot: Snapshot;
	/** Public keys of age; none leaves the dump readable. */
	readonly recipients: readonly string[];
	readonly unpublished: UnpublishedBackup;
	/** A file that gets the dump as it is before it is encrypted, or null. */
	readonly plainCopy: string | null;
	readonly signal: AbortSignal;
}

/**
 * Writes a dump and proves it on the way: pg_restore reads the same bytes to their end, what it lists is compared with the
 * snapshot's tables, and what is kept is hashed again from where it is kept. An encrypted one cannot be read again by
 * whoever has no key, so it is proven before it is encrypted, and kept as it was hashed afterwards.
 *
 * @throws Failure as `Backups.take` does
 */
export async function writeDump(work: DumpWork): Promise<ProvenDump> {
	if (work.signal.aborted) throw cancelled();
	const stop = new AbortController();
	const signal = AbortSignal.any([work.signal, stop.signal]);
	const {target, tools, requestNumber, snapshot, unpublished, recipients} = work;
	const dump: Dump = {target, tools, requestNumber, snapshot: snapshot.id, signal};
	const copy = await openCopy(work.plainCopy);
	const child = await startDump(dump);
	const readers = startReaders(tools, signal);
	const proof = createProof(work);
	try {
		const plain = read({dump, child, readers, proof, copy});
		// One hash where what is kept is the dump itself.
		const content = recipients.length === 0 ? plain : encrypted(measured(proof.plain, plain), recipients);
		await unpublished.write(measured(proof.kept, content), signal);
		await requireKept(unpublished, proof.kept);
		return {
			...proof.kept.measure(),
			plain: recipients.length === 0 ? null : proof.plain.measure(),
			tocEntries: proof.contents().entries,
			rows: await proof.rows(),
			copyTrouble: (await copy?.end()) ?? null,
		};
	} catch (error) {
		await copy?.discard();
		throw work.signal.aborted ? cancelled() : error;
	} finally {
		stop.abort();
		await Promise.allSettled([child.result, readers.ended]);
	}
}

interface Proof {
	readonly plain: Meter;
	readonly kept: Meter;
	begin(): void;
	end(contents: Contents): void;
	contents(): Contents;
	rows(): Promise<readonly TableRows[]>;
}

function createProof({snapshot}: DumpWork): Proof {
	let counting: Promise<readonly TableRows[]> = Promise.resolve([]);
	let read: Contents | null = null;
	const plain = createMeter();
	return {
		plain,
		kept: createMeter(),
		// pg_dump has its locks by its first byte: counting waits for nobody, and goes on beside it.
		begin: () => {
			counting = snapshot.countRows();
			counting.catch(() => undefined);
		},
		end: (contents) => {
			requireWhole(snapshot, contents);
			read = contents;
		},
		contents: () => {
			if (read === null) throw new TypeError('A dump was kept before it was read to its end.');
			return read;
		},
		rows: async () => await counting,
	};
}

/** The dump's bytes, as pg_dump writes them and pg_restore reads them. */
async function* read(reading: {
	readonly dump: Dump;
	readonly child: Awaited<ReturnType<typeof startDump>>;
	readonly readers: DumpReaders;
	readonly proof: Proof;
	readonly copy: PlainCopy | null;
}): AsyncGenerator<Uint8Array> {
	const {dump, child, readers, proof, copy} = reading;
	let begun = false;
	for await (const chunk of gathered(child.stdout)) {
		if (!begun) proof.begin();
		begun = true;
		const taken = Promise.all([readers.take(chunk), copy?.take(chunk)]);
		// Thrown below; it is being written meanwhile.
		taken.catch(() => undefined);
		yield chunk;
		await taken;
	}
	const failure = dumpFailure(await child.result, dump);
	if (failure !== null) throw failure;
	if (!begun) throw new Failure('backup-unreadable', 'The backup is empty.');
	proof.end(await readers.finish());
}

/** As much as one read of a child's output gives: there is more to be had at once. */
const fullRead = 64 * 1024;
/** What pg_dump writes in that time still fits into the pipe's buffer. Milliseconds. */
const pauseMs = 3;
const pieceBytes = 256 * 1024;

/**
 * pg_dump writes 4 KB at a time. Whoever reads as fast as it writes is woken for each, which costs more than to hash,
 * read and store it: pauses let some gather, and what is gathered goes on as one piece, at once where no more comes.
 */
async function* gathered(stdout: Readable): AsyncGenerator<Uint8Array> {
	let chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stdout as AsyncIterable<Uint8Array>) {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes < pieceBytes) {
			if (chunk.length >= fullRead) continue;
			await delay(pauseMs);
			if (stdout.readableLength > 0) continue;
		}
		yield Buffer.concat(chunks, bytes);
		chunks = [];
		bytes = 0;
	}
	if (bytes > 0) yield Buffer.concat(chunks, bytes);
}

async function* measured(meter: Meter, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	for await (const chunk of content) {
		meter.take(chunk);
		yield chunk;
	}
}

/** What is kept must be what was written: a disk, or what is between here and a bucket, may have other ideas. */
async function requireKept(unpublished: UnpublishedBackup, written: Meter): Promise<void> {
	const kept = createMeter();
	for await (const chunk of (await unpublished.read()) as AsyncIterable<Uint8Array>) kept.take(chunk);
	const [is, was] = [kept.measure(), written.measure()];
	if (is.sha256 === was.sha256) return;
	const message = `The backup was read back as other bytes than were written: ${is.bytes} bytes with SHA-256 ${is.sha256}, not ${was.bytes} with ${was.sha256}. Look at the disk, or at the storage.`;
	throw new Failure('backup-unreadable', message);
}
