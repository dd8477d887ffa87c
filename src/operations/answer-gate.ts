import {answerGate, type GateAnswer} from '../domain/gate.ts';
import type {World} from './world.ts';

/** May this version be deployed? `target` null asks for all targets. Throws Failure `record-unreachable`: the caller holds. */
export async function askGate(
	world: Pick<World, 'record' | 'settings'>,
	question: {readonly app: string; readonly version: string; readonly target: string | null},
): Promise<GateAnswer> {
	if (question.target !== null && !world.settings.targets.has(question.target)) {
		const known = [...world.settings.targets.keys()].join(', ');
		return {
			verdict: 'hold',
			reason: 'unknown-target',
			sentence: `Lockstep has no target “${question.target}”. It knows ${known}.`,
			requests: [],
		};
	}
	return answerGate(
		question.app,
		question.version,
		await world.record.forGate(question.app, question.version, question.target),
	);
}
