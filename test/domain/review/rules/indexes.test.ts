import {describe, expect, test} from 'vitest';
import {defaultReviewPolicy} from '../../../../src/domain/review/policy.ts';
import {efScript, efVersions} from '../../../support/ef-script.ts';
import {factsOf, reviewBytes, type ReviewOptions} from '../../../support/read-ef-script.ts';
import type {IndexFacts} from '../../../../src/domain/review/table-facts.ts';
import {bySize, findingsBy, large, silent, small, toldBy, warned} from './sizes.ts';

const noticed = {...warned, medium: 'notice', 'not asked': 'notice'};

function indexOf(name: string, columns: readonly (string | null)[], index: Partial<IndexFacts> = {}): IndexFacts {
	return {name, valid: true, unique: false, partial: false, columns, ...index};
}

describe('index-not-concurrent', () => {
	test.each([
		'CREATE INDEX ix ON orders (note)',
		'CREATE UNIQUE INDEX "IX_orders_note" ON orders (note) WHERE note IS NOT NULL',
		'CREATE INDEX ON orders USING gin (lower(note))',
	])('goes by the size of the table: %s', (sql) => {
		expect(bySize('index-not-concurrent', [sql])).toEqual(noticed);
	});

	test.each(efVersions)('is found in the blocks of EF %s', (version) => {
		expect(
			toldBy('index-not-concurrent', ['CREATE INDEX ix ON orders (note)'], {facts: [large()], script: {version}}),
		).toBe('blocker');
	});

	test.each(['CREATE INDEX ix ON ONLY orders (note)', 'CREATE INDEX CONCURRENTLY ix ON orders (note)'])(
		'is silent about what takes no time, or is for another rule: %s',
		(sql) => {
			expect(bySize('index-not-concurrent', [sql])).toEqual(silent);
		},
	);

	test('what is large is the target’s to say', () => {
		const options = {facts: [small()], policy: {...defaultReviewPolicy, largeTableRows: 1000}};
		expect(toldBy('index-not-concurrent', ['CREATE INDEX ix ON orders (note)'], options)).toBe('blocker');
	});

	test('with IF NOT EXISTS it is silent where the index is there, and where nobody can look', () => {
		const sql = ['CREATE INDEX IF NOT EXISTS "IX_a" ON orders (note)'];
		const there = large({indexes: [indexOf('shop."IX_a"', ['note'])]});
		expect(toldBy('index-not-concurrent', sql, {facts: [there]})).toBe('silent');
		expect(toldBy('index-not-concurrent', sql, {facts: []})).toBe('silent');
		expect(toldBy('index-not-concurrent', sql, {facts: [large()]})).toBe('blocker');
		expect(toldBy('index-not-concurrent', ['CREATE INDEX "IX_a" ON orders (note)'], {facts: [there]})).toBe('blocker');
	});

	test('follows a renamed table', () => {
		const statements = ['ALTER TABLE orders RENAME TO sales', 'CREATE INDEX ix ON sales (note)'];
		const [finding] = findingsBy('index-not-concurrent', statements, {facts: [large()]});
		expect(finding).toMatchObject({
			severity: 'blocker',
			message: 'Builds index ix on sales (about 2,000,000 rows) without CONCURRENTLY.',
		});
	});

	test.each([
		[
			'CREATE UNIQUE INDEX "IX on x" ON shop.orders (note) WHERE total > 0',
			'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "IX on x" ON shop.orders (note) WHERE total > 0;',
			'CREATE UNIQUE INDEX IF NOT EXISTS "IX on x" ON shop.orders (note) WHERE total > 0;',
		],
		[
			'create index if not exists ix on shop.orders (note)',
			'create index CONCURRENTLY IF NOT EXISTS ix ON shop.orders (note);',
			'create index IF NOT EXISTS ix ON shop.orders (note);',
		],
		[
			'CREATE INDEX ON shop.orders (note, lower(note))',
			'CREATE INDEX CONCURRENTLY IF NOT EXISTS "IX_orders_note_expression" ON shop.orders (note, lower(note));',
			'CREATE INDEX IF NOT EXISTS "IX_orders_note_expression" ON shop.orders (note, lower(note));',
		],
	])('the remedy of %s is the same index, CONCURRENTLY', (sql, before, inMigration) => {
		const facts = [factsOf('shop.orders', {estimatedRows: null})];
		const [finding] = findingsBy('index-not-concurrent', [sql], {facts});
		expect(finding?.remedy).toBe(
			`Build it before the release, outside of EF's blocks: ${before} The migration then finds it there: ${inMigration}`,
		);
	});

	test('on a partitioned table the remedy is ON ONLY and ATTACH PARTITION', () => {
		const remedy = 'CREATE INDEX IF NOT EXISTS ix ON ONLY orders (note);';
		const sql = 'CREATE INDEX ix ON orders (note)';
		const [known] = findingsBy('index-not-concurrent', [sql], {facts: [large({kind: 'partitioned-table'})]});
		expect(known?.remedy).toContain(remedy);
		expect(known?.remedy).toContain('ALTER INDEX ix ATTACH PARTITION');
		const migrations = [
			{id: '20260101000000_A', statements: ['CREATE TABLE orders (id int, note text) PARTITION BY RANGE (id)']},
			{id: '20260102000000_B', statements: [sql]},
		];
		const review = reviewBytes(efScript({version: '10', migrations}), {appliedIds: ['20260101000000_A']});
		expect(review.findings.find(({rule}) => rule === 'index-not-concurrent')?.remedy).toContain(remedy);
	});
});

describe('drop-index-not-concurrent', () => {
	const drop = 'DROP INDEX "IX_a"';
	const told = (statements: readonly string[], options?: ReviewOptions): string =>
		toldBy('drop-index-not-concurrent', statements, options);

	test('the target tells whose index it is, once another change names the table', () => {
		const indexes = [indexOf('"IX_a"', ['note'])];
		const seen = bySize('drop-index-not-concurrent', ['ALTER TABLE orders ADD c text', drop], {indexes});
		expect(seen).toEqual({
			...silent,
			new: 'notice',
			small: 'notice',
			medium: 'notice',
			large: 'warning',
			'without an estimate': 'warning',
			'not asked': 'notice',
		});
	});

	test('a notice where nobody knows whose index it is', () => {
		expect(told([drop])).toBe('notice');
		expect(told(['ALTER TABLE orders ADD c text', drop], {facts: [large()]})).toBe('notice');
		expect(findingsBy('drop-index-not-concurrent', [drop])[0]).toMatchObject({
			message: 'Drops index "IX_a" without CONCURRENTLY.',
			remedy: expect.stringContaining('DROP INDEX CONCURRENTLY IF EXISTS "IX_a";') as string,
		});
	});

	test.each([
		['CREATE INDEX "IX_a" ON orders (note)'],
		['CREATE INDEX "IX_b" ON orders (note)', 'ALTER INDEX "IX_b" RENAME TO "IX_a"'],
	])('an applied migration of the file tells whose index it is: %s', (...statements) => {
		const migrations = [
			{id: '20260101000000_A', statements},
			{id: '20260102000000_B', statements: [drop]},
		];
		const bytes = efScript({version: '8', migrations});
		const review = reviewBytes(bytes, {appliedIds: ['20260101000000_A'], facts: [large()]});
		const findings = review.findings.filter(({rule}) => rule === 'drop-index-not-concurrent');
		expect(findings).toMatchObject([
			{
				severity: 'warning',
				message: 'Drops index "IX_a" of orders (about 2,000,000 rows) without CONCURRENTLY.',
			},
		]);
	});

	test('is silent about an index that the same script builds', () => {
		expect(told(['CREATE INDEX "IX_a" ON orders (note)', drop])).toBe('silent');
		const schemas = ['CREATE INDEX "IX_a" ON shop.orders (note)', 'DROP INDEX shop."IX_a"'];
		expect(told(schemas)).toBe('silent');
		expect(told(['CREATE INDEX "IX_a" ON shop.orders (note)', 'DROP INDEX sales."IX_a"'])).toBe('notice');
	});

	test('CONCURRENTLY is for another rule', () => {
		expect(told(['DROP INDEX CONCURRENTLY "IX_a"'])).toBe('silent');
	});
});

describe('unique-builds-index', () => {
	test.each([
		'ALTER TABLE orders ADD CONSTRAINT c UNIQUE (note)',
		'ALTER TABLE orders ADD UNIQUE (note)',
		'ALTER TABLE orders ADD CONSTRAINT c PRIMARY KEY (id)',
		'ALTER TABLE orders ADD CONSTRAINT c EXCLUDE USING gist (during WITH &&)',
		'ALTER TABLE orders ADD number integer UNIQUE',
	])('goes by the size of the table: %s', (sql) => {
		expect(bySize('unique-builds-index', [sql])).toEqual(warned);
	});

	test.each([
		'ALTER TABLE orders ADD CONSTRAINT c UNIQUE USING INDEX c',
		'ALTER TABLE orders ADD CONSTRAINT c PRIMARY KEY USING INDEX c',
		'ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0)',
	])('is silent where no index is built: %s', (sql) => {
		expect(bySize('unique-builds-index', [sql])).toEqual(silent);
	});

	test.each([
		[
			'ALTER TABLE orders ADD CONSTRAINT "AK_a" UNIQUE (note, "Total")',
			{},
			'CREATE UNIQUE INDEX CONCURRENTLY "AK_a" ON orders (note, "Total"); The migration then only names it: ALTER TABLE orders ADD CONSTRAINT "AK_a" UNIQUE USING INDEX "AK_a";',
		],
		['ALTER TABLE orders ADD PRIMARY KEY (id)', {}, 'ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey;'],
		['ALTER TABLE orders ADD EXCLUDE USING gist (during WITH &&)', {}, 'cannot take over an index'],
		[
			'ALTER TABLE orders ADD CONSTRAINT u UNIQUE (id)',
			{kind: 'partitioned-table'},
			'ALTER TABLE ONLY orders ADD CONSTRAINT u UNIQUE (id);',
		],
	] as const)('the remedy of %s', (sql, facts, words) => {
		expect(findingsBy('unique-builds-index', [sql], {facts: [large(facts)]})[0]?.remedy).toContain(words);
	});

	test('a primary key that only gets another name is renamed', () => {
		const statements = [
			'ALTER TABLE orders DROP CONSTRAINT "PK_orders"',
			'ALTER TABLE orders RENAME TO sales',
			'ALTER TABLE sales ADD CONSTRAINT "PK_sales" PRIMARY KEY (id)',
		];
		expect(findingsBy('unique-builds-index', statements, {facts: [large()]})[0]?.remedy).toBe(
			'If the columns stay the same, give the key that is there its new name: ALTER TABLE sales RENAME CONSTRAINT "PK_orders" TO "PK_sales";',
		);
	});
});

describe('missing-foreign-key-index', () => {
	const told = (statements: readonly string[], options?: ReviewOptions): string =>
		toldBy('missing-foreign-key-index', statements, options);
	const customers = 'CREATE TABLE customers (id bigint PRIMARY KEY)';
	const orders = 'CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id))';
	const key = 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (id)';

	test.each([
		['a new table', [customers, orders]],
		['a new table and a key added to it', [customers, 'CREATE TABLE orders (customer_id bigint)', key]],
		['an index that begins with another column', [orders, 'CREATE INDEX ix ON orders (id, customer_id)']],
		['an index over an expression', [orders, 'CREATE INDEX ix ON orders ((customer_id + 1))']],
		['an index on another table', [orders, 'CREATE INDEX ix ON customers (customer_id)']],
		['an index that is dropped again', [orders, 'CREATE INDEX ix ON orders (customer_id)', 'DROP INDEX ix']],
		[
			'two columns, of which one is indexed',
			['CREATE TABLE o (a int, b int, FOREIGN KEY (a, b) REFERENCES c)', 'CREATE INDEX ix ON o (a)'],
		],
	])('is a notice: %s', (_name, statements) => {
		expect(told(statements)).toBe('notice');
	});

	test.each([
		['an index after it', [orders, 'CREATE INDEX ix ON orders (customer_id)']],
		[
			'an index before it',
			['CREATE TABLE orders (customer_id bigint)', 'CREATE INDEX ix ON orders (customer_id, id)', key],
		],
		['the primary key', ['CREATE TABLE orders (customer_id bigint PRIMARY KEY REFERENCES customers)']],
		['a unique constraint', ['CREATE TABLE o (a int REFERENCES c, b int, UNIQUE (a, b))']],
		[
			'two columns the other way round',
			['CREATE TABLE o (a int, b int, PRIMARY KEY (b, a), FOREIGN KEY (a, b) REFERENCES c)'],
		],
		[
			'the index of a renamed column',
			[orders, 'CREATE INDEX ix ON orders (customer_id)', 'ALTER TABLE orders RENAME customer_id TO c'],
		],
		[
			'the index of a renamed table',
			[orders, 'ALTER TABLE orders RENAME TO sales', 'CREATE INDEX ix ON sales (customer_id)'],
		],
		['a renamed index', [orders, 'CREATE INDEX ix ON orders (customer_id)', 'ALTER INDEX ix RENAME TO iy']],
		['a key that is dropped again', [orders, 'ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey']],
		['a table that nobody knows', [key]],
	])('is silent: %s', (_name, statements) => {
		expect(told(statements)).toBe('silent');
	});

	test('the target tells the indexes of a table that is there', () => {
		const indexed = large({indexes: [indexOf('ix', ['customer_id', 'total'])]});
		expect(told([key], {facts: [indexed]})).toBe('silent');
		expect(told([key, 'DROP INDEX ix'], {facts: [indexed]})).toBe('notice');
		expect(told([key], {facts: [large()]})).toBe('notice');
		expect(told([key, 'CREATE INDEX iy ON orders (customer_id)'], {facts: [large()]})).toBe('silent');
	});

	test('applied migrations of the file tell them without a database', () => {
		const create = 'CREATE TABLE orders (id bigint, customer_id bigint)';
		const review = (statements: readonly string[]): number => {
			const migrations = [
				{id: '20260101000000_A', statements},
				{id: '20260102000000_B', statements: [key]},
			];
			const {findings} = reviewBytes(efScript({version: '10', migrations}), {appliedIds: ['20260101000000_A']});
			return findings.filter(({rule}) => rule === 'missing-foreign-key-index').length;
		};
		expect(review([create])).toBe(1);
		expect(review([create, 'CREATE INDEX ix ON orders (customer_id)'])).toBe(0);
	});

	test('keys of applied migrations are no matter', () => {
		const migrations = [
			{id: '20260101000000_A', statements: [customers, orders]},
			{id: '20260102000000_B', statements: ['ALTER TABLE orders ADD note text']},
		];
		const {findings} = reviewBytes(efScript({version: '10', migrations}), {appliedIds: ['20260101000000_A']});
		expect(findings.filter(({rule}) => rule === 'missing-foreign-key-index')).toEqual([]);
	});

	test('says which key, and which index to add', () => {
		expect(findingsBy('missing-foreign-key-index', [key], {facts: [large()]})).toMatchObject([
			{
				message: 'No index of orders begins with the columns of foreign key fk.',
				remedy: expect.stringContaining(
					'CREATE INDEX CONCURRENTLY IF NOT EXISTS "IX_orders_customer_id" ON orders (customer_id);',
				) as string,
			},
		]);
	});
});

describe('invalid-index-present', () => {
	const change = 'ALTER TABLE orders ADD c text';
	const invalid = large({indexes: [indexOf('shop."IX_a"', ['note'], {valid: false}), indexOf('ix_b', ['id'])]});

	test('warns once for each table that is touched', () => {
		const findings = findingsBy('invalid-index-present', [change, 'UPDATE orders SET note = 1'], {facts: [invalid]});
		expect(findings).toMatchObject([
			{
				severity: 'warning',
				statement: change,
				message: 'orders has an invalid index: shop."IX_a".',
				remedy: expect.stringContaining('REINDEX INDEX CONCURRENTLY shop."IX_a";') as string,
				furtherPlaces: [],
			},
		]);
	});

	test('names all of them', () => {
		const facts = [large({indexes: ['a', 'b'].map((name) => indexOf(name, ['note'], {valid: false}))})];
		expect(findingsBy('invalid-index-present', [change], {facts})[0]?.message).toBe(
			'orders has 2 invalid indexes: a, b.',
		);
	});

	test('of a partitioned table the index lacks a partition’s', () => {
		const facts = [{...invalid, kind: 'partitioned-table' as const}];
		expect(findingsBy('invalid-index-present', [change], {facts})[0]?.remedy).toContain('ATTACH PARTITION');
	});

	test.each([
		['all are valid', [change], [large({indexes: [indexOf('ix_b', ['id'])]})]],
		['the script drops it', [change, 'DROP INDEX shop."IX_a"'], [invalid]],
		['nobody was asked', [change], []],
	])('is silent where %s', (_name, statements, facts) => {
		expect(toldBy('invalid-index-present', statements, {facts})).toBe('silent');
	});
});

describe('concurrently-in-block', () => {
	test.each([
		['CREATE INDEX CONCURRENTLY ix ON orders (note)', 'CREATE INDEX CONCURRENTLY cannot run inside a DO block.'],
		['CREATE UNIQUE INDEX CONCURRENTLY ix ON orders (note)', 'CREATE INDEX CONCURRENTLY cannot run inside a DO block.'],
		['DROP INDEX CONCURRENTLY ix', 'DROP INDEX CONCURRENTLY cannot run inside a DO block.'],
		['REINDEX INDEX CONCURRENTLY ix', 'REINDEX CONCURRENTLY cannot run inside a DO block.'],
		['VACUUM orders', 'VACUUM cannot run inside a DO block.'],
		['CREATE DATABASE shop', 'CREATE DATABASE cannot run inside a DO block.'],
		[
			'ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY',
			'ALTER TABLE CONCURRENTLY cannot run inside a DO block.',
		],
		['SELECT 1', 'A SELECT in a block has nowhere to put its rows, so the block fails.'],
	])('%s can only fail, whatever the size', (sql, message) => {
		expect(findingsBy('concurrently-in-block', [sql], {facts: [small({empty: true})]})).toMatchObject([
			{severity: 'blocker', waivable: false, message},
		]);
	});

	test.each(efVersions)('EF %s puts it into a block with suppressTransaction, too', (version) => {
		const sql = 'CREATE INDEX CONCURRENTLY ix ON orders (note)';
		expect(toldBy('concurrently-in-block', [{sql, suppressTransaction: true}], {script: {version}})).toBe('blocker');
	});

	test.each(['PERFORM 1', 'CREATE INDEX IF NOT EXISTS ix ON orders (note)', 'ANALYZE orders'])(
		'is silent: %s',
		(sql) => {
			expect(toldBy('concurrently-in-block', [sql])).toBe('silent');
		},
	);

	test('the remedy is the statement outside, and one that the migration can run', () => {
		const [finding] = findingsBy('concurrently-in-block', ['CREATE INDEX CONCURRENTLY ix ON orders (note)']);
		expect(finding?.remedy).toBe(
			"Build it before the release, outside of EF's blocks: CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON orders (note); The migration then finds it there: CREATE INDEX IF NOT EXISTS ix ON orders (note);",
		);
		expect(findingsBy('concurrently-in-block', ['SELECT f(1)'])[0]?.remedy).toContain('PERFORM f(1);');
	});
});
