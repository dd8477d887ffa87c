import {beforeAll, describe, expect, test} from 'vitest';
import {stoppingLocks} from '../../../src/domain/rehearsal.ts';
import type {CatalogObject} from '../../../src/domain/catalog-object.ts';
import {compareDeltas} from '../../../src/domain/delta-comparison.ts';
import {changeSentences, elsewhereLines} from '../../../src/domain/delta-words.ts';
import {movedSince} from '../../../src/domain/rehearsal-ground.ts';
import {schemaDelta} from '../../../src/domain/schema-delta.ts';
import {readCatalogObjects} from '../../../src/platform/postgres-catalog.ts';
import {migrationId, reviewBytes} from '../../support/read-ef-script.ts';
import {createShop, historySql, migration, reported, type RehearsedShop} from './rehearsing.ts';

let shop: RehearsedShop;

beforeAll(async () => {
	shop = await createShop(`
		CREATE TABLE orders (id integer PRIMARY KEY, total numeric(10, 2) NOT NULL DEFAULT 0, note text);
		CREATE TABLE lines (id integer PRIMARY KEY, order_id integer REFERENCES orders (id));
		CREATE TABLE "Notes" (body text);
		CREATE VIEW totals AS SELECT count(*) AS orders FROM orders;
		INSERT INTO orders SELECT n FROM generate_series(1, 1000) AS n;
	`);
});

describe('a script that is as it should be', () => {
	test('passes, and the report tells what it created, altered, dropped and renamed', async () => {
		const rehearsal = await shop.rehearse(
			migration(
				migrationId,
				'ALTER TABLE orders ADD weight integer NOT NULL DEFAULT 0;',
				'ALTER TABLE orders RENAME COLUMN note TO remark;',
				'ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;',
				'CREATE TABLE parcels (id integer PRIMARY KEY, note text); CREATE INDEX ix_parcels ON parcels (note);',
				'CREATE INDEX ix_lines ON lines (order_id);',
				'ALTER TABLE "Notes" RENAME TO "Remarks";',
				'DROP VIEW totals;',
			),
		);
		expect(rehearsal.kind).toBe('passed');
		const report = reported(rehearsal);
		expect(report.effects.map(({action, kind, identity, from}) => [action, kind, identity, from])).toEqual([
			['renamed', 'column', 'public.orders.remark', 'public.orders.note'],
			['altered', 'column', 'public.orders.total', null],
			['created', 'column', 'public.orders.weight', null],
			['created', 'index', 'public.ix_lines', null],
			['renamed', 'table', 'public."Remarks"', 'public."Notes"'],
			['created', 'table', 'public.parcels', null],
			['dropped', 'view', 'public.totals', null],
		]);
		expect(report.historyAfter.map(({migrationId: id}) => id)).toEqual(
			[migrationId, '20260101000000_First'].toSorted(),
		);
		expect(report.schemaDiff).toContain(
			'@@ column public.orders.total @@\n-numeric(10,2) not null default 0\n+numeric(10,2) default 0',
		);
		expect(report.delta).toContainEqual({
			kind: 'index',
			of: 'public.lines',
			before: null,
			after: {
				identity: 'public.ix_lines',
				definition: 'CREATE INDEX ix_lines ON public.lines USING btree (order_id)',
			},
		});
	});

	test('is not held against a script whose migrations are all applied: nothing happens', async () => {
		const rehearsal = await shop.rehearse(historySql + migration('20260101000000_First', 'DROP TABLE orders;'));
		expect(rehearsal).toMatchObject({kind: 'passed', effects: [], delta: [], schemaDiff: '', rewrites: [], locks: []});
	});

	test('passes on a database that has no history yet', async () => {
		const empty = await createShop(null);
		const rehearsal = await empty.rehearse(historySql + migration(migrationId, 'CREATE TABLE orders (id integer);'));
		expect(rehearsal).toMatchObject({kind: 'passed', historyBefore: [], historyAfter: [{migrationId}]});
		expect(await empty.query(`SELECT relname FROM pg_class WHERE relname = 'orders'`)).toEqual([]);
	});
});

describe('a script that cannot be run again', () => {
	test('is caught by rows that double, though no static rule objects: the history forgets what it is told', async () => {
		const forgetful = await createShop(`
			CREATE TABLE currencies (code text);
			CREATE FUNCTION archive() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
			CREATE TRIGGER archive BEFORE INSERT ON "__EFMigrationsHistory" FOR EACH ROW EXECUTE FUNCTION archive();
		`);
		const script = historySql + migration(migrationId, `INSERT INTO currencies VALUES ('EUR'), ('USD');`);
		expect(reviewBytes(script).findings).toEqual([]);
		expect(await forgetful.rehearse(script)).toMatchObject({
			kind: 'not-idempotent',
			effects: [],
			repeated: [{kind: 'rows', table: 'public.currencies', before: 2, after: 4}],
			writesRunAgain: expect.arrayContaining([expect.stringContaining('INSERT INTO currencies')]),
		});
	});

	test('is caught where a new schema hides the history: it bears the name of the role that applies', async () => {
		const ensureSchema = `IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = '${shop.user}') THEN CREATE SCHEMA ${shop.user}; END IF;`;
		const script = historySql + migration(migrationId, ensureSchema, `INSERT INTO public."Notes" VALUES ('hello');`);
		expect(reviewBytes(script).findings.filter(({severity}) => severity === 'blocker')).toEqual([]);
		const rehearsal = await shop.rehearse(script);
		expect(rehearsal.kind).toBe('not-idempotent');
		expect(reported(rehearsal).repeated).toEqual(
			expect.arrayContaining([
				{kind: 'rows', table: 'public."Notes"', before: 1, after: 2},
				expect.objectContaining({kind: 'schema'}),
			]),
		);
	});

	test('is caught by a statement after the guarded blocks that doubles rows', async () => {
		const script = migration(migrationId, 'ALTER TABLE orders ADD a int;') + `INSERT INTO "Notes" VALUES ('again');`;
		expect(await shop.rehearse(script)).toMatchObject({
			kind: 'not-idempotent',
			repeated: [{kind: 'rows', table: 'public."Notes"', before: 1, after: 2}],
		});
	});

	test('is caught by an error, by a change of the schema and by a rewrite in the second pass', async () => {
		expect(await shop.rehearse('CREATE TABLE twice (id int);')).toMatchObject({
			kind: 'not-idempotent',
			repeated: [{kind: 'error', error: {sqlState: '42P07', line: 1}}],
		});
		expect(await shop.rehearse('ALTER TABLE orders ALTER COLUMN total TYPE numeric(12, 4);')).toMatchObject({
			kind: 'passed',
			rewrites: [{table: 'public.orders', existedBefore: true, reasons: ['column type changed']}],
		});
		expect(
			await shop.rehearse(
				`ALTER TABLE orders ADD at timestamptz DEFAULT clock_timestamp(); ALTER TABLE orders DROP COLUMN at;`,
			),
		).toMatchObject({
			kind: 'not-idempotent',
			repeated: [{kind: 'rewrite', table: 'public.orders'}],
		});
		const renaming = `DO $$ BEGIN EXECUTE format('ALTER TABLE orders ADD %I int', 'c' || (SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass)); END $$;`;
		expect(await shop.rehearse(renaming)).toMatchObject({
			kind: 'not-idempotent',
			repeated: [{kind: 'schema', effects: [{action: 'created', kind: 'column'}]}],
		});
	});

	test('shows the statements that write again even where an empty copy has nothing to write', async () => {
		const script = migration(migrationId, 'ALTER TABLE orders ADD a int;') + 'UPDATE orders SET total = total * 1.1;';
		expect(await shop.rehearse(script)).toMatchObject({
			kind: 'passed',
			writesRunAgain: [expect.stringMatching(/^UPDATE orders SET total = total \* \$1/)],
		});
	});
});

describe('what the report shows', () => {
	test('a rewrite inside a DO block, of a table that is empty here', async () => {
		const report = reported(
			await shop.rehearse(migration(migrationId, 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;')),
		);
		expect(report.rewrites).toEqual([{table: 'public.orders', existedBefore: true, reasons: ['column type changed']}]);
	});

	test('locks by table and mode, also of a migration that only writes rows, and none of new tables', async () => {
		const script =
			migration(migrationId, 'CREATE TABLE fresh (id int); CREATE INDEX ix_orders ON orders (note);') +
			migration('20260202000000_Rows', 'LOCK TABLE lines IN EXCLUSIVE MODE; TRUNCATE "Notes";');
		const {locks} = reported(await shop.rehearse(script));
		expect(stoppingLocks(locks)).toEqual([
			{relation: 'public."Notes"', mode: 'AccessExclusiveLock', transactions: 1},
			{relation: 'public.lines', mode: 'ExclusiveLock', transactions: 1},
			{relation: 'public."Notes"', mode: 'ShareLock', transactions: 1},
			{relation: 'public.orders', mode: 'ShareLock', transactions: 1},
		]);
	});

	test('that the locks of a concurrent command are not seen', async () => {
		const {locksUnseen, effects} = reported(
			await shop.rehearse('CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_orders ON orders (note);'),
		);
		expect(effects).toMatchObject([{action: 'created', kind: 'index'}]);
		expect(locksUnseen).toEqual([expect.stringContaining('concurrent command')]);
	});

	test('a table that was dropped and made again as it was', async () => {
		const again = 'DROP TABLE "Notes"; CREATE TABLE "Notes" (body text);';
		const {effects, delta} = reported(await shop.rehearse(migration(migrationId, again)));
		expect(effects).toContainEqual({action: 'recreated', kind: 'table', identity: 'public."Notes"', from: null});
		expect(delta).toEqual([]);
	});

	test('the statement inside the block that failed, its SQLSTATE, and the line at which psql stood', async () => {
		const script = migration(migrationId, 'ALTER TABLE orders ADD a int;', 'ALTER TABLE missing ADD b int;');
		const rehearsal = await shop.rehearse(script);
		const failing = script.split('\n').findIndex((line) => line.includes('missing'));
		expect(rehearsal).toMatchObject({
			kind: 'failed',
			second: null,
			error: {
				sqlState: '42P01',
				message: 'relation "missing" does not exist',
				line: failing + 3,
				statement: 'ALTER TABLE missing ADD b int',
				mayBeForLackOfRows: false,
			},
		});
	});

	test('that a row may only be missing because the copy has none', async () => {
		const script = migration(migrationId, 'INSERT INTO lines VALUES (1, 5);');
		expect(await shop.rehearse(script)).toMatchObject({
			kind: 'failed',
			error: {sqlState: '23503', mayBeForLackOfRows: true},
		});
	});
});

describe("the target's own ways", () => {
	test('settings, roles, rights and memberships are as there', async () => {
		await shop.query(
			`CREATE ROLE ${shop.user}_app; CREATE ROLE ${shop.user}_owner; GRANT ${shop.user}_owner TO ${shop.user};
			ALTER ROLE ${shop.user} SET search_path = sales, public; ALTER ROLE ${shop.user} SET "TimeZone" = 'Asia/Tokyo';
			CREATE SCHEMA sales AUTHORIZATION ${shop.user}_owner; GRANT USAGE ON SCHEMA sales TO ${shop.user}_app;
			ALTER DEFAULT PRIVILEGES FOR ROLE ${shop.user}_owner IN SCHEMA sales GRANT SELECT ON TABLES TO ${shop.user}_app;
			CREATE TABLE protected (id int);`,
		);
		const role = `${shop.user}_owner`;
		const script = `CREATE TABLE IF NOT EXISTS clock AS SELECT current_setting('TimeZone') AS zone, session_user::text AS who, current_user::text AS role;
			DO $$ BEGIN IF (SELECT zone || who || role FROM sales.clock) <> 'Asia/Tokyo${shop.user}${role}' THEN RAISE 'not as there: %', (SELECT zone || who || role FROM sales.clock); END IF; END $$;`;
		const rehearsal = await shop.rehearse(script, {role});
		expect(rehearsal.kind).toBe('passed');
		expect(reported(rehearsal).delta).toContainEqual({
			kind: 'grant',
			of: 'sales.clock',
			before: null,
			after: {identity: `table sales.clock to ${shop.user}_app`, definition: 'SELECT'},
		});
		// The superuser's table is nobody else's there, either.
		expect(await shop.rehearse('ALTER TABLE protected ADD a int;')).toMatchObject({
			kind: 'failed',
			error: {sqlState: '42501'},
		});
		await shop.query(`ALTER ROLE ${shop.user} RESET ALL`);
	});

	test('a copy is what the target is, and a target that moves afterwards is seen', async () => {
		const rich = await createShop(`
			CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN price AS numeric(10, 2) CHECK (VALUE >= 0);
			CREATE TABLE sales (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood mood DEFAULT 'good', price price NOT NULL,
				twice numeric GENERATED ALWAYS AS (2 * price::numeric) STORED, "Note" text COLLATE "C", at timestamptz DEFAULT now(), EXCLUDE USING btree ("Note" WITH =));
			CREATE INDEX ix_sales ON sales (lower("Note")) WHERE price > 1; COMMENT ON COLUMN sales.mood IS 'how it went';
			CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TRIGGER touch BEFORE UPDATE ON sales FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TABLE sales DISABLE TRIGGER touch;
			ALTER TABLE sales ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON sales USING (price < 100); GRANT SELECT ON sales TO PUBLIC;
			ALTER TABLE sales ALTER COLUMN "Note" SET STATISTICS 50; ALTER TABLE sales SET (fillfactor = 70); ALTER TABLE sales REPLICA IDENTITY FULL;
			CREATE TABLE parts (day date, n int) PARTITION BY RANGE (day); CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
		`);
		const report = reported(
			await rich.rehearse(migration(migrationId, 'ALTER TABLE sales ADD a int; ALTER TABLE parts ADD b int;')),
		);
		expect(report.base.length).toBeGreaterThan(20);
		const now = async (): Promise<readonly string[]> =>
			movedSince(report, await objectsOf(rich)).map(({kind, identity}) => `${kind} ${identity}`);
		expect(await now()).toEqual([]);
		await rich.query('CREATE TABLE elsewhere (id int); ALTER TABLE sales ADD surprise int; DROP INDEX ix_sales;');
		expect(await now()).toEqual(['index public.ix_sales', 'column public.sales.surprise']);
	});

	test('what the script then does in production is exactly what was rehearsed', async () => {
		const real = await createShop(
			'CREATE TABLE sales (id serial PRIMARY KEY, note text); CREATE VIEW notes AS SELECT note FROM sales;',
		);
		const script = migration(
			migrationId,
			'ALTER TABLE sales ADD price numeric(10, 2) NOT NULL DEFAULT 0; ALTER TABLE sales RENAME COLUMN note TO remark;',
			'CREATE TABLE lines (id uuid PRIMARY KEY, sale integer REFERENCES sales (id)); CREATE INDEX ix_lines ON lines (sale);',
			'ALTER TABLE sales RENAME TO orders;',
		);
		const rehearsed = reported(await real.rehearse(script));
		const before = await objectsOf(real);
		await real.query(`SET ROLE ${real.user}; ${script}`);
		const after = await objectsOf(real);
		expect(schemaDelta(before, after)).toEqual(rehearsed.delta);
		expect(compareDeltas(rehearsed, before, after)).toEqual(exactly);
	});

	test('what a dump leaves out, formats of its own, partitions and owned sequences are compared as they are', async () => {
		const odd = await createShop(`
			CREATE TABLE orders (id serial PRIMARY KEY, note text, at timestamptz DEFAULT '2026-01-01 00:00:00+00');
			CREATE INDEX ix_note ON orders (note);
			CREATE TABLE events (id int PRIMARY KEY) PARTITION BY RANGE (id);
			CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (9);
			CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (9) TO (99);
			CREATE TABLE notes (event int REFERENCES events);
			CREATE TABLE log (id int) PARTITION BY RANGE (id);
			CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (9);
		`);
		await odd.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_note'::regclass;
			DO $$ BEGIN EXECUTE format('ALTER ROLE ${odd.user} IN DATABASE %I SET TimeZone = ''Asia/Tokyo''', current_database()); END $$`);
		const before = await objectsOf(odd);
		const change = `DROP INDEX IF EXISTS ix_note; CREATE INDEX ix_note ON orders (note);
			ALTER TABLE orders DROP COLUMN id; DROP TABLE log; ALTER TABLE notes ADD body text; ALTER TABLE events ADD body text;`;
		const rehearsed = reported(await odd.rehearse(migration(migrationId, change)));
		expect(rehearsed.wordedOtherwise).toEqual([]);
		expect(movedSince(rehearsed, before)).toEqual([]);
		expect(rehearsed.effects.map(({action, kind, identity}) => `${action} ${kind} ${identity}`).toSorted()).toEqual(
			[
				'dropped column public.orders.id',
				'created column public.events.body',
				'created column public.notes.body',
				'dropped constraint public.orders.orders_pkey',
				'created index public.ix_note',
				'dropped table public.log',
			].toSorted(),
		);
		await odd.query(`SET ROLE ${odd.user}; ${change}`);
		expect(compareDeltas(rehearsed, before, await objectsOf(odd))).toEqual(exactly);
	});

	test('a superuser who applies is an ordinary role here, who may do all that owners may', async () => {
		const asBoss = {
			settings: {targets: shop.settings.targets.map((target) => ({...target, apply: target.backup}))},
		};
		const rehearsal = await shop.rehearse(
			migration(migrationId, 'ALTER TABLE orders ADD a int; CREATE SCHEMA other;'),
			asBoss,
		);
		expect(rehearsal.kind).toBe('passed');
		expect(reported(rehearsal).on.leftOut).toContainEqual(expect.objectContaining({kind: 'right'}));
		expect(await shop.rehearse('ALTER SYSTEM SET work_mem = 100;', asBoss)).toMatchObject({
			kind: 'failed',
			error: {sqlState: '42501'},
		});
	});

	test('an extension that is not here is named, and nothing is rehearsed', async () => {
		const [extension] = await shop.query<{there: boolean}>(
			`INSERT INTO pg_extension SELECT 4000000000::oid, 'timetravel', extowner, extnamespace, false, '1.0', NULL, NULL FROM pg_extension WHERE extname = 'plpgsql' RETURNING true AS there`,
		);
		expect(extension?.there).toBe(true);
		const rehearsal = await shop.rehearse('SELECT 1;');
		await shop.query(`DELETE FROM pg_extension WHERE extname = 'timetravel'`);
		expect(rehearsal).toMatchObject({
			kind: 'impossible',
			reason: 'extension-missing',
			sentence: expect.stringContaining('timetravel'),
		});
	});
});

describe('what verification will go by', () => {
	let ground: RehearsedShop;

	beforeAll(async () => {
		ground = await createShop(`
			CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TYPE pair AS (one integer, two integer);
			CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'c' $$;
			CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TABLE customers (id integer PRIMARY KEY, name text);
			CREATE TABLE sales (id serial PRIMARY KEY, state varchar(10) NOT NULL CHECK (state IN ('open', 'paid')), mood mood, sizes pair,
				code text DEFAULT next_code(), customer integer, note text);
			CREATE INDEX ix_notes ON sales (lower(note)) WHERE state IN ('open', 'paid');
			CREATE VIEW open_sales AS SELECT id, state FROM sales WHERE state IN ('open', 'held'); CREATE VIEW still_open AS SELECT id FROM open_sales;
			CREATE VIEW names AS SELECT name FROM customers;
			CREATE FUNCTION count_sales() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM sales; END;
			CREATE TABLE lines (sale integer REFERENCES sales (id)); CREATE TABLE elsewhere (id integer); CREATE TABLE quotes (text text);
			CREATE TRIGGER touch BEFORE UPDATE ON sales FOR EACH ROW EXECUTE FUNCTION touch();
			CREATE POLICY own ON elsewhere USING (EXISTS (SELECT FROM sales));
			CREATE TABLE events (day date, n integer CHECK (n > 0)) PARTITION BY RANGE (day); CREATE INDEX ix_events ON events (day);
			CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
		`);
	});

	test('the server says who would break without whom', async () => {
		const objects = await objectsOf(ground);
		const names = new Map(
			objects.map(({key, kind, identity}) => [key, `${kind} ${identity.replaceAll('public.', '')}`]),
		);
		const used = Object.fromEntries(
			objects
				.filter(({uses}) => uses.length > 0)
				.map(({key, uses}) => [names.get(key) ?? '', uses.map((other) => names.get(other) ?? other).toSorted()]),
		);
		expect(used).toEqual({
			'column events_1.day': ['column events.day'],
			'column events_1.n': ['column events.n'],
			'column sales.code': ['function next_code()'],
			'column sales.id': ['sequence sales_id_seq'],
			'column sales.mood': ['type mood'],
			'column sales.sizes': ['type pair'],
			'constraint events_1.events_n_check': ['constraint events.events_n_check'],
			'constraint lines.lines_sale_fkey': ['column sales.id', 'constraint sales.sales_pkey', 'table sales'],
			'function count_sales()': ['table sales'],
			'index events_1_day_idx': ['index ix_events'],
			'policy elsewhere.own': ['table sales'],
			'table events_1': ['table events'],
			'trigger sales.touch': ['function touch()'],
			'view names': ['column customers.name', 'table customers'],
			'view open_sales': ['column sales.id', 'column sales.state', 'table sales'],
			'view still_open': ['view open_sales'],
		});
	});

	test('stands on all that the script touches, what depends on that and what its new objects use, as the target words it', async () => {
		const script = migration(
			migrationId,
			'ALTER TABLE sales ADD paid_at timestamptz; ALTER TABLE sales RENAME COLUMN state TO status; ALTER TABLE sales RENAME note TO remark;',
			'ALTER TABLE sales ADD CONSTRAINT fk_customer FOREIGN KEY (customer) REFERENCES customers (id);',
			'ALTER TABLE events ADD note text; CREATE INDEX ix_events_n ON events (n);',
			'UPDATE quotes SET text = lower(text);',
		);
		const rehearsed = reported(await ground.rehearse(script));
		const standsOn = rehearsed.base.map(({kind, identity}) => `${kind} ${identity.replaceAll('public.', '')}`);
		expect(standsOn).toEqual(
			expect.arrayContaining([
				'view open_sales',
				'view still_open',
				'constraint lines.lines_sale_fkey',
				'function count_sales()',
				'policy elsewhere.own',
				'trigger sales.touch',
				'table events_1',
				'column events_1.n',
				'column customers.id',
				'constraint customers.customers_pkey',
				'column quotes.text',
			]),
		);
		for (const other of ['table elsewhere', 'table lines', 'view names', 'column customers.name', 'type mood']) {
			expect(standsOn).not.toContain(other);
		}
		expect(rehearsed.wordedOtherwise).toEqual([
			'constraint public.sales.sales_state_check',
			'index public.ix_notes',
			'view public.open_sales',
		]);
		expect(rehearsed.effects.map(({kind, identity}) => `${kind} ${identity}`)).not.toContain(
			'column public.events_1.note',
		);
		const before = await objectsOf(ground);
		expect(movedSince(rehearsed, before)).toEqual([]);

		await ground.query(`SET ROLE ${ground.user}; ${script}
			CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01'); ALTER TABLE elsewhere ADD note text;`);
		const after = await objectsOf(ground);
		const met = compareDeltas(rehearsed, before, after);
		expect(met).toMatchObject({missing: [], unexpected: [], grants: []});
		expect(elsewhereLines(met.elsewhere, [], 10)).toEqual([
			'one partition of public.events came',
			'column public.elsewhere.note came',
		]);

		await ground.query(`SET ROLE ${ground.user}; CREATE VIEW paid AS SELECT id FROM sales; GRANT SELECT ON sales TO PUBLIC;
			ALTER TABLE sales DROP CONSTRAINT fk_customer; CREATE OR REPLACE VIEW open_sales AS SELECT id, status AS state FROM sales;`);
		const spoilt = compareDeltas(rehearsed, before, await objectsOf(ground));
		expect(changeSentences(spoilt.missing, 10)).toEqual(['constraint public.sales.fk_customer came']);
		expect(changeSentences(spoilt.unexpected, 10)).toEqual(['view public.paid came']);
		expect(changeSentences(spoilt.grants, 10)).toEqual(['grant table public.sales to public came']);
	});

	test('is known of a target, too, whose snapshot pg_dump cannot have', async () => {
		const closed = await createShop(`CREATE TABLE orders (state varchar(10) CHECK (state IN ('open', 'paid')));`);
		await closed.query('REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC');
		const rehearsed = reported(await closed.rehearse(migration(migrationId, 'ALTER TABLE orders ADD note text;')));
		expect(rehearsed.wordedOtherwise).toEqual(['constraint public.orders.orders_state_check']);
		expect(movedSince(rehearsed, await objectsOf(closed))).toEqual([]);
	});
});

const exactly = {missing: [], unexpected: [], grants: [], elsewhere: []};

async function objectsOf(of: RehearsedShop): Promise<readonly CatalogObject[]> {
	const client = await of.connect();
	const objects = await readCatalogObjects(client, []);
	await client.end();
	return objects;
}
