import {describe, expect, it} from 'vitest';

import type {CatalogObject} from '../../src/domain/schema-delta.ts';
import {assessApply, mayRetryAfterLockTimeout, retryDelay, touchedTables} from '../../src/domain/run.ts';

function migration(id: string, whollyInOneTransaction = true): Parameters<typeof assessApply>[0]['pending'][number] {
	return {id, productVersion: '10.0.0', line: 1, whollyInOneTransaction};
}

const [a, b, c] = [migration('A'), migration('B'), migration('C')];
const loose = migration('B', false);

describe('what an apply has done, told by the history', () => {
	it.each([
		[
			'everything',
			{pending: [b, c], before: ['A'], expected: ['A', 'B', 'C'], after: ['A', 'B', 'C']},
			'everything',
			true,
			[],
		],
		[
			'the first of two',
			{pending: [b, c], before: ['A'], expected: ['A', 'B', 'C'], after: ['A', 'B']},
			'part',
			true,
			['C'],
		],
		[
			'nothing, transactions',
			{pending: [b, c], before: ['A'], expected: ['A', 'B', 'C'], after: ['A']},
			'nothing',
			true,
			['B', 'C'],
		],
		['nothing, no history yet', {pending: [a], before: [], expected: ['A'], after: null}, 'nothing', true, ['A']],
		[
			'nothing recorded, no transaction',
			{pending: [loose], before: ['A'], expected: ['A', 'B'], after: ['A']},
			'unknown',
			false,
			['B'],
		],
		[
			'one recorded, the next without a transaction',
			{pending: [a, loose], before: [], expected: ['A', 'B'], after: ['A']},
			'part',
			false,
			['B'],
		],
		[
			'a stranger in the history',
			{pending: [b], before: ['A'], expected: ['A', 'B'], after: ['A', 'B', 'X']},
			'unknown',
			false,
			[],
		],
		['a row gone', {pending: [b], before: ['A'], expected: ['A', 'B'], after: ['B']}, 'unknown', false, []],
		['a down script, done', {pending: [b], before: ['A', 'B'], expected: ['A'], after: ['A']}, 'everything', true, []],
		[
			'a down script, not done',
			{pending: [b], before: ['A', 'B'], expected: ['A'], after: ['A', 'B']},
			'nothing',
			true,
			['B'],
		],
	] as const)('%s', (_name, state, landed, rerunSafe, missing) => {
		const assessment = assessApply({...state, begun: true});
		expect(assessment).toMatchObject({landed, rerunSafe, missingMigrations: missing});
		expect(assessment.sentence).toMatch(/\.$/);
	});

	it('knows that nothing landed where the fence refused, transactions or not', () => {
		expect(
			assessApply({pending: [loose], before: ['A'], expected: ['A', 'B'], after: ['A'], begun: false}),
		).toMatchObject({
			landed: 'nothing',
			rerunSafe: true,
		});
	});
});

describe('trying again after a lock timeout', () => {
	const safe = assessApply({pending: [b], before: [], expected: ['B'], after: [], begun: true});
	const unsafe = assessApply({pending: [loose], before: [], expected: ['B'], after: [], begun: true});

	it('is for scripts that cannot land twice, and ends with the budget', () => {
		expect(mayRetryAfterLockTimeout(safe, 1, 3)).toBe(true);
		expect(mayRetryAfterLockTimeout(safe, 3, 3)).toBe(false);
		expect(mayRetryAfterLockTimeout(unsafe, 1, 3)).toBe(false);
	});

	it('waits longer each time, between half and one and a half of the doubling', () => {
		expect(retryDelay(1, 0)).toBe(500);
		expect(retryDelay(1, 0.999)).toBe(1499);
		expect(retryDelay(50, 0.5)).toBe(32_000);
	});
});

it('tells created, renamed, altered and dropped tables apart', () => {
	const table = (key: string, name: string): CatalogObject => object('table', {key, identity: `shop.${name}`});
	const column = (parent: string, name: string, definition: string): CatalogObject =>
		object('column', {key: `${parent}.1`, identity: `shop.${name}`, definition, parent});
	const view = (definition: string): CatalogObject => object('view', {key: '6', identity: 'shop.seen', definition});
	const before = [
		table('1', 'kept'),
		table('2', 'changed'),
		column('2', 'changed.a', 'text'),
		table('3', 'gone'),
		column('3', 'gone.a', 'text'),
		table('4', 'old'),
		column('4', 'old.a', 'text'),
		view('SELECT 1'),
	];
	const after = [
		table('1', 'kept'),
		table('2', 'changed'),
		column('2', 'changed.a', 'integer'),
		table('4', 'other'),
		column('4', 'other.a', 'text'),
		table('5', 'new'),
		column('5', 'new.a', 'text'),
		view('SELECT 2'),
	];
	const touched = ['created shop.new', 'renamed shop.old to shop.other', 'altered shop.changed', 'dropped shop.gone'];
	expect(touchedTables(before, after)).toEqual(touched);
});

function object(kind: string, rest: Partial<CatalogObject>): CatalogObject {
	return {kind, key: '', identity: '', name: '', parent: null, uses: [], definition: '', ...rest};
}
