import {Worker} from 'node:worker_threads';
import {refuse, type Refusal} from '../../domain/refusal.ts';
import type {ReadScript, ScriptReader} from '../../operations/ports/script-reader.ts';
import {refuseSize} from './decode.ts';
import {compileParserOnce} from './parser-compiler.ts';
import type {ReaderAnswer, ReaderQuestion} from './worker.ts';

export interface ScriptReaderOptions {
	/** Larger files are refused unread; default 10 MB. */
	readonly maxBytes?: number;
	/** Milliseconds one file may take once the worker is up; default 10 s. */
	readonly timeLimitMs?: number;
}

/** Bytes of heap that one file may make the worker use; the largest known script (528 KB) needs under 100 MB. */
const heapMegabytes = 768;

/**
 * Reads scripts in a worker thread, one after the other, so that no script can stall the process or bring it down. A
 * script that takes too long, or that exhausts the parser, costs its worker: the next one gets a new one.
 */
export function createScriptReader(options: ScriptReaderOptions = {}): ScriptReader {
	const {maxBytes = 10_000_000, timeLimitMs = 10_000} = options;
	let worker: Worker | null = null;
	let last: Promise<unknown> = Promise.resolve();

	async function readNext(bytes: Uint8Array): Promise<ReadScript | Refusal> {
		worker ??= await startWorker();
		const answer = await ask(worker, {bytes, maxBytes}, timeLimitMs);
		if (answer.kind === 'read') return answer.result;
		await worker.terminate();
		worker = null;
		if (answer.kind === 'bug') throw new Error(answer.message);
		return answer.kind === 'too-slow' ? refuseSlow(timeLimitMs) : refuseExhausting();
	}

	return {
		read(bytes) {
			const oversize = refuseSize(bytes.byteLength, maxBytes);
			if (oversize !== null) return Promise.resolve(oversize);
			const result = last.then(() => readNext(bytes));
			last = result.catch(() => null);
			return result;
		},
		async close() {
			await last;
			await worker?.terminate();
			worker = null;
		},
	};
}

/** Node 20 runs no TypeScript: from the sources the worker starts in JavaScript and registers the loader first. */
function startWorker(): Promise<Worker> {
	compileParserOnce();
	const entry = import.meta.url.endsWith('.ts') ? './worker-from-sources.mjs' : './worker.js';
	const worker = new Worker(new URL(entry, import.meta.url), {
		// The parent's own flags (a test runner's loader) are not meant for it.
		execArgv: [],
		resourceLimits: {maxOldGenerationSizeMb: heapMegabytes},
	});
	return new Promise((resolve, reject) => {
		worker.once('error', reject);
		worker.once('message', () => {
			worker.removeListener('error', reject);
			// An idle reader keeps no process alive.
			worker.unref();
			resolve(worker);
		});
	});
}

type Outcome = ReaderAnswer | {readonly kind: 'too-slow'};

function ask(worker: Worker, question: ReaderQuestion, timeLimitMs: number): Promise<Outcome> {
	return new Promise((resolve) => {
		function finish(outcome: Outcome): void {
			clearTimeout(timer);
			worker.off('message', finish).off('error', exhausted).off('exit', exhausted);
			worker.unref();
			resolve(outcome);
		}
		function exhausted(): void {
			finish({kind: 'exhausted'});
		}
		const timer = setTimeout(() => finish({kind: 'too-slow'}), timeLimitMs);
		worker.once('message', finish).once('error', exhausted).once('exit', exhausted);
		worker.ref();
		worker.postMessage(question);
	});
}

function refuseSlow(timeLimitMs: number): Refusal {
	return refuse(
		'script-too-slow',
		`Reading the script took longer than ${timeLimitMs / 1000} s, so it was given up. Generate a shorter one, from the last applied migration on: \`dotnet ef migrations script --idempotent <FROM>\`.`,
	);
}

function refuseExhausting(): Refusal {
	return refuse(
		'script-too-slow',
		'The script is nested so deeply, or is so large, that the parser ran out of memory. Look for a generated expression with thousands of parts, and split it.',
	);
}
