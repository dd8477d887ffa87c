import {statfs} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import type {Cluster} from './cluster.ts';

export interface Limits {
	/** Milliseconds from now. */
	readonly milliseconds: number;
	/** On disk, for all the server holds. */
	readonly bytes: number;
	/** What is stopped, as a sentence begins: `The script`. */
	readonly subject: string;
	/** Said after the time: ` on a copy without rows`; or nothing. */
	readonly where: string;
}

export interface LimitWatch {
	/** Aborts at a limit, and where the outer signal does. */
	readonly signal: AbortSignal;
	/** Which limit it was, as a sentence; null while within all of them. */
	exceeded(): string | null;
	end(): void;
}

/** How often it is looked whether the disk fills. Milliseconds. */
const lookEveryMs = 250;
/** How often the server's files are counted although the disk does not fill: there are thousands. Milliseconds. */
const countEveryMs = 2000;
/** A longer one would ring at once. Milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * A script may run forever or fill the disk. Its psql is ended at the limit; whoever asked ends what is left of its
 * session. A disk that fills cannot wait for that: the server goes at once.
 */
export function watchLimits(cluster: Cluster, limits: Limits, outer: AbortSignal): LimitWatch {
	const {milliseconds, bytes, subject, where} = limits;
	const stopping = new AbortController();
	let sentence: string | null = null;
	const stop = (because: string | null): void => {
		sentence ??= because;
		stopping.abort();
	};
	const forward = (): void => stop(null);
	outer.addEventListener('abort', forward, {once: true});
	if (outer.aborted) forward();
	const clock = setTimeout(
		() => {
			stop(`${subject} was stopped: it ran longer than ${Math.round(milliseconds / 100) / 10} s${where}.`);
		},
		Math.min(milliseconds, longestTimer),
	);
	const size = watchSize(cluster, bytes, stopping.signal, async () => {
		stop(`${subject} was stopped: it wrote more than ${Math.round(bytes / 1024 ** 2)} MB.`);
		await cluster.stop();
	});
	return {
		signal: stopping.signal,
		exceeded: () => sentence,
		end: () => {
			clearTimeout(clock);
			outer.removeEventListener('abort', forward);
			stopping.abort();
			void size;
		},
	};
}

async function watchSize(
	cluster: Cluster,
	bytes: number,
	signal: AbortSignal,
	exceeded: () => Promise<void>,
): Promise<void> {
	let countedAt = -Infinity;
	let freeThen = Infinity;
	while (!signal.aborted) {
		const free = await freeBytes(cluster.directory);
		// Somebody else may free as much as the server takes, so it is counted now and then all the same.
		if (performance.now() - countedAt >= countEveryMs || freeThen - free > bytes / 16) {
			if ((await cluster.size()) > bytes) return await exceeded();
			countedAt = performance.now();
			freeThen = free;
		}
		await delay(lookEveryMs, undefined, {signal}).catch(() => undefined);
	}
}

/** Of the disk that holds the folder; zero where nobody says. */
async function freeBytes(folder: string | null): Promise<number> {
	if (folder === null) return 0;
	const disk = await statfs(folder).catch(() => null);
	return disk === null ? 0 : disk.bavail * disk.bsize;
}
