import {expect, test} from 'vitest';
import {type ObservedLock, repetitionsOf, type StateOfCopy, stoppingLocks} from '../../src/domain/rehearsal.ts';

const row = {migrationId: '20260101000000_First', productVersion: '8.0.8'};
const table = {table: 'shop.orders', rows: 2, digest: '17'};
const still: StateOfCopy = {
	effects: [],
	historyBefore: [row],
	historyAfter: [row],
	rowsBefore: [table],
	rowsAfter: [table],
	rewritten: [],
	error: null,
};
const error = {sqlState: '42P07', message: 'exists', line: 1, statement: null, mayBeForLackOfRows: false};
const effect = {action: 'created', kind: 'table', identity: 'shop.new', from: null} as const;

test.each<[string, Partial<StateOfCopy>, readonly object[]]>([
	['nothing changed', {}, []],
	['an error', {error}, [{kind: 'error', error}]],
	[
		'a table came',
		{effects: [effect], rowsAfter: [table, {...table, table: 'shop.new'}]},
		[{kind: 'schema', effects: [effect]}],
	],
	[
		'rows doubled',
		{rowsAfter: [{...table, rows: 4, digest: '34'}]},
		[{kind: 'rows', table: 'shop.orders', before: 2, after: 4}],
	],
	[
		'rows changed, their number did not',
		{rowsAfter: [{...table, digest: '18'}]},
		[{kind: 'rows', table: 'shop.orders', before: 2, after: 2}],
	],
	[
		'the same row of the history twice',
		{historyAfter: [row, row]},
		[{kind: 'history', added: ['20260101000000_First (8.0.8)'], removed: []}],
	],
	[
		'a row of the history gone',
		{historyAfter: []},
		[{kind: 'history', added: [], removed: ['20260101000000_First (8.0.8)']}],
	],
	['a rewrite', {rewritten: ['shop.orders']}, [{kind: 'rewrite', table: 'shop.orders'}]],
])('a second pass: %s', (_, changed, expected) => {
	expect(repetitionsOf({...still, ...changed})).toEqual(expected);
});

test('locks that keep others waiting come first the strongest, and those of every statement not at all', () => {
	const modes = ['AccessShareLock', 'ShareLock', 'RowExclusiveLock', 'AccessExclusiveLock', 'ShareUpdateExclusiveLock'];
	const locks = modes.map((mode): ObservedLock => ({relation: 'shop.orders', mode, transactions: 1}));
	expect(stoppingLocks(locks).map(({mode}) => mode)).toEqual(['AccessExclusiveLock', 'ShareLock']);
});
