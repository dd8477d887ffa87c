import {describe, expect, test} from 'vitest';
import {placeholderOf} from '../../../../src/domain/review/placeholder.ts';
import type {TableFacts} from '../../../../src/domain/review/table-facts.ts';
import {efScript} from '../../../support/ef-script.ts';
import {columnOf, factsOf, reviewBytes, reviewStatements} from '../../../support/read-ef-script.ts';
import {findingOf, told} from '../../../support/told.ts';

const small = factsOf('orders');
const medium = factsOf('orders', {estimatedRows: 500_000});
const large = factsOf('orders', {estimatedRows: 1_000_000});
const huge = factsOf('orders', {estimatedRows: 10_000_001});
const unknown = factsOf('orders', {estimatedRows: null});
const empty = factsOf('orders', {empty: true, estimatedRows: 0});
const absent = factsOf('orders', {exists: false});
const create = 'CREATE TABLE orders (id int PRIMARY KEY, status text)';

type Case = readonly [sql: string | readonly string[], facts: readonly TableFacts[], expected: readonly string[]];

function expectRule(rule: string, sql: Case[0], facts: Case[1], severities: readonly string[]): void {
	const review = reviewStatements(typeof sql === 'string' ? [sql] : sql, {facts});
	expect(told(review, [rule])).toEqual(severities.map((severity) => `${severity} ${rule}`));
}

describe('truncate', () => {
	test.each<Case>([
		['TRUNCATE orders', [small], ['blocker']],
		['TRUNCATE orders', [], ['blocker']],
		['TRUNCATE orders', [empty], ['notice']],
		['TRUNCATE orders', [absent], []],
		['TRUNCATE orders, lines', [], ['blocker', 'blocker']],
		[[create, 'TRUNCATE orders'], [], []],
		['TRUNCATE "__EFMigrationsHistory"', [], []],
	])('%#: %j', (sql, facts, expected) => {
		expectRule('truncate', sql, facts, expected);
	});

	test('is destructive, and the remedy keeps a copy', () => {
		const finding = findingOf(
			reviewStatements(['TRUNCATE shop.orders'], {facts: [factsOf('shop.orders')]}),
			'truncate',
		);
		expect(finding).toMatchObject({
			destructive: true,
			item: null,
			message: 'Empties table shop.orders (about 1,204 rows).',
		});
		expect(finding.remedy).toContain('CREATE TABLE shop.orders_before AS TABLE shop.orders;');
	});
});

describe('delete-without-where', () => {
	test.each<Case>([
		['DELETE FROM orders', [small], ['blocker']],
		['DELETE FROM orders', [], ['blocker']],
		['DELETE FROM orders WHERE true', [], ['blocker']],
		['DELETE FROM orders WHERE 1 = 1', [], ['blocker']],
		['DELETE FROM orders WHERE 1 = 2', [], []],
		["DELETE FROM orders WHERE status = 'x'", [], []],
		['WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO archive SELECT * FROM gone', [], ['blocker']],
		['DELETE FROM orders', [empty], ['notice']],
		['DELETE FROM orders', [absent], []],
		[[create, 'DELETE FROM orders'], [], []],
		['DELETE FROM "__EFMigrationsHistory"', [], []],
	])('%#: %j', (sql, facts, expected) => {
		expectRule('delete-without-where', sql, facts, expected);
	});
});

describe('update-without-where', () => {
	const add = 'ALTER TABLE orders ADD status text';
	const fill = "UPDATE orders SET status = 'open'";
	test.each<Case>([
		[fill, [small], ['warning']],
		[fill, [medium], ['warning']],
		[fill, [], ['warning']],
		[fill, [large], ['blocker']],
		[fill, [unknown], ['blocker']],
		["UPDATE orders SET status = 'open' WHERE true", [small], ['warning']],
		["UPDATE orders SET status = 'open' WHERE status IS NULL", [small], []],
		[fill, [empty], []],
		[fill, [absent], []],
		[[create, fill], [], []],
		[[add, fill], [small], []],
		[[add, fill], [medium], []],
		[[add, fill], [], ['notice']],
		[[add, fill], [large], ['blocker']],
		[[fill, add], [small], ['warning']],
		[[add, "UPDATE orders SET status = 'open', note = ''"], [small], ['warning']],
		[['ALTER TABLE lines ADD status text', fill], [small, factsOf('lines')], ['warning']],
		[[add, 'ALTER TABLE orders RENAME TO sales', fill.replace('orders', 'sales')], [small], []],
	])('%#: %j', (sql, facts, expected) => {
		expectRule('update-without-where', sql, facts, expected);
	});

	test('a column of another migration is not being filled for the first time', () => {
		const migrations = [
			{id: '20260101000000_First', statements: [add]},
			{id: '20260102000000_Second', statements: [fill]},
		];
		const review = reviewBytes(efScript({version: '10', migrations}), {facts: [small]});
		expect(told(review, ['update-without-where'])).toEqual(['warning update-without-where']);
	});

	test('tells what it overwrites, and the remedy is the statement with a condition', () => {
		const finding = findingOf(reviewStatements([`${fill} WHERE true;`], {facts: [small]}), 'update-without-where');
		expect(finding).toMatchObject({
			message: 'Overwrites status in every row of orders (about 1,204 rows).',
			remedy: "Say which rows: UPDATE orders SET status = 'open' WHERE …;",
		});
	});

	test('a large table is filled in batches', () => {
		const {message, remedy} = findingOf(reviewStatements([add, fill], {facts: [large]}), 'update-without-where');
		expect(message).toBe('Fills status in every row of orders (about 1,000,000 rows).');
		expect(remedy).toContain(
			"UPDATE orders SET status = 'open' WHERE ctid = ANY (ARRAY(SELECT ctid FROM orders WHERE status IS NULL LIMIT 5000));",
		);
	});
});

describe('large-data-change', () => {
	const update = "UPDATE orders SET status = 'x' WHERE status = 'y'";
	const key = {name: 'pk', valid: true, unique: true, partial: false, columns: ['id']};
	const withKey = factsOf('orders', {estimatedRows: 10_000_001, indexes: [key]});
	const archive = factsOf('archive', {estimatedRows: 2_000_000});
	test.each<Case>([
		[update, [large], ['warning']],
		[update, [unknown], ['warning']],
		[update, [huge], ['blocker']],
		[update, [medium], []],
		[update, [], []],
		["UPDATE orders SET status = 'x' WHERE id = 1", [withKey], []],
		["UPDATE orders SET status = 'x' WHERE id = 1 AND status = 'id'", [withKey], []],
		["UPDATE orders SET status = 'x' WHERE status = 'id'", [withKey], ['blocker']],
		["DELETE FROM orders WHERE status = 'old'", [withKey], ['blocker']],
		["UPDATE orders SET status = 'x'", [huge], []],
		['DELETE FROM orders WHERE status IS NULL', [large], ['warning']],
		['DELETE FROM orders', [large], []],
		['INSERT INTO lines SELECT * FROM archive', [factsOf('lines'), archive], ['warning']],
		["INSERT INTO archive VALUES (1, 'x')", [archive], []],
		['INSERT INTO archive SELECT * FROM lines', [archive, factsOf('lines')], []],
		[[create, 'INSERT INTO orders SELECT id, name FROM archive'], [archive], ['warning']],
		[
			'MERGE INTO orders o USING archive a ON a.id = o.id WHEN NOT MATCHED THEN INSERT VALUES (a.id)',
			[small, archive],
			['warning'],
		],
		['TRUNCATE orders', [huge], []],
	])('%#: %j', (sql, facts, expected) => {
		expectRule('large-data-change', sql, facts, expected);
	});

	test("the target's own limit decides", () => {
		const review = reviewStatements([update], {facts: [large], policy: {dataChangeRows: 999_999}});
		expect(findingOf(review, 'large-data-change')).toMatchObject({
			severity: 'blocker',
			message:
				'Updates orders over the rows of orders (about 1,000,000 rows, more than the 999,999 that one statement may) in one transaction.',
		});
	});
});

describe('enum-value-same-transaction', () => {
	const add = "ALTER TYPE order_status ADD VALUE 'returned'";
	const use = "UPDATE orders SET status = 'returned' WHERE id = 1";
	const rule = 'enum-value-same-transaction';
	test.each<Case>([
		[[add, use], [], ['blocker']],
		[[add, use, use], [], ['blocker']],
		[[add, "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'returned'"], [], ['blocker']],
		[[add, "UPDATE orders SET status = 'other' WHERE id = 1"], [], []],
		[[use, add], [], []],
		[[add, "ALTER TYPE order_status ADD VALUE 'lost' AFTER 'returned'"], [], []],
		[["CREATE TYPE order_status AS ENUM ('open')", add, use], [], []],
		[["CREATE TYPE other_status AS ENUM ('open')", add, use], [], ['blocker']],
		[["ALTER TYPE order_status ADD VALUE 'it''s'", "DELETE FROM orders WHERE status = 'it''s'"], [], ['blocker']],
	])('%#: %j', (sql, facts, expected) => {
		expectRule(rule, sql, facts, expected);
	});

	const migrations = [
		{id: '20260101000000_First', statements: [add]},
		{id: '20260102000000_Second', statements: [use]},
	];

	test('between two migrations it depends on the transactions that EF writes', () => {
		expect(told(reviewBytes(efScript({version: '10', migrations})), [rule])).toEqual([]);
		const review = reviewBytes(efScript({version: '9', migrations}));
		expect(findingOf(review, rule)).toMatchObject({
			severity: 'blocker',
			migration: '20260102000000_Second',
			message: "Uses 'returned' in the transaction that adds it to order_status.",
		});
		expect(findingOf(review, rule).remedy).toContain(
			"in a release before this one: ALTER TYPE order_status ADD VALUE 'returned';",
		);
		expect(
			told(reviewBytes(efScript({version: '9', migrations}), {appliedIds: ['20260101000000_First']}), [rule]),
		).toEqual([]);
	});

	test('without transactions each block is one', () => {
		expect(told(reviewBytes(efScript({version: '3.1', migrations})), [rule])).toEqual([]);
		expect(told(reviewStatements([`${add}; ${use}`], {script: {version: '3.1'}}), [rule])).toEqual([`blocker ${rule}`]);
	});
});

describe('placeholder-default', () => {
	const guid = "'00000000-0000-0000-0000-000000000000'";
	const addGuid = `ALTER TABLE orders ADD customer_id uuid NOT NULL DEFAULT ${guid}`;
	const addNumber = 'ALTER TABLE orders ADD customer_id integer NOT NULL DEFAULT 0';
	const addOne = 'ALTER TABLE orders ADD customer_id integer NOT NULL DEFAULT 1';
	const foreignKey = 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (id)';
	test.each<Case>([
		[addGuid, [small], ['warning']],
		[addGuid, [], ['warning']],
		[addGuid, [empty], []],
		[[create, addGuid], [], []],
		[`ALTER TABLE orders ADD customer_id uuid DEFAULT ${guid}`, [small], ['warning']],
		["ALTER TABLE orders ADD due timestamptz NOT NULL DEFAULT TIMESTAMPTZ '-infinity'", [small], ['warning']],
		["ALTER TABLE orders ADD due date NOT NULL DEFAULT DATE '0001-01-01'", [small], ['warning']],
		[addNumber, [small], ['notice']],
		['ALTER TABLE orders ADD paid boolean NOT NULL DEFAULT FALSE', [small], ['notice']],
		["ALTER TABLE orders ADD note text NOT NULL DEFAULT ''", [small], ['notice']],
		["ALTER TABLE orders ADD note text DEFAULT ''", [small], []],
		[addOne, [small], []],
		['ALTER TABLE orders ADD paid boolean NOT NULL DEFAULT TRUE', [small], []],
		["ALTER TABLE orders ADD status text NOT NULL DEFAULT 'Draft'", [small], []],
		['ALTER TABLE orders ADD made timestamptz NOT NULL DEFAULT now()', [small], []],
		['ALTER TABLE orders ADD number serial NOT NULL', [small], []],
		[[addGuid, 'UPDATE orders SET customer_id = gen_random_uuid()'], [small], []],
		[['UPDATE orders SET customer_id = gen_random_uuid()', addGuid], [small], ['warning']],
		[[addGuid, 'UPDATE orders SET other_id = gen_random_uuid()'], [small], ['warning']],
		[['TRUNCATE orders', addGuid], [small], []],
		[['DELETE FROM orders', addGuid], [small], []],
		[['IF now() > now() THEN DELETE FROM orders; END IF;', addGuid], [small], ['warning']],
		[['DELETE FROM orders', 'INSERT INTO orders SELECT * FROM archive', addGuid], [small], ['warning']],
		[[addOne, foreignKey], [small], ['warning']],
		[[addGuid, foreignKey], [small], ['warning']],
		[[addNumber, 'UPDATE orders SET customer_id = 7', foreignKey], [small], []],
		[[foreignKey, addOne], [small], []],
		['ALTER TABLE orders ADD customer_id integer NOT NULL DEFAULT 1 REFERENCES customers', [small], ['warning']],
		[[addOne, 'ALTER TABLE orders ADD CONSTRAINT u UNIQUE (customer_id)'], [small], ['warning']],
		[[addOne, 'CREATE UNIQUE INDEX u ON orders (customer_id)'], [small], ['warning']],
		[[addOne, 'CREATE INDEX u ON orders (customer_id)'], [small], []],
		[[addOne, 'CREATE UNIQUE INDEX u ON orders (customer_id, id)'], [small], []],
		[[addOne, 'CREATE UNIQUE INDEX u ON orders (customer_id) WHERE customer_id > 1'], [small], []],
		[[addOne, 'ALTER TABLE orders ADD CONSTRAINT c CHECK (customer_id > 1)'], [small], ['warning']],
		[
			['ALTER TABLE orders ADD code uuid NOT NULL DEFAULT gen_random_uuid()', 'CREATE UNIQUE INDEX u ON orders (code)'],
			[small],
			[],
		],
		[
			"ALTER TABLE orders ADD IF NOT EXISTS note text NOT NULL DEFAULT ''",
			[factsOf('orders', {columns: [columnOf('note')]})],
			[],
		],
	])('%#: %j', (sql, facts, expected) => {
		expectRule('placeholder-default', sql, facts, expected);
	});

	test('the columns of a migration are told together, at the first, the first five by name', () => {
		const paid = (table: string): string => `ALTER TABLE ${table} ADD paid boolean NOT NULL DEFAULT FALSE`;
		const tables = ['a', 'b', 'c', 'd', 'e', 'f'];
		const review = reviewStatements([addNumber, ...tables.map((table) => paid(table))], {facts: [small]});
		expect(findingOf(review, 'placeholder-default')).toMatchObject({
			message:
				'Rows that are there get a plain default, which has to be true of them: orders.customer_id (0), a.paid (FALSE), b.paid (FALSE), c.paid (FALSE), d.paid (FALSE) and 2 more.',
			place: {line: 12, column: 5},
		});
	});

	test('two migrations are told apart, and so are values that stand for none', () => {
		const migrations = [
			{id: '20260101000000_First', statements: [addGuid, 'ALTER TABLE orders ADD paid boolean NOT NULL DEFAULT FALSE']},
			{id: '20260102000000_Second', statements: ["ALTER TABLE orders ADD due date NOT NULL DEFAULT DATE '-infinity'"]},
		];
		const findings = reviewBytes(efScript({version: '10', migrations})).findings;
		const own = findings.filter(({rule}) => rule === 'placeholder-default');
		expect(own.map(({severity, migration}) => [severity, migration])).toEqual([
			['warning', '20260101000000_First'],
			['warning', '20260102000000_Second'],
			['notice', '20260101000000_First'],
		]);
		expect(own[0]?.message).toBe(
			'Rows that are there get a value that stands for none: orders.customer_id (zero GUID).',
		);
	});

	test('a constraint that follows is named, with the way to fill the column before', () => {
		const finding = findingOf(reviewStatements([addOne, foreignKey], {facts: [small]}), 'placeholder-default');
		expect(finding.message).toBe(
			'Every row that is there gets 1 in orders.customer_id, and then the foreign key fk asks whether that is right.',
		);
		expect(finding.remedy).toContain(
			'ALTER TABLE orders ADD customer_id integer; UPDATE orders SET customer_id = … WHERE customer_id IS NULL; ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;',
		);
	});

	test.each([
		["'00000000-0000-0000-0000-000000000000'::uuid", 'false-value', 'zero GUID'],
		["CAST('00000000-0000-0000-0000-000000000000' AS uuid)", 'false-value', 'zero GUID'],
		["TIMESTAMP WITH TIME ZONE '-infinity'", 'false-value', '-infinity'],
		["TIMESTAMPTZ '0001-01-01T00:00:00Z'", 'false-value', '0001-01-01'],
		["('-infinity')", 'false-value', '-infinity'],
		['0.0', 'plain', '0.0'],
		['0::bigint', 'plain', '0'],
		['false', 'plain', 'FALSE'],
		["''::text", 'plain', "''"],
		["'{}'::jsonb", 'plain', "'{}'"],
		["E'\\\\x'::bytea", 'plain', "'\\x'"],
		["INTERVAL '00:00:00'", 'plain', "'00:00:00'"],
	])('%s is a placeholder', (text, kind, shown) => {
		expect(placeholderOf(text)).toEqual({kind, text: shown});
	});

	test.each(['1', 'TRUE', "'Draft'", 'now()', "TIMESTAMPTZ '2024-01-01T00:00:00Z'", "'1.0'", "nextval('s')", '-1', ''])(
		'%s is a value that somebody chose',
		(text) => {
			expect(placeholderOf(text)).toBeNull();
		},
	);
});
