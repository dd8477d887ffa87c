import type {Job} from '../../operations/ports/queue.ts';

/** Jobs that any process with a Slack token may do: publish, escalate, remind, notice-moved, reconcile. */
export const commonQueue = 'lockstep-common';

/** Jobs that need a target's secrets: only workers of its pool take them. */
export function poolQueue(pool: string): string {
	return `lockstep-pool-${pool}`;
}

export function queueOf(job: Job): string {
	return 'pool' in job ? poolQueue(job.pool) : commonQueue;
}

/** One waiting job per thing that is due, however often it is hinted. BullMQ forbids `:` in a job id. */
export function jobId(job: Job): string {
	switch (job.kind) {
		case 'reconcile':
			return 'reconcile';
		case 'escalate':
			return `escalate-${job.escalation}`;
		case 'run':
			// A dead worker's job keeps its id for some seconds: the job that follows its lease has one of its own.
			return job.after === undefined ? `run-${job.number}` : `run-${job.number}-after-${job.after}`;
		case 'keep-backups':
			return `${job.kind}-${job.pool}`;
		case 'review':
		case 'remind':
		case 'notice-moved':
		case 'publish':
			return `${job.kind}-${job.number}`;
	}
}
