import {type Refusal, refuse} from './refusal.ts';
import type {Target} from './target.ts';

/**
 * Whether a submission may go through these targets in this order: each but the first comes right after the one before
 * it, as the configuration says.
 */
export function judgeStageOrder(chosen: readonly Target[], all: ReadonlyMap<string, Target>): 'fine' | Refusal {
	if (chosen.length === 0) return outOfOrder('Choose the target that the migration is for.');
	for (const [index, target] of chosen.entries()) {
		if (chosen.indexOf(target) !== index) return outOfOrder(`${target.name} is named twice. Name each target once.`);
		const earlier = chosen[index - 1];
		if (earlier === undefined || target.after === earlier.name) continue;
		return outOfOrder(
			target.after === null
				? `${target.name} comes after no other target in lockstep.yaml, so it cannot follow ${earlier.name}. Request it by itself.`
				: `${target.name} comes right after ${target.after} in lockstep.yaml, not after ${earlier.name}. The order there is ${orderUpTo(target, all).join(', then ')}.`,
		);
	}
	return 'fine';
}

/** The stages before this target and itself, first to last; the configuration lets no target come after itself. */
function orderUpTo(target: Target, all: ReadonlyMap<string, Target>): readonly string[] {
	const names = [target.name];
	let earlier = target.after;
	while (earlier !== null && !names.includes(earlier)) {
		names.unshift(earlier);
		earlier = all.get(earlier)?.after ?? null;
	}
	return names;
}

function outOfOrder(sentence: string): Refusal {
	return refuse('stages-out-of-order', sentence);
}
