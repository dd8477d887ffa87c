import {parentPort} from 'node:worker_threads';
import {loadModule} from 'libpg-query';
import type {Refusal} from '../../domain/refusal.ts';
import type {ReadScript} from '../../operations/ports/script-reader.ts';
import {readScript} from './read-script.ts';

/** The reader's worker thread: one question, one answer. Its first message says that it is up. */
export interface ReaderQuestion {
	readonly bytes: Uint8Array;
	readonly maxBytes: number;
}

export type ReaderAnswer =
	| {readonly kind: 'read'; readonly result: ReadScript | Refusal}
	/** The parser's stack or memory gave out: its module may be damaged. */
	| {readonly kind: 'exhausted'}
	| {readonly kind: 'bug'; readonly message: string};

function answer({bytes, maxBytes}: ReaderQuestion): ReaderAnswer {
	try {
		return {kind: 'read', result: readScript(bytes, maxBytes)};
	} catch (error) {
		const isExhausted = error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError');
		if (isExhausted) return {kind: 'exhausted'};
		return {kind: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error)};
	}
}

await loadModule();
parentPort?.on('message', (question: ReaderQuestion) => parentPort?.postMessage(answer(question)));
parentPort?.postMessage('up');
