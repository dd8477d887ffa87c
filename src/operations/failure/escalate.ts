import {isOpen, nextPing} from '../../domain/escalation.ts';
import {isRefusal} from '../../domain/refusal.ts';
import {announce} from '../decide.ts';
import {findTarget} from '../target-people.ts';
import type {World} from '../world.ts';

/** Pings again where nobody has acknowledged; due by the record alone, so a job that comes twice pings once. */
export async function escalate(world: World, number: number, id: number): Promise<void> {
	const record = await world.record.load(number);
	const escalation = record?.escalations.find((one) => one.id === id);
	const now = world.clock.now();
	if (record == null || escalation === undefined || !isOpen(escalation)) return;
	if (escalation.nextPingAt === null || escalation.nextPingAt > now) return;
	const target = findTarget(world, record.request.target);
	const everyMinutes = isRefusal(target) ? 15 : target.policy.escalateEveryMinutes;
	await world.record.commit({
		number,
		revision: record.request.revision,
		claim: null,
		event: {
			kind: 'escalation-pinged',
			actor: 'lockstep',
			at: now,
			detail: {escalation: id, ping: escalation.pings + 1},
		},
		writes: [
			{kind: 'escalation-pinged', escalation: id, nextPingAt: nextPing(now, everyMinutes)},
			{kind: 'message', message: {kind: 'reminder', payload: {escalation: id, ping: escalation.pings + 1}}},
		],
	});
	await announce(world, number, []);
}
