import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {readTableFacts} from '../../../src/adapters/target/table-facts.ts';
import type {TableFacts, TouchedTable} from '../../../src/domain/review/table-facts.ts';
import {createDatabase, type TestDatabase} from '../../support/databases.ts';

const schema = `
CREATE SCHEMA "odd ""schema";
CREATE TABLE "odd ""schema"."ta""ble; DROP TABLE orders" ("co""l" int);
CREATE TABLE orders (id int PRIMARY KEY, note text, legacy text);
INSERT INTO orders SELECT n, 'x', NULL FROM generate_series(1, 1204) n;
ANALYZE orders;
CREATE TABLE empty_one (id int);
ANALYZE empty_one;
CREATE TABLE emptied (id int);
INSERT INTO emptied SELECT generate_series(1, 1000);
ANALYZE emptied;
DELETE FROM emptied;
CREATE TABLE never_analysed (id int);
ALTER TABLE never_analysed SET (autovacuum_enabled = off);
INSERT INTO never_analysed VALUES (1);
CREATE TABLE events (at int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
INSERT INTO events SELECT generate_series(0, 149);
ANALYZE events_1; ANALYZE events_2;
CREATE TABLE order_lines (order_id int CONSTRAINT fk_lines REFERENCES orders);
CREATE VIEW order_notes AS SELECT id, note FROM orders;
CREATE MATERIALIZED VIEW order_ids AS SELECT id FROM orders WHERE id < 0;
CREATE TABLE secrets (id int);
INSERT INTO secrets VALUES (1);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
`;

describe('readTableFacts', () => {
	let database: TestDatabase;
	let client: pg.Client;

	beforeAll(async () => {
		database = await createDatabase();
		client = new pg.Client({connectionString: database.url});
		await client.connect();
		await client.query(schema);
	});

	afterAll(async () => {
		await client.end();
		await database.drop();
	});

	async function read(...tables: readonly TouchedTable[]): Promise<readonly TableFacts[]> {
		await client.query('BEGIN READ ONLY');
		const facts = await readTableFacts(client, tables);
		await client.query('COMMIT');
		return facts;
	}

	async function readOne(name: string, droppedColumns: readonly string[] = []): Promise<TableFacts | undefined> {
		return (await read({schema: null, name, droppedColumns}))[0];
	}

	test('estimates rows, lists columns and tells which dropped columns hold no value', async () => {
		const facts = await readOne('orders', ['legacy', 'note']);
		expect(facts).toMatchObject({exists: true, empty: false, estimatedRows: 1204});
		expect(facts?.columns).toEqual([
			{name: 'id', notNull: true, allNull: null},
			{name: 'note', notNull: false, allNull: false},
			{name: 'legacy', notNull: false, allNull: true},
		]);
		expect(facts?.bytes).toBeGreaterThan(8192);
	});

	test('names the views, materialized views and foreign keys that depend on a table', async () => {
		expect((await readOne('orders'))?.dependents).toEqual([
			'foreign key fk_lines of order_lines',
			'materialized view order_ids',
			'view order_notes',
		]);
	});

	test('proves emptiness exactly, also where the estimate is stale', async () => {
		expect(await readOne('empty_one', ['id'])).toMatchObject({empty: true, estimatedRows: 0});
		expect((await readOne('empty_one', ['id']))?.columns[0]?.allNull).toBe(true);
		expect(await readOne('emptied')).toMatchObject({empty: true});
	});

	test('takes a table that was never analysed for unknown', async () => {
		expect(await readOne('never_analysed')).toMatchObject({empty: false, estimatedRows: null});
	});

	test('sums partitions', async () => {
		expect(await readOne('events')).toMatchObject({exists: true, empty: false, estimatedRows: 150});
	});

	test('knows nothing of a view and asks a materialized view', async () => {
		expect(await readOne('order_notes')).toMatchObject({exists: true, empty: false, estimatedRows: null});
		expect(await readOne('order_ids')).toMatchObject({exists: true, empty: true});
	});

	test('says that a table is absent, whatever relation else has the name, and keeps the order asked', async () => {
		const facts = await read(
			{schema: null, name: 'orders_pkey'},
			{schema: 'nowhere', name: 'orders'},
			{schema: 'public', name: 'orders'},
		);
		expect(facts.map(({exists}) => exists)).toEqual([false, false, true]);
	});

	test('quotes hostile names', async () => {
		const table = {schema: 'odd "schema', name: 'ta"ble; DROP TABLE orders', droppedColumns: ['co"l']};
		const [facts] = await read(table, {schema: null, name: 'orders'});
		expect(facts).toMatchObject({exists: true, empty: true, table: {schema: table.schema, name: table.name}});
	});

	test('does not take rows that row security hides for none', async () => {
		await client.query('CREATE ROLE reader_of_secrets; GRANT SELECT ON secrets TO reader_of_secrets');
		await client.query('BEGIN READ ONLY; SET LOCAL ROLE reader_of_secrets');
		const facts = await readTableFacts(client, [
			{schema: null, name: 'secrets'},
			{schema: null, name: 'empty_one'},
		]);
		await client.query('COMMIT');
		await client.query('DROP OWNED BY reader_of_secrets; DROP ROLE reader_of_secrets');
		expect(facts.map(({exists, empty}) => [exists, empty])).toEqual([
			[true, false],
			[true, false],
		]);
	});
});
