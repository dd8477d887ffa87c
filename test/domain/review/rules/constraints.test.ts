import {describe, expect, test} from 'vitest';
import {efScript, efVersions, type EfVersion} from '../../../support/ef-script.ts';
import {columnOf, reviewBytes} from '../../../support/read-ef-script.ts';
import {bySize, findingsBy, large, silent, small, toldBy, warned} from './sizes.ts';

const key =
	'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE';
const check = 'ALTER TABLE orders ADD CONSTRAINT ck CHECK (total >= 0)';
const nothingToCheck = {...silent, large: 'notice', 'without an estimate': 'notice', 'not asked': 'notice'};

describe('foreign-key-not-valid', () => {
	test.each([
		key,
		'ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers',
		"ALTER TABLE orders ADD c uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000' REFERENCES customers",
	])('goes by the size of the referring table: %s', (sql) => {
		expect(bySize('foreign-key-not-valid', [sql])).toEqual(warned);
	});

	test.each([
		['ALTER TABLE orders ADD c uuid REFERENCES customers'],
		['ALTER TABLE orders ADD c uuid', 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES customers (id)'],
	])('at most a notice for a column that is added without values: %s', (...statements) => {
		expect(bySize('foreign-key-not-valid', statements)).toEqual(nothingToCheck);
	});

	test('goes by the size again once the column is filled', () => {
		const statements = [
			'ALTER TABLE orders ADD c uuid',
			'UPDATE orders SET c = (SELECT id FROM customers LIMIT 1)',
			'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES customers (id)',
		];
		expect(bySize('foreign-key-not-valid', statements)).toEqual(warned);
	});

	test.each([
		`${key} NOT VALID`,
		'ALTER TABLE orders VALIDATE CONSTRAINT fk',
		'CREATE TABLE lines (order_id bigint REFERENCES orders (id))',
		check,
	])('is silent: %s', (sql) => {
		expect(bySize('foreign-key-not-valid', [sql])).toEqual(silent);
	});

	test('names key, table and size, and adds NOT VALID to the statement', () => {
		expect(findingsBy('foreign-key-not-valid', [key], {facts: [large()]})).toMatchObject([
			{
				message: 'Adds foreign key fk to orders (about 2,000,000 rows) and looks up every row in customers at once.',
				remedy: `Add it without the check, ${key} NOT VALID; and in the next migration ALTER TABLE orders VALIDATE CONSTRAINT fk;`,
			},
		]);
	});

	test('a statement over several lines is told on one, but for its literals', () => {
		const sql = "ALTER TABLE orders\n    ADD CONSTRAINT ck\n    CHECK (note <> 'a  b')";
		expect(findingsBy('check-not-valid', [sql], {facts: [large()]})[0]?.remedy).toContain(
			"ALTER TABLE orders ADD CONSTRAINT ck CHECK (note <> 'a  b') NOT VALID;",
		);
	});

	test('among other changes it is written as a statement of its own', () => {
		const sql = 'ALTER TABLE orders ADD a int, ADD FOREIGN KEY ("CustomerId") REFERENCES customers (id)';
		expect(findingsBy('foreign-key-not-valid', [sql], {facts: [large()]})[0]?.remedy).toContain(
			'ALTER TABLE orders ADD CONSTRAINT "orders_CustomerId_fkey" FOREIGN KEY ("CustomerId") REFERENCES customers NOT VALID;',
		);
	});

	test('a partitioned table takes NOT VALID from PostgreSQL 18 on', () => {
		const facts = [large({kind: 'partitioned-table'})];
		expect(findingsBy('foreign-key-not-valid', [key], {facts})[0]?.remedy).toContain('Before PostgreSQL 18');
	});
});

describe('check-not-valid', () => {
	test.each([
		check,
		'ALTER TABLE orders ADD CHECK (note IS NOT NULL)',
		'ALTER TABLE orders ADD CONSTRAINT nn NOT NULL note',
		'ALTER TABLE orders ADD c int NOT NULL DEFAULT 1 CHECK (c > 0)',
		'ALTER TABLE orders ADD c int, ADD CHECK (c > total)',
	])('goes by the size of the table: %s', (sql) => {
		expect(bySize('check-not-valid', [sql])).toEqual(warned);
	});

	test.each([
		['ALTER TABLE orders ADD c int CHECK (c > 0)'],
		['ALTER TABLE orders ADD c int', 'ALTER TABLE orders ADD CONSTRAINT ck CHECK (c > 0)'],
	])('at most a notice for a column that is added without values: %s', (...statements) => {
		expect(bySize('check-not-valid', statements)).toEqual(nothingToCheck);
	});

	test.each([
		`${check} NOT VALID`,
		'ALTER TABLE orders ADD CONSTRAINT nn NOT NULL note NOT VALID',
		'ALTER TABLE orders VALIDATE CONSTRAINT ck',
		'ALTER TABLE orders ADD c int NOT NULL DEFAULT 0',
		key,
	])('is silent: %s', (sql) => {
		expect(bySize('check-not-valid', [sql])).toEqual(silent);
	});

	test('a NOT NULL constraint on a column without values can only fail', () => {
		const statements = ['ALTER TABLE orders ADD c int', 'ALTER TABLE orders ADD CONSTRAINT nn NOT NULL c'];
		expect(toldBy('check-not-valid', statements, {facts: [small()]})).toBe('blocker');
	});

	test('a NOT NULL constraint on a column that is NOT NULL already checks nothing', () => {
		const facts = [large({columns: [columnOf('note', {notNull: true})]})];
		expect(toldBy('check-not-valid', ['ALTER TABLE orders ADD CONSTRAINT nn NOT NULL note'], {facts})).toBe('silent');
	});

	test('names constraint, table and size, and adds NOT VALID to the statement', () => {
		expect(findingsBy('check-not-valid', [check], {facts: [large()]})).toMatchObject([
			{
				message: 'Adds check constraint ck to orders (about 2,000,000 rows) and checks every row at once.',
				remedy: `Add it without the check, ${check} NOT VALID; and in the next migration ALTER TABLE orders VALIDATE CONSTRAINT ck;`,
			},
		]);
	});
});

describe('validate-in-same-transaction', () => {
	const add = `${check} NOT VALID`;
	const validate = 'ALTER TABLE orders VALIDATE CONSTRAINT ck';

	test('warns, less of a small table', () => {
		expect(bySize('validate-in-same-transaction', [add, validate])).toEqual({
			...warned,
			large: 'warning',
			'without an estimate': 'warning',
		});
	});

	const between: Readonly<Record<EfVersion, readonly [sameMigration: number, nextMigration: number]>> = {
		'3.1': [0, 0],
		'5.0': [1, 0],
		'8': [1, 0],
		'9': [1, 1],
		'10': [1, 0],
	};

	test.each(efVersions)('EF %s: within a migration, and from one to the next', (version) => {
		const count = (...statements: readonly (readonly string[])[]): number => {
			const migrations = statements.map((own, index) => ({id: `2026010${index}000000_M`, statements: own}));
			const {findings} = reviewBytes(efScript({version, migrations}), {facts: [large()]});
			return findings.filter(({rule}) => rule === 'validate-in-same-transaction').length;
		};
		expect([count([add, validate]), count([add], [validate])]).toEqual(between[version]);
	});

	test.each([
		['another constraint', [add, 'ALTER TABLE orders VALIDATE CONSTRAINT other']],
		['another table', [add, 'ALTER TABLE lines VALIDATE CONSTRAINT ck']],
		['a constraint from before', [validate]],
		['one that was not added NOT VALID', [check, validate]],
		['a COMMIT between them', [add, {sql: 'ANALYZE orders', suppressTransaction: true as const}, validate]],
	])('is silent: %s', (_name, statements) => {
		expect(toldBy('validate-in-same-transaction', statements, {facts: [large()]})).toBe('silent');
	});

	test('where the script is one transaction the next migration is not enough', () => {
		const remedy = (version: EfVersion): string | undefined =>
			findingsBy('validate-in-same-transaction', [add, validate], {facts: [large()], script: {version}})[0]?.remedy;
		expect(remedy('10')).toContain('in the next migration');
		expect(remedy('9')).toContain('in the next release');
	});
});
