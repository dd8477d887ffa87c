import {describe, expect, test} from 'vitest';
import type {CatalogObject} from '../../src/domain/catalog-object.ts';
import {groundOfChange, movedSince} from '../../src/domain/rehearsal-ground.ts';
import {elsewhere, listed} from '../support/catalog-objects.ts';

const orders = listed('table', 'shop.orders', 'r1');
const total = listed('column', 'shop.orders.total', 'r1.1', 'r1', 'integer');
const lines = listed('table', 'shop.lines', 'r2');
const price = listed('column', 'shop.lines.price', 'r2.1', 'r2', 'integer');
const reference = listed('constraint', 'shop.lines.fk', 'o1', 'r2', 'FOREIGN KEY …', ['r1']);
const view = listed('view', 'shop.totals', 'r3', null, 'SELECT total FROM orders', ['r1']);
const ofView = listed('view', 'shop.highest', 'r4', null, 'SELECT max(total) FROM totals', ['r3']);
const customers = listed('table', 'shop.customers', 'r5');
const key = listed('constraint', 'shop.customers.pk', 'o2', 'r5', 'PRIMARY KEY (id)');
const name = listed('column', 'shop.customers.name', 'r5.2', 'r5', 'text');
const before = [orders, total, lines, price, reference, view, ofView, customers, key, name];

const index = listed('index', 'shop.ix_orders', 'r7', 'r1', 'CREATE INDEX ix_orders …');
const toCustomers = listed('constraint', 'shop.orders.fk', 'o3', 'r1', 'FOREIGN KEY …', ['r5', 'o2']);
const after = [...before, index, toCustomers];
const ground = groundOfChange(elsewhere(before), before, after, []);

describe('the ground of a change', () => {
	test('is all that is touched, that belongs to it, that depends on it however far, and that new objects use', () => {
		expect(ground.base.map(({identity}) => identity)).toEqual([
			'shop.orders',
			'shop.orders.total',
			'shop.lines.fk',
			'shop.totals',
			'shop.highest',
			'shop.customers',
			'shop.customers.pk',
		]);
		expect(ground.base.filter(({touched}) => touched).map(({identity}) => identity)).toEqual(['shop.orders']);
	});

	test('is worded as the target words it, and says where the copy does otherwise', () => {
		const inItsWords = before.map((object) => (object === view ? {...view, definition: 'SELECT (total) …'} : object));
		const {base, wordedOtherwise} = groundOfChange(inItsWords, before, after, []);
		expect(base.find(({kind}) => kind === 'view')?.definition).toBe('SELECT (total) …');
		expect(wordedOtherwise).toEqual(['view shop.totals']);
		expect(movedSince({base, delta: ground.delta}, inItsWords)).toEqual([]);
	});

	test('counts a table whose rows are written', () => {
		const {base, delta} = groundOfChange(before, before, before, ['shop.customers', 'shop.unknown']);
		expect(delta).toEqual([]);
		expect(base.map(({identity}) => identity)).toEqual(['shop.customers', 'shop.customers.pk', 'shop.customers.name']);
		expect(movedSince({base, delta}, without(name))).toMatchObject([{identity: 'shop.customers.name', is: null}]);
	});

	test('counts what was dropped and made again as it was', () => {
		const again = before.map((object) => (object === customers ? {...customers, key: 'r50'} : object));
		expect(groundOfChange(before, before, again, [])).toMatchObject({
			delta: [],
			base: [
				{identity: 'shop.customers', touched: true},
				{identity: 'shop.customers.pk'},
				{identity: 'shop.customers.name'},
			],
		});
	});
});

describe('what the target has and its copy has not', () => {
	const broken = {...index, key: 'r6', definition: `${index.definition}\nnot valid`};
	const setting = listed('setting', 'work_mem of the database', 'z0', null, '64MB');
	const foreign = listed('view', 'shop.remote', 'r8', null, 'SELECT 1');
	const target = elsewhere([...before, broken, setting, foreign]);

	test('was there before the script, which makes it otherwise or leaves it as it was', () => {
		const remade = [...before, index, {...setting, key: 'z1'}, {...foreign, definition: 'SELECT 2'}];
		const {base, delta} = groundOfChange(target, before, remade, []);
		expect(delta.map(({kind, before: old, after: now}) => [kind, old?.definition, now?.definition])).toEqual([
			['index', broken.definition, index.definition],
			['view', 'SELECT 1', 'SELECT 2'],
		]);
		const touched = base.filter((object) => object.touched === true).map((object) => object.identity);
		expect(touched).toEqual(expect.arrayContaining(['shop.ix_orders', 'work_mem of the database', 'shop.remote']));
		expect(movedSince({base, delta}, target)).toEqual([]);
		const mended = target.filter(({kind}) => kind !== 'index');
		expect(movedSince({base, delta}, mended)).toMatchObject([{identity: 'shop.ix_orders', is: null}]);
	});

	test('is not what bore the name on the copy, too', () => {
		const renamed = [
			...without(name),
			{...name, identity: 'shop.customers.title', name: 'title'},
			{...name, key: 'r5.3'},
		];
		const {delta} = groundOfChange(elsewhere(before), before, renamed, []);
		expect(delta.map(({before: old, after: now}) => [old?.identity, now?.identity])).toEqual([
			[undefined, 'shop.customers.name'],
			['shop.customers.name', 'shop.customers.title'],
		]);
	});
});

describe('a target that moved since', () => {
	test.each<[string, readonly CatalogObject[], readonly string[]]>([
		['nowhere', before, []],
		['elsewhere', [...without(lines), {...lines, definition: 'unlogged'}, listed('table', 'shop.new', 'r9')], []],
		['at a part of it', [...without(total), {...total, definition: 'bigint'}], ['column shop.orders.total']],
		[
			'by a new part of it',
			[...before, listed('trigger', 'shop.orders.audit', 'g1', 'r1')],
			['trigger shop.orders.audit'],
		],
		['by a new view of it', [...before, listed('view', 'shop.v', 'r9', null, '', ['r1'])], ['view shop.v']],
		['by a new view of a view of it', [...before, listed('view', 'shop.v', 'r9', null, '', ['r4'])], ['view shop.v']],
		['at a view of a view of it', without(ofView), ['view shop.highest']],
		['at a key that a new reference needs', without(key), ['constraint shop.customers.pk']],
		['at a column that nobody needs', without(name), []],
		['by what the script is to create', after, ['index shop.ix_orders', 'constraint shop.orders.fk']],
		['by its end', without(orders), ['table shop.orders']],
	])('%s', (_, now, expected) => {
		expect(movedSince(ground, elsewhere(now)).map(({kind, identity}) => `${kind} ${identity}`)).toEqual(expected);
	});
});

describe('a partitioned table', () => {
	const events = listed('table', 'shop.events', 'r20', null, 'partition by RANGE (day)');
	const first = partition(1);
	const note = [listed('column', 'shop.events.note', 'r20.9', 'r20', 'text'), inherited(1)];

	test.each<[string, readonly CatalogObject[], readonly CatalogObject[], readonly string[]]>([
		['gets partitions and loses some: nothing moved', [events, ...first, ...note], [events, ...partition(2)], []],
		[
			'one of whose partitions is made otherwise moved',
			[events, ...first, ...note],
			[events, ...first.slice(0, 1)],
			['column shop.events_1.day'],
		],
		[
			'one of whose partitions was taken out of it moved nothing',
			[events, ...first, ...note],
			[events, ...first.map((object) => ({...object, uses: []}))],
			[],
		],
		[
			'moved where the script itself makes partitions of it',
			[events, ...first, ...partition(3)],
			[events, ...first, ...partition(2)],
			['table shop.events_2', 'column shop.events_2.day'],
		],
	])('that %s', (_, made, now, expected) => {
		const old = [events, ...first];
		const moved = movedSince(groundOfChange(old, old, made, []), elsewhere(now));
		expect(moved.map(({kind, identity}) => `${kind} ${identity}`)).toEqual(expected);
	});

	function partition(n: number): readonly CatalogObject[] {
		return [
			listed('table', `shop.events_${n}`, `r2${n}`, null, `for values ${n}`, ['r20']),
			listed('column', `shop.events_${n}.day`, `r2${n}.1`, `r2${n}`, 'date'),
		];
	}

	function inherited(n: number): CatalogObject {
		return listed('column', `shop.events_${n}.note`, `r2${n}.9`, `r2${n}`, 'text', ['r20.9']);
	}
});

function without(gone: CatalogObject): readonly CatalogObject[] {
	return before.filter((object) => object !== gone);
}
