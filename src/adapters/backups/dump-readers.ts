import {createInterface} from 'node:readline';
import {Failure} from '../../operations/ports/failure.ts';
import type {ChildResult} from '../../platform/child-process.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import {startStreaming, type StreamingChild} from '../../platform/streaming-child.ts';
import {cancelled} from './cancelled.ts';

/** What a dump's table of contents names, by the object ids of the database it was taken from. */
export interface Contents {
	readonly entries: number;
	/** As the dump says it. */
	readonly database: string | null;
	readonly tables: ReadonlySet<number>;
	/** Tables whose rows it holds. */
	readonly data: ReadonlySet<number>;
}

/** Reads a dump's bytes while somebody else writes them. */
export interface DumpReaders {
	/** Waits until both have taken it. Throws Failure backup-unreadable as soon as one finds that it is no dump. */
	take(chunk: Uint8Array): Promise<void>;
	/**
	 * No more bytes come: throws Failure backup-unreadable where the dump does not end here.
	 */
	finish(): Promise<Contents>;
	/** Both are gone. */
	readonly ended: Promise<unknown>;
}

/**
 * pg_restore reads the whole dump to nowhere, which the table of contents alone does not prove: a dump that was cut off
 * still has one. Another pg_restore reads that table.
 */
export function startReaders(tools: PostgresTools, signal: AbortSignal): DumpReaders {
	const common = {file: tools.pgRestore, env: {}, signal, stdin: 'pipe'} as const;
	const whole = watch(startStreaming({...common, args: ['--file=/dev/null']}));
	const list = startStreaming({...common, args: ['--list']});
	const contents = readContents(list);
	const lister = watch(list);
	whole.drain();
	return {
		take: async (chunk) => {
			const failed = [whole, lister].map((reader) => reader.result()).find((result) => isBad(result));
			if (failed != null) throw unreadable(failed);
			await Promise.all([whole.take(chunk), lister.take(chunk)]);
		},
		finish: async () => {
			const results = await Promise.all([whole.finish(), lister.finish()]);
			const failed = results.find((result) => isBad(result));
			if (failed !== undefined) throw unreadable(failed);
			return await contents;
		},
		ended: Promise.allSettled([whole.ended, lister.ended, contents]),
	};
}

function isBad(result: ChildResult | null): boolean {
	return result !== null && result.exitCode !== 0;
}

interface Watched {
	take(chunk: Uint8Array): Promise<void>;
	finish(): Promise<ChildResult>;
	/** Null while it runs. */
	result(): ChildResult | null;
	drain(): void;
	readonly ended: Promise<ChildResult>;
}

function watch({stdin, stdout, result}: StreamingChild): Watched {
	let ended: ChildResult | null = null;
	const noticed = result.then((how) => (ended = how));
	return {
		// Answers when the bytes have left this process, or cannot: the program's result tells whether it has read enough.
		take: async (chunk) => {
			if (ended !== null || stdin?.writable !== true) return;
			await new Promise<void>((resolve) => stdin.write(chunk, () => resolve()));
		},
		finish: async () => {
			stdin?.end();
			return await noticed;
		},
		result: () => ended,
		drain: () => stdout.resume(),
		ended: noticed,
	};
}

/** An entry: `215; 1259 16385 TABLE sales orders owner`. Its second pair of numbers says which object it is. */
const entry = /^\d+; (?<catalog>\d+) (?<oid>\d+) (?<kind>TABLE DATA|TABLE) /;
/** The object id of pg_class itself. */
const tableCatalog = '1259';

async function readContents({stdout}: StreamingChild): Promise<Contents> {
	let entries = 0;
	let database: string | null = null;
	const tables = new Set<number>();
	const data = new Set<number>();
	for await (const line of createInterface({input: stdout, crlfDelay: Infinity})) {
		if (/^\d/.test(line)) entries++;
		else database ??= /^; +dbname: (?<name>.*)$/.exec(line)?.groups?.['name'] ?? null;
		const {catalog, oid, kind} = entry.exec(line)?.groups ?? {};
		if (kind === 'TABLE DATA') data.add(Number(oid));
		else if (kind === 'TABLE' && catalog === tableCatalog) tables.add(Number(oid));
	}
	return {entries, database, tables, data};
}

function unreadable(result: ChildResult): Failure {
	if (result.aborted) return cancelled();
	const said = result.stderr.split('\n')[0]?.replace(/^pg_restore: \w+: /, '') ?? '';
	const why = said === '' ? `exit code ${result.exitCode}` : said;
	return new Failure('backup-unreadable', `pg_restore cannot read the backup to its end: ${why}.`);
}
