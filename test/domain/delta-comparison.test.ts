import {describe, expect, test} from 'vitest';
import type {CatalogObject} from '../../src/domain/catalog-object.ts';
import {compareDeltas, type DeltaComparison, isGrantTo} from '../../src/domain/delta-comparison.ts';
import {groundOfChange} from '../../src/domain/rehearsal-ground.ts';
import type {SchemaDelta} from '../../src/domain/schema-delta.ts';
import {elsewhere, listed} from '../support/catalog-objects.ts';

const orders = listed('table', 'shop.orders', 'r1');
const total = listed('column', 'shop.orders.total', 'r1.1', 'r1', 'integer');
const check = listed('constraint', 'shop.orders.state', 'o1', 'r1', "CHECK (state = ANY (ARRAY['open']))");
const view = listed('view', 'shop.totals', 'r3', null, 'SELECT total', ['r1']);
const lines = listed('table', 'shop.lines', 'r2');
const before = [orders, total, check, view, lines];
const index = listed('index', 'shop.ix_orders', 'r7', 'r1', 'CREATE INDEX ix_orders …');
const note = listed('column', 'shop.lines.note', 'r2.1', 'r2', 'text');
const grant = listed('grant', 'table shop.orders to shop_app', 'a r1 shop_app', 'r1', 'SELECT');

/** Names of what each part of the comparison holds; empty parts are left out. */
function told(comparison: DeltaComparison): Readonly<Record<string, readonly string[]>> {
	const names = (delta: SchemaDelta): readonly string[] =>
		delta.map(({kind, before: old, after}) => `${kind} ${(after ?? old)?.identity ?? ''}`);
	const parts = Object.entries(comparison).map(([part, delta]: [string, SchemaDelta]) => [part, names(delta)] as const);
	return Object.fromEntries(parts.filter(([, list]) => list.length > 0));
}

function compared(
	rehearsed: readonly CatalogObject[],
	made: readonly CatalogObject[],
	old: readonly CatalogObject[] = before,
): Readonly<Record<string, readonly string[]>> {
	return told(compareDeltas(groundOfChange(old, old, rehearsed, []), elsewhere(old), elsewhere(made)));
}

describe('a target that changed', () => {
	const rehearsed = [...before, index];

	test.each<[string, readonly CatalogObject[], Readonly<Record<string, readonly string[]>>]>([
		['exactly so', rehearsed, {}],
		['not', before, {missing: ['index shop.ix_orders']}],
		[
			'otherwise',
			[...before, {...index, definition: 'CREATE INDEX ix_orders …\nnot valid'}],
			{missing: ['index shop.ix_orders'], unexpected: ['index shop.ix_orders']},
		],
		[
			'more, at a part of what was touched, at what depends on it, and elsewhere',
			[orders, {...total, definition: 'bigint'}, check, {...view, definition: 'SELECT 1'}, lines, index, note],
			{unexpected: ['column shop.orders.total', 'view shop.totals'], elsewhere: ['column shop.lines.note']},
		],
		[
			'with a new view of it',
			[...rehearsed, {...view, key: 'r8', identity: 'shop.new'}],
			{unexpected: ['view shop.new']},
		],
		['with a right given', [...rehearsed, grant], {grants: ['grant table shop.orders to shop_app']}],
		[
			'with its end',
			rehearsed.filter(({key, parent}) => key !== 'r1' && parent !== 'r1'),
			{
				missing: ['index shop.ix_orders'],
				unexpected: ['column shop.orders.total', 'constraint shop.orders.state', 'table shop.orders'],
			},
		],
	])('%s', (_, made, expected) => {
		expect(compared(rehearsed, made)).toEqual(expected);
	});

	test('by a right taken: that is no gift', () => {
		const given = [...before, {...grant, definition: 'INSERT, SELECT'}];
		const taken = [...given.slice(0, -1), grant, index];
		expect(compared([...given, index], taken, given)).toEqual({unexpected: ['grant table shop.orders to shop_app']});
		expect(compared([...given, index], [...given.slice(0, -1), index], given)).toMatchObject({
			unexpected: [expect.any(String)],
		});
		expect(compared([...taken], [...given, index], [...before, grant])).toEqual({
			grants: ['grant table shop.orders to shop_app'],
		});
	});

	test('at what was renamed, by its new name', () => {
		const renamed = [
			{...orders, identity: 'shop.sales', name: 'sales'},
			{...total, identity: 'shop.sales.total'},
			check,
			view,
			lines,
		];
		const more = [...renamed, listed('trigger', 'shop.sales.audit', 'g1', 'r1')];
		expect(compared(renamed, renamed)).toEqual({});
		expect(compared(renamed, more)).toEqual({unexpected: ['trigger shop.sales.audit']});
	});
});

test('an index that no dump brings and the script makes anew is changed as rehearsed where it is mended', () => {
	const broken = {...index, key: 'r6', definition: `${index.definition}\nnot valid`};
	const ground = groundOfChange([...before, broken], before, [...before, index], []);
	const mended = elsewhere([...before, index]);
	expect(told(compareDeltas(ground, elsewhere([...before, broken]), mended))).toEqual({});
	expect(told(compareDeltas(ground, elsewhere([...before, broken]), elsewhere([...before, broken])))).toEqual({
		missing: ['index shop.ix_orders'],
	});
});

describe('a place that the copy words otherwise', () => {
	const onCopy = before.map((object) =>
		object === check ? {...check, definition: "CHECK (state IN ('open'))"} : object,
	);
	const [, , worded] = onCopy;

	function comparedWith(
		rehearsed: readonly CatalogObject[],
		made: readonly CatalogObject[],
	): Readonly<Record<string, readonly string[]>> {
		return told(compareDeltas(groundOfChange(before, onCopy, rehearsed, []), elsewhere(before), elsewhere(made)));
	}

	const changed = {...check, definition: 'CHECK (status = …)'};

	test.each<[string, readonly CatalogObject[], readonly CatalogObject[], Readonly<Record<string, readonly string[]>>]>([
		[
			'is not compared by its words',
			swapped(onCopy, worded, {...check, definition: 'CHECK (status IN …)'}),
			swapped(before, check, changed),
			{},
		],
		[
			'must change where it was to change',
			swapped(onCopy, worded, {...check, definition: 'CHECK (status IN …)'}),
			before,
			{missing: ['constraint shop.orders.state']},
		],
		[
			'must not change where it was not to',
			[...onCopy, index],
			[...swapped(before, check, changed), index],
			{unexpected: ['constraint shop.orders.state']},
		],
		[
			'may end in the words that the target has, made anew by the script',
			swapped(onCopy, worded, {...check, key: 'o9'}),
			swapped(before, check, {...check, key: 'o9'}),
			{},
		],
		[
			'may end in the words of the copy, made anew by the script',
			swapped(onCopy, worded, {...check, key: 'o9', definition: worded?.definition ?? ''}),
			swapped(before, check, {...check, key: 'o9', definition: worded?.definition ?? ''}),
			{},
		],
		[
			'must not go',
			[...onCopy, index],
			[...before.filter((object) => object !== check), index],
			{unexpected: ['constraint shop.orders.state']},
		],
	])('%s', (_, rehearsed, made, expected) => {
		expect(comparedWith(rehearsed, made)).toEqual(expected);
	});

	function swapped(
		list: readonly CatalogObject[],
		old: CatalogObject | undefined,
		now: CatalogObject,
	): readonly CatalogObject[] {
		return list.map((object) => (object === old ? now : object));
	}
});

describe('partitions', () => {
	const events = listed('table', 'shop.events', 'r20', null, 'partition by RANGE (day)');
	const added = listed('column', 'shop.events.note', 'r20.9', 'r20', 'text');
	const old = [events, ...partition(1)];
	const rehearsed = [...old, added, inherited(1)];

	test('get what their table gets', () => {
		expect(compared(rehearsed, rehearsed, old)).toEqual({});
		expect(compared(rehearsed, [...old, added], old)).toEqual({missing: ['column shop.events_1.note']});
	});

	test('that came since the rehearsal, or come meanwhile, are no fault, nor are those that go', () => {
		const ground = groundOfChange(old, old, rehearsed, []);
		const later = [events, ...partition(2)];
		const made = [events, added, ...partition(2), inherited(2), ...partition(3), inherited(3)];
		const {missing, unexpected, elsewhere: others} = compareDeltas(ground, later, made);
		expect([missing, unexpected]).toEqual([[], []]);
		expect(others.map(({root}) => root)).toEqual(others.map(() => 'shop.events'));
		expect(told(compareDeltas(ground, old, [events, added]))).toEqual({
			elsewhere: ['column shop.events_1.day', 'table shop.events_1'],
		});
	});

	test('are a fault where the script itself makes some of the same table', () => {
		const ownOnes = [...old, ...partition(2)];
		expect(compared(ownOnes, [...ownOnes, ...partition(3)], old)).toEqual({
			unexpected: ['column shop.events_3.day', 'table shop.events_3'],
		});
	});

	test('renamed by the script are compared by both of their names', () => {
		const renamedOnly = old.map((object) => ({
			...object,
			...(object.key.startsWith('r21') ? named(object, 'old') : {}),
		}));
		const renamed = [...renamedOnly, added, {...inherited(1), ...named(inherited(1), 'old')}];
		expect(compared(renamed, renamed, old)).toEqual({});
		expect(compared(renamed, [...renamed, ...partition(2), inherited(2)], old)).toEqual({
			elsewhere: ['column shop.events_2.day', 'column shop.events_2.note', 'table shop.events_2'],
		});
		expect(compared(renamed, rehearsed, old)).toMatchObject({
			missing: expect.arrayContaining(['table shop.events_old']),
		});
		const other = renamed.map((object) => ({...object, ...(object.key.startsWith('r21') ? named(object, 'odd') : {})}));
		expect(compared(renamed, other, old)).toMatchObject({
			missing: expect.arrayContaining(['table shop.events_old']),
			unexpected: expect.arrayContaining(['table shop.events_odd']),
		});
		expect(compared(renamed, [...renamed, listed('index', 'shop.own', 'r99', 'r21')], old)).toEqual({
			unexpected: ['index shop.own'],
		});
		expect(compared(renamed, [events, added], old)).toMatchObject({
			elsewhere: expect.arrayContaining(['table shop.events_1']),
		});
	});

	function named({kind, identity, name}: CatalogObject, suffix: string): Pick<CatalogObject, 'identity' | 'name'> {
		const identityNow = identity.replace(/events_\w+/u, `events_${suffix}`);
		return {identity: identityNow, name: kind === 'table' ? `events_${suffix}` : name};
	}

	test('changed by hand are a fault, as everything that belongs to what was touched', () => {
		expect(compared(rehearsed, [...rehearsed, listed('index', 'shop.own', 'r99', 'r21')], old)).toEqual({
			unexpected: ['index shop.own'],
		});
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

test('a grant is known by the role that it is to', () => {
	const entry = {
		kind: 'grant',
		of: null,
		before: null,
		after: {identity: 'table shop.orders to shop_app', definition: 'SELECT'},
	};
	expect(isGrantTo(entry, ['other', 'shop_app'])).toBe(true);
	expect(isGrantTo(entry, ['app'])).toBe(false);
	expect(isGrantTo({...entry, kind: 'comment'}, ['shop_app'])).toBe(false);
});
