import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';

import {createBackups} from '../adapters/backups/backups.ts';
import {consume} from '../adapters/queue/consumer.ts';
import {poolQueue} from '../adapters/queue/names.ts';
import {createTargets} from '../adapters/target/target-database.ts';
import type {Configuration} from '../config.ts';
import {keepBackups} from '../operations/keep-backups.ts';
import {performRun} from '../operations/perform-run.ts';
import type {Job} from '../operations/ports/queue.ts';
import {reviewRequest} from '../operations/review-script.ts';
import type {WorkerWorld} from '../operations/run-context.ts';
import {startCommonJobs, withFallback} from './common-jobs.ts';
import {openWorld, type RoleWorld} from './world.ts';

/** Runs and reviews at once in one worker: they wait for PostgreSQL far more than for a processor. */
const concurrency = 8;

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
	};
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
		await Promise.all(consumers.map(async (consumer) => await consumer.close()));
		await jobs.close();
		await common.close();
	};
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
