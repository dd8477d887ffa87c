import {describe, expect, test} from 'vitest';
import {rehearsalOf} from '../../../scripts/gallery/rehearsals.ts';
import {scenes} from '../../../scripts/gallery/scenes.ts';
import type {CatalogObject} from '../../../src/domain/catalog-object.ts';
import {groundOfChange} from '../../../src/domain/rehearsal-ground.ts';
import {type SchemaDelta, schemaDelta} from '../../../src/domain/schema-delta.ts';
import type {RunGround} from '../../../src/operations/ports/record.ts';
import {
	compareChange,
	type ComparedChange,
	eventTriggersOf,
	stillOtherwise,
} from '../../../src/operations/run/steps/compare-change.ts';
import {elsewhere, listed} from '../../support/catalog-objects.ts';

const orders = listed('table', 'shop.orders', 'r1');
const check = listed('constraint', 'shop.orders.state', 'o1', 'r1', "CHECK (state = ANY (ARRAY['open']))");
const before = [orders, check];
const index = listed('index', 'shop.ix_orders', 'r7', 'r1', 'CREATE INDEX ix_orders …');
const busy = listed('index', 'shop.busy', 'r8', 'r1', 'CREATE INDEX busy …');
const parcels = listed('table', 'shop.parcels', 'r9');
const rehearsed = [...before, index, parcels];

function onNew(role: string): CatalogObject {
	return listed('grant', `table shop.parcels to ${role}`, `a r9 ${role}`, 'r9', 'SELECT');
}

const ground: RunGround = {
	objects: elsewhere(before),
	rehearsed: {
		scriptSha256: 'a'.repeat(64),
		at: 5,
		...groundOfChange(elsewhere(before), before, rehearsed, []),
		historyBefore: [],
		historyAfter: [],
	},
	run: 1,
	history: null,
};

function compared(
	now: readonly CatalogObject[],
	{others = [], eventTriggers = []}: {others?: readonly SchemaDelta[]; eventTriggers?: readonly string[]} = {},
): Partial<ComparedChange> {
	const policy = {appRoles: ['shop_app'], probes: [], ignore: []};
	return compareChange({before: ground, now: elsewhere(now), others, policy, role: null, eventTriggers}) ?? {};
}

describe('what another request rehearsed and made meanwhile', () => {
	const inItsWords = {...check, definition: "CHECK (state IN ('open'))"};
	const changed = {...check, definition: 'CHECK (true)'};
	const others = [schemaDelta([inItsWords], [changed])];
	const now = [orders, changed, index, parcels];

	test('is no fault, though its copy worded otherwise what was there before', () => {
		expect(compared(now, {others})).toMatchObject({faults: [], difference: null});
		expect(compared(now)).toMatchObject({
			faults: [expect.stringMatching(/^one change was not rehearsed: constraint shop\.orders\.state/u)],
		});
		expect(compared([orders, {...check, definition: 'CHECK (false)'}, index, parcels], {others}).faults).toHaveLength(
			1,
		);
	});

	test('is nothing that an earlier run left behind, either', () => {
		const looks = {before: elsewhere(now), now: elsewhere(now)};
		expect(stillOtherwise(7, ground, {...looks, others})).toEqual([]);
		expect(stillOtherwise(7, ground, {...looks, others: []})).toHaveLength(1);
	});
});

describe('an event trigger of the target, which no copy has', () => {
	const eventTriggers = ['audit'];
	const said = 'An event trigger of the target (audit) was not rehearsed.';

	test('is named where something came that was not rehearsed, and nowhere else', () => {
		expect(compared([...rehearsed, busy], {eventTriggers}).faults).toEqual([
			`one change was not rehearsed: index shop.busy came. ${said}`,
		]);
		expect(compared([...before, parcels, busy], {eventTriggers: ['audit', 'log']}).faults).toEqual([
			'one rehearsed change is not there as rehearsed: index shop.ix_orders came.',
			'one change was not rehearsed: index shop.busy came. Event triggers of the target (audit, log) were not rehearsed.',
		]);
		expect(compared(rehearsed, {eventTriggers})).toMatchObject({faults: [], warnings: []});
	});

	test('may give rights on what the script made: those are told, and no fault', () => {
		const now = [...rehearsed, onNew('reporting')];
		expect(compared(now, {eventTriggers})).toMatchObject({
			faults: [],
			warnings: [
				`Given on what the script made, and not by the script: grant table shop.parcels to reporting came. ${said}`,
			],
		});
		expect(compared(now).faults).toEqual(['one change was not rehearsed: grant table shop.parcels to reporting came.']);
		const onOld = listed('grant', 'table shop.orders to reporting', 'a r1 reporting', 'r1', 'SELECT');
		expect(compared([...rehearsed, onOld], {eventTriggers}).faults).toHaveLength(1);
	});

	test('is known from the rehearsal, which had to leave it out', () => {
		const [scene] = scenes;
		if (scene === undefined) throw new Error('The gallery has no scene');
		const rehearsal = rehearsalOf(scene, 'passed');
		if (rehearsal.rehearsal.kind !== 'passed') throw new Error('It did not pass');
		const leftOut = [
			{kind: 'event trigger', name: 'audit', why: ''},
			{kind: 'publication', name: 'all', why: ''},
		];
		const {on} = rehearsal.rehearsal;
		const played = {...rehearsal, rehearsal: {...rehearsal.rehearsal, on: {...on, leftOut}}};
		expect(eventTriggersOf({rehearsal: played})).toEqual(['audit']);
		expect(eventTriggersOf({rehearsal: null})).toEqual([]);
	});
});
