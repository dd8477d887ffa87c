import {randomUUID} from 'node:crypto';
import {hostname, tmpdir} from 'node:os';
import path from 'node:path';

import {createBackups} from '../adapters/backups/backups.ts';
import {consume} from '../adapters/queue/consumer.ts';
import {poolQueue} from '../adapters/queue/names.ts';
import {createScratch} from '../adapters/scratch/scratch.ts';
import {createTargets} from '../adapters/target/target-database.ts';
import type {Configuration} from '../config.ts';
import {keepBackups} from '../operations/backups/keep-backups.ts';
import {performRun} from '../operations/run/perform-run.ts';
import type {Job} from '../operations/ports/queue.ts';
import {reviewRequest} from '../operations/review/review-script.ts';
import type {WorkerWorld} from '../operations/run/run-context.ts';
import {startCommonJobs, withFallback} from './common-jobs.ts';
import {openWorld, type RoleWorld} from './world.ts';

/** Runs and reviews at once in one worker: they wait for PostgreSQL far more than for a processor. */
const concurrency = 8;

/** What killed workers left is looked for this often. Milliseconds. */
const sweepMs = 3_600_000;

/**
 * Reviews and runs for the targets of its pools; it alone resolves their secrets. Returns what stops it: a backup is
 * dropped, an apply is let finish within its grace time.
 */
export async function startWorker(config: Configuration, pools: readonly string[]): Promise<() => Promise<void>> {
	const logins = config.targetLogins(pools);
	const toolFolders = config.worker.postgresTools;
	const common = withFallback(await openWorld(config, 'worker'));
	const stopping = new AbortController();
	const world: RoleWorld & WorkerWorld = {
		...common,
		worker: `${hostname()} ${process.pid} ${randomUUID()}`,
		stopping: stopping.signal,
		targets: createTargets({targets: logins.map(({database, apply}) => ({...database, ...apply})), toolFolders}),
		backups: createBackups({
			targets: logins.map(({database, backup, keeping}) => ({...database, ...backup, ...keeping})),
			toolFolders,
		}),
		scratch: createScratch({
			targets: logins.map(({database, apply, backup}) => ({...database, apply, backup})),
			toolFolders,
			directory: config.worker.scratchDirectory ?? ownScratchDirectory(),
			servers: config.scratchServers(),
			keepAwayFrom: [config.folder, ...backupDirectories(config, pools)],
			// Rows of a target may be personal data: where they lay, and that they are gone, is written down.
			onCopy: (said, copied) => common.log.info(copied, said),
		}),
	};
	const stopSweeping = sweepOften(world);
	const jobs = startCommonJobs(world, config);
	const consumers = pools.map((pool) =>
		consume({
			url: config.redisUrl(),
			queue: poolQueue(pool),
			concurrency,
			perform: async (job) => await performPoolJob(world, job),
			onError: world.heard,
		}),
	);
	world.log.info({pools}, 'worker ready');
	return async () => {
		stopping.abort();
		stopSweeping();
		await Promise.all(consumers.map(async (consumer) => await consumer.close()));
		await jobs.close();
		await common.close();
	};
}

/** Short, for the sockets that lie in it; two users of one machine do not get into each other's way. */
function ownScratchDirectory(): string {
	return path.join(tmpdir(), `lockstep-${process.getuid?.() ?? 'scratch'}`);
}

function backupDirectories({targets}: Configuration, pools: readonly string[]): readonly string[] {
	return [...targets.values()].filter(({pool}) => pools.includes(pool)).flatMap(({backup}) => backup.directory ?? []);
}

/** On the main thread: a process that is asked whether it lives is asked by the one that owns its files. */
function sweepOften(world: RoleWorld & WorkerWorld): () => void {
	const sweep = (): void => {
		void world.scratch.sweep().then(({directories, processes, servers}) => {
			if (directories.length + servers.length === 0) return;
			world.log.info({directories, processes, servers}, 'removed what a killed worker left');
		}, world.heard);
	};
	sweep();
	return world.clock.every(sweepMs, sweep);
}

async function performPoolJob(world: RoleWorld & WorkerWorld, job: Job): Promise<void> {
	switch (job.kind) {
		case 'review':
			return await reviewRequest(world, job.number);
		case 'run':
			return await performRun(world, job.number);
		case 'keep-backups':
			return await keepBackups(world, job.pool, world.heard);
		case 'publish':
		case 'escalate':
		case 'remind':
		case 'notice-moved':
		case 'reconcile':
			throw new Error(`A ${job.kind} job came to a pool's queue.`);
	}
}
