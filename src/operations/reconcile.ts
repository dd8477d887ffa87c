import type {World} from './world.ts';

/** Puts on the queue what follows from the record: whatever hint was lost, nothing due is. */
export async function reconcile(world: Pick<World, 'record' | 'queue'>): Promise<void> {
	const due = await world.record.due();
	for (const {number, pool} of due.reviews) await world.queue.hint({kind: 'review', number, pool});
	for (const run of due.runs) await world.queue.hint({kind: 'run', ...run});
	for (const {number, escalation} of due.escalations) await world.queue.hint({kind: 'escalate', number, escalation});
	for (const number of due.reminders) await world.queue.hint({kind: 'remind', number});
	for (const number of due.overtaken) await world.queue.hint({kind: 'notice-moved', number});
	for (const number of due.messages) await world.queue.hint({kind: 'publish', number});
	for (const pool of due.oldBackups) await world.queue.hint({kind: 'keep-backups', pool});
}
