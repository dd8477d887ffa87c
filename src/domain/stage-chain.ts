import {type Refusal, refuse} from './refusal.ts';
import {judgeStageOrder} from './stage-order.ts';
import type {Target} from './target.ts';

type Linked = Pick<Target, 'name' | 'after'>;

/** Targets that one submission can go through, each after the one before it; two or more. */
type StageChain = readonly string[];

/** Every chain that ends in a target with a stage before it, whole ones first; a chain may start at any stage. */
export function stageChains(targets: readonly Linked[]): readonly StageChain[] {
	const byName = new Map(targets.map((target) => [target.name, target]));
	return targets.flatMap(({name}) => {
		const whole = chainTo(name, byName);
		return whole.slice(0, -1).map((_, start) => whole.slice(start));
	});
}

function chainTo(last: string, byName: ReadonlyMap<string, Linked>): StageChain {
	const chain: string[] = [];
	let name: string | null = last;
	// The configuration refuses a circle; a chain must end all the same.
	while (name !== null && byName.has(name) && !chain.includes(name)) {
		chain.unshift(name);
		name = byName.get(name)?.after ?? null;
	}
	return chain;
}

/** The targets of these names: one, or several where each comes right after the one before it. */
export function chooseTargets(names: readonly string[], targets: readonly Target[]): readonly Target[] | Refusal {
	const byName = new Map(targets.map((target) => [target.name, target]));
	const chosen: Target[] = [];
	for (const name of names) {
		const target = byName.get(name);
		if (target === undefined) return unknownTarget(name, targets);
		chosen.push(target);
	}
	const order = judgeStageOrder(chosen, byName);
	return order === 'fine' ? chosen : order;
}

export function unknownTarget(name: string, targets: readonly Linked[]): Refusal {
	const names = targets
		.slice(0, 30)
		.map((target) => `\`${target.name}\``)
		.join(', ');
	return refuse(
		'target-unknown',
		`There is no target “${name.slice(0, 100)}”. ${names === '' ? 'lockstep.yaml names none.' : `Targets: ${names}.`}`,
	);
}
