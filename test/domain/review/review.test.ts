import {describe, expect, test} from 'vitest';
import {checklistEvidence} from '../../../src/domain/review/evidence.ts';
import {pendingStatements, reliedUpon, tablesTouched} from '../../../src/domain/review/review.ts';
import {efScript} from '../../support/ef-script.ts';
import {columnOf, factsOf, readOrThrow, reviewBytes, reviewStatements} from '../../support/read-ef-script.ts';

const first = {id: '20260101000000_First', statements: ['CREATE TABLE orders (id int PRIMARY KEY, note text)']};
const second = {
	id: '20260102000000_Second',
	statements: [
		'CREATE TABLE lines (id int PRIMARY KEY)',
		'ALTER TABLE lines ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES customers (id)',
		'ALTER TABLE orders RENAME TO sales',
		'ALTER TABLE sales DROP COLUMN note',
		'CREATE INDEX ix ON shop.items (a)',
		'IF 1 > 0 THEN UPDATE sales SET id = 2; END IF;',
	],
};
const bytes = efScript({version: '10', migrations: [first, second]});
const appliedIds = [first.id];

describe('reviewScript', () => {
	const facts = [factsOf('orders'), factsOf('shop.items', {estimatedRows: 999_999})];
	const review = reviewBytes(bytes, {facts, appliedIds});

	test('tells pending from applied and lists the pending changes in order', () => {
		expect(review).toMatchObject({direction: 'up', pending: [second.id], alreadyApplied: [first.id]});
		expect(review.changes.map(({change}) => change.kind)).toEqual([
			'create-table',
			'add-constraint',
			'rename-table',
			'drop-column',
			'create-index',
			'data-change',
		]);
	});

	test('knows a renamed table by the name that the target has', () => {
		expect(review.findings.map(({rule, message}) => [rule, message])).toEqual([
			['rename-table', 'Renames table orders (about 1,204 rows) to sales.'],
			['drop-column', expect.stringContaining('Drops column sales.note (the table has about 1,204 rows;')],
			['update-without-where', 'Overwrites id in every row of sales (about 1,204 rows).'],
			['index-not-concurrent', 'Builds index ix on shop.items (about 999,999 rows) without CONCURRENTLY.'],
		]);
	});

	test('is destructive where a finding is, and where migrations are reverted', () => {
		expect(review.destructive).toBe(true);
		expect(reviewStatements(['SET search_path = shop']).destructive).toBe(false);
		const down = efScript({version: '10', migrations: [{id: first.id, statements: []}], down: true});
		expect(reviewBytes(down, {appliedIds})).toMatchObject({direction: 'down', pending: [first.id], destructive: true});
		expect(reviewBytes(down)).toMatchObject({pending: [], alreadyApplied: [first.id]});
	});

	test('survives JSON unchanged', () => {
		const since = new Date('2026-01-01T00:00:00Z');
		const use = {reads: 3, writes: 1, since, lastRead: since};
		const dated = reviewBytes(bytes, {facts: [factsOf('orders', {use})], appliedIds});
		expect(JSON.parse(JSON.stringify(dated))).toEqual(dated);
		expect(dated.tables.find(({table}) => table.name === 'orders')?.use).toEqual({
			reads: 3,
			writes: 1,
			since: '2026-01-01T00:00:00.000Z',
		});
	});

	test('what is to be said twice in the same words is said once, with its places', () => {
		const repeated = reviewStatements(["EXECUTE 'DROP ' || a", "EXECUTE 'DROP ' || b"]).findings;
		expect(repeated).toHaveLength(1);
		expect(repeated[0]).toMatchObject({
			rule: 'dynamic-sql',
			place: {line: 12},
			furtherPlaces: [{migration: expect.any(String), place: {line: 19}}],
		});
	});

	test('a target may take a rule more or less seriously, but none that nobody may waive', () => {
		const sql = ['CREATE INDEX ix ON orders (c)', 'SET lock_timeout = 0'];
		const severities = {'index-not-concurrent': 'warning', 'session-override': 'notice'} as const;
		const {findings} = reviewStatements(sql, {
			facts: [factsOf('orders', {estimatedRows: 5_000_000})],
			policy: {severities},
		});
		expect(findings.map(({rule, severity}) => [rule, severity])).toEqual([
			['session-override', 'blocker'],
			['index-not-concurrent', 'warning'],
		]);
	});

	test('names what the answers rely on: tables that are empty, tables that are small', () => {
		const both = reviewStatements(['DROP TABLE a', 'CREATE INDEX ix ON b (c)', 'CREATE INDEX ix2 ON c (c)'], {
			facts: [factsOf('a', {empty: true, estimatedRows: 0}), factsOf('b'), factsOf('c', {estimatedRows: 5_000_000})],
		});
		expect(reliedUpon(both)).toEqual({
			emptyTables: [{schema: null, name: 'a'}],
			smallTables: [{table: {schema: null, name: 'b'}, below: 1_000_000}],
		});
	});
});

test('tablesTouched asks for tables that the target has, with the columns that are dropped', () => {
	const {script, frame} = readOrThrow(bytes);
	expect(tablesTouched(script, frame, appliedIds)).toEqual([
		{schema: null, name: 'customers', droppedColumns: []},
		{schema: null, name: 'orders', droppedColumns: ['note']},
		{schema: 'shop', name: 'items', droppedColumns: []},
	]);
});

test('tablesTouched asks for the table of a dropped index and for the tables that rows come from, and for no new one', () => {
	const earlier = {id: '20260101000000_First', statements: ['CREATE INDEX ix_name ON people (name)']};
	const later = {
		id: '20260102000000_Second',
		statements: [
			'DROP INDEX ix_name',
			'DROP INDEX ix_of_nobody',
			'CREATE TABLE fresh (id int)',
			'INSERT INTO fresh SELECT id FROM old',
			'CREATE INDEX ix_fresh ON fresh (id)',
			'DROP INDEX ix_fresh',
		],
	};
	const {script, frame} = readOrThrow(efScript({version: '10', migrations: [earlier, later]}));
	expect(tablesTouched(script, frame, [earlier.id]).map(({name}) => name)).toEqual(['people', 'old']);
});

test('pendingStatements takes pending statements out of their blocks, with place and conditions', () => {
	const {script, frame} = readOrThrow(bytes);
	const statements = pendingStatements(script, frame, appliedIds);
	expect(statements.map(({sql}) => sql)).toEqual([...second.statements.slice(0, -1), 'UPDATE sales SET id = 2']);
	expect(statements.at(-1)).toMatchObject({migration: second.id, conditions: ['IF 1 > 0']});
	const lines = bytes.toString('utf8').split('\n');
	expect(statements.map(({place, sql}) => lines[place.line - 1]?.slice(place.column - 1).startsWith(sql))).toEqual(
		statements.map(() => true),
	);
});

describe('checklistEvidence', () => {
	test('a script that only creates is clean on every item', () => {
		const review = reviewStatements(['CREATE TABLE a (id int)', 'CREATE INDEX ix ON a (id)']);
		expect(checklistEvidence(review)).toEqual({
			'no-destructive-drop': {clean: true, sentences: ['Drops no table and no column.']},
			'not-null-filled': {clean: true, sentences: ['Adds no NOT NULL column and sets none.']},
			'large-index-concurrently': {clean: true, sentences: ['Builds 1 index on new tables only.']},
			'no-destructive-rename': {clean: true, sentences: ['Renames no table and no column.']},
		});
	});

	test('what is proven harmless is clean and says how it is known', () => {
		const columns = [columnOf('legacy', {allNull: true})];
		const review = reviewStatements(
			[
				'ALTER TABLE orders DROP COLUMN legacy',
				'ALTER TABLE orders ADD c int NOT NULL DEFAULT 0',
				'CREATE INDEX ix ON orders (c)',
			],
			{facts: [factsOf('orders', {columns})]},
		);
		const evidence = checklistEvidence(review);
		expect(evidence['no-destructive-drop']).toEqual({
			clean: true,
			sentences: [
				'Drops column orders.legacy: none of about 1,204 rows holds a value, nothing depends on it, and its table has no reads and no writes since statistics are kept.',
			],
		});
		expect(evidence['not-null-filled'].sentences).toEqual([
			'Rows that are there get a plain default, which has to be true of them: orders.c (0).',
			'1 NOT NULL column with a default, filled before, or on an empty or new table.',
		]);
		expect(evidence['large-index-concurrently']).toEqual({
			clean: true,
			sentences: [
				'Builds index ix on orders (about 1,204 rows) without CONCURRENTLY.',
				'Builds 1 index on existing tables: orders (about 1,204 rows); from 1,000,000 rows on a table is large.',
			],
		});
	});

	test('a finding makes its item doubtful, and no other', () => {
		const evidence = checklistEvidence(
			reviewStatements(['ALTER TABLE orders RENAME COLUMN a TO b'], {facts: [factsOf('orders')]}),
		);
		expect(Object.values(evidence).map(({clean}) => clean)).toEqual([true, true, true, false]);
		expect(evidence['no-destructive-rename'].sentences).toEqual(['Renames column orders.a to b (about 1,204 rows).']);
	});
});
