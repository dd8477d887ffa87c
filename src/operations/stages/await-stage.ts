import {awaitedTargets, demandedBefore, judgeStages, type Stage, type StageWait} from '../../domain/stage.ts';
import type {Target} from '../../domain/target.ts';
import type {RequestRecord} from '../ports/record.ts';
import type {World} from '../world.ts';

/** Whether the stages before let this request run, by what the record knows now of its bytes there. */
export async function judgeStagesNow(
	world: Pick<World, 'record'>,
	{request, stages}: Pick<RequestRecord, 'request' | 'stages'>,
	target: Target,
): Promise<'ready' | StageWait> {
	const demanded = demandedBefore(target);
	const bytesOn = new Map<string, Stage>();
	for (const awaited of awaitedTargets({request, stages, demanded})) {
		const speaks = await world.record.bytesOn(awaited, request.app, request.scriptSha256);
		if (speaks !== null) bytesOn.set(awaited, speaks);
	}
	return judgeStages({request, stages, demanded, bytesOn});
}

/** What a person hears who has just asked for the start, or approved what starts at once. */
export function startsAsSoonAs(number: number, wait: StageWait): string {
	const starts = `MR-${number} starts as soon as ${wait.until}.`;
	return wait.stuck ? `${starts} ${wait.sentence}` : starts;
}
