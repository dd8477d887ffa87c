import {expect, test} from 'vitest';
import type {Rehearsal, RehearsalReport} from '../../../src/domain/rehearsal.ts';
import type {Effect} from '../../../src/domain/schema-delta.ts';
import {type BeforeRehearsal, rehearsalFindings} from '../../../src/domain/review/rehearsal-findings.ts';
import {reviewStatements, factsOf} from '../../support/read-ef-script.ts';

const pass = {milliseconds: 10, error: null, warnings: [], output: ''};
const error = {
	sqlState: '42P01',
	message: 'relation "x" does not exist',
	line: 7,
	statement: 'ALTER TABLE x ADD a int',
	mayBeForLackOfRows: false,
};
const report: RehearsalReport = {
	on: {
		serverVersion: '15.18',
		isolation: {account: 'nobody', networkCut: true},
		leftOut: [],
		stubbedRoles: [],
		preparedInMs: 1,
	},
	first: pass,
	second: pass,
	effects: [],
	schemaDiff: '',
	commands: [],
	rewrites: [],
	locks: [],
	locksUnseen: [],
	repeated: [],
	writesRunAgain: [],
};
const rewrite = {table: 'public.orders', existedBefore: true, reasons: ['column type changed']};
const nothingKnown: BeforeRehearsal = {findings: [], tables: [], changes: []};

test.each<[string, Rehearsal, BeforeRehearsal, readonly (readonly [string, string])[]]>([
	['a clean rehearsal: nothing', {kind: 'passed', ...report}, nothingKnown, []],
	[
		'none at all: somebody must accept that',
		{kind: 'impossible', reason: 'major-missing', sentence: 'No.'},
		nothingKnown,
		[['unrehearsed', 'blocker']],
	],
	['an error', {kind: 'failed', ...report, error}, nothingKnown, [['rehearsal-failed', 'blocker']]],
	[
		'an error that may be for lack of rows',
		{kind: 'failed', ...report, error: {...error, mayBeForLackOfRows: true}},
		nothingKnown,
		[['rehearsal-failed', 'warning']],
	],
	[
		'a second pass that changes',
		{kind: 'not-idempotent', ...report, repeated: [{kind: 'rewrite', table: 'public.orders'}]},
		nothingKnown,
		[['not-idempotent', 'blocker']],
	],
	[
		'a second pass that writes, and finds nothing to write',
		{kind: 'passed', ...report, writesRunAgain: ['UPDATE x SET a = $1']},
		nothingKnown,
		[['not-idempotent', 'warning']],
	],
	[
		'a rewrite that no rule saw',
		{kind: 'passed', ...report, rewrites: [rewrite]},
		nothingKnown,
		[['rewrite-observed', 'warning']],
	],
	[
		'a rewrite of a table that is empty in production',
		{kind: 'passed', ...report, rewrites: [rewrite]},
		reviewed('SELECT 1', {empty: true}),
		[],
	],
	[
		'a rewrite that a rule has told of',
		{kind: 'passed', ...report, rewrites: [rewrite]},
		reviewed('ALTER TABLE orders ALTER COLUMN id TYPE uuid USING id::text::uuid', {estimatedRows: 5_000_000}),
		[],
	],
	[
		'a rewrite of a new table',
		{kind: 'passed', ...report, rewrites: [{...rewrite, existedBefore: false}]},
		nothingKnown,
		[],
	],
	[
		'a lock on a table that the text does not show',
		{kind: 'passed', ...report, locks: [{relation: 'public.orders', mode: 'AccessExclusiveLock', transactions: 1}]},
		nothingKnown,
		[['lock-observed', 'warning']],
	],
	[
		'a lock that stops nobody',
		{kind: 'passed', ...report, locks: [{relation: 'public.orders', mode: 'RowExclusiveLock', transactions: 1}]},
		nothingKnown,
		[],
	],
	[
		'a lock on a table that the review looked at',
		{kind: 'passed', ...report, locks: [{relation: 'public.orders', mode: 'ShareLock', transactions: 1}]},
		reviewed('ALTER TABLE orders ADD a int'),
		[],
	],
	[
		'a table that went, which the text does not show',
		doing('dropped', 'table', 'public.orders'),
		nothingKnown,
		[['drop-observed', 'blocker']],
	],
	[
		'a table that a rule has told of',
		doing('dropped', 'table', 'public.orders'),
		reviewed('DROP TABLE orders', {estimatedRows: 5}),
		[],
	],
	[
		'another table than the one that a rule has told of',
		doing('dropped', 'table', 'public.lines'),
		reviewed('DROP TABLE orders'),
		[['drop-observed', 'blocker']],
	],
	[
		'a column that went, of a table that is empty in production',
		doing('dropped', 'column', 'public.orders."Total"'),
		reviewed('ALTER TABLE orders ADD b int', {empty: true}),
		[['drop-observed', 'warning']],
	],
	[
		'a column that a rule has told of',
		doing('dropped', 'column', 'public.orders."Total"'),
		reviewed('ALTER TABLE orders DROP COLUMN "Total"'),
		[],
	],
	[
		'a table that was made anew, without its columns',
		{
			...doing('recreated', 'table', 'public.orders'),
			effects: [effect('recreated', 'table', 'public.orders'), effect('recreated', 'column', 'public.orders.id')],
		} as Rehearsal,
		nothingKnown,
		[['drop-observed', 'blocker']],
	],
	['a view made anew: nothing is lost', doing('recreated', 'view', 'public.totals'), nothingKnown, []],
	['a view that went', doing('dropped', 'view', 'public.totals'), nothingKnown, [['drop-observed', 'warning']]],
	['a view that the text drops', doing('dropped', 'view', 'public.totals'), reviewed('DROP VIEW totals'), []],
	['an index that went: no loss', doing('dropped', 'index', 'public.ix_orders'), nothingKnown, []],
	[
		'a table that went with its schema',
		doing('dropped', 'table', 'archive.orders'),
		reviewed('DROP SCHEMA archive CASCADE'),
		[],
	],
	[
		'a table renamed, which the text does not show',
		doing('renamed', 'table', 'public.sales', 'public.orders'),
		nothingKnown,
		[['rename-observed', 'blocker']],
	],
	[
		'a table that the text renames',
		doing('renamed', 'table', 'public.sales', 'public.orders'),
		reviewed('ALTER TABLE orders RENAME TO sales'),
		[],
	],
	[
		'a column that the text renames',
		doing('renamed', 'column', 'public.orders.b', 'public.orders.a'),
		reviewed('ALTER TABLE orders RENAME COLUMN a TO b'),
		[],
	],
])('%s', (_, rehearsal, review, expected) => {
	expect(rehearsalFindings(rehearsal, review).map(({rule, severity}) => [rule, severity])).toEqual(expected);
});

test('the finding says where, what happened and how long it may take in production', () => {
	const [failure] = rehearsalFindings({kind: 'failed', ...report, error}, nothingKnown);
	expect(failure).toMatchObject({place: {line: 7}, statement: error.statement});
	expect(failure?.message).toContain('(42P01): relation "x" does not exist');
	const [rewritten] = rehearsalFindings(
		{kind: 'passed', ...report, rewrites: [rewrite]},
		reviewed('ALTER TABLE orders ADD a int', {bytes: 600 * 1024 ** 2, estimatedRows: 5_000_000}),
	);
	expect(rewritten).toMatchObject({severity: 'blocker', message: expect.stringContaining('about 10 s')});
	const [lost] = rehearsalFindings(doing('dropped', 'table', 'public.orders'), nothingKnown);
	expect(lost).toMatchObject({destructive: true, item: 'no-destructive-drop', statement: '-- table public.orders'});
	expect(lost?.message).toContain('table public.orders');
	const [doubled] = rehearsalFindings(
		{kind: 'not-idempotent', ...report, repeated: [{kind: 'rows', table: 'public.currencies', before: 2, after: 4}]},
		nothingKnown,
	);
	expect(doubled?.message).toContain('public.currencies has 4 rows instead of 2');
});

function doing(action: Effect['action'], kind: string, identity: string, from: string | null = null): Rehearsal {
	return {kind: 'passed', ...report, effects: [effect(action, kind, identity, from)]};
}

function effect(action: Effect['action'], kind: string, identity: string, from: string | null = null): Effect {
	return {action, kind, identity, from};
}

function reviewed(statement: string, facts: Parameters<typeof factsOf>[1] = {}): BeforeRehearsal {
	const touching = statement.includes('orders') ? [] : ['ALTER TABLE orders ADD b int'];
	return reviewStatements([statement, ...touching], {facts: [factsOf('orders', facts)]});
}
