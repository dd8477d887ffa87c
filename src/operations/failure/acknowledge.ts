import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {announce, type Done} from '../decide.ts';
import {findTarget, judgeInvolved} from '../target-people.ts';
import type {World} from '../world.ts';

/** Somebody takes the failure: the pings stop. The first one counts. */
export async function acknowledge(
	world: World,
	ask: {readonly number: number; readonly escalation: number; readonly person: string},
): Promise<Done | Refusal> {
	const record = await world.record.load(ask.number);
	const escalation = record?.escalations.find(({id}) => id === ask.escalation);
	if (record == null || escalation === undefined) {
		return refuse('request-unknown', `There is no such escalation of MR-${ask.number}.`);
	}
	const target = findTarget(world, record.request.target);
	if (isRefusal(target)) return target;
	const involved = await judgeInvolved(world, target, record.request, ask.person, 'acknowledge an escalation');
	if (involved !== 'may') return involved;
	if (escalation.acknowledgedBy !== null) {
		return refuse('already-acknowledged', `<@${escalation.acknowledgedBy}> has acknowledged this already.`);
	}
	const at = world.clock.now();
	const committed = await world.record.commit({
		number: ask.number,
		revision: record.request.revision,
		claim: null,
		event: {kind: 'acknowledged', actor: ask.person, at, detail: {escalation: ask.escalation}},
		writes: [{kind: 'escalation-acknowledged', escalation: ask.escalation, by: ask.person, at}],
	});
	if (committed.kind !== 'committed') return await acknowledge(world, ask);
	await announce(world, ask.number, []);
	return {
		kind: 'done',
		sentence: `MR-${ask.number} is yours: no more pings. The lead decides how it goes on.`,
	};
}
