import {expect, test} from 'vitest';
import {changeSentences, elsewhereLines, movedSentences} from '../../src/domain/delta-words.ts';
import type {DeltaEntry} from '../../src/domain/schema-delta.ts';

test('what moved is told with the line that differs', () => {
	const body = ['SELECT 1', 'FROM orders', 'LIMIT 1'];
	expect(
		movedSentences(
			[
				{kind: 'column', identity: 'shop.orders.total', was: 'numeric(10,2)', is: 'numeric(12,2)'},
				{kind: 'view', identity: 'shop.v', was: body.join('\n'), is: body.join('\n').replace('orders', 'sales')},
				{kind: 'table', identity: 'shop.lines', was: 'owner me', is: null},
				{kind: 'trigger', identity: 'shop.orders.audit', was: null, is: 'CREATE TRIGGER …'},
				{kind: 'index', identity: 'shop.ix', was: 'CREATE INDEX ix', is: 'CREATE INDEX ix\nnot valid'},
				{kind: 'index', identity: 'shop.iy', was: 'x'.repeat(500), is: 'y'},
			],
			5,
		),
	).toEqual([
		'column shop.orders.total: numeric(10,2) is now numeric(12,2)',
		'view shop.v: FROM orders is now FROM sales',
		'table shop.lines is no more',
		'trigger shop.orders.audit came',
		'index shop.ix: (nothing) is now not valid',
		'… and 1 more',
	]);
});

test('a change is told with the name that it had', () => {
	expect(
		changeSentences(
			[
				{
					...changed('column', 'shop.orders.sum', 'integer', 'bigint'),
					before: {identity: 'shop.orders.total', definition: 'integer'},
				},
				{...changed('table', 'shop.sales', 'same', 'same'), before: {identity: 'shop.orders', definition: 'same'}},
			],
			9,
		),
	).toEqual([
		'column shop.orders.sum: integer is now bigint (was called shop.orders.total)',
		'table shop.sales: was called shop.orders',
	]);
});

test('what changed elsewhere is told without parts of what came, with partitions as one, and without what is ignored', () => {
	const elsewhere: readonly DeltaEntry[] = [
		came('table', 'audit.log'),
		came('column', 'audit.log.at', 'audit.log'),
		came('index', 'audit.ix_log', 'audit.log'),
		changed('column', 'shop.lines.note', 'text', 'varchar'),
		...Array.from({length: 14}, (_, n) => came('table', `shop.events_${n}`, null, 'shop.events')),
		came('column', 'shop.events_1.id', 'shop.events_1', 'shop.events'),
		{
			...came('table', 'shop.events_old', null, 'shop.events'),
			before: {identity: 'shop.events_old', definition: ''},
			after: null,
		},
		came('index', 'shop.events_kept_idx', 'shop.events_kept', 'shop.events'),
	];
	expect(elsewhereLines(elsewhere, [], 10)).toEqual([
		'14 partitions of shop.events came',
		'one partition of shop.events went',
		'one partition of shop.events changed',
		'table audit.log came',
		'column shop.lines.note: text is now varchar',
	]);
	expect(elsewhereLines(elsewhere, ['shop.events_*', 'audit.*'], 10)).toEqual([
		'column shop.lines.note: text is now varchar',
	]);
	expect(elsewhereLines(elsewhere, ['*'], 10)).toEqual([]);
	expect(elsewhereLines(elsewhere, ['audit.lo.', 'udit.*', 'shop.event'], 2)).toHaveLength(3);
});

function came(kind: string, identity: string, of: string | null = null, root?: string): DeltaEntry {
	return {kind, of, before: null, after: {identity, definition: ''}, ...(root === undefined ? {} : {root})};
}

function changed(kind: string, identity: string, was: string, is: string): DeltaEntry {
	return {kind, of: null, before: {identity, definition: was}, after: {identity, definition: is}};
}
