import {describe, expect, test} from 'vitest';
import {efScript, efVersions, type EfVersion} from '../../../support/ef-script.ts';
import {columnOf, factsOf, reviewBytes} from '../../../support/read-ef-script.ts';
import {bySize, findingsBy, large, silent, toldBy} from './sizes.ts';

const customers = factsOf('customers', {estimatedRows: 300_000});
const tags = factsOf('tags', {estimatedRows: 12});
const add = 'ALTER TABLE orders ADD c text';
const fill = 'UPDATE customers SET score = 0';
const facts = [large(), customers, tags];

describe('exclusive-lock-window', () => {
	const told = (statements: readonly string[], given = facts): string =>
		toldBy('exclusive-lock-window', statements, {facts: given});

	test('fires on a large table alone', () => {
		expect(bySize('exclusive-lock-window', [add, fill], {}, {facts: [customers]})).toEqual({
			...silent,
			large: 'warning',
			'without an estimate': 'warning',
		});
	});

	test.each([
		'ALTER TABLE orders ADD c text',
		'ALTER TABLE orders DROP COLUMN note',
		'ALTER TABLE orders RENAME note TO memo',
		'ALTER TABLE orders RENAME TO sales',
		'ALTER TABLE orders ALTER COLUMN note SET NOT NULL',
		'ALTER TABLE orders ALTER COLUMN note DROP NOT NULL',
		"ALTER TABLE orders ALTER COLUMN note SET DEFAULT ''",
		'ALTER TABLE orders ALTER COLUMN note TYPE text',
		'ALTER TABLE orders ADD CONSTRAINT ck CHECK (total > 0) NOT VALID',
		'ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX u',
		'ALTER TABLE orders DROP CONSTRAINT ck',
		'TRUNCATE orders',
	])('%s locks readers out', (sql) => {
		expect(told([sql, fill])).toBe('warning');
	});

	test.each([
		'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers NOT VALID',
		'ALTER TABLE orders VALIDATE CONSTRAINT ck',
		'CREATE INDEX ix ON orders (note)',
		"UPDATE orders SET note = ''",
		'ALTER TABLE tags ADD c text',
		'CREATE TABLE lines (id int)',
	])('%s does not', (sql) => {
		expect(told([sql, fill])).toBe('silent');
	});

	test.each([
		[fill, 'updates rows of customers'],
		['DELETE FROM customers WHERE score < 0', 'deletes rows of customers'],
		['INSERT INTO lines SELECT id FROM customers', 'adds rows to lines'],
		["UPDATE orders SET c = ''", 'updates rows of orders'],
		['CREATE INDEX ix ON customers (score)', 'builds an index on customers'],
		['ALTER TABLE customers ADD CONSTRAINT ck CHECK (score > 0)', 'checks every row of customers'],
		['ALTER TABLE customers ADD CONSTRAINT u UNIQUE (score)', 'builds an index on customers'],
		['ALTER TABLE customers VALIDATE CONSTRAINT ck', 'validates a constraint of customers'],
		['ALTER TABLE customers ALTER score SET NOT NULL', 'looks for rows without a value in customers'],
		['ALTER TABLE customers ALTER score TYPE bigint', 'rewrites customers'],
		['ALTER TABLE customers ADD c uuid DEFAULT gen_random_uuid()', 'rewrites customers'],
		['REFRESH MATERIALIZED VIEW totals', 'refreshes a materialized view'],
		["EXECUTE current_setting('app.sql')", 'runs what cannot be read beforehand'],
	])('%s takes time', (sql, words) => {
		expect(findingsBy('exclusive-lock-window', [add, sql], {facts})).toMatchObject([
			{
				severity: 'warning',
				statement: add,
				message: `Locks everybody out of orders (about 2,000,000 rows) while line 19 ${words}.`,
			},
		]);
	});

	test.each([
		['UPDATE customers SET score = 0 WHERE id = 1'],
		['INSERT INTO customers (id) VALUES (1), (2)'],
		['UPDATE tags SET name = 1'],
		['CREATE INDEX ix ON tags (name)'],
		['INSERT INTO customers SELECT id FROM tags'],
		['ALTER TABLE customers ADD c text'],
		['ALTER TABLE customers ADD CONSTRAINT ck CHECK (score > 0) NOT VALID'],
		['ALTER TABLE customers DROP COLUMN score'],
		['CREATE INDEX ix ON ONLY customers (score)'],
		['CREATE TABLE lines (id int)', 'CREATE INDEX ix ON lines (id)', 'UPDATE lines SET id = 1'],
		[],
	])('nothing is said of what is done in a moment: %s', (...statements) => {
		expect(told([add, ...statements])).toBe('silent');
	});

	test('a type that stays in its bytes and a column known to be filled take no time', () => {
		const known = factsOf('customers', {
			estimatedRows: 300_000,
			columns: [columnOf('score', {type: 'character varying(10)', notNull: true})],
		});
		const statements = [
			'ALTER TABLE customers ALTER score TYPE text',
			'ALTER TABLE customers ALTER score SET NOT NULL',
		];
		expect(told([add, ...statements], [large(), known])).toBe('silent');
	});

	test('the lock at the end holds nobody up', () => {
		expect(told([fill, add])).toBe('silent');
	});

	test('one finding for a transaction, at its first lock', () => {
		const statements = [add, 'ALTER TABLE orders ADD d text', fill, 'CREATE INDEX ix ON customers (score)'];
		expect(findingsBy('exclusive-lock-window', statements, {facts})).toMatchObject([
			{statement: add, furtherPlaces: []},
		]);
	});

	const reach: Readonly<Record<EfVersion, readonly [sameMigration: number, nextMigration: number]>> = {
		'3.1': [0, 0],
		'5.0': [1, 0],
		'8': [1, 0],
		'9': [1, 1],
		'10': [1, 0],
	};

	test.each(efVersions)('EF %s: the lock lasts as long as its transaction', (version) => {
		const count = (...statements: readonly (readonly string[])[]): number => {
			const migrations = statements.map((own, index) => ({id: `2026010${index}000000_M`, statements: own}));
			const {findings} = reviewBytes(efScript({version, migrations}), {facts});
			return findings.filter(({rule}) => rule === 'exclusive-lock-window').length;
		};
		expect([count([add, fill]), count([add], [fill])]).toEqual(reach[version]);
	});

	test('the remedy knows whether a migration has a transaction of its own', () => {
		const remedy = (version: EfVersion, statements: readonly string[]): string | undefined =>
			findingsBy('exclusive-lock-window', statements, {facts, script: {version}})[0]?.remedy;
		expect(remedy('10', [add, fill])).toBe(
			`Move it to the end, or to a migration of its own, so that the lock on orders ends at once: ${add};`,
		);
		expect(remedy('10', [add, "UPDATE orders SET c = ''"])).toContain('Put the two into migrations of their own');
		expect(remedy('9', [add, fill])).toContain('this script is one transaction');
	});
});
