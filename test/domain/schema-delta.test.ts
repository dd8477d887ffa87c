import {describe, expect, test} from 'vitest';
import type {CatalogObject} from '../../src/domain/catalog-object.ts';
import {diffText, effectsOf, schemaDelta} from '../../src/domain/schema-delta.ts';
import {listed as object} from '../support/catalog-objects.ts';

const orders = object('table', 'shop.orders', 'r1');
const total = object('column', 'shop.orders.total', 'r1.1', 'r1', 'integer');
const lines = object('table', 'shop.lines', 'r2');
const index = object('index', 'shop.ix_orders', 'r3', 'r1', 'CREATE INDEX ix_orders …');
const before = [orders, total, lines];

describe('effects', () => {
	test.each([
		['nothing', before, []],
		[
			'a column that came',
			[...before, object('column', 'shop.orders.note', 'r1.2', 'r1')],
			['created column shop.orders.note'],
		],
		[
			'a column of another type',
			[orders, {...total, definition: 'bigint'}, lines],
			['altered column shop.orders.total'],
		],
		['a table that went, with its columns', [lines], ['dropped table shop.orders']],
		[
			'a table that came, with its columns',
			[...before, object('table', 'shop.new', 'r9'), object('column', 'shop.new.id', 'r9.1', 'r9')],
			['created table shop.new'],
		],
		[
			'a column renamed',
			[orders, {...total, identity: 'shop.orders.sum', name: 'sum'}, lines],
			['renamed column shop.orders.sum from shop.orders.total'],
		],
		[
			'a table renamed: not its columns, too',
			[{...orders, identity: 'shop.sales', name: 'sales'}, {...total, identity: 'shop.sales.total'}, lines],
			['renamed table shop.sales from shop.orders'],
		],
		[
			'a table moved to another schema',
			[{...orders, identity: 'old.orders'}, {...total, identity: 'old.orders.total'}, lines],
			['renamed table old.orders from shop.orders'],
		],
		[
			'two tables that swapped their names',
			[
				{...orders, identity: 'shop.lines', name: 'lines'},
				{...total, identity: 'shop.lines.total'},
				{...lines, identity: 'shop.orders', name: 'orders'},
			],
			['renamed table shop.lines from shop.orders', 'renamed table shop.orders from shop.lines'],
		],
		[
			'a table made anew as it was',
			[{...orders, key: 'r7'}, {...total, key: 'r7.1', parent: 'r7'}, lines],
			['recreated column shop.orders.total', 'recreated table shop.orders'],
		],
		[
			'a column renamed and altered at once',
			[orders, {...total, identity: 'shop.orders.sum', name: 'sum', definition: 'bigint'}, lines],
			['renamed column shop.orders.sum from shop.orders.total', 'altered column shop.orders.sum'],
		],
	])('%s', (_, after, expected) => {
		const told = effectsOf(before, after).map(({action, kind, identity, from}) =>
			[action, kind, identity, ...(from === null ? [] : ['from', from])].join(' '),
		);
		expect(told).toEqual(expected);
	});
});

describe('what partitions inherit', () => {
	const parts = [
		object('table', 'shop.events', 'r5'),
		object('table', 'shop.events_1', 'r6', null, 'for values …', ['r5']),
	];
	const more = [
		...parts,
		object('column', 'shop.events.note', 'r5.1', 'r5', 'text'),
		object('column', 'shop.events_1.note', 'r6.1', 'r6', 'text', ['r5.1']),
		object('column', 'shop.events_1.own', 'r6.2', 'r6', 'text'),
	];

	test('is no effect of its own, and the delta says whose it is', () => {
		expect(effectsOf(parts, more).map(({identity}) => identity)).toEqual(['shop.events.note', 'shop.events_1.own']);
		expect(effectsOf(more, parts).map(({identity}) => identity)).toEqual(['shop.events.note', 'shop.events_1.own']);
		expect(schemaDelta(parts, more).map(({after, root, inherited}) => [after?.identity, root, inherited])).toEqual([
			['shop.events.note', undefined, undefined],
			['shop.events_1.note', 'shop.events', true],
			['shop.events_1.own', 'shop.events', undefined],
		]);
	});
});

describe('what comes and goes with another', () => {
	const events = object('table', 'shop.events', 'r5', null, 'partition by RANGE (day)\nowner me');
	const day = object('column', 'shop.events.day', 'r5.1', 'r5', 'date');
	const part = object('table', 'shop.events_1', 'r6', null, 'FOR VALUES …', ['r5']);
	const partDay = object('column', 'shop.events_1.day', 'r6.1', 'r6', 'date', ['r5.1']);
	const partitioned = [events, day, part, partDay];
	const again = [
		{...events, key: 'r50'},
		{...day, key: 'r50.1', parent: 'r50'},
		{...part, key: 'r60', uses: ['r50']},
		{...partDay, key: 'r60.1', parent: 'r60', uses: ['r50.1']},
	];
	const sequence = object('sequence', 'shop.orders_total_seq', 'r8', 'r1');
	const owned = [orders, {...total, definition: 'integer generated always as identity'}, sequence];

	test.each([
		['a partitioned table, with its partitions', partitioned, [], ['dropped table shop.events']],
		['a new one, with its partitions', [], partitioned, ['created table shop.events']],
		[
			'one made anew, with its partitions',
			partitioned,
			again,
			['recreated column shop.events.day', 'recreated table shop.events'],
		],
		['a partition alone', partitioned, [events, day], ['dropped table shop.events_1']],
		[
			'a partition that stays under its name and loses its table',
			partitioned,
			[{...part, key: 'r60', uses: []}],
			['dropped table shop.events', 'recreated table shop.events_1'],
		],
		[
			'an inheriting table, which only a CASCADE takes along',
			[{...events, definition: 'owner me'}, part],
			[],
			['dropped table shop.events', 'dropped table shop.events_1'],
		],
		['a column with the sequence that it owns', owned, [orders], ['dropped column shop.orders.total']],
		['an identity, with its sequence', owned, [orders, total], ['altered column shop.orders.total']],
		['a column that brings its sequence', [orders], owned, ['created column shop.orders.total']],
		[
			'an owned sequence beside another change of its table',
			[orders, total, sequence],
			[orders, {...total, definition: 'bigint'}, object('column', 'shop.orders.note', 'r1.2', 'r1', 'text')],
			['created column shop.orders.note', 'altered column shop.orders.total', 'dropped sequence shop.orders_total_seq'],
		],
		['an owned sequence alone', owned, owned.slice(0, 2), ['dropped sequence shop.orders_total_seq']],
		['a sequence alone', [{...sequence, parent: null}], [], ['dropped sequence shop.orders_total_seq']],
	])('%s', (_, old, now, expected) => {
		expect(effectsOf(old, now).map(({action, kind, identity}) => `${action} ${kind} ${identity}`)).toEqual(expected);
	});
});

describe('the delta', () => {
	test('means the same in another database, whose keys are others', () => {
		const elsewhere = (list: readonly CatalogObject[]): readonly CatalogObject[] =>
			list.map((entry) => ({
				...entry,
				key: `9${entry.key}`,
				parent: entry.parent === null ? null : `9${entry.parent}`,
			}));
		const after = [orders, {...total, definition: 'bigint'}, lines, index];
		const rehearsed = schemaDelta(before, after);
		const made = schemaDelta(elsewhere(before).toReversed(), elsewhere(after).toReversed());
		expect(made).toEqual(rehearsed);
		expect(rehearsed.map(({kind, of}) => [kind, of])).toEqual([
			['column', 'shop.orders'],
			['index', 'shop.orders'],
		]);
	});

	test('reads as a unified diff: three unchanged lines beside a change', () => {
		const body = ['a', 'b', 'c', 'd', 'old', 'e', 'f', 'g', 'h'];
		const view = object('view', 'shop.v', 'r5', null, body.join('\n'));
		const changed = {...view, definition: body.join('\n').replace('old', 'new')};
		expect(diffText(schemaDelta([view], [changed]), 1000)).toBe(
			['@@ view shop.v @@', ' b', ' c', ' d', '-old', '+new', ' e', ' f', ' g'].join('\n'),
		);
	});

	test('is cut as text, and says how much is missing', () => {
		const many = Array.from({length: 100}, (_, n) => object('table', `shop.t${n}`, `r${n}`, null, 'owner me'));
		const text = diffText(schemaDelta([], many), 200);
		expect(text.length).toBeLessThan(240);
		expect(text).toMatch(/\n… and \d+ more changes$/);
	});
});
