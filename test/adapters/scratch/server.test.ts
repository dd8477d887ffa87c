import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, describe, expect, test} from 'vitest';
import {findLendable, majorMissing} from '../../../src/adapters/scratch/lendable.ts';
import {createScratch} from '../../../src/adapters/scratch/scratch.ts';
import {usualAccounts} from '../../../src/adapters/scratch/scratch-settings.ts';
import {readSource} from '../../../src/adapters/scratch/source.ts';
import {listPostgresTools} from '../../../src/platform/postgres-tools.ts';
import {databaseServer} from '../../support/databases.ts';
import {migrationId} from '../../support/read-ef-script.ts';
import {eventually} from '../target/production.ts';
import {type ConfiguredServer, configuredServer, serverBehindSocket} from './configured-server.ts';
import {createShop, efHistory, migration, reported, type RehearsedShop} from './rehearsing.ts';

/** What stands on a server that nobody rehearses on: twice for the database and the role of one name. */
const alone = ['lockstep_scratch', 'lockstep_scratch', 'postgres', 'scratch_admin', 'template0', 'template1'];

let shop: RehearsedShop;
let server: ConfiguredServer;

beforeAll(async () => {
	shop = await createShop('CREATE TABLE orders (id integer PRIMARY KEY, note text);');
	server = await configuredServer({max_prepared_transactions: 5});
});

afterEach(async () => {
	const held = await server.holds();
	if (held.join() !== alone.join()) throw new Error(`the configured server holds ${held.join(', ')}`);
});

describe('a configured scratch server of the target’s major', () => {
	test('takes the rehearsal, and nothing of it is left there', async () => {
		const rehearsal = await rehearse(
			migration(migrationId, 'ALTER TABLE orders ADD weight integer;', "INSERT INTO orders VALUES (1, 'one');"),
		);
		expect(rehearsal.kind).toBe('passed');
		const report = reported(rehearsal);
		expect(report.effects.map(({action, identity}) => `${action} ${identity}`)).toEqual([
			'created public.orders.weight',
		]);
		expect(report.historyAfter.map(({migrationId: id}) => id)).toContain(migrationId);
		expect(report.on.serverVersion).toMatch(/^1[4-9]\.\d+$/);
	});

	test('leaves psql its network, without which it could not get there, and the report says so', async () => {
		const {isolation} = reported(await rehearse('SELECT 1;')).on;
		const ownAccount = process.getuid?.() === 0 ? 'nobody' : null;
		expect(isolation).toEqual({account: ownAccount, networkCut: false});
	});

	test('leaves psql no network where it is reached by a socket', async () => {
		const cluster = await serverBehindSocket(shop.settings.directory);
		try {
			const rehearsal = await shop.rehearse('SELECT 1;', {settings: {servers: [cluster.login('lockstep_scratch')]}});
			expect(reported(rehearsal).on.isolation.networkCut).toBe(cluster.confinement.networkCut);
		} finally {
			await cluster.stop();
		}
	});

	test('catches a script that is not idempotent, and shows what it wrote again where the server counts', async () => {
		const counting = await configuredServer({shared_preload_libraries: 'pg_stat_statements'});
		const rehearsal = await rehearse("INSERT INTO orders SELECT count(*), 'x' FROM orders;", counting);
		expect(rehearsal).toMatchObject({
			kind: 'not-idempotent',
			repeated: [{kind: 'rows', table: 'public.orders', before: 1, after: 2}],
			writesRunAgain: [expect.stringMatching(/^INSERT INTO orders/)],
		});
		expect(await counting.holds()).toEqual(alone);
	});

	test('ends a script that fills its disk, and removes what it wrote', async () => {
		const rehearsal = await rehearse(
			`INSERT INTO orders SELECT generate_series(1, 100000000), repeat('x', 1900);`,
			server,
			{limits: {bytes: 200 * 1024 ** 2}},
		);
		expect(rehearsal).toMatchObject({kind: 'failed', error: {message: expect.stringContaining('200 MB')}});
	});

	test('is left for a throw-away server where it does not answer', async () => {
		const away = {...server.login, port: 1};
		const rehearsal = await shop.rehearse('SELECT 1;', {settings: {servers: [away]}});
		expect(rehearsal.kind).toBe('passed');
	});

	test('is asked for where there is none of the target’s major', async () => {
		const {place, others} = await findAmong([server.login, {...server.login, port: 1}], 990_001);
		const [own] = await listPostgresTools(shop.settings.toolFolders);
		expect(place).toBeNull();
		expect(majorMissing(99, others)).toEqual({
			kind: 'impossible',
			reason: 'major-missing',
			sentence: `The target runs PostgreSQL 99, whose server programs this worker has not. The scratch server ${server.endpoint} runs PostgreSQL ${own?.major}. The scratch server ${server.login.host}:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1. Install postgresql-99 (the server, it need not run), name a PostgreSQL 99 for Lockstep alone in worker.scratchServers, or accept the request unrehearsed.`,
		});
	});
});

describe('a script on a configured server', () => {
	test('finds no way out of the copy', async () => {
		await shop.query(`CREATE EXTENSION IF NOT EXISTS dblink; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO ${shop.user};
			GRANT SELECT ON pg_authid TO ${shop.user}; GRANT EXECUTE ON FUNCTION dblink_connect_u(text) TO ${shop.user} WITH GRANT OPTION`);
		const attempts = [
			`'SELECT pg_read_file(''postgresql.conf'')'`,
			`'SELECT rolpassword FROM pg_authid'`,
			`'SELECT dblink_connect_u(''host=127.0.0.1'')'`,
			`'COPY orders FROM PRO' || 'GRAM ''true'''`,
			`'SET ROLE lockstep_scratch'`,
			`'SET temp_file_limit = -1'`,
			`'CREATE ROLE other'`,
			`'COMMENT ON ROLE ' || current_user || ' IS NULL'`,
			`'ALTER ROLE ' || current_user || ' VALID UNTIL ''infinity'''`,
			`'ALTER DATABASE ' || current_database() || ' OWNER TO lockstep_scratch'`,
			`'ALTER DATABASE ' || current_database() || ' RENAME TO other'`,
		];
		const script = attempts.map(
			(attempt) => `DO $do$ BEGIN
				BEGIN EXECUTE ${attempt}; EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR object_in_use THEN RETURN; END;
				RAISE 'not refused: %', ${attempt};
			END $do$;`,
		);
		const elsewhere = ['postgres', 'template1', 'lockstep_scratch'].map(
			(name) => `IF has_database_privilege('${name}', 'CONNECT') THEN RAISE 'may connect to ${name}'; END IF;`,
		);
		const rehearsal = await rehearse([...script, `DO $$ BEGIN ${elsewhere.join(' ')} END $$;`].join('\n'));
		expect(rehearsal).toMatchObject({kind: 'passed', first: {error: null}});
		expect(reported(rehearsal).on.leftOut.map(({kind, name}) => `${kind} ${name}`)).toEqual(
			expect.arrayContaining(['grant FUNCTION pg_read_file(text)', 'grant TABLE pg_authid']),
		);
		await shop.query(`REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM ${shop.user}; REVOKE SELECT ON pg_authid FROM ${shop.user};
			DROP EXTENSION dblink`);
	});

	test('leaves nothing that keeps its copy from being removed', async () => {
		const script = `ALTER DATABASE "${shop.database}" IS_TEMPLATE true; ALTER DATABASE "${shop.database}" SET statement_timeout = '1ms';
			COMMENT ON DATABASE "${shop.database}" IS 'not Lockstep''s';
			ALTER ROLE CURRENT_USER PASSWORD 'known'; BEGIN; CREATE TABLE held (id int); PREPARE TRANSACTION 'held';`;
		await Promise.allSettled([rehearse(script)]);
		expect(await server.query('SELECT gid FROM pg_prepared_xacts')).toEqual([]);
	});
});

describe('a server that is not Lockstep’s alone is refused, and nothing on it is touched:', () => {
	let other: ConfiguredServer;

	beforeAll(async () => {
		other = await configuredServer();
	});

	test.each([
		['with another database', 'CREATE DATABASE accounts', 'DROP DATABASE accounts', 'the database accounts'],
		['with another role', 'CREATE ROLE app LOGIN', 'DROP ROLE app', 'the role app'],
		[
			'with a table in the first database',
			'CREATE TABLE ledger (id int)',
			'DROP TABLE ledger',
			'relation ledger in the database postgres',
		],
		['with a mark on a superuser', markedSuperuser(), 'DROP ROLE app', 'the role app'],
		[
			'with somebody who reads its changes',
			"SELECT pg_create_physical_replication_slot('standby')",
			"SELECT pg_drop_replication_slot('standby')",
			'the replication slot standby',
		],
		[
			'with a superuser whose password is kept as MD5',
			"SET password_encryption = md5; ALTER ROLE scratch_admin PASSWORD 'known'",
			'ALTER ROLE scratch_admin PASSWORD NULL',
			'the password of scratch_admin as an MD5 hash',
		],
		[
			'with a superuser whose name the target has, too',
			'ALTER ROLE scratch_admin RENAME TO postgres',
			'ALTER ROLE postgres RENAME TO scratch_admin',
			'ALTER ROLE "postgres" RENAME TO "scratch_postgres"',
		],
	])('%s', async (_, made, undone, said) => {
		await other.query(made);
		const before = await everything(other);
		await expect(rehearse('SELECT 1;', other)).rejects.toMatchObject({
			code: 'scratch-unavailable',
			message: expect.stringContaining(said),
		});
		expect(await everything(other)).toEqual(before);
		await other.query(undone);
	});

	test('without the database that gives it to Lockstep', async () => {
		await other.query('DROP DATABASE lockstep_scratch');
		const before = await everything(other);
		expect(await findOthers(other.login)).toEqual([
			`The scratch server ${other.endpoint} has no database lockstep_scratch. Where that server is for Lockstep alone, make it there: CREATE DATABASE lockstep_scratch.`,
		]);
		expect(await everything(other)).toEqual(before);
		await other.query('CREATE DATABASE lockstep_scratch');
	});

	test('with another password', async () => {
		expect(await findOthers({...other.login, password: 'wrong'})).toEqual([
			`The scratch server ${other.endpoint} refused the login of lockstep_scratch (password authentication failed for user "lockstep_scratch"). Check worker.scratchServers and its pg_hba.conf.`,
		]);
	});

	test('the target’s own', async () => {
		const {host, port, superuser: user, password} = await databaseServer();
		await shop.query('CREATE DATABASE lockstep_scratch');
		try {
			const own = {host, port, user, password, ssl: null};
			await expect(shop.rehearse('SELECT 1;', {settings: {servers: [own]}})).rejects.toMatchObject({
				code: 'scratch-unavailable',
				message: `The scratch server ${host}:${port} is the server of the target shop itself. A script is never tried there.`,
			});
		} finally {
			await shop.query('DROP DATABASE lockstep_scratch');
		}
	});

	test('with a login that is no superuser’s', async () => {
		await other.query("CREATE ROLE plain LOGIN PASSWORD 'plain'");
		const plain = {...other, login: {...other.login, user: 'plain', password: 'plain'}};
		await expect(rehearse('SELECT 1;', plain)).rejects.toMatchObject({
			code: 'scratch-unavailable',
			message: expect.stringContaining('lets Lockstep in as an ordinary role'),
		});
		await other.query('DROP ROLE plain');
	});
});

describe('rehearsals on one server', () => {
	test('wait for each other', async () => {
		const script = `SELECT pg_sleep(0.5); ALTER TABLE orders ADD IF NOT EXISTS weight integer;`;
		const rehearsals = await Promise.all([rehearse(script), rehearse(script), rehearse(script)]);
		expect(rehearsals.map(({kind}) => kind)).toEqual(['passed', 'passed', 'passed']);
	});

	test('take another server of the same major while the first is taken', async () => {
		const second = await configuredServer();
		const servers = {servers: [server.login, second.login], limits: {waitMs: 0}};
		const long = rehearse('SELECT pg_sleep(2);');
		await eventually(async () => (await server.holds()).includes(shop.user));
		expect((await rehearse('SELECT 1;', second, servers)).kind).toBe('passed');
		expect((await long).kind).toBe('passed');
	});

	test('do not wait without end', async () => {
		const long = rehearse('SELECT pg_sleep(2);');
		await eventually(async () => (await server.holds()).includes(shop.user));
		await expect(rehearse('SELECT 1;', server, {limits: {waitMs: 600}})).rejects.toMatchObject({code: 'scratch-busy'});
		expect((await long).kind).toBe('passed');
	});

	test('say nothing of the script where the server was lost on the way', async () => {
		const rehearsing = Promise.allSettled([rehearse('SELECT pg_sleep(60);')]);
		await eventually(async () => (await server.holds()).includes(shop.user));
		await server.query(
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockstep scratch lease'`,
		);
		expect(await rehearsing).toMatchObject([{status: 'rejected', reason: {code: 'scratch-busy'}}]);
		expect(await server.holds()).not.toEqual(alone);
		expect((await sweeper().sweep()).servers).toEqual([server.endpoint]);
	});
});

describe('what a killed worker left on a configured server', () => {
	let worker: ChildProcess;

	afterEach(() => worker.kill('SIGKILL'));

	test('is removed by the next, but not while the worker lives', async () => {
		await startWorker();
		expect((await sweeper().sweep()).servers).toEqual([]);
		expect(await server.holds()).toContain(shop.user);
		worker.kill('SIGKILL');
		await once(worker, 'exit');
		await eventually(async () => (await sweeper().sweep()).servers.length > 0);
		expect(await server.holds()).toEqual(alone);
		expect((await sweeper().sweep()).servers).toEqual([]);
	});

	test('is removed as well where the removal of its copy was interrupted', async () => {
		await startWorker();
		worker.kill('SIGKILL');
		await once(worker, 'exit');
		await server.query(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${shop.database}'`);
		await eventually(async () => (await sweeper().sweep()).servers.length > 0);
		expect(await server.holds()).toEqual(alone);
	});

	test('does not stand in the way of the next rehearsal', async () => {
		await startWorker();
		worker.kill('SIGKILL');
		await once(worker, 'exit');
		expect((await rehearse('SELECT 1;')).kind).toBe('passed');
	});

	async function startWorker(): Promise<void> {
		const program = fileURLToPath(new URL('rehearsing-worker.ts', import.meta.url));
		worker = spawn(process.execPath, ['--import', 'tsx', program], {stdio: ['pipe', 'inherit', 'inherit']});
		worker.stdin?.end(JSON.stringify({...shop.settings, servers: [server.login]}));
		await eventually(async () => {
			const rows = await server.query(
				`SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND usename = '${shop.user}'`,
			);
			return rows.length > 0;
		}, 30_000);
	}
});

async function rehearse(
	script: string,
	on: ConfiguredServer = server,
	settings: Partial<RehearsedShop['settings']> = {},
): ReturnType<RehearsedShop['rehearse']> {
	return await shop.rehearse(script, {settings: {servers: [on.login], ...settings}});
}

function sweeper(): ReturnType<typeof createScratch> {
	return createScratch({...shop.settings, servers: [server.login]});
}

async function findOthers(login: ConfiguredServer['login']): Promise<readonly string[]> {
	return (await findAmong([login])).others;
}

/** @param serverVersion In the place of the target's own. */
async function findAmong(
	servers: readonly ConfiguredServer['login'][],
	serverVersion?: number,
): ReturnType<typeof findLendable> {
	const {targets, toolFolders} = shop.settings;
	const [target] = targets;
	if (target === undefined) throw new Error('the shop has no target');
	const source = await readSource(target, null, efHistory);
	return await findLendable({
		target,
		servers,
		toolFolders,
		source: {...source, serverVersion: serverVersion ?? source.serverVersion},
		accounts: usualAccounts,
		tempFileBytes: 0,
		waitMs: 0,
		signal: new AbortController().signal,
	});
}

function markedSuperuser(): string {
	return `DO $$ BEGIN CREATE ROLE app SUPERUSER; EXECUTE format('COMMENT ON ROLE app IS %L', 'made by Lockstep for a rehearsal on server '
		|| (SELECT system_identifier FROM pg_control_system()) || ', removed after it'); END $$`;
}

/** Databases with their rights, roles with their comments, what the first database holds. */
async function everything(of: ConfiguredServer): Promise<unknown> {
	return await of.query(`SELECT datname::text AS name, datacl::text AS rights, oid::int8 FROM pg_database
		UNION ALL SELECT rolname, shobj_description(oid, 'pg_authid'), oid FROM pg_roles
		UNION ALL SELECT relname, relacl::text, oid FROM pg_class WHERE oid >= 16384
		UNION ALL SELECT slot_name, slot_type, 0 FROM pg_replication_slots ORDER BY 1, 3`);
}
