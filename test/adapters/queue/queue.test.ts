import {setTimeout as sleep} from 'node:timers/promises';

import {Redis} from 'ioredis';
import {afterEach, describe, expect, it} from 'vitest';

import {consume} from '../../../src/adapters/queue/consumer.ts';
import {createJobQueue} from '../../../src/adapters/queue/job-queue.ts';
import {commonQueue, poolQueue} from '../../../src/adapters/queue/names.ts';
import type {Job} from '../../../src/operations/ports/queue.ts';
import {ownRedis, redisUrl} from '../../support/databases.ts';
import {eventually} from '../../support/people.ts';

const opened: {close(): Promise<void>}[] = [];

afterEach(async () => {
	for (const one of opened.splice(0).toReversed()) await one.close();
});

function open<T extends {close(): Promise<void>}>(one: T): T {
	opened.push(one);
	return one;
}

const ignore = (): void => {};

/** Takes jobs and notes them; each takes `ms`. */
function taker(url: string, queue: string, ms = 0): readonly Job[] {
	const taken: Job[] = [];
	open(
		consume({
			url,
			queue,
			concurrency: 4,
			onError: ignore,
			perform: async (job) => {
				taken.push(job);
				await sleep(ms);
			},
		}),
	);
	return taken;
}

/** A producer that has just been made has no connection yet, and says so instead of waiting. */
async function producer(url: string): Promise<ReturnType<typeof createJobQueue>> {
	const queue = open(createJobQueue(url, ignore));
	const job = {kind: 'run', number: 1, pool: 'warm-up'} as const;
	await eventually('Redis answers', async () => await queue.hint(job));
	return queue;
}

async function taken(jobs: readonly Job[], count: number): Promise<void> {
	await eventually(`${count} jobs are taken`, () => Promise.resolve(jobs.length >= count));
}

describe('a hint', () => {
	it('reaches a worker of the target’s pool, and no other', async () => {
		const url = await redisUrl();
		const queue = await producer(url);
		const own = taker(url, poolQueue('eu'));
		const other = taker(url, poolQueue('us'));
		const common = taker(url, commonQueue);
		expect(await queue.hint({kind: 'run', number: 7, pool: 'eu'})).toBe(true);
		await queue.hint({kind: 'keep-backups', pool: 'eu'});
		await queue.hint({kind: 'publish', number: 7});
		await taken(own, 2);
		await taken(common, 1);
		expect(own).toEqual([
			{kind: 'run', number: 7, pool: 'eu'},
			{kind: 'keep-backups', pool: 'eu'},
		]);
		expect(common).toEqual([{kind: 'publish', number: 7}]);
		expect(other).toEqual([]);
	});

	it('of a reminder, or of a target that moved, is one for the request, apart from its other jobs', async () => {
		const url = await redisUrl();
		const queue = await producer(url);
		const hints = [
			{kind: 'remind', number: 5},
			{kind: 'notice-moved', number: 5},
			{kind: 'publish', number: 5},
			{kind: 'remind', number: 6},
		] as const;
		for (const job of [...hints, ...hints]) await queue.hint(job);
		const common = taker(url, commonQueue);
		await taken(common, 4);
		await sleep(200);
		expect(common.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
			{kind: 'notice-moved', number: 5},
			{kind: 'publish', number: 5},
			{kind: 'remind', number: 5},
			{kind: 'remind', number: 6},
		]);
	});

	it('given often while it waits is one job, and can be given again when that is done', async () => {
		const url = await redisUrl();
		const queue = await producer(url);
		await Promise.all(Array.from({length: 10}, async () => await queue.hint({kind: 'publish', number: 3})));
		const jobs = taker(url, commonQueue);
		await taken(jobs, 1);
		await sleep(200);
		expect(jobs).toHaveLength(1);
		await queue.hint({kind: 'publish', number: 3});
		await taken(jobs, 2);
	});

	it('comes again after a job that threw: nothing of it stays to silence the next', async () => {
		const url = await redisUrl();
		const queue = await producer(url);
		const heard: string[] = [];
		let tries = 0;
		open(
			consume({
				url,
				queue: commonQueue,
				concurrency: 1,
				onError: (error) => heard.push(error.message),
				perform: () => {
					tries++;
					return tries === 1 ? Promise.reject(new Error('a bug')) : Promise.resolve();
				},
			}),
		);
		await queue.hint({kind: 'escalate', number: 1, escalation: 4});
		await eventually('the bug is heard of', () => Promise.resolve(heard.includes('a bug')));
		await queue.hint({kind: 'escalate', number: 1, escalation: 4});
		await eventually('it is tried again', () => Promise.resolve(tries === 2));
		const redis = new Redis(url);
		const left = await redis.keys(`bull:${commonQueue}:escalate-*`);
		redis.disconnect();
		expect(left).toEqual([]);
	});

	it('about a run whose worker died is another job than the dead worker’s', async () => {
		const url = await redisUrl();
		const queue = await producer(url);
		const jobs = taker(url, poolQueue('eu'), 500);
		await queue.hint({kind: 'run', number: 7, pool: 'eu'});
		await taken(jobs, 1);
		await queue.hint({kind: 'run', number: 7, pool: 'eu', after: 1});
		await taken(jobs, 2);
		expect(jobs[1]).toEqual({kind: 'run', number: 7, pool: 'eu', after: 1});
	});
});

describe('without Redis', () => {
	it('a hint says so at once and throws nothing; workers go on when it is back', async () => {
		const redis = await ownRedis();
		const queue = await producer(redis.url());
		const jobs = taker(redis.url(), commonQueue);
		await queue.hint({kind: 'reconcile'});
		await taken(jobs, 1);
		await redis.crash();
		const before = Date.now();
		expect(await queue.hint({kind: 'publish', number: 1})).toBe(false);
		expect(Date.now() - before).toBeLessThan(5_000);
		await redis.restart();
		await eventually('a hint is taken again', async () => await queue.hint({kind: 'publish', number: 2}));
		await eventually('and done', () => Promise.resolve(jobs.some((job) => job.kind === 'publish' && job.number === 2)));
	});
});
