import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest';
import {readTableFacts} from '../../../src/adapters/target/table-facts.ts';
import type {ColumnFacts, Dependent, TableFacts, TouchedTable} from '../../../src/domain/review/table-facts.ts';
import {createDatabase, ownPostgres, type TestDatabase} from '../../support/databases.ts';

/** 63 bytes: the longest name that the server keeps. */
const longName = `${'é'.repeat(31)}x`;

const schema = `
CREATE SCHEMA "odd ""schema";
CREATE TABLE "odd ""schema"."ta""ble; DROP TABLE orders" ("co""l" int, CHECK ("co""l" IS NOT NULL));
CREATE TABLE "Order.Lines$" ("Id" int PRIMARY KEY, "na me" text);
INSERT INTO "Order.Lines$" VALUES (1);
CREATE TABLE "${longName}" (id int);
CREATE TABLE orders (id int PRIMARY KEY, note varchar(20), legacy text, total numeric(10, 2) NOT NULL DEFAULT 0);
INSERT INTO orders SELECT n, CASE WHEN n % 4 > 0 THEN 'x' END, NULL FROM generate_series(1, 1204) n;
ANALYZE orders;
CREATE TABLE empty_one (id int);
ANALYZE empty_one;
CREATE TABLE emptied (id int);
ALTER TABLE emptied SET (autovacuum_enabled = off);
INSERT INTO emptied SELECT generate_series(1, 1000);
ANALYZE emptied;
DELETE FROM emptied;
CREATE TABLE never_analysed (id int);
ALTER TABLE never_analysed SET (autovacuum_enabled = off);
INSERT INTO never_analysed VALUES (1);
CREATE TABLE events (at int, gone int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
INSERT INTO events SELECT generate_series(0, 149);
ANALYZE events_1; ANALYZE events_2; ANALYZE events;
CREATE TABLE unborn (at int) PARTITION BY RANGE (at);
CREATE TABLE order_lines (order_id int CONSTRAINT fk_lines REFERENCES orders);
CREATE VIEW order_notes AS SELECT id, note FROM orders;
CREATE MATERIALIZED VIEW order_ids AS SELECT id FROM orders WHERE id < 0;
CREATE TABLE secrets (id int);
INSERT INTO secrets VALUES (1);
ANALYZE secrets;
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
`;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
	database = await createDatabase();
	client = await connect(database.url);
	await client.query(schema);
});

afterAll(async () => {
	await client.end();
	await database.drop();
});

async function connect(url: string): Promise<pg.Client> {
	const connected = new pg.Client({connectionString: url});
	await connected.connect();
	return connected;
}

async function readWith(reader: pg.Client, ...tables: readonly TouchedTable[]): Promise<readonly TableFacts[]> {
	await reader.query('BEGIN READ ONLY');
	try {
		return await readTableFacts(reader, tables);
	} finally {
		await reader.query('COMMIT');
	}
}

async function read(...tables: readonly TouchedTable[]): Promise<readonly TableFacts[]> {
	return await readWith(client, ...tables);
}

async function readOne(name: string, droppedColumns: readonly string[] = []): Promise<TableFacts | undefined> {
	return (await read({schema: null, name, droppedColumns}))[0];
}

async function columnOf(table: string, name: string): Promise<ColumnFacts | undefined> {
	return (await readOne(table, [name]))?.columns.find((column) => column.name === name);
}

async function dependentsOf(table: string): Promise<readonly Dependent[]> {
	return (await readOne(table))?.dependents ?? [];
}

describe('rows', () => {
	test('are estimated by the planner, and a table that was never analysed is unknown', async () => {
		expect(await readOne('orders')).toMatchObject({exists: true, kind: 'table', empty: false, estimatedRows: 1204});
		expect(await readOne('never_analysed')).toMatchObject({empty: false, estimatedRows: null});
		expect((await readOne('orders'))?.bytes).toBeGreaterThan(8192);
	});

	test('are none exactly, also where the estimate is stale', async () => {
		expect(await readOne('empty_one', ['id'])).toMatchObject({empty: true, estimatedRows: 0});
		expect(await columnOf('empty_one', 'id')).toMatchObject({allNull: true});
		expect(await readOne('emptied')).toMatchObject({empty: true, estimatedRows: 1000});
	});

	test('of partitions are summed', async () => {
		expect(await readOne('events')).toMatchObject({kind: 'partitioned-table', empty: false, estimatedRows: 150});
		expect(await readOne('unborn')).toMatchObject({kind: 'partitioned-table', empty: true, use: null});
	});

	test('of a view are unknown, of a materialized view they are its own', async () => {
		expect(await readOne('order_notes')).toMatchObject({kind: 'view', empty: false, estimatedRows: null, use: null});
		expect(await readOne('order_ids')).toMatchObject({kind: 'materialized-view', empty: true});
	});

	test('are unknown where a partition lives on another server', async () => {
		await client.query(`CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER away FOREIGN DATA WRAPPER nowhere;
			CREATE TABLE spread (id int) PARTITION BY RANGE (id);
			CREATE FOREIGN TABLE spread_away PARTITION OF spread FOR VALUES FROM (0) TO (9) SERVER away`);
		const unknown = {empty: false, estimatedRows: null, use: null};
		expect(await readOne('spread', ['id'])).toMatchObject({...unknown, columns: [{name: 'id', allNull: null}]});
		expect(await readOne('spread_away')).toMatchObject({...unknown, kind: 'foreign-table'});
	});
});

describe('names', () => {
	test('that are not there, or are no table, are told in the order asked', async () => {
		const facts = await read(
			{schema: null, name: 'orders_pkey'},
			{schema: 'nowhere', name: 'orders', droppedColumns: ['note']},
			{schema: 'public', name: 'orders'},
		);
		expect(facts.map(({exists}) => exists)).toEqual([false, false, true]);
		expect(facts[1]).toEqual({
			table: {schema: 'nowhere', name: 'orders'},
			exists: false,
			kind: 'table',
			estimatedRows: null,
			empty: false,
			bytes: 0,
			columns: [],
			indexes: [],
			constraints: [],
			dependents: [],
			use: null,
		});
	});

	test.each<[schema: string | null, name: string, column: string, isEmpty: boolean]>([
		['odd "schema', 'ta"ble; DROP TABLE orders', 'co"l', true],
		[null, 'Order.Lines$', 'na me', false],
		['public', longName, 'id', true],
		// The server cuts what is longer, between two characters.
		[null, `${longName}éé`, 'id', true],
	])('as odd as %s %s are quoted', async (schemaName, name, column, isEmpty) => {
		const [facts] = await read({schema: schemaName, name, droppedColumns: [column]}, {schema: null, name: 'orders'});
		expect(facts).toMatchObject({exists: true, empty: isEmpty, table: {schema: schemaName, name}});
		expect(facts?.columns.find((found) => found.name === column)).toMatchObject({allNull: true});
	});
});

describe('columns', () => {
	test('have a type, whether they must hold a value, and whether a dropped one holds any', async () => {
		const columns = (await readOne('orders', ['legacy', 'note', 'no_such']))?.columns;
		expect(columns).toEqual([
			{name: 'id', type: 'integer', notNull: true, allNull: null, nullFraction: 0, use: null},
			{name: 'note', type: 'character varying(20)', notNull: false, allNull: false, nullFraction: 0.25, use: null},
			{name: 'legacy', type: 'text', notNull: false, allNull: true, nullFraction: 1, use: null},
			{name: 'total', type: 'numeric(10,2)', notNull: true, allNull: null, nullFraction: 0, use: null},
		]);
	});

	test('have the statistics of the partitioned table, and none before the first ANALYZE', async () => {
		expect(await columnOf('events', 'gone')).toMatchObject({allNull: true, nullFraction: 1});
		expect(await columnOf('events', 'at')).toMatchObject({allNull: false, nullFraction: 0});
		expect(await columnOf('never_analysed', 'id')).toMatchObject({allNull: false, nullFraction: null});
	});
});

describe('indexes', () => {
	test('are told with their key columns, the invalid ones too', async () => {
		await client.query(`CREATE TABLE indexed (id int CONSTRAINT indexed_pkey PRIMARY KEY, a text, b int, c int);
			INSERT INTO indexed VALUES (1, 'x', 1, 1), (2, 'x', 1, 1);
			CREATE INDEX by_expression ON indexed (b DESC, lower(a)) INCLUDE (c) WHERE b > 0`);
		await expect(client.query('CREATE UNIQUE INDEX CONCURRENTLY "Broken" ON indexed (a)')).rejects.toThrow(
			/could not create unique index/,
		);
		expect((await readOne('indexed'))?.indexes).toEqual([
			{name: '"Broken"', valid: false, unique: true, partial: false, columns: ['a']},
			{name: 'by_expression', valid: true, unique: false, partial: true, columns: ['b', null]},
			{name: 'indexed_pkey', valid: true, unique: true, partial: false, columns: ['id']},
		]);
	});

	test('come with their schema where the search path does not lead there', async () => {
		await client.query(
			'CREATE SCHEMA apart; CREATE TABLE apart.things (id int); CREATE INDEX here ON apart.things (id)',
		);
		const [facts] = await read({schema: 'apart', name: 'things'});
		expect(facts?.indexes.map(({name}) => name)).toEqual(['apart.here']);
	});
});

describe('constraints', () => {
	test('are told with their kind, their columns and whether they are validated', async () => {
		await client.query(`CREATE TABLE parents (id int PRIMARY KEY); CREATE TABLE bound (
			id int CONSTRAINT bound_pkey PRIMARY KEY, a int, b int, during int4range,
			CONSTRAINT bound_unique UNIQUE (b, a), CONSTRAINT bound_exclude EXCLUDE USING gist (during WITH &&));
			ALTER TABLE bound ADD CONSTRAINT bound_late CHECK (a IS NOT NULL) NOT VALID;
			ALTER TABLE bound ADD CONSTRAINT bound_order FOREIGN KEY (a) REFERENCES parents NOT VALID`);
		const constraints = (await readOne('bound'))?.constraints.filter(({kind}) => kind !== 'not-null');
		expect(constraints).toEqual([
			{name: 'bound_exclude', kind: 'exclude', validated: true, columns: ['during'], provesNotNull: []},
			{name: 'bound_late', kind: 'check', validated: false, columns: ['a'], provesNotNull: ['a']},
			{name: 'bound_order', kind: 'foreign-key', validated: false, columns: ['a'], provesNotNull: []},
			{name: 'bound_pkey', kind: 'primary-key', validated: true, columns: ['id'], provesNotNull: []},
			{name: 'bound_unique', kind: 'unique', validated: true, columns: ['b', 'a'], provesNotNull: []},
		]);
	});

	test.each<[check: string, proven: readonly string[]]>([
		['a IS NOT NULL', ['a']],
		['a IS NOT NULL AND b > 0 AND "Odd ""AND"" (c" IS NOT NULL', ['a', 'Odd "AND" (c']],
		['(a IS NOT NULL AND b IS NOT NULL) AND a > 1', ['a', 'b']],
		['"order" IS NOT NULL', ['order']],
		['a IS NOT NULL OR b IS NOT NULL', []],
		['NOT (a IS NOT NULL)', []],
		['a IS NULL', []],
		['a + b IS NOT NULL', []],
		[`"order" <> ' AND (a IS NOT NULL) AND (' AND "order" <> ')'`, []],
		[`"order" <> 'it''s (' AND b IS NOT NULL`, ['b']],
		['CASE WHEN a > 1 AND b IS NOT NULL THEN true ELSE false END', []],
		['(a IS NOT NULL) = (b IS NOT NULL)', []],
		['coalesce(a, b) IS NOT NULL AND a IS NOT NULL IS NOT NULL', []],
	])('CHECK (%s) proves %j', async (check, proven) => {
		await client.query(`CREATE TABLE checked (a int, b int, "Odd ""AND"" (c" int, "order" text, CHECK (${check}))`);
		try {
			expect((await readOne('checked'))?.constraints[0]?.provesNotNull).toEqual(proven);
		} finally {
			await client.query('DROP TABLE checked');
		}
	});
});

describe('dependents', () => {
	test('are views, materialized views and foreign keys, with the columns that they use', async () => {
		expect(await dependentsOf('orders')).toEqual([
			{kind: 'foreign key', name: 'fk_lines of order_lines', columns: ['id']},
			{kind: 'materialized view', name: 'order_ids', columns: ['id']},
			{kind: 'view', name: 'order_notes', columns: ['id', 'note']},
		]);
	});

	test('are none for what the table does to itself', async () => {
		await client.query(`CREATE TABLE tree (id serial PRIMARY KEY, parent int REFERENCES tree);
			CREATE TABLE leaves (id int) PARTITION BY RANGE (id); CREATE TABLE leaves_1 PARTITION OF leaves DEFAULT`);
		expect(await dependentsOf('tree')).toEqual([]);
		expect(await dependentsOf('leaves')).toEqual([]);
	});

	test('are views that count rows, without a column', async () => {
		await client.query('CREATE TABLE counted (id int); CREATE VIEW "How Many" AS SELECT count(*) FROM counted');
		expect(await dependentsOf('counted')).toEqual([{kind: 'view', name: '"How Many"', columns: []}]);
	});

	test('are triggers, with the columns that they fire for', async () => {
		await client.query(`CREATE TABLE fired (id int PRIMARY KEY, a int, b int);
			CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TRIGGER always BEFORE UPDATE ON fired FOR EACH ROW EXECUTE FUNCTION fire();
			CREATE TRIGGER "Some" BEFORE UPDATE OF a ON fired FOR EACH ROW WHEN (NEW.b > 0) EXECUTE FUNCTION fire();
			CREATE TABLE pointing (id int REFERENCES fired)`);
		expect(await dependentsOf('fired')).toEqual([
			{kind: 'foreign key', name: 'pointing_id_fkey of pointing', columns: ['id']},
			{kind: 'trigger', name: '"Some" of fired', columns: ['a', 'b']},
			{kind: 'trigger', name: 'always of fired', columns: []},
		]);
	});

	test('are publications: of the table, of a partition, of all tables', async () => {
		await client.query(`CREATE SCHEMA published; CREATE TABLE published.rows (id int PRIMARY KEY, a int, b int);
			CREATE TABLE published.parts (id int) PARTITION BY RANGE (id);
			CREATE TABLE published.part PARTITION OF published.parts DEFAULT;
			CREATE PUBLICATION "Whole" FOR TABLE published.rows; CREATE PUBLICATION of_part FOR TABLE published.part`);
		const [rows, parts] = await read({schema: 'published', name: 'rows'}, {schema: 'published', name: 'parts'});
		await client.query('CREATE PUBLICATION of_all FOR ALL TABLES');
		const [other] = await read({schema: null, name: 'empty_one'});
		await client.query('DROP PUBLICATION "Whole", of_part, of_all');
		expect(rows?.dependents).toEqual([{kind: 'publication', name: '"Whole"', columns: []}]);
		expect(parts?.dependents).toEqual([{kind: 'publication', name: 'of_part', columns: []}]);
		expect(other?.dependents).toEqual([{kind: 'publication', name: 'of_all', columns: []}]);
	});

	test('are publications of columns and of a schema, as far as the server has such (PostgreSQL 15)', async () => {
		const hasThem = (await serverVersion()) >= 150_000;
		await client.query('CREATE SCHEMA listed; CREATE TABLE listed.rows (id int PRIMARY KEY, a int, b int)');
		const publications = `CREATE PUBLICATION of_columns FOR TABLE listed.rows (id, b);
			CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA listed`;
		const outcome = await client.query(publications).then(
			() => 'made',
			() => 'refused',
		);
		expect(outcome).toBe(hasThem ? 'made' : 'refused');
		const [rows] = await read({schema: 'listed', name: 'rows'});
		const expected = [
			{kind: 'publication', name: 'of_columns', columns: ['id', 'b']},
			{kind: 'publication', name: 'of_schema', columns: []},
		];
		expect(rows?.dependents).toEqual(hasThem ? expected : []);
		await client.query('DROP PUBLICATION IF EXISTS of_columns, of_schema');
	});

	test('are functions that the catalogs know to use the table', async () => {
		await client.query(`CREATE TABLE known (id int, a int, b int);
			CREATE FUNCTION one() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM known; END;
			CREATE FUNCTION rows_of() RETURNS SETOF known LANGUAGE sql AS 'SELECT 1, 2, 3';
			CREATE FUNCTION many(known[]) RETURNS int LANGUAGE sql AS 'SELECT 1'`);
		expect(await dependentsOf('known')).toEqual([
			{kind: 'function', name: 'many(known[])', columns: []},
			{kind: 'function', name: 'one()', columns: ['a']},
			{kind: 'function', name: 'rows_of()', columns: []},
		]);
	});
});

describe('functions by the text of their bodies', () => {
	beforeAll(async () => {
		await client.query(`CREATE SCHEMA shop; CREATE SCHEMA other; CREATE TABLE other.items (id int);
			CREATE TABLE shop.items (id int, "Price" int, price int, "unit price" int, "user" int);
			CREATE TABLE shop."Items" (id int); CREATE TABLE shop."order" (id int); CREATE TABLE shop."big items" (id int)`);
	});

	test.each<[body: string, table: string, columns: readonly string[] | null]>([
		['SELECT 1 FROM items', 'items', []],
		['SELECT i.price FROM ITEMS i', 'items', ['price']],
		['UPDATE shop . "items" SET "Price" = 1', 'items', ['Price']],
		// Too careful: each of the words could be a name.
		['SELECT "unit price" FROM items', 'items', ['price', 'unit price']],
		['EXECUTE $q$DELETE FROM items$q$', 'items', []],
		[`EXECUTE 'DELETE FROM ' || 'items'`, 'items', []],
		['SELECT id, i.user FROM items i', 'items', ['id', 'user']],
		['SELECT id, user FROM items', 'items', ['id']],
		['SELECT id FROM other.items', 'items', null],
		['SELECT 1 FROM items_old, old_items, items2', 'items', null],
		['SELECT 1 FROM "Items"', 'items', null],
		['SELECT 1 FROM items', 'Items', null],
		['SELECT 1 FROM "Items"', 'Items', []],
		['SELECT id FROM x ORDER BY id', 'order', null],
		['SELECT id FROM "order"', 'order', ['id']],
		['SELECT id FROM shop.Order', 'order', ['id']],
		['SELECT id FROM "big items"', 'big items', ['id']],
		['SELECT id FROM big, items', 'big items', null],
		[`PERFORM '"'; SELECT id FROM "Items" WHERE a = '"'`, 'Items', ['id']],
	])('%s: does it use %s', async (body, table, columns) => {
		await client.query(
			`CREATE FUNCTION shop.by_text() RETURNS void LANGUAGE plpgsql AS $body$BEGIN ${body}; END$body$`,
		);
		try {
			const [facts] = await read({schema: 'shop', name: table});
			const expected = columns === null ? [] : [{kind: 'function', name: 'shop.by_text()', columns}];
			expect(facts?.dependents).toEqual(expected);
		} finally {
			await client.query('DROP FUNCTION shop.by_text()');
		}
	});
});

describe('use', () => {
	test('counts scans and changes, partitions summed, since the server has counted', async () => {
		await client.query(`CREATE TABLE used (id int PRIMARY KEY); INSERT INTO used VALUES (1), (2);
			UPDATE used SET id = 3 WHERE id = 2; SELECT * FROM used; SELECT * FROM used;
			CREATE TABLE parts (id int) PARTITION BY RANGE (id);
			CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9);
			CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (9) TO (19);
			INSERT INTO parts VALUES (1), (10); SELECT * FROM parts; CREATE TABLE unused (id int PRIMARY KEY, name text UNIQUE)`);
		await flush();
		const {rows} = await client.query<{at: Date}>(
			`SELECT coalesce(d.stats_reset, a.stats_reset) AS at FROM pg_stat_database AS d, pg_stat_archiver AS a
			WHERE d.datname = current_database()`,
		);
		const started = rows[0]?.at;
		const uses = (await read(...['used', 'parts', 'unused'].map((name) => ({schema: null, name})))).map(({use}) => use);
		// The update looks its row up, and two queries; the build of the key's index is taken off.
		expect(uses[0]).toMatchObject({reads: 3, writes: 3, since: started});
		expect(uses[1]).toMatchObject({reads: 2, writes: 2, since: started});
		expect(uses[2]).toEqual({reads: 0, writes: 0, since: started, lastRead: null});
		expect(started).toBeInstanceOf(Date);
		// A column of PostgreSQL 16.
		const tells = (await serverVersion()) >= 160_000;
		expect(uses.map((use) => use?.lastRead instanceof Date)).toEqual([tells, tells, false]);
	});

	test('is counted since the statistics of the database were last reset', async () => {
		await client.query('SELECT pg_stat_reset()');
		const {rows} = await client.query<{at: Date}>(
			'SELECT stats_reset AS at FROM pg_stat_database WHERE datname = current_database()',
		);
		expect((await readOne('orders'))?.use?.since).toEqual(rows[0]?.at);
	});

	test('is unknown where the server counts nothing', async () => {
		await client.query('SET track_counts = off');
		const facts = await readOne('orders');
		await client.query('RESET track_counts');
		expect(facts?.use).toBeNull();
	});

	test("does not count Lockstep's own questions, however often they are asked", async () => {
		await client.query(`CREATE TABLE asked (id int PRIMARY KEY, gone int); CREATE INDEX ON asked (gone);
			INSERT INTO asked SELECT generate_series(1, 500);
			CREATE TABLE asked_parts (id int, gone int) PARTITION BY RANGE (id);
			CREATE TABLE asked_part PARTITION OF asked_parts DEFAULT;
			INSERT INTO asked_parts SELECT generate_series(1, 500); CREATE INDEX ON asked_parts (gone)`);
		const tables = ['asked', 'asked_parts'].map((name) => ({schema: null, name, droppedColumns: ['gone', 'id']}));
		await flush();
		const [first, firstParts] = await read(...tables);
		await flush();
		const [second, secondParts] = await read(...tables);
		expect(second?.use).toEqual(first?.use);
		expect(secondParts?.use).toEqual(firstParts?.use);
		expect(second?.columns.map(({allNull}) => allNull)).toEqual([false, true]);
		expect(secondParts?.columns.map(({allNull}) => allNull)).toEqual([false, true]);
	});

	test('begins anew after a crash, which loses what was counted', async () => {
		const server = await ownPostgres({settings: {synchronous_commit: 'on'}});
		const before = await connect(server.url('postgres'));
		await before.query('CREATE TABLE kept (id int); CHECKPOINT');
		const [earlier] = await readWith(before, {schema: null, name: 'kept'});
		await before.end();
		await server.crash();
		await server.restart();
		const after = await connect(server.url('postgres'));
		const {rows} = await after.query<{at: Date}>('SELECT pg_postmaster_start_time() AS at');
		const [later] = await readWith(after, {schema: null, name: 'kept'});
		await after.end();
		await server.stop();
		expect(later?.use?.since?.getTime()).toBeGreaterThan(earlier?.use?.since?.getTime() ?? Infinity);
		expect(later?.use?.since?.getTime()).toBeGreaterThanOrEqual((rows[0]?.at.getTime() ?? Infinity) - 1000);
	});

	/** Before PostgreSQL 15 a session tells at most every 500 ms what it counted, and may be answered from 500 ms ago. */
	async function flush(): Promise<void> {
		const isTold = (await serverVersion()) >= 150_000;
		const told = isTold
			? ['SELECT pg_stat_force_next_flush()', 'SELECT 1']
			: ['SELECT pg_sleep(0.6)', 'SELECT pg_sleep(0.6)'];
		for (const sql of told) await client.query(sql);
	}
});

async function serverVersion(): Promise<number> {
	const {rows} = await client.query<{version: number}>(`SELECT current_setting('server_version_num')::int AS version`);
	return rows[0]?.version ?? 0;
}

describe('a role without rights', () => {
	test('is told what the catalogs tell everybody, and the rest is unknown', async () => {
		await client.query(`CREATE SCHEMA closed; CREATE TABLE closed.vault (id int, gone int);
			INSERT INTO closed.vault VALUES (1, NULL); ANALYZE closed.vault; CREATE TABLE closed.bare (id int);
			CREATE ROLE reader_of_nothing`);
		await client.query('BEGIN READ ONLY; SET LOCAL ROLE reader_of_nothing');
		const facts = await readTableFacts(client, [
			{schema: 'closed', name: 'vault', droppedColumns: ['gone']},
			{schema: 'closed', name: 'bare'},
			{schema: null, name: 'vault'},
			{schema: null, name: 'orders', droppedColumns: ['legacy']},
		]);
		await client.query('COMMIT; DROP ROLE reader_of_nothing');
		expect(facts.map(({exists, empty}) => [exists, empty])).toEqual([
			[true, false],
			// No page, no row: that takes no right to read it.
			[true, true],
			[false, false],
			[true, false],
		]);
		expect(facts[0]?.columns[1]).toEqual({
			name: 'gone',
			type: 'integer',
			notNull: false,
			allNull: null,
			nullFraction: null,
			use: null,
		});
		expect(facts[3]).toMatchObject({estimatedRows: 1204, indexes: [{name: 'orders_pkey'}]});
	});

	test('does not take rows that row security hides for none', async () => {
		await client.query('CREATE ROLE reader_of_secrets; GRANT SELECT ON secrets TO reader_of_secrets');
		await client.query('BEGIN READ ONLY; SET LOCAL ROLE reader_of_secrets');
		const facts = await readTableFacts(client, [{schema: null, name: 'secrets', droppedColumns: ['id']}]);
		await client.query('COMMIT; DROP OWNED BY reader_of_secrets; DROP ROLE reader_of_secrets');
		expect(facts[0]).toMatchObject({exists: true, empty: false, columns: [{allNull: null, nullFraction: null}]});
	});
});

describe('use of dropped columns, with pg_stat_statements', () => {
	let statements: pg.Client;
	let url: string;
	const table = {schema: null, name: 'orders', droppedColumns: ['legacy', 'Mixed', 'order', 'note']};

	beforeAll(async () => {
		const server = await ownPostgres({
			settings: {shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': 100},
		});
		url = server.url('postgres');
		statements = await connect(url);
		await statements.query(`CREATE SCHEMA "Monitor's"; CREATE EXTENSION pg_stat_statements SCHEMA "Monitor's";
			CREATE SCHEMA archive; CREATE TABLE archive.orders (legacy int);
			CREATE TABLE orders (id int, legacy int, "Mixed" int, "order" int, note text);
			INSERT INTO orders VALUES (1); CREATE TABLE lines (legacy int)`);
	});

	afterAll(async () => {
		await statements.end();
	});

	async function reset(): Promise<void> {
		await statements.query(`SELECT "Monitor's".pg_stat_statements_reset()`);
	}

	async function callsAfter(...used: readonly string[]): Promise<Record<string, number | null>> {
		await reset();
		for (const sql of used) await statements.query(sql);
		const [facts] = await readWith(statements, table);
		const dropped = facts?.columns.filter(({name}) => table.droppedColumns.includes(name)) ?? [];
		return Object.fromEntries(dropped.map(({name, use}) => [name, use?.calls ?? null]));
	}

	const none = {legacy: 0, Mixed: 0, order: 0, note: 0};

	test.each<[used: readonly string[], calls: Partial<typeof none>]>([
		[['SELECT legacy FROM orders', 'SELECT legacy FROM orders', 'SELECT LEGACY, id FROM public.ORDERS'], {legacy: 3}],
		[['SELECT o."legacy" FROM "orders" AS o'], {legacy: 1}],
		[['SELECT "Mixed" FROM orders'], {Mixed: 1}],
		[['UPDATE orders SET "Mixed" = 1, "order" = 2'], {Mixed: 1, order: 1}],
		[['SELECT o.order FROM orders AS o'], {order: 1}],
		[['SELECT id FROM orders ORDER BY id'], {}],
		[['-- a tag of EF\n\nSELECT legacy FROM orders'], {legacy: 1}],
		[['COPY (SELECT legacy FROM orders) TO STDOUT'], {legacy: 1}],
		[['WITH o AS (SELECT note FROM orders) SELECT 1 FROM o'], {note: 1}],
		[['SELECT * FROM orders'], {legacy: 1, Mixed: 1, order: 1, note: 1}],
		[['SELECT o.* FROM orders AS o'], {legacy: 1, Mixed: 1, order: 1, note: 1}],
		[['SELECT count(*) FROM orders WHERE id * 2 > 3'], {}],
		[['SELECT legacy FROM lines', 'SELECT id FROM orders', 'SELECT legacy FROM archive.orders'], {}],
		[
			[
				'ALTER TABLE orders ALTER legacy SET DEFAULT 1',
				'/* house keeping */ CREATE INDEX ON orders (legacy)',
				`DO $$ BEGIN ALTER TABLE orders ALTER legacy DROP DEFAULT; END $$`,
				'ANALYZE orders (legacy)',
				'EXPLAIN SELECT legacy FROM orders',
			],
			{},
		],
	])('%j → %j', async (used, calls) => {
		expect(await callsAfter(...used)).toEqual({...none, ...calls});
	});

	test("does not count Lockstep's own questions", async () => {
		await reset();
		await readWith(statements, table);
		const [facts] = await readWith(statements, table);
		expect(facts?.columns.map(({use}) => use?.calls)).toEqual([undefined, 0, 0, 0, 0]);
	});

	test('tells since when it is counted', async () => {
		await reset();
		const {rows} = await statements.query<{at: Date}>(
			`SELECT stats_reset AS at FROM "Monitor's".pg_stat_statements_info`,
		);
		const [facts] = await readWith(statements, table);
		expect(facts?.columns[1]?.use).toEqual({calls: 0, since: rows[0]?.at});
	});

	test('is unknown, not unused, where statements are hidden from the role; what it sees counts', async () => {
		await statements.query(`CREATE ROLE migrator; GRANT USAGE ON SCHEMA "Monitor's" TO migrator;
			GRANT SELECT ON ALL TABLES IN SCHEMA "Monitor's" TO migrator; GRANT SELECT ON orders TO migrator`);
		await reset();
		await statements.query('SELECT legacy FROM orders');
		await statements.query('SET ROLE migrator; SELECT note FROM orders');
		const [facts] = await readWith(statements, table);
		await statements.query('RESET ROLE');
		expect(facts?.columns.map(({name, use}) => [name, use?.calls ?? null])).toEqual([
			['id', null],
			['legacy', null],
			['Mixed', null],
			['order', null],
			['note', 1],
		]);
	});

	test('is unknown, not unused, where statements were dropped for want of room', async () => {
		const many = Array.from(
			{length: 150},
			(_, number) => `SELECT ${Array.from({length: number + 1}, () => '1').join(', ')}`,
		);
		expect(await callsAfter(...many)).toEqual({legacy: null, Mixed: null, order: null, note: null});
	});

	test('is unknown where nothing is recorded, or the role may not look', async () => {
		await statements.query(`SET pg_stat_statements.track = 'none'`);
		expect(await callsAfter()).toEqual({legacy: null, Mixed: null, order: null, note: null});
		await statements.query('RESET pg_stat_statements.track');
		await statements.query('CREATE ROLE stranger; SET ROLE stranger');
		const [facts] = await readWith(statements, table);
		await statements.query('RESET ROLE');
		expect(facts).toMatchObject({exists: true, columns: [{}, {use: null}, {use: null}, {use: null}, {use: null}]});
	});

	test('is unknown where the library is not loaded', async () => {
		await client.query('CREATE EXTENSION pg_stat_statements');
		expect(await columnOf('orders', 'legacy')).toMatchObject({allNull: true, use: null});
		await client.query('DROP EXTENSION pg_stat_statements');
	});
});

test('asks the catalogs once for all tables, and no table that has no page', async () => {
	const names = Array.from({length: 100}, (_, number) => `one_of_many_${number}`);
	await client.query(names.map((name) => `CREATE TABLE ${name} (id int)`).join('; '));
	const tables = names.map((name) => ({schema: null, name, droppedColumns: ['id']}));
	const query = vi.spyOn(client, 'query');
	const facts = await readTableFacts(client, tables);
	const asked = query.mock.calls.length;
	query.mockRestore();
	expect(asked).toBe(1);
	expect(facts.filter(({empty}) => empty)).toHaveLength(100);
});
