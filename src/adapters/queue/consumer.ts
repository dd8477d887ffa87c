import {Worker} from 'bullmq';
import {z} from 'zod';

import type {Job} from '../../operations/ports/queue.ts';
import {consumerConnection} from './connection.ts';

const JobShape: z.ZodType<Job> = z.discriminatedUnion('kind', [
	z.object({kind: z.literal('review'), number: z.int(), pool: z.string()}),
	z.object({kind: z.literal('run'), number: z.int(), pool: z.string(), after: z.int().optional()}),
	z.object({kind: z.literal('escalate'), number: z.int(), escalation: z.int()}),
	z.object({kind: z.literal('remind'), number: z.int()}),
	z.object({kind: z.literal('notice-moved'), number: z.int()}),
	z.object({kind: z.literal('publish'), number: z.int()}),
	z.object({kind: z.literal('keep-backups'), pool: z.string()}),
	z.object({kind: z.literal('reconcile')}),
]);

/**
 * Milliseconds. A dead worker's job keeps its id, and so silences the next hint, until its lock has run out and the
 * stalled check has seen it: together at most nine seconds. Losing a lock while the job goes on means nothing.
 */
const lockMs = 6_000;
const stalledCheckMs = 3_000;

/**
 * Takes jobs of one queue. `maxStalledCount: 0`: a job whose worker died is not run again by BullMQ; what is due follows
 * from the record. A job that throws is a bug or an outage: `onError` hears of it, the reconciler brings it back.
 */
export function consume(options: {
	readonly url: string;
	readonly queue: string;
	readonly concurrency: number;
	readonly perform: (job: Job) => Promise<void>;
	readonly onError: (error: Error) => void;
}): {close(): Promise<void>} {
	const connection = consumerConnection(options.url, options.onError);
	const worker = new Worker(options.queue, async (job) => await options.perform(JobShape.parse(job.data)), {
		connection,
		concurrency: options.concurrency,
		maxStalledCount: 0,
		lockDuration: lockMs,
		stalledInterval: stalledCheckMs,
		removeOnComplete: {count: 0},
		removeOnFail: {count: 0},
		skipVersionCheck: true,
	});
	worker.on('error', options.onError);
	worker.on('failed', (_job, error) => options.onError(error));
	return {
		close: async () => {
			await worker.close();
			connection.disconnect();
		},
	};
}
