import {Queue} from 'bullmq';

import type {Job, JobQueue} from '../../operations/ports/queue.ts';
import {producerConnection} from './connection.ts';
import {jobId, queueOf} from './names.ts';

/** Hints on BullMQ. A job holds ids only and leaves no trace when it is done, or its id would silence the next one. */
export function createJobQueue(url: string, onError: (error: Error) => void): JobQueue & {close(): Promise<void>} {
	const connection = producerConnection(url, onError);
	const queues = new Map<string, Queue>();

	function queue(name: string): Queue {
		const known = queues.get(name);
		if (known !== undefined) return known;
		const made = new Queue(name, {connection, skipVersionCheck: true, skipWaitingForReady: true});
		made.on('error', onError);
		queues.set(name, made);
		return made;
	}

	async function hint(job: Job): Promise<boolean> {
		try {
			await queue(queueOf(job)).add(job.kind, job, {jobId: jobId(job), removeOnComplete: true, removeOnFail: true});
			return true;
		} catch {
			// The connection's own error handler has logged why.
			return false;
		}
	}

	return {
		hint,
		close: async () => {
			await Promise.allSettled([...queues.values()].map(async (one) => await one.close()));
			connection.disconnect();
		},
	};
}
