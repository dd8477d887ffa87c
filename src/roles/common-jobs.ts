import {consume} from '../adapters/queue/consumer.ts';
import {commonQueue} from '../adapters/queue/names.ts';
import type {Configuration} from '../config.ts';
import {escalate} from '../operations/failure/escalate.ts';
import {noticeMoved} from '../operations/review/notice-moved.ts';
import {Failure} from '../operations/ports/failure.ts';
import type {Job} from '../operations/ports/queue.ts';
import {publishMessages} from '../operations/publish-message.ts';
import {reconcile} from '../operations/reconcile.ts';
import {remindApprovers} from '../operations/approval/remind-approvers.ts';
import type {RoleWorld} from './world.ts';

/** Does the jobs that any process may do. */
async function performCommonJob(world: RoleWorld, job: Job): Promise<void> {
	switch (job.kind) {
		case 'publish':
			return await publishMessages(world, job.number, (error) => reportUnpublished(world, error));
		case 'escalate':
			return await escalate(world, job.number, job.escalation);
		case 'remind':
			return await remindApprovers(world, job.number);
		case 'notice-moved':
			return await noticeMoved(world, job.number);
		case 'reconcile':
			return await reconcile(world);
		case 'review':
		case 'run':
		case 'keep-backups':
			throw new Error(`A ${job.kind} job came to the common queue.`);
	}
}

/** To wait for its turn is a message's daily life, not trouble. */
function reportUnpublished(world: RoleWorld, error: Error): void {
	if (error instanceof Failure && error.code === 'slack-rate-limited') world.log.debug({err: error}, 'a message waits');
	else world.heard(error);
}

/** A hint that Redis does not take is done here and now, where this process can: people still get their messages. */
export function withFallback(world: RoleWorld): RoleWorld {
	const {queue} = world;
	const own: RoleWorld = {
		...world,
		queue: {
			hint: async (job) => {
				if (await queue.hint(job)) return true;
				if (job.kind === 'publish' || job.kind === 'escalate' || job.kind === 'remind') {
					await performCommonJob(world, job).catch(world.heard);
				}
				return false;
			},
		},
	};
	return own;
}

/** Takes common jobs, and every few seconds asks for a reconcile: by the queue, or by itself where that is down. */
export function startCommonJobs(world: RoleWorld, config: Configuration): {close(): Promise<void>} {
	const consumer = consume({
		url: config.redisUrl(),
		queue: commonQueue,
		concurrency: 8,
		perform: async (job) => await performCommonJob(world, job),
		onError: world.heard,
	});
	let busy = false;
	const stop = world.clock.every(config.reconcileMs, () => {
		if (busy) return;
		busy = true;
		void reconcileSoon(world).finally(() => {
			busy = false;
		});
	});
	return {
		close: async () => {
			stop();
			await consumer.close();
		},
	};
}

async function reconcileSoon(world: RoleWorld): Promise<void> {
	if (await world.queue.hint({kind: 'reconcile'})) return;
	await reconcile(world).catch(world.heard);
}
