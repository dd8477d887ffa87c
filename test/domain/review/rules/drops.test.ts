import {describe, expect, test} from 'vitest';
import type {Dependent, TableFacts} from '../../../../src/domain/review/table-facts.ts';
import {columnOf, factsOf, migrationId, reviewStatements} from '../../../support/read-ef-script.ts';
import {findingOf, told} from '../../../support/told.ts';

const rules = ['drop-table', 'drop-column', 'drop-schema', 'cascade'];
const since = new Date('2026-01-31T00:00:00Z');
const used = {reads: 12, writes: 3, since, lastRead: null};

const view: Dependent = {kind: 'view', name: 'shop.totals', columns: ['note']};
const foreignKey: Dependent = {kind: 'foreign key', name: 'fk_lines of lines', columns: ['id']};
const trigger: Dependent = {kind: 'trigger', name: 'audit', columns: []};

const orders = factsOf('orders');
const empty = factsOf('orders', {empty: true, estimatedRows: 0});
const absent = factsOf('orders', {exists: false});
const create = 'CREATE TABLE orders (id int PRIMARY KEY, note text)';

function emptyWith(facts: Partial<TableFacts>): TableFacts {
	return factsOf('orders', {empty: true, estimatedRows: 0, ...facts});
}

function withColumn(column: Parameters<typeof columnOf>[1], facts: Partial<TableFacts> = {}): TableFacts {
	return factsOf('orders', {columns: [columnOf('note', column)], ...facts});
}

type Case = readonly [sql: string | readonly string[], facts: readonly TableFacts[], expected: readonly string[]];

function expectFindings(sql: Case[0], facts: Case[1], expected: Case[2]): void {
	const statements = typeof sql === 'string' ? [sql] : sql;
	expect(told(reviewStatements(statements, {facts}), rules)).toEqual(expected);
}

describe('drop-table', () => {
	const cases: readonly Case[] = [
		['DROP TABLE orders', [orders], ['blocker drop-table']],
		['DROP TABLE orders', [], ['blocker drop-table']],
		['DROP TABLE orders', [empty], ['notice drop-table']],
		['DROP TABLE orders', [emptyWith({use: null})], ['blocker drop-table']],
		['DROP TABLE orders', [emptyWith({use: used})], ['blocker drop-table']],
		['DROP TABLE orders', [emptyWith({dependents: [view]})], ['blocker drop-table']],
		['DROP TABLE orders', [emptyWith({dependents: [foreignKey]})], ['blocker drop-table']],
		['DROP TABLE orders', [emptyWith({dependents: [trigger]})], ['notice drop-table']],
		[['DROP VIEW shop.totals', 'DROP TABLE orders'], [emptyWith({dependents: [view]})], ['notice drop-table']],
		[['DROP TABLE orders', 'DROP VIEW shop.totals'], [emptyWith({dependents: [view]})], ['blocker drop-table']],
		[['DROP VIEW other.totals', 'DROP TABLE orders'], [emptyWith({dependents: [view]})], ['blocker drop-table']],
		[
			['ALTER TABLE lines DROP CONSTRAINT fk_lines', 'DROP TABLE orders'],
			[emptyWith({dependents: [foreignKey]})],
			['notice drop-table'],
		],
		[
			['ALTER TABLE lines DROP CONSTRAINT fk_other', 'DROP TABLE orders'],
			[emptyWith({dependents: [foreignKey]})],
			['blocker drop-table'],
		],
		[
			['DROP TABLE lines', 'DROP TABLE orders'],
			[emptyWith({dependents: [foreignKey]}), factsOf('lines', {exists: false})],
			['notice drop-table'],
		],
		['DROP TABLE IF EXISTS orders', [absent], []],
		[[create, 'DROP TABLE orders'], [], []],
		[['DROP TABLE orders', 'DROP TABLE orders'], [empty], ['blocker drop-table', 'notice drop-table']],
		[['DROP TABLE orders', 'DROP TABLE IF EXISTS orders'], [empty], ['notice drop-table']],
		[['DROP TABLE orders', create, 'DROP TABLE orders'], [empty], ['notice drop-table']],
		[[create, 'ALTER TABLE orders RENAME TO sales', 'DROP TABLE sales'], [], []],
	];

	test.each(cases)('%#: %j', expectFindings);

	test('tells rows, use and dependents, and how to get rid of them', () => {
		const facts = [factsOf('orders', {use: used, dependents: [view, foreignKey]})];
		const finding = findingOf(reviewStatements(['DROP TABLE orders'], {facts}), 'drop-table');
		expect(finding).toMatchObject({destructive: true, waivable: true, item: 'no-destructive-drop'});
		expect(finding.message).toBe(
			'Drops table orders (about 1,204 rows; 12 reads and 3 writes since 2026-01-31 (a pg_dump counts as a read); used by view shop.totals and foreign key fk_lines of lines).',
		);
		expect(finding.remedy).toContain('DROP VIEW shop.totals; ALTER TABLE lines DROP CONSTRAINT fk_lines;');
		expect(finding.remedy).toContain('CREATE TABLE orders_archive AS TABLE orders;');
	});

	test('tells since when nobody has used it', () => {
		const facts = [emptyWith({use: {reads: 0, writes: 0, since, lastRead: null}})];
		const finding = findingOf(reviewStatements(['DROP TABLE orders'], {facts}), 'drop-table');
		expect(finding).toMatchObject({
			destructive: false,
			message:
				'Drops table orders: it holds no row, nothing depends on it, and it had no reads and no writes since 2026-01-31.',
		});
	});

	test('a table that is dropped already cannot be dropped again', () => {
		const review = reviewStatements(['DROP TABLE orders', 'DROP TABLE orders'], {facts: [empty]});
		expect(review.findings[0]).toMatchObject({
			rule: 'drop-table',
			destructive: false,
			message: `Drops table orders, which is dropped already by then, by migration ${migrationId}: the statement fails.`,
		});
	});

	test('says where use is not known', () => {
		const finding = findingOf(reviewStatements(['DROP TABLE orders'], {facts: [emptyWith({use: null})]}), 'drop-table');
		expect(finding.message).toBe('Drops table orders (no rows; who uses it is not known).');
	});
});

describe('drop-column', () => {
	const drop = 'ALTER TABLE orders DROP COLUMN note';
	const calls = (count: number) => ({calls: count, since});
	const cases: readonly Case[] = [
		[drop, [orders], ['blocker drop-column']],
		[drop, [], ['blocker drop-column']],
		[drop, [withColumn({allNull: false})], ['blocker drop-column']],
		[drop, [withColumn({allNull: true})], ['notice drop-column']],
		[drop, [withColumn({allNull: true}, {use: null})], ['blocker drop-column']],
		[drop, [withColumn({allNull: true}, {use: used})], ['blocker drop-column']],
		[drop, [withColumn({allNull: true, use: calls(0)}, {use: used})], ['notice drop-column']],
		[drop, [withColumn({allNull: true, use: calls(0)}, {use: null})], ['notice drop-column']],
		[drop, [withColumn({allNull: true, use: calls(7)}, {use: used})], ['blocker drop-column']],
		[drop, [withColumn({allNull: null, use: calls(0)})], ['blocker drop-column']],
		[drop, [withColumn({allNull: true}, {dependents: [view]})], ['blocker drop-column']],
		[drop, [withColumn({allNull: true}, {dependents: [foreignKey]})], ['notice drop-column']],
		[['DROP VIEW shop.totals', drop], [withColumn({allNull: true}, {dependents: [view]})], ['notice drop-column']],
		[drop, [empty], ['notice drop-column']],
		[drop, [emptyWith({use: null})], ['blocker drop-column']],
		[drop, [absent], []],
		[[create, drop], [], []],
		[['ALTER TABLE orders ADD tmp int', 'ALTER TABLE orders DROP COLUMN tmp'], [orders], []],
	];

	test.each(cases)('%#: %j', expectFindings);

	test.each([
		[[], 'Drops column orders.note.'],
		[
			[orders],
			'Drops column orders.note (the table has about 1,204 rows; its table has no reads and no writes since statistics are kept).',
		],
		[
			[withColumn({allNull: false}, {use: null, dependents: [view]})],
			'Drops column orders.note (rows hold values; the table has about 1,204 rows; who uses it is not known; used by view shop.totals).',
		],
		[
			[withColumn({allNull: true, use: calls(0)}, {use: used})],
			'Drops column orders.note: none of about 1,204 rows holds a value, nothing depends on it, and there were no calls of statements that name it since 2026-01-31.',
		],
		[
			[withColumn({allNull: true, use: calls(1)}, {use: used})],
			'Drops column orders.note (none of about 1,204 rows holds a value; 1 call of statements that name it since 2026-01-31).',
		],
	])('with facts %#: what it says', (facts, message) => {
		expect(findingOf(reviewStatements([drop], {facts}), 'drop-column').message).toBe(message);
	});

	test('the release before must let go of NOT NULL, where it is or may be set', () => {
		const remedyWith = (facts: readonly TableFacts[]): string =>
			findingOf(reviewStatements([drop], {facts}), 'drop-column').remedy;
		const letGo = 'ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;';
		expect(remedyWith([])).toContain(letGo);
		expect(remedyWith([withColumn({notNull: true})])).toContain(letGo);
		expect(remedyWith([withColumn({notNull: false})])).not.toContain(letGo);
	});
});

describe('drop-schema', () => {
	test.each<Case>([
		['DROP SCHEMA archive', [], ['blocker drop-schema']],
		['DROP SCHEMA archive CASCADE', [], ['blocker drop-schema', 'warning cascade']],
		[['CREATE SCHEMA archive', 'DROP SCHEMA archive CASCADE'], [], []],
	])('%#: %j', expectFindings);
});

describe('cascade', () => {
	const cases: readonly Case[] = [
		['DROP TABLE orders CASCADE', [], ['blocker drop-table', 'warning cascade']],
		['DROP TABLE orders CASCADE', [orders], ['blocker drop-table', 'notice cascade']],
		['DROP TABLE orders CASCADE', [factsOf('orders', {dependents: [view]})], ['blocker drop-table', 'warning cascade']],
		['DROP TABLE IF EXISTS orders CASCADE', [absent], []],
		[[create, 'DROP TABLE orders CASCADE'], [], []],
		['ALTER TABLE orders DROP COLUMN note CASCADE', [], ['blocker drop-column', 'warning cascade']],
		['TRUNCATE orders CASCADE', [], ['warning cascade']],
		['TRUNCATE orders CASCADE', [factsOf('orders', {dependents: [view]})], ['notice cascade']],
		['TRUNCATE orders CASCADE', [factsOf('orders', {dependents: [foreignKey]})], ['warning cascade']],
		[
			'TRUNCATE orders, lines CASCADE',
			[factsOf('orders', {dependents: [foreignKey]}), factsOf('lines')],
			['notice cascade'],
		],
		['DROP VIEW totals CASCADE', [], ['warning cascade']],
		['DROP TYPE order_status CASCADE', [], ['warning cascade']],
		['DROP FUNCTION total(int) CASCADE', [], ['warning cascade']],
		[['CREATE VIEW totals AS SELECT 1 AS one', 'DROP VIEW totals CASCADE'], [], []],
		['DROP VIEW totals', [], []],
		['TRUNCATE orders', [], []],
	];

	test.each(cases)('%#: %j', expectFindings);

	test('names what goes along, and leaves CASCADE out of the remedy', () => {
		const facts = [factsOf('orders', {dependents: [view, foreignKey]})];
		const finding = findingOf(reviewStatements(['DROP TABLE orders CASCADE'], {facts}), 'cascade');
		expect(finding.message).toBe(
			'Drops table orders with CASCADE: view shop.totals and foreign key fk_lines of lines go along, and what depends on that.',
		);
		expect(finding.remedy).toContain(
			'DROP VIEW shop.totals; ALTER TABLE lines DROP CONSTRAINT fk_lines; DROP TABLE orders;',
		);
		expect(finding.remedy).not.toContain('orders CASCADE');
	});

	test('names an object of another kind by its own words', () => {
		const finding = findingOf(reviewStatements(['DROP TYPE IF EXISTS order_status CASCADE']), 'cascade');
		expect(finding.message).toBe('Drops TYPE IF EXISTS order_status with CASCADE: whatever depends on it goes along.');
	});
});

test('tells the first five dependents and counts the others', () => {
	const dependents = [1, 2, 3, 4, 5, 6, 7].map((number): Dependent => ({...view, name: `v${number}`}));
	const {message} = findingOf(
		reviewStatements(['DROP TABLE orders'], {facts: [factsOf('orders', {dependents})]}),
		'drop-table',
	);
	expect(message).toContain('view v5 and 2 more');
});
