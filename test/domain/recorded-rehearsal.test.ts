import {describe, expect, test} from 'vitest';
import {rehearsalOf} from '../../scripts/gallery/rehearsals.ts';
import {scenes} from '../../scripts/gallery/scenes.ts';
import {effectsText, kept, rehearsalFor} from '../../src/domain/recorded-rehearsal.ts';
import type {Rehearsal} from '../../src/domain/rehearsal.ts';

const [scene] = scenes;
if (scene === undefined) throw new Error('The gallery has no scene');
const recorded = rehearsalOf(scene, 'passed');
const passed = recorded.rehearsal as Extract<Rehearsal, {kind: 'passed'}>;
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

	test('is bounded, whatever the script did, and says that it is not whole', () => {
		const many = Array.from({length: 5000}, (_, index) => `t${index}`);
		const long: Rehearsal = {
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
		const {rehearsal, whole} = kept(long);
		expect(whole).toBe(false);
		expect(JSON.stringify(rehearsal).length).toBeLessThan(120_000);
		expect(rehearsal).toMatchObject({kind: 'failed', delta: [], first: {output: ''}});
		expect(JSON.stringify(rehearsal)).not.toMatch(/\\ud[89a-f]/u);
		expect('schemaDiff' in rehearsal && rehearsal.schemaDiff).toMatch(/\n… and \d+ more lines$/u);
		expect(kept(rehearsal).rehearsal).toMatchObject({kind: 'failed', effects: expect.any(Array)});
	});

	test('keeps a small one whole', () => {
		expect(kept({...passed, delta: [entry]})).toEqual({rehearsal: {...passed, delta: [entry]}, whole: true});
	});
});

test('what is approved of a rehearsal are its outcome, its effects and its delta, not how long it took', () => {
	const slow: Rehearsal = {...passed, first: {...passed.first, milliseconds: 90_000}};
	expect(effectsText(slow)).toBe(effectsText(passed));
	expect(effectsText({...passed, kind: 'not-idempotent'})).not.toBe(effectsText(passed));
	expect(effectsText({...passed, effects: []})).not.toBe(effectsText(passed));
	expect(effectsText({...passed, delta: [entry]})).not.toBe(effectsText(passed));
});
