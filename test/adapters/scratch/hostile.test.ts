import {readdir, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {startCluster, type ThrowAwayCluster} from '../../../src/adapters/scratch/cluster.ts';
import {usualAccounts} from '../../../src/adapters/scratch/scratch-settings.ts';
import {findConfinement} from '../../../src/platform/confinement.ts';
import {findPostgresServer, listPostgresTools} from '../../../src/platform/postgres-tools.ts';
import {databaseServer} from '../../support/databases.ts';
import {createShop, makeScratchPlace, reported, type RehearsedShop} from './rehearsing.ts';

const secret = 'hunter2-of-the-worker';

let shop: RehearsedShop;
let secretFile: string;
let trace: string;

beforeAll(async () => {
	shop = await createShop('CREATE TABLE orders (id integer PRIMARY KEY, note text);');
	secretFile = path.join(tmpdir(), 'password');
	trace = path.join('/tmp', `trace-${shop.user}`);
	await writeFile(secretFile, secret, {mode: 0o600});
	process.env['SHOP_PASSWORD'] = secret;
});

afterAll(async () => {
	delete process.env['SHOP_PASSWORD'];
	await import('node:fs/promises').then(async ({rm}) => await rm(secretFile));
});

describe('a script that nobody has approved', () => {
	test('is refused what lies outside, and the refusal is its error', async () => {
		const program = `concat('COPY orders FROM PRO', 'GRAM ''touch ${trace}''')`;
		const rehearsal = await shop.rehearse(`DO $$ BEGIN EXECUTE ${program}; END $$;`);
		expect(rehearsal).toMatchObject({
			kind: 'failed',
			effects: [],
			error: {sqlState: '42501', line: 1, statement: `COPY orders FROM PROGRAM 'touch ${trace}'`},
		});
		expect(await readdir(path.dirname(trace))).not.toContain(path.basename(trace));
	});

	test('is refused it by whatever way', async () => {
		const attempts = [
			`'COPY orders TO ''${trace}'''`,
			`'COPY orders (note) FROM ''/proc/${process.pid}/environ'''`,
			`'SELECT pg_read_file(''/etc/passwd'')'`,
			`'SELECT lo_import(''/etc/passwd'')'`,
			`'SELECT pg_ls_dir(''/'')'`,
			`'CREATE EXTENSION file_fdw'`,
			`'CREATE FUNCTION f() RETURNS int LANGUAGE c AS ''$libdir/x'', ''y'''`,
			`'GRANT pg_execute_server_program TO CURRENT_USER'`,
			`'CREATE ROLE other SUPERUSER'`,
			`'SET SESSION AUTHORIZATION ' || (SELECT rolname FROM pg_roles WHERE rolsuper)`,
			`'SET ROLE ' || (SELECT rolname FROM pg_roles WHERE rolsuper)`,
			`'DROP SCHEMA ' || (SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockstep%') || ' CASCADE'`,
			`'DROP EVENT TRIGGER ' || (SELECT min(evtname) FROM pg_event_trigger)`,
			`'SET session_replication_role = replica'`,
			`'SET temp_file_limit = -1'`,
		];
		const script = attempts.map(
			(attempt) => `DO $do$ BEGIN
				BEGIN EXECUTE ${attempt}; EXCEPTION WHEN insufficient_privilege THEN RETURN; END;
				RAISE 'not refused: %', ${attempt};
			END $do$;`,
		);
		const rehearsal = await shop.rehearse([...script, 'ALTER SYSTEM SET work_mem = 100;'].join('\n'));
		expect(rehearsal).toMatchObject({
			kind: 'failed',
			error: {sqlState: '42501', statement: expect.stringContaining('ALTER SYSTEM')},
		});
		expect(JSON.stringify(rehearsal)).not.toContain(secret);
		expect(await readdir(path.dirname(trace))).not.toContain(path.basename(trace));
	});

	test("finds none of psql's own commands", async () => {
		const rehearsal = await shop.rehearse(`\\! touch ${trace}\nSELECT 1;`);
		expect(rehearsal).toMatchObject({
			kind: 'failed',
			error: {message: expect.stringContaining('backslash commands are restricted')},
		});
		expect(await readdir(path.dirname(trace))).not.toContain(path.basename(trace));
	});

	test('writes nothing through a foreign table: neither it nor the way and its password are in the copy', async () => {
		const elsewhere = await createShop('CREATE TABLE ledger (id integer);');
		const {host, port} = await databaseServer();
		const [target] = elsewhere.settings.targets;
		await shop.query(`CREATE EXTENSION postgres_fdw; CREATE EXTENSION dblink;
			CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${host}', port '${port}', dbname '${elsewhere.database}');
			GRANT USAGE ON FOREIGN SERVER elsewhere TO ${shop.user}; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO ${shop.user};
			CREATE USER MAPPING FOR ${shop.user} SERVER elsewhere OPTIONS (user ${pg.escapeLiteral(elsewhere.user)}, password ${pg.escapeLiteral(target?.apply.password ?? '')});
			CREATE FOREIGN TABLE ledger (id integer) SERVER elsewhere; GRANT ALL ON ledger TO ${shop.user};
			CREATE VIEW ledger_ids AS SELECT id FROM ledger; GRANT SELECT ON ledger_ids TO PUBLIC; CREATE PUBLICATION news FOR TABLE orders;
			CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch();`);
		const rehearsal = await shop.rehearse('ALTER TABLE orders ADD IF NOT EXISTS a int; INSERT INTO ledger VALUES (1);');
		expect(rehearsal).toMatchObject({kind: 'failed', error: {sqlState: '42P01'}});
		const left = reported(rehearsal).on.leftOut.map(({kind, name}) => `${kind} ${name}`);
		expect(left).toEqual([
			'foreign table public.ledger',
			'foreign server elsewhere',
			`user mapping ${shop.user} on elsewhere`,
			'publication news',
			'event trigger watch',
			'object CREATE VIEW public.ledger_ids AS',
		]);
		expect(JSON.stringify(rehearsal)).not.toContain(target?.apply.password);
		const open = `SELECT dblink_exec('host=${host} port=${port} dbname=${elsewhere.database} user=${elsewhere.user} password=x', 'INSERT INTO ledger VALUES (1)');`;
		expect(await shop.rehearse(open)).toMatchObject({kind: 'failed', error: {sqlState: '42501'}});
		const own = `CREATE SERVER own FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${host}');`;
		expect(await shop.rehearse(own)).toMatchObject({kind: 'failed', error: {sqlState: '42501'}});
		expect(await elsewhere.query('SELECT * FROM ledger')).toEqual([]);
	});
});

describe('a script without end', () => {
	test('is stopped after its time, and what it had done by then is told', async () => {
		const rehearsal = await shop.rehearse(
			'CREATE TABLE parcels (id int); SET client_connection_check_interval = 0; SELECT pg_sleep(600);',
			{settings: {limits: {passMs: 1500}}},
		);
		expect(rehearsal).toMatchObject({
			kind: 'failed',
			error: {message: expect.stringContaining('longer than 1.5 s')},
			effects: [{action: 'created', identity: 'public.parcels'}],
		});
	});

	test('is stopped before it fills the disk', async () => {
		const rehearsal = await shop.rehearse(
			`INSERT INTO orders SELECT n, repeat('x', 7000) FROM generate_series(1, 100000000) AS n;`,
			{settings: {limits: {bytes: 200 * 1024 ** 2}}},
		);
		expect(rehearsal).toMatchObject({kind: 'failed', error: {message: expect.stringContaining('200 MB')}});
	});

	test('is stopped when the review is', async () => {
		const rehearsing = shop.rehearse('SELECT pg_sleep(600);', {signal: AbortSignal.timeout(4000)});
		await expect(rehearsing).rejects.toMatchObject({code: 'cancelled'});
	});
});

test('scratch refuses to lie where backups or secrets do', async () => {
	const {directory} = shop.settings;
	await expect(shop.rehearse('SELECT 1;', {settings: {keepAwayFrom: [directory]}})).rejects.toMatchObject({
		code: 'scratch-unavailable',
	});
});

/** A worker that is not root has no other account to give its servers, so that only its rights as a role protect it. */
describe.runIf(process.getuid?.() === 0)('even a superuser of the throw-away server', () => {
	let cluster: ThrowAwayCluster;

	beforeAll(async () => {
		const {binDirectory} = await databaseServer();
		const [{major} = {major: 0}] = await listPostgresTools([binDirectory]);
		const tools = (await findPostgresServer(major, [binDirectory])) ?? expect.fail();
		const confinement = (await findConfinement(usualAccounts)) ?? expect.fail();
		const parent = await makeScratchPlace();
		cluster = await startCluster({tools, confinement, parent, tempFileBytes: 1024 ** 2, countsStatements: false});
	});

	afterAll(async () => await cluster.stop());

	test.each([
		['a file of the worker', () => secretFile],
		['the environment of the worker', () => `/proc/${process.pid}/environ`],
		['the note that says whose the server is', () => path.join(cluster.directory, '..', 'owner.json')],
	])('cannot read %s', async (_, file) => {
		await readFile(file());
		expect(await asSuperuser(`COPY said FROM PROGRAM 'cat ${file()} 2>&1 || true'`)).toMatch(/Permission denied/);
	});

	test('finds nothing in its own environment', async () => {
		const environment = await asSuperuser(`COPY said FROM PROGRAM 'env'`);
		expect(environment).not.toMatch(/LOCKSTEP|PASSWORD|TMPDIR|HOME/);
		expect(environment).toMatch(/LC_CTYPE=C/);
	});

	test('reaches no network, where this machine lets it be cut off', async () => {
		const {host, port} = await databaseServer();
		const answer = await asSuperuser(
			`COPY said FROM PROGRAM 'bash -c "echo > /dev/tcp/${host}/${port}" 2>&1 && echo reached || true'`,
		);
		const expected = cluster.confinement.networkCut ? /Network is unreachable|refused|Cannot assign/ : /^reached$/;
		expect(answer).toMatch(expected);
	});

	async function asSuperuser(sql: string): Promise<string> {
		const client = new pg.Client({...cluster.login('postgres'), ssl: false});
		await client.connect();
		try {
			await client.query('CREATE TEMPORARY TABLE said (line text)');
			await client.query(sql);
			return (await client.query<{line: string}>('SELECT line FROM said')).rows.map(({line}) => line).join('\n');
		} finally {
			await client.end();
		}
	}
});
