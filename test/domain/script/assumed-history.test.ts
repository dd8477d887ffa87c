import {describe, expect, test} from 'vitest';
import {assumedHistory, type PendingChoice} from '../../../src/domain/script/assumed-history.ts';
import type {EfFrame} from '../../../src/domain/script/ef-frame.ts';

const one = '20260101000000_One';
const two = '20260102000000_Two';
const three = '20260103000000_Three';

function frameOf(ids: readonly string[], direction: EfFrame['direction'] = 'up'): EfFrame {
	return {
		historyTable: '"__EFMigrationsHistory"',
		historyColumn: 'MigrationId',
		productVersionColumn: 'ProductVersion',
		blockTag: '$EF$',
		transactions: 'per-migration',
		direction,
		migrations: ids.map((id, index) => ({id, productVersion: null, line: index + 1, whollyInOneTransaction: true})),
	};
}

const up = frameOf([one, two, three]);
const down = frameOf([three, two, one], 'down');

describe('what is taken for applied', () => {
	test.each<readonly [string, EfFrame, PendingChoice, readonly string[]]>([
		['nothing where nothing is said', up, {kind: 'all'}, []],
		['all but what is named', up, {kind: 'only', names: [three]}, [one, two]],
		['all but what is named, in the order of the script', up, {kind: 'only', names: [three, one]}, [two]],
		['all but what is named twice', up, {kind: 'only', names: ['Two', two]}, [one, three]],
		['the same by the names alone, in any case', up, {kind: 'only', names: ['one', 'THREE']}, [two]],
		['the same by a whole id in another case', up, {kind: 'only', names: [three.toLowerCase()]}, [one, two]],
		['what comes up to it, and itself', up, {kind: 'since', name: two}, [one, two]],
		['the same by the name alone', up, {kind: 'since', name: 'Two'}, [one, two]],
		['everything since the last', up, {kind: 'since', name: three}, [one, two, three]],
		['nothing since one that a From-script leaves out', up, {kind: 'since', name: '20251231000000_Zero'}, []],
		['nothing since EF’s own word for the empty database', up, {kind: 'since', name: '0'}, []],
		['all of a script that reverts', down, {kind: 'all'}, [three, two, one]],
		['what such a script is said to revert', down, {kind: 'only', names: [two]}, [two]],
	])('%s', (_what, frame, choice, applied) => {
		expect(assumedHistory(frame, choice)).toEqual(applied);
	});

	test('a migration called like another one’s id is found by its own', () => {
		const frame = frameOf(['20260101000000_Same', '20260102000000_Same']);
		expect(assumedHistory(frame, {kind: 'only', names: ['20260102000000_Same']})).toEqual(['20260101000000_Same']);
	});
});

describe('what does not fit the script is a sentence', () => {
	const many = Array.from({length: 20}, (_, index) => `202602${String(index + 10)}000000_Step${index}`);

	test.each<readonly [string, EfFrame, PendingChoice, string]>([
		[
			'an unknown id, with what there is',
			up,
			{kind: 'only', names: [one, '20260109000000_Nine']},
			`The script has no migration “20260109000000_Nine”. It has ${one}, ${two}, ${three}.`,
		],
		[
			'an unknown id to begin after, though its time is between others',
			up,
			{kind: 'since', name: '20260102120000_Missing'},
			`The script has no migration “20260102120000_Missing”. It has ${one}, ${two}, ${three}.`,
		],
		['a number that is no id', up, {kind: 'since', name: '1'}, 'The script has no migration “1”.'],
		['no name at all', up, {kind: 'since', name: ''}, 'The script has no migration “”.'],
		[
			'an unknown one among many, with the nearest',
			frameOf([...many, '20260301000000_AddOrders']),
			{kind: 'only', names: ['AddOrder']},
			'The nearest of its 21 are 20260301000000_AddOrders, ',
		],
		[
			'a name that two have',
			frameOf(['20260101000000_Same', '20260102000000_Same']),
			{kind: 'since', name: 'Same'},
			'Several migrations are called “Same”: 20260101000000_Same, 20260102000000_Same. Give the whole id.',
		],
		['something after a revert', down, {kind: 'since', name: two}, 'This script reverts migrations'],
	])('%s', (_what, frame, choice, sentence) => {
		expect(assumedHistory(frame, choice)).toEqual({kind: 'unusable', sentence: expect.stringContaining(sentence)});
	});
});
