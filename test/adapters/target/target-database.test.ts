import {createServer} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import pg from 'pg';
import {beforeAll, describe, expect, test} from 'vitest';
import {freePort} from '../../../scripts/local-servers.ts';
import {touchedTables} from '../../../src/domain/run.ts';
import {databaseServer} from '../../support/databases.ts';
import {appliedIds, createProduction, efHistory, newMark, type Production} from './production.ts';

let shop: Production;

beforeAll(async () => {
	shop = await createProduction();
});

describe('a target that cannot be reached says so, with place, reason and remedy, and without a secret', () => {
	test('a wrong password', async () => {
		const wrong = shop.as({password: 'wrong-secret'}).state();
		await expect(wrong).rejects.toMatchObject({
			code: 'target-login-failed',
			message: expect.stringContaining(`${shop.settings.port}/${shop.settings.database}`),
		});
		await expect(wrong).rejects.toMatchObject({message: expect.not.stringContaining('wrong-secret')});
	});

	test('no password', async () => {
		await expect(shop.as({password: ''}).state()).rejects.toMatchObject({code: 'target-login-failed'});
	});

	test('a server that is down', async () => {
		const port = await freePort();
		await expect(shop.as({port}).state()).rejects.toMatchObject({
			code: 'target-unreachable',
			message: expect.stringContaining('nothing listens there'),
		});
		const request = await shop.request('SELECT 1;');
		const moved = {
			...request,
			expectations: {
				...request.expectations,
				identity: {...request.expectations.identity, endpoint: `127.0.0.1:${port}`},
			},
		};
		await expect(shop.as({port}).apply(moved).outcome).rejects.toMatchObject({code: 'target-unreachable'});
	});

	test('a server that does not answer', async () => {
		const silent = createServer();
		const port = await new Promise<number>((resolve) => {
			silent.listen(0, '127.0.0.1', () => {
				const address = silent.address();
				resolve(typeof address === 'object' && address !== null ? address.port : 0);
			});
		});
		await expect(shop.as({port, connectTimeoutMs: 300}).state()).rejects.toMatchObject({code: 'target-unreachable'});
		silent.close();
	});

	test('an unknown host, an unknown database, TLS where there is none', async () => {
		await expect(shop.as({host: 'no-such-host.invalid'}).state()).rejects.toMatchObject({code: 'target-unreachable'});
		await expect(shop.as({database: 'no_such'}).state()).rejects.toMatchObject({
			code: 'target-unreachable',
			message: expect.stringContaining('does not exist'),
		});
		await expect(shop.as({ssl: {mode: 'require', caFile: null}}).state()).rejects.toMatchObject({
			code: 'target-unreachable',
			message: expect.stringContaining('SSL'),
		});
	});
});

describe('the state', () => {
	test('tells who the database is and what it is like', async () => {
		const state = await shop.target.state();
		expect(state).toMatchObject({
			identity: {
				endpoint: `${shop.settings.host}:${shop.settings.port}`,
				database: shop.settings.database,
				systemIdentifier: expect.stringMatching(/^\d{15,}$/),
			},
			inRecovery: false,
			missingRights: [],
			sessionless: false,
		});
		expect(state.serverVersion).toBeGreaterThanOrEqual(140_000);
		expect(state.databaseBytes).toBeGreaterThan(1_000_000);
	});

	test('counts sessions that work, also those whose state is hidden from the user', async () => {
		expect(await shop.target.state()).toMatchObject({activeSessions: 0});
		const busy = await shop.connect();
		const working = busy.query('SELECT pg_sleep(1)');
		await delay(100);
		expect(await shop.target.state()).toMatchObject({activeSessions: 1});
		await working;
		await busy.end();
	});

	test('names the rights that are missing', async () => {
		const stranger = `stranger_of_${shop.settings.user}`;
		await shop.query(`CREATE ROLE ${stranger} LOGIN PASSWORD 'stranger-pass'`);
		const login = {user: stranger, password: 'stranger-pass'};
		expect((await shop.as({...login, historyTables: [efHistory.table, 'own.history']}).state()).missingRights).toEqual([
			`${stranger} may not read and write the history table "__EFMigrationsHistory": GRANT SELECT, INSERT, DELETE on it.`,
			`${stranger} may not create tables in schema own: GRANT USAGE, CREATE on it.`,
			`${stranger} may not create tables in schema public: GRANT USAGE, CREATE on it.`,
		]);
		expect((await shop.as({...login, role: shop.settings.user}).state()).missingRights).toEqual([
			`${stranger} may not assume the role ${shop.settings.user}: GRANT "${shop.settings.user}" TO "${stranger}".`,
		]);
		await shop.query(`GRANT ${shop.settings.user} TO ${stranger}`);
		expect((await shop.as({...login, role: shop.settings.user}).state()).missingRights).toEqual([]);
	});
});

describe('the mark', () => {
	test('cannot be set by an ordinary owner, who is told what to run', async () => {
		await expect(shop.target.mark(newMark())).rejects.toMatchObject({
			code: 'target-permission',
			message: expect.stringContaining(`ALTER DATABASE "${shop.settings.database}" SET lockstep.target_uuid = '`),
		});
	});

	test('is set once, whoever asks at the same time, and belongs to the identity', async () => {
		const {superuser, password} = await databaseServer();
		const admin = shop.as({user: superuser, password});
		const [first, second] = await Promise.all([admin.mark(newMark()), admin.mark(newMark())]);
		expect(second).toBe(first);
		expect((await shop.target.state()).identity.uuid).toBe(first);
	});
});

describe('the history', () => {
	test('is null where there is no table', async () => {
		expect(await shop.target.history({...efHistory, table: 'nowhere."History"'})).toBeNull();
	});

	test('comes by the columns of the guard, in the byte order of its ids', async () => {
		await shop.query(`CREATE SCHEMA "Odd ""Schema"; CREATE TABLE "Odd ""Schema".history (migration_id text, product_version text);
			INSERT INTO "Odd ""Schema".history VALUES ('b', '1'), ('A', '2'), ('a', '3'), ('B', NULL);
			GRANT USAGE ON SCHEMA "Odd ""Schema" TO ${shop.settings.user}; GRANT SELECT ON "Odd ""Schema".history TO ${shop.settings.user}`);
		const rows = await shop.target.history({
			table: '"Odd ""Schema".History',
			migrationIdColumn: 'migration_id',
			productVersionColumn: 'product_version',
		});
		expect(rows?.map(({migrationId}) => migrationId)).toEqual(['A', 'B', 'a', 'b']);
		expect(rows?.[1]).toEqual({migrationId: 'B', productVersion: ''});
	});

	test('with other columns than the guard says is a failure with a sentence', async () => {
		await expect(shop.target.history({...efHistory, migrationIdColumn: 'migration_id'})).rejects.toMatchObject({
			code: 'target-failed',
			message: expect.stringContaining('naming convention'),
		});
	});

	test('is never asked by a name that is more than a name', async () => {
		await expect(
			shop.target.history({...efHistory, table: '"x"; DROP TABLE "__EFMigrationsHistory"'}),
		).rejects.toMatchObject({code: 'target-failed'});
		expect((await shop.target.history(efHistory))?.map(({migrationId}) => migrationId)).toEqual(appliedIds);
	});

	test('that may not be read is a lack of rights', async () => {
		await shop.query(`CREATE TABLE secret_history ("MigrationId" text, "ProductVersion" text)`);
		await expect(shop.target.history({...efHistory, table: 'secret_history'})).rejects.toMatchObject({
			code: 'target-permission',
		});
	});
});

describe('the catalog', () => {
	const changes = [
		'ALTER TABLE watched ADD COLUMN extra int',
		'ALTER TABLE watched ALTER COLUMN extra SET DEFAULT 1',
		'ALTER TABLE watched ALTER COLUMN extra SET NOT NULL',
		'ALTER TABLE watched ADD CONSTRAINT positive CHECK (id > 0) NOT VALID',
		'ALTER TABLE watched VALIDATE CONSTRAINT positive',
		'CREATE INDEX watched_extra ON watched (extra)',
		'CREATE TRIGGER watch BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
		'ALTER TABLE watched SET (fillfactor = 70)',
		'ALTER TABLE watched ENABLE ROW LEVEL SECURITY',
		'GRANT SELECT ON watched TO PUBLIC',
		'ALTER TABLE watched RENAME COLUMN name TO title',
		'ALTER TABLE watched DROP COLUMN extra',
	];

	test('reads the same whatever formats the session has, and lists what a dump would bring, no more', async () => {
		const own = await createProduction();
		await own.query(`CREATE TYPE brought AS (a int); ALTER EXTENSION plpgsql ADD TYPE brought; CREATE TYPE pair AS (a int);
			CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) < 9);
			CREATE TABLE events (id int PRIMARY KEY) PARTITION BY RANGE (id);
			CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (9);
			CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (9) TO (99);
			CREATE TABLE notes (event int REFERENCES events, at timestamptz DEFAULT '2026-01-01 00:00:00+00',
				day date DEFAULT '2026-02-01', span interval DEFAULT '1 day 2 hours', raw bytea DEFAULT 'ab', ratio real DEFAULT 0.1::real,
				path text DEFAULT 'a\\b');
			CREATE TABLE notes_by_event (event int REFERENCES events) PARTITION BY RANGE (event);
			CREATE TABLE notes_by_event_1 PARTITION OF notes_by_event FOR VALUES FROM (0) TO (9)`);
		const objects = async (): Promise<readonly string[]> =>
			(await own.target.objects())
				.filter(({kind}) => kind !== 'setting')
				.map(({kind, identity, definition}) => `${kind} ${identity} ${definition}`);
		const before = await objects();
		const formats = {
			TimeZone: 'Asia/Tokyo',
			DateStyle: 'German, DMY',
			IntervalStyle: 'iso_8601',
			extra_float_digits: '-5',
			bytea_output: 'escape',
			quote_all_identifiers: 'on',
			standard_conforming_strings: 'off',
		};
		const {database, user} = own.settings;
		for (const [name, value] of Object.entries(formats)) {
			await own.query(`ALTER ROLE ${user} IN DATABASE "${database}" SET ${name} = '${value}'`);
		}
		expect(await objects()).toEqual(before);
		const names = before.map((line) => line.split(' ').slice(0, 2).join(' '));
		expect(names).toEqual(
			expect.arrayContaining(['type public.tags', 'constraint public.tags.tags_check', 'type public.pair']),
		);
		expect(names).not.toContain('type public.brought');
		expect(
			before
				.filter((line) => line.startsWith('constraint') && line.includes('FOREIGN KEY'))
				.map((line) => line.split(' ')[1]),
		).toEqual([
			'public.notes.notes_event_fkey',
			'public.notes_by_event.notes_by_event_event_fkey',
			'public.notes_by_event_1.notes_by_event_event_fkey',
		]);
	});

	test('tells which table was changed, by anything but its rows and statistics', async () => {
		await shop.query('CREATE TABLE watched (id int PRIMARY KEY, name varchar(10)); CREATE TABLE beside (id int)');
		let before = await shop.target.objects();
		for (const change of changes) {
			await shop.query(change);
			const after = await shop.target.objects();
			expect({change, touched: touchedTables(before, after)}).toEqual({change, touched: ['altered public.watched']});
			before = after;
		}
		await shop.query(`INSERT INTO watched VALUES (1, 'a'); ANALYZE watched`);
		expect(touchedTables(before, await shop.target.objects())).toEqual([]);
		await shop.query('ALTER TABLE watched RENAME TO seen; DROP TABLE beside; CREATE TABLE "A new" (id int)');
		expect(touchedTables(before, await shop.target.objects())).toEqual([
			'created public."A new"',
			'renamed public.watched to public.seen',
			'dropped public.beside',
		]);
	});

	test('holds every schema, sums partitions and knows what it does not know', async () => {
		await shop.query(`CREATE SCHEMA stock; CREATE TABLE stock.unknown (id int);
			CREATE TABLE stock.parts (id int) PARTITION BY RANGE (id);
			CREATE TABLE stock.p1 PARTITION OF stock.parts FOR VALUES FROM (0) TO (100);
			CREATE TABLE stock.p2 PARTITION OF stock.parts FOR VALUES FROM (100) TO (200);
			INSERT INTO stock.parts SELECT generate_series(0, 199); ANALYZE stock.p1; ANALYZE stock.p2`);
		const stock = (await shop.target.tables()).filter(({schema}) => schema === 'stock');
		expect(stock.map(({name, estimatedRows}) => [name, estimatedRows])).toEqual([
			['p1', 100],
			['p2', 100],
			['parts', 200],
			['unknown', -1],
		]);
	});

	test('a failed concurrent build shows as an invalid index', async () => {
		await shop.query('CREATE TABLE doubled (id int); INSERT INTO doubled VALUES (1), (1)');
		await expect(shop.query('CREATE UNIQUE INDEX CONCURRENTLY once_only ON doubled (id)')).rejects.toThrow(
			'could not create unique index',
		);
		expect(await shop.target.invalidIndexes()).toEqual(['public.once_only on public.doubled']);
		await shop.query('DROP TABLE doubled');
		expect(await shop.target.invalidIndexes()).toEqual([]);
	});
});

describe('the lock', () => {
	test('keeps others out while it is held, and is given back', async () => {
		const seen = await shop.target.withOrphanEnded(async () => ({
			holder: await shop.target.lockHolder(),
			other: await shop.apply('SELECT 1;'),
		}));
		expect(seen).toMatchObject({holder: {applicationName: 'lockstep'}, other: {kind: 'fenced', why: 'lock-busy'}});
		expect(await shop.target.lockHolder()).toBeNull();
	});

	test('is given back when the reader fails', async () => {
		await expect(
			shop.target.withOrphanEnded(async () => await Promise.reject(new Error('cannot read'))),
		).rejects.toThrow('cannot read');
		expect(await shop.target.lockHolder()).toBeNull();
	});

	test('finds an orphan that lost the lock but kept its name, and one that kept the lock but lost its name', async () => {
		const nameless = new pg.Client({...loginOf(shop), application_name: 'psql'});
		const lockless = new pg.Client({...loginOf(shop), application_name: 'lockstep MR-7'});
		for (const client of [nameless, lockless]) {
			client.on('error', () => undefined);
			await client.connect();
		}
		await nameless.query('SELECT pg_advisory_lock(1282368363, 1)');
		expect(await shop.target.lockHolder()).toMatchObject({applicationName: 'psql'});
		await shop.target.withOrphanEnded(async () => await Promise.resolve());
		for (const client of [nameless, lockless]) {
			await expect(client.query('SELECT 1')).rejects.toThrow(/terminat|not queryable/);
		}
	});

	test('that is lost while the state is read makes the reading worthless', async () => {
		const reading = shop.target.withOrphanEnded(async () => {
			await shop.query(
				// Of this database alone: other tests apply on the same server.
				`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1282368363
					AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
			);
			await delay(100);
			return 'not applied';
		});
		await expect(reading).rejects.toMatchObject({code: 'target-unreachable'});
	});

	test('of a stronger user cannot be taken by force', async () => {
		const superuser = await shop.connect();
		await superuser.query('SELECT pg_advisory_lock(1282368363, 1)');
		await expect(shop.target.withOrphanEnded(async () => await Promise.resolve())).rejects.toMatchObject({
			code: 'target-permission',
		});
		await superuser.end();
	});
});

function loginOf({settings}: Production): pg.ClientConfig {
	const {host, port, database, user, password} = settings;
	return {host, port, database, user, password};
}
