import {describe, expect, test} from 'vitest';
import {rehearsalOf} from '../../scripts/gallery/rehearsals.ts';
import {scenes} from '../../scripts/gallery/scenes.ts';
import {effectsText, groundOf, kept, rehearsalFor} from '../../src/domain/recorded-rehearsal.ts';
import type {Rehearsal, WholeRehearsal} from '../../src/domain/rehearsal.ts';

const [scene] = scenes;
if (scene === undefined) throw new Error('The gallery has no scene');
const recorded = rehearsalOf(scene, 'passed');
const told = recorded.rehearsal as Extract<Rehearsal, {kind: 'passed'}>;
const passed: Extract<WholeRehearsal, {kind: 'passed'}> = {
	...told,
	base: [{kind: 'table', identity: 'public.orders', definition: 'owner shop', touched: true}],
	delta: [],
	wordedOtherwise: [],
	historyBefore: [],
	historyAfter: [{migrationId: '20260101000000_First', productVersion: '10.0.3'}],
};
const entry = {
	kind: 'table',
	of: null,
	before: null,
	after: {identity: 'public.parcels', definition: 'x'.repeat(1000)},
};

describe('a recorded rehearsal', () => {
	test('speaks for its bytes and its pending migrations alone', () => {
		const {scriptSha256, pending} = recorded;
		expect(rehearsalFor(recorded, scriptSha256, pending)).toBe(recorded);
		expect(rehearsalFor(recorded, 'f'.repeat(64), pending)).toBeNull();
		expect(rehearsalFor(recorded, scriptSha256, pending.slice(1))).toBeNull();
		expect(rehearsalFor(recorded, scriptSha256, pending.toReversed())).toBeNull();
		expect(rehearsalFor(null, scriptSha256, pending)).toBeNull();
	});

	test('is bounded, whatever the script did, and holds nothing of its ground', () => {
		const many = Array.from({length: 5000}, (_, index) => `t${index}`);
		const long: WholeRehearsal = {
			...passed,
			kind: 'failed',
			error: {
				sqlState: '42601',
				message: `${'😀'.repeat(5000)}`,
				line: 1,
				statement: `a${'😀'.repeat(5000)}`,
				mayBeForLackOfRows: false,
			},
			first: {...passed.first, output: 'x'.repeat(65_536)},
			delta: many.map(() => entry),
			effects: many.map((identity) => ({action: 'created', kind: 'table', identity, from: null})),
			schemaDiff: many.map((line) => `+${line.repeat(10)}`).join('\n'),
			writesRunAgain: many,
		};
		const rehearsal = kept(long);
		expect(JSON.stringify(rehearsal).length).toBeLessThan(120_000);
		expect(rehearsal).toMatchObject({kind: 'failed', first: {output: ''}});
		expect(Object.keys(rehearsal)).not.toEqual(
			expect.arrayContaining([expect.stringMatching(/^(?:delta|base|wordedOtherwise|history\w+)$/u)]),
		);
		expect(JSON.stringify(rehearsal)).not.toMatch(/\\ud[89a-f]/u);
		expect('schemaDiff' in rehearsal && rehearsal.schemaDiff).toMatch(/\n… and \d+ more lines$/u);
		expect(kept(rehearsal)).toMatchObject({kind: 'failed', effects: expect.any(Array)});
	});

	test('keeps what was lost, however much else was done', () => {
		const other = Array.from({length: 1200}, (_, n) => ({
			action: n % 2 === 0 ? ('created' as const) : ('dropped' as const),
			kind: 'index',
			identity: `public.ix${n}`,
			from: null,
		}));
		const lost = (['dropped', 'recreated', 'renamed'] as const).map((action) => ({
			action,
			kind: 'table',
			identity: `public.${action}`,
			from: null,
		}));
		const rehearsal = kept({...passed, effects: [...other, ...lost]});
		expect(rehearsal).toMatchObject({effects: expect.arrayContaining(lost)});
		expect('effects' in rehearsal && rehearsal.effects).toEqual([...lost, ...other.slice(0, 497)]);
	});

	test('keeps all of a small one that people are told', () => {
		const whole: WholeRehearsal = {...passed, delta: [entry]};
		expect(kept(whole)).toEqual(told);
	});

	test('has its ground beside it, where a whole run is known and it is not too long', () => {
		const {base, delta, wordedOtherwise, historyBefore, historyAfter} = passed;
		expect(groundOf(passed, 'a'.repeat(64), 5)).toEqual({
			scriptSha256: 'a'.repeat(64),
			at: 5,
			base,
			delta,
			wordedOtherwise,
			historyBefore,
			historyAfter,
		});
		const error = {sqlState: '', message: 'no', line: null, statement: null, mayBeForLackOfRows: true};
		expect(groundOf({...passed, kind: 'failed', error}, 'a'.repeat(64), 5)).toBeNull();
		expect(groundOf({kind: 'impossible', reason: 'not-allowed', sentence: 'no'}, 'a'.repeat(64), 5)).toBeNull();
		const long = Array.from({length: 20}, () => ({
			...entry,
			after: {...entry.after, definition: 'x'.repeat(1_000_000)},
		}));
		expect(groundOf({...passed, delta: long}, 'a'.repeat(64), 5)).toBeNull();
	});
});

test('what is approved of a rehearsal are its outcome, its effects and its delta, not how long it took', () => {
	const slow: WholeRehearsal = {...passed, first: {...passed.first, milliseconds: 90_000}};
	expect(effectsText(slow)).toBe(effectsText(passed));
	expect(effectsText({...passed, kind: 'not-idempotent'})).not.toBe(effectsText(passed));
	expect(effectsText({...passed, effects: []})).not.toBe(effectsText(passed));
	expect(effectsText({...passed, delta: [entry]})).not.toBe(effectsText(passed));
	expect(effectsText({...passed, delta: [{...entry, inherited: true}]})).toBe(effectsText(passed));
	expect(effectsText({...passed, base: []})).toBe(effectsText(passed));
});
