import {chmod, copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {createBackups} from '../../../src/adapters/backups/backups.ts';
import {createScratch} from '../../../src/adapters/scratch/scratch.ts';
import type {ScratchSettings} from '../../../src/adapters/scratch/scratch-settings.ts';
import type {TakenBackup} from '../../../src/operations/ports/backups.ts';
import type {Drilled, DrillRequest} from '../../../src/operations/ports/scratch.ts';
import {atEndOfFile} from '../../support/leaks.ts';
import {createShop, efHistory, migration, type RehearsedShop} from './rehearsing.ts';

const rows = `
	CREATE SCHEMA sales;
	CREATE TABLE customers (id integer PRIMARY KEY, email text, name text);
	INSERT INTO customers SELECT n, 'c' || n || '@example.com', CASE WHEN n = 7 THEN NULL ELSE 'name ' || n END FROM generate_series(1, 500) AS n;
	UPDATE customers SET email = 'c1@example.com' WHERE id = 2;
	CREATE TABLE sales.orders (id serial PRIMARY KEY, customer integer);
	INSERT INTO sales.orders (customer) SELECT n FROM generate_series(1, 501) AS n;
	CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS customers FROM customers;`;

let shop: RehearsedShop;
let backup: TakenBackup;
/** Of one drill from its beginning to its end, however busy this machine is. */
let drillMs = 0;

beforeAll(async () => {
	shop = await createShop(rows);
	backup = await takeBackup();
});

async function takeBackup(): Promise<TakenBackup> {
	const [target] = shop.settings.targets;
	if (target === undefined) throw new Error('no target');
	const {toolFolders} = shop.settings;
	const directory = await mkdtemp(path.join(tmpdir(), 'backups-'));
	atEndOfFile(async () => await rm(directory, {recursive: true}));
	const backups = createBackups({targets: [{...target, ...target.backup}], toolFolders});
	const {signal} = new AbortController();
	return await backups.take({target: 'shop', requestNumber: 42, directory, keepDays: 7, signal});
}

async function drill(
	script: string,
	{settings, ...changed}: Partial<DrillRequest> & {readonly settings?: Partial<ScratchSettings>} = {},
): Promise<Drilled> {
	return await createScratch({...shop.settings, ...settings}).drill({
		target: 'shop',
		requestNumber: 42,
		bytes: Buffer.from(script),
		history: efHistory,
		role: null,
		lockTimeoutMs: 5000,
		probes: [],
		dumpFile: backup.path,
		backup: backup.fileName,
		rows: backup.rows,
		databaseBytes: 20_000_000,
		withinMs: 60_000,
		signal: new AbortController().signal,
		...changed,
	});
}

function adding(...statements: readonly string[]): string {
	return migration('20260201000000_Change', ...statements);
}

describe('a drill', () => {
	test('restores the backup, counts its rows as the manifest does, and times the script on them', async () => {
		const heard: string[] = [];
		const beganAt = performance.now();
		const {drill: done} = await drill(
			adding(
				`UPDATE customers SET name = 'nobody' WHERE name IS NULL;`,
				'ALTER TABLE customers ALTER name SET NOT NULL;',
			),
			{
				probes: [
					{name: 'everybody has a name', sql: 'SELECT count(*) = 500 FROM customers WHERE name IS NOT NULL'},
					{name: 'it is recorded', sql: `SELECT count(*) = 2 FROM "__EFMigrationsHistory"`},
				],
				settings: {onCopy: (said, {target}) => heard.push(`${target}: ${said}`)},
			},
		);
		expect(done).toMatchObject({
			kind: 'passed',
			backup: backup.fileName,
			tablesCompared: 3,
			rowsRestored: 1002,
			leftOut: [],
			scriptMs: expect.any(Number),
			restoredInMs: expect.any(Number),
		});
		drillMs = performance.now() - beganAt;
		expect(heard).toEqual(['shop: rows copied', 'shop: rows removed']);
		expect(await shop.query('SELECT id FROM customers WHERE name IS NULL')).toEqual([{id: 7}]);
	});

	test('stops at what only the real rows break, and says that they do', async () => {
		const statement = 'ALTER TABLE sales.orders ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers';
		const {drill: done, output} = await drill(adding(`${statement};`));
		expect(done).toMatchObject({
			kind: 'script-failed',
			error: {sqlState: '23503', line: expect.any(Number), statement, mayBeForLackOfRows: false},
			rowsRestored: 1002,
		});
		expect(output).toContain('Key (customer)=(501) is not present');
	});

	test('asks the probes as the script’s role would see the data, and says how they were answered', async () => {
		const {drill: done} = await drill(adding('DELETE FROM customers WHERE name IS NULL;'), {
			probes: [
				{name: 'all are there', sql: 'SELECT count(*) = 500 FROM customers'},
				{name: 'all orders are', sql: 'SELECT count(*) = 501 FROM sales.orders'},
				{name: 'some are even', sql: 'SELECT count(*) > 0 FROM customers WHERE id / 0 = 1'},
				{name: 'no secrets are', sql: 'SELECT count(*) = 0 FROM pg_catalog.pg_authid'},
			],
		});
		expect(done).toMatchObject({
			kind: 'probes-failed',
			sentences: [
				'The probe “all are there” was answered with false.',
				expect.stringMatching(/“some are even” could not be answered: division by zero/),
			],
			leftOut: [{kind: 'probe', name: 'no secrets are', why: expect.stringContaining('permission denied')}],
		});
	});
});

describe('a backup that is not what it says', () => {
	test('is told by its rows: more or fewer, or no table at all; what was estimated is not compared', async () => {
		const counted = backup.rows.map((table) => (table.name === 'orders' ? {...table, rows: 499} : table));
		const {drill: done} = await drill(adding('SELECT 1;'), {
			rows: [
				...counted,
				{schema: 'public', name: 'gone', rows: 3, exact: true},
				{schema: 'public', name: 'vast', rows: 3_000_000, exact: false},
			],
		});
		expect(done).toMatchObject({
			kind: 'rows-differ',
			scriptMs: null,
			tables: [
				{table: 'sales.orders', inManifest: 499, restored: 501},
				{table: 'public.gone', inManifest: 3, restored: null},
			],
		});
	});

	test('is not restored where it is cut off', async () => {
		const dumpFile = path.join(tmpdir(), 'spoilt.dump');
		await copyFile(backup.path, dumpFile);
		await truncate(dumpFile, Math.floor((await stat(dumpFile)).size * 0.9));
		const {drill: done} = await drill('SELECT 1;', {dumpFile});
		expect(done).toMatchObject({
			kind: 'restore-failed',
			backup: backup.fileName,
			sentence: expect.stringMatching(/\S\.$/),
		});
		await rm(dumpFile);
	});

	test('is not called bad where the worker does not find it', async () => {
		const {drill: done} = await drill('SELECT 1;', {dumpFile: path.join(tmpdir(), 'gone.dump')});
		expect(done).toMatchObject({
			kind: 'skipped',
			reason: 'not-possible',
			sentence: expect.stringContaining('is not there'),
		});
	});

	test('is not restored where its rows break its own constraints, which nobody checked when they came', async () => {
		await shop.query(`CREATE TABLE lines (id integer PRIMARY KEY, customer integer REFERENCES customers);
			SET session_replication_role = replica; INSERT INTO lines VALUES (1, 900)`);
		const {path: dumpFile, rows: counted} = await takeBackup();
		await shop.query('DROP TABLE lines');
		const {drill: done} = await drill('SELECT 1;', {dumpFile, rows: counted});
		expect(done).toMatchObject({kind: 'restore-failed', sentence: expect.stringContaining('lines_customer_fkey')});
	});

	test('is not drilled where the history has changed since it was taken', async () => {
		await shop.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('20260115000000_Other', '10.0.3')`);
		const {drill: done} = await drill('SELECT 1;');
		await shop.query(`DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260115000000_Other'`);
		expect(done).toMatchObject({kind: 'skipped', reason: 'outdated'});
	});
});

describe('a script in a drill', () => {
	test('reads neither the backup nor a file of the worker, and the backup stays the worker’s alone', async () => {
		const secretFile = path.join(tmpdir(), 'password');
		await copyFile(backup.path, secretFile);
		await chmod(secretFile, 0o600);
		const before = await stat(backup.path);
		const attempts = [
			`SELECT pg_read_binary_file('${backup.path}')`,
			`COPY customers FROM '${secretFile}'`,
			`COPY customers FROM PROGRAM 'cat ${backup.path}'`,
			`SELECT lo_import('/proc/self/environ')`,
		].map(
			(attempt) => `DO $do$ BEGIN
				BEGIN EXECUTE $sql$${attempt}$sql$; EXCEPTION WHEN insufficient_privilege THEN RETURN; END;
				RAISE 'not refused: %', $sql$${attempt}$sql$;
			END $do$;`,
		);
		expect((await drill(attempts.join('\n'))).drill).toMatchObject({kind: 'passed'});
		const after = await stat(backup.path);
		expect([after.uid, after.gid, after.mode & 0o777]).toEqual([before.uid, before.gid, 0o600]);
		await rm(secretFile);
	});

	/** A CHECK calls it while pg_restore, a superuser there, brings the rows: nobody else runs code at that moment. */
	test.runIf(process.getuid?.() === 0)('does not read the backup by what the restored rows call either', async () => {
		const dumpFile = path.join(tmpdir(), 'checked.dump');
		const said = path.join('/tmp', `said-${shop.user}`);
		await shop.query(`CREATE TABLE checked (id integer);
			CREATE FUNCTION look() RETURNS boolean LANGUAGE plpgsql AS $look$ BEGIN
				IF current_setting('is_superuser') = 'on' AND session_user LIKE 'lockstep%' THEN
					EXECUTE 'COPY (SELECT 1) TO PROGRAM ''for f in ${dumpFile} /proc/[0-9]*/fd/0; do [ -p $f ] || head -c 5 $f; done > ${said} 2>/dev/null; cat >> ${said}''';
				END IF;
				RETURN true;
			END $look$;
			INSERT INTO checked VALUES (1); ALTER TABLE checked ADD CHECK (look());`);
		try {
			const checked = await takeBackup();
			await copyFile(checked.path, dumpFile);
			await chmod(dumpFile, 0o600);
			const {drill: done} = await drill('SELECT 1;', {dumpFile, rows: checked.rows});
			expect(done).toMatchObject({kind: 'passed'});
			// Its own input, and no dump's; other pipes it leaves alone, one of them may be initdb's in another test.
			expect(await readFile(said, 'utf8')).toBe('1\n');
		} finally {
			await shop.query('DROP TABLE checked; DROP FUNCTION look()');
			await rm(said, {force: true});
			await rm(dumpFile, {force: true});
		}
	});

	test('meets plans as production’s: the planner knows the rows', async () => {
		const {drill: done} = await drill(
			`DO $do$ BEGIN ASSERT (SELECT n_distinct FROM pg_stats WHERE tablename = 'customers' AND attname = 'id') = -1; END $do$;`,
		);
		expect(done).toMatchObject({kind: 'passed', leftOut: []});
	});

	test('that ends its own session says nothing of production', async () => {
		const {drill: done} = await drill('SELECT pg_terminate_backend(pg_backend_pid());');
		expect(done).toMatchObject({
			kind: 'skipped',
			reason: 'not-possible',
			sentence: expect.stringContaining('own trouble'),
		});
	});

	test('is stopped when the drill’s time is over', async () => {
		const withinMs = 2 * drillMs + 3000;
		const {drill: done} = await drill('SET client_connection_check_interval = 0; SELECT pg_sleep(600);', {
			withinMs,
		});
		expect(done).toMatchObject({
			kind: 'script-failed',
			error: {
				sqlState: '',
				message: expect.stringMatching(/^The script was stopped: it ran longer than [\d.]+ s, all that/),
			},
		});
	});

	test('is stopped before it fills the worker’s disk', async () => {
		// Not FROM generate_series(): its rows would go to a temporary file first, which has a limit of its own.
		const {drill: done} = await drill(
			`INSERT INTO customers SELECT generate_series(1000, 100000000), repeat('x', 70);`,
			{settings: {limits: {bytes: 150 * 1024 ** 2}}},
		);
		expect(done).toMatchObject({kind: 'script-failed', error: {message: expect.stringContaining('150 MB')}});
	});

	test('says nothing of production where it needs what leads out of the throw-away server', async () => {
		await shop.query(`CREATE EXTENSION postgres_fdw; CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
			CREATE FOREIGN TABLE ledger (id integer) SERVER elsewhere; GRANT ALL ON ledger TO ${shop.user}`);
		const {path: dumpFile, rows: counted} = await takeBackup();
		const {drill: done} = await drill('INSERT INTO ledger VALUES (1);', {dumpFile, rows: counted});
		const probes = [{name: 'ledger is even', sql: 'SELECT count(*) % 2 = 0 FROM ledger'}];
		const {drill: probed} = await drill('SELECT 1;', {dumpFile, rows: counted, probes});
		await shop.query('DROP EXTENSION postgres_fdw CASCADE');
		expect(done).toMatchObject({
			kind: 'skipped',
			reason: 'not-possible',
			sentence: expect.stringContaining('"ledger"'),
		});
		expect(probed).toMatchObject({
			kind: 'passed',
			leftOut: expect.arrayContaining([{kind: 'probe', name: 'ledger is even', why: expect.any(String)}]),
		});
	});
});

describe('a drill is not made', () => {
	test('where it could not be restored in time', async () => {
		const {drill: done} = await drill('SELECT 1;', {withinMs: 1});
		expect(done).toMatchObject({kind: 'skipped', reason: 'not-possible', sentence: expect.stringContaining('restore')});
	});

	test('where the disk has not the room', async () => {
		await expect(drill('SELECT 1;', {databaseBytes: 2 ** 60})).rejects.toMatchObject({
			code: 'scratch-unavailable',
			message: expect.stringContaining('a drill needs'),
		});
	});

	test('to its end where it is cancelled', async () => {
		const drilling = drill('SELECT pg_sleep(600);', {signal: AbortSignal.timeout(2500)});
		await expect(drilling).rejects.toMatchObject({code: 'cancelled'});
	});

	test('to its end where it is cancelled while a probe is asked, however long that one takes', async () => {
		const probes = [{name: 'slow', sql: 'SELECT pg_sleep(25) IS NOT NULL'}];
		const beganAt = performance.now();
		const drilling = drill('SELECT 1;', {probes, signal: AbortSignal.timeout(Math.ceil(drillMs) + 3000)});
		await expect(drilling).rejects.toMatchObject({code: 'cancelled'});
		expect(performance.now() - beganAt).toBeLessThan(drillMs + 3000 + 10_000);
	});
});

test('a dump to drill lies where only the worker may look, for as long as it is drilled', async () => {
	const scratch = createScratch(shop.settings);
	const place = await scratch.placeForCopy(20_000_000);
	await copyFile(backup.path, place.file);
	expect((await stat(path.dirname(place.file))).mode & 0o777).toBe(0o700);
	expect((await scratch.sweep()).directories).toEqual([]);
	await place.remove();
	await place.remove();
	await expect(stat(path.dirname(place.file))).rejects.toMatchObject({code: 'ENOENT'});
});

test('a dump that a killed worker was to drill is removed by the next one', async () => {
	const scratch = createScratch(shop.settings);
	const {file} = await scratch.placeForCopy(20_000_000);
	await copyFile(backup.path, file);
	const note = path.join(path.dirname(file), 'owner.json');
	// Another process bears the number of the one that died.
	await writeFile(note, JSON.stringify({...JSON.parse(await readFile(note, 'utf8')), startedAt: '1'}));
	expect(await scratch.sweep()).toEqual({directories: [path.dirname(file)], processes: 0, servers: []});
	await expect(stat(file)).rejects.toMatchObject({code: 'ENOENT'});
});
