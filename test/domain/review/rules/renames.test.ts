import {describe, expect, test} from 'vitest';
import type {TableFacts} from '../../../../src/domain/review/table-facts.ts';
import {likeness} from '../../../../src/domain/review/name-likeness.ts';
import {efScript} from '../../../support/ef-script.ts';
import {columnOf, factsOf, reviewBytes, reviewStatements} from '../../../support/read-ef-script.ts';
import {findingOf, told} from '../../../support/told.ts';

const rules = ['rename-table', 'rename-column', 'lost-rename'];
const orders = factsOf('orders');
const empty = factsOf('orders', {empty: true, estimatedRows: 0});
const absent = factsOf('orders', {exists: false});
const create = 'CREATE TABLE orders (id int PRIMARY KEY, a text)';

type Case = readonly [sql: string | readonly string[], facts: readonly TableFacts[], expected: readonly string[]];

function expectFindings(sql: Case[0], facts: Case[1], expected: Case[2]): void {
	const statements = typeof sql === 'string' ? [sql] : sql;
	expect(told(reviewStatements(statements, {facts}), rules)).toEqual(expected);
}

/** Both migrations pending. */
function twoMigrations(first: readonly string[], second: readonly string[]): Buffer {
	return efScript({
		version: '10',
		migrations: [
			{id: '20260101000000_First', statements: first},
			{id: '20260102000000_Second', statements: second},
		],
	});
}

describe('rename-table', () => {
	const rename = 'ALTER TABLE orders RENAME TO sales';
	const cases: readonly Case[] = [
		[rename, [orders], ['blocker rename-table']],
		[rename, [], ['blocker rename-table']],
		[rename, [empty], ['notice rename-table']],
		[rename, [absent], []],
		['ALTER TABLE orders SET SCHEMA shop', [orders], ['blocker rename-table']],
		[[rename, 'ALTER TABLE sales SET SCHEMA shop'], [orders], ['blocker rename-table']],
		[[rename, 'ALTER TABLE sales RENAME TO orders'], [orders], []],
		['ALTER SCHEMA shop RENAME TO store', [], ['blocker rename-table']],
		[['CREATE SCHEMA shop', 'ALTER SCHEMA shop RENAME TO store'], [], []],
		[[create, rename], [], []],
		['ALTER INDEX ix_a RENAME TO ix_b', [], []],
		[[rename, 'CREATE VIEW orders AS SELECT * FROM sales'], [orders], []],
		[[rename, 'ALTER TABLE sales SET SCHEMA shop', 'CREATE VIEW orders AS SELECT * FROM shop.sales'], [orders], []],
		[[rename, 'CREATE VIEW old_orders AS SELECT * FROM sales'], [orders], ['blocker rename-table']],
		[[rename, 'CREATE VIEW orders AS SELECT * FROM archive'], [orders], ['blocker rename-table']],
		[[rename, 'CREATE MATERIALIZED VIEW orders AS SELECT * FROM sales'], [orders], ['blocker rename-table']],
	];

	test.each(cases)('%#: %j', expectFindings);

	test('a table of an earlier pending migration: a notice that names it', () => {
		const review = reviewBytes(twoMigrations([create], [rename]));
		expect(findingOf(review, 'rename-table')).toMatchObject({
			severity: 'notice',
			destructive: false,
			message: 'Renames table orders to sales: migration 20260101000000_First makes it.',
		});
	});

	test('a view in the next migration comes too late', () => {
		const review = reviewBytes(twoMigrations([rename], ['CREATE VIEW orders AS SELECT * FROM sales']));
		expect(told(review, rules)).toEqual(['blocker rename-table']);
	});

	test('tells where the table ends up, and the view that keeps its name', () => {
		const statements = ['ALTER TABLE "Orders" RENAME TO "Sales"', 'ALTER TABLE "Sales" SET SCHEMA shop'];
		const finding = findingOf(reviewStatements(statements, {facts: [factsOf('"Orders"')]}), 'rename-table');
		expect(finding).toMatchObject({
			destructive: true,
			item: 'no-destructive-rename',
			message: 'Renames table "Orders" (about 1,204 rows) to shop."Sales".',
		});
		expect(finding.remedy).toContain('CREATE VIEW "Orders" AS SELECT * FROM shop."Sales";');
	});
});

describe('rename-column', () => {
	const rename = 'ALTER TABLE orders RENAME COLUMN a TO b';
	const addAgain = 'ALTER TABLE orders ADD a text';
	const trigger = 'CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION keep_a()';
	const cases: readonly Case[] = [
		[rename, [orders], ['blocker rename-column']],
		[rename, [], ['blocker rename-column']],
		['ALTER TABLE orders RENAME a TO b', [empty], ['notice rename-column']],
		[rename, [absent], []],
		[[create, rename], [], []],
		[[addAgain, rename], [orders], []],
		[[rename, addAgain, trigger], [orders], []],
		[[rename, addAgain], [orders], ['blocker rename-column']],
		[[rename, trigger], [orders], ['blocker rename-column']],
		[[rename, addAgain, trigger.replace('ON orders', 'ON lines')], [orders], ['blocker rename-column']],
	];

	test.each(cases)('%#: %j', expectFindings);

	test.each([
		[create, 'table'],
		[addAgain, 'column'],
	])('after %s in an earlier pending migration: a notice', (first, what) => {
		expect(findingOf(reviewBytes(twoMigrations([first], [rename])), 'rename-column')).toMatchObject({
			severity: 'notice',
			message: `Renames column orders.a to b: migration 20260101000000_First makes the ${what}.`,
		});
	});

	test('the remedy adds the new column with the type of the old one', () => {
		const facts = [factsOf('orders', {columns: [columnOf('a', {type: 'numeric(10,2)'})]})];
		const finding = findingOf(reviewStatements([rename], {facts}), 'rename-column');
		expect(finding.message).toBe('Renames column orders.a to b (about 1,204 rows).');
		expect(finding.remedy).toContain('ALTER TABLE orders ADD b numeric(10,2);');
	});
});

describe('lost-rename', () => {
	const drop = 'ALTER TABLE orders DROP COLUMN a';
	const typed = (type: string, more: Partial<TableFacts> = {}): TableFacts =>
		factsOf('orders', {columns: [columnOf('a', {type})], ...more});
	const lost = (sql: readonly string[], facts: readonly TableFacts[]): readonly string[] =>
		told(reviewStatements(sql, {facts}), ['lost-rename']);

	test.each<Case>([
		[[drop, 'ALTER TABLE orders ADD b text'], [typed('text')], ['blocker lost-rename']],
		[['ALTER TABLE orders ADD b text', drop], [typed('text')], ['blocker lost-rename']],
		[[drop, 'ALTER TABLE orders ADD b varchar(20)'], [typed('character varying(20)')], ['blocker lost-rename']],
		[[drop, 'ALTER TABLE orders ADD b integer'], [typed('text')], ['warning lost-rename']],
		[[drop, 'ALTER TABLE orders ADD b text'], [], ['warning lost-rename']],
		[[drop, 'ALTER TABLE orders ADD a integer'], [typed('text')], ['warning lost-rename']],
		[[drop, 'ALTER TABLE orders ADD b int GENERATED ALWAYS AS IDENTITY'], [typed('integer')], []],
		[[drop, 'ALTER TABLE lines ADD b text'], [typed('text')], []],
		[[drop, 'ALTER TABLE orders ADD b text'], [typed('text', {empty: true, estimatedRows: 0})], []],
		[[drop, 'ALTER TABLE orders ADD b text'], [factsOf('orders', {columns: [columnOf('a', {allNull: true})]})], []],
		[[create, drop, 'ALTER TABLE orders ADD b text'], [], []],
		[['DELETE FROM public.orders', drop, 'ALTER TABLE orders ADD b text'], [typed('text')], []],
		[
			["DELETE FROM orders WHERE a = ''", drop, 'ALTER TABLE orders ADD b text'],
			[typed('text')],
			['blocker lost-rename'],
		],
		[['ALTER TABLE orders ADD b text', 'UPDATE orders SET b = upper(a) WHERE b IS NULL', drop], [typed('text')], []],
		[['ALTER TABLE orders ADD b text', "UPDATE orders SET b = ''", drop], [typed('text')], ['blocker lost-rename']],
	])('%#: %j', (sql, facts, expected) => {
		expect(lost(typeof sql === 'string' ? [sql] : sql, facts)).toEqual(expected);
	});

	test('columns of two migrations are no rename', () => {
		const bytes = twoMigrations([drop], ['ALTER TABLE orders ADD b text']);
		expect(told(reviewBytes(bytes, {facts: [typed('text')]}), ['lost-rename'])).toEqual([]);
	});

	test('the type is known from an applied migration of the file, too', () => {
		const bytes = twoMigrations([create], [drop, 'ALTER TABLE orders ADD b text']);
		const review = reviewBytes(bytes, {appliedIds: ['20260101000000_First']});
		expect(told(review, ['lost-rename'])).toEqual(['blocker lost-rename']);
	});

	test('names the column of the same type first, then the one of the likest name', () => {
		const facts = [factsOf('orders', {columns: [columnOf('customer_name', {type: 'text'})]})];
		const messageWith = (...added: readonly string[]): string => {
			const statements = ['ALTER TABLE orders DROP COLUMN customer_name', ...added];
			return findingOf(reviewStatements(statements, {facts}), 'lost-rename').message;
		};
		expect(messageWith('ALTER TABLE orders ADD customer_names int', 'ALTER TABLE orders ADD label text')).toBe(
			'Drops orders.customer_name and adds orders.label (text) in one migration: is it a rename?',
		);
		expect(messageWith('ALTER TABLE orders ADD label text', 'ALTER TABLE orders ADD client_name text')).toContain(
			'orders.client_name',
		);
	});

	test('tells each dropped column once', () => {
		const statements = [drop, 'ALTER TABLE orders DROP COLUMN c', 'ALTER TABLE orders ADD d text, ADD e text'];
		expect(lost(statements, [orders])).toEqual(['warning lost-rename', 'warning lost-rename']);
	});

	test('one added column takes the place of one dropped column, the likeliest', () => {
		const statements = ['DROP COLUMN zip', 'DROP COLUMN customer_name', 'ADD customer_label text'].map(
			(part) => `ALTER TABLE orders ${part}`,
		);
		const findings = reviewStatements(statements, {facts: [orders]}).findings.filter(
			({rule}) => rule === 'lost-rename',
		);
		expect(findings.map(({message}) => message)).toEqual([
			'Drops orders.customer_name and adds orders.customer_label (text) in one migration: is it a rename?',
		]);
	});

	test('a column dropped and added again loses its values', () => {
		const review = reviewStatements([drop, 'ALTER TABLE orders ADD a integer'], {facts: [typed('text')]});
		expect(findingOf(review, 'lost-rename')).toMatchObject({
			message: 'Drops orders.a and adds it again in one migration: its values are lost.',
			remedy: 'Change the column instead: ALTER TABLE orders ALTER COLUMN a TYPE integer USING a::integer;',
		});
	});
});

test.each([
	['CustomerName', 'customer_name', 1],
	['a', 'a', 1],
	['a', 'b', 0],
	['Total', 'Price', 0],
])('likeness of %s and %s is %d', (left, right, expected) => {
	expect(likeness(left, right)).toBe(expected);
});
