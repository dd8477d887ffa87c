import {expect, it} from 'vitest';

import {judgeStageOrder} from '../../src/domain/stage-order.ts';
import type {Target} from '../../src/domain/target.ts';

function targets(after: Readonly<Record<string, string | null>>): ReadonlyMap<string, Target> {
	// Of a target, the order reads its name and what it comes after.
	return new Map(Object.entries(after).map(([name, earlier]) => [name, {name, after: earlier} as Target]));
}

const all = targets({test: null, staging: 'test', production: 'staging', east: 'staging', alone: null});

function judge(names: readonly string[], known = all): string {
	const chosen = names.flatMap((name) => known.get(name) ?? []);
	const judged = judgeStageOrder(chosen, known);
	return judged === 'fine' ? judged : `${judged.code}: ${judged.sentence}`;
}

it.each([
	[['alone'], 'fine'],
	[['production'], 'fine'],
	[['staging', 'production'], 'fine'],
	[['staging', 'east'], 'fine'],
	[['test', 'staging', 'production'], 'fine'],
	[[], 'stages-out-of-order: Choose the target that the migration is for.'],
	[['staging', 'staging'], 'stages-out-of-order: staging is named twice. Name each target once.'],
	[
		['test', 'production'],
		'stages-out-of-order: production comes right after staging in lockstep.yaml, not after test. The order there is test, then staging, then production.',
	],
	[
		['staging', 'production', 'east'],
		'stages-out-of-order: east comes right after staging in lockstep.yaml, not after production. The order there is test, then staging, then east.',
	],
	[
		['test', 'alone'],
		'stages-out-of-order: alone comes after no other target in lockstep.yaml, so it cannot follow test. Request it by itself.',
	],
])('%j: %s', (names, judged) => {
	expect(judge(names)).toBe(judged);
});

it('ends where a configuration goes round in a circle, and where it names a target that is not there', () => {
	const circle = targets({a: 'b', b: 'a', c: 'b'});
	expect(judge(['a', 'c'], circle)).toContain('The order there is a, then b, then c.');
	expect(judge(['x', 'y'], targets({x: null, y: 'gone'}))).toContain('The order there is gone, then y.');
});
