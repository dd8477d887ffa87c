import {describe, expect, test} from 'vitest';
import {migrationId, reviewStatements} from '../../../support/read-ef-script.ts';
import {findingOf, told} from '../../../support/told.ts';

const rules = ['server-escape', 'session-override', 'dynamic-sql'];

function expectFindings(sql: string, expected: readonly string[]): void {
	expect(told(reviewStatements([sql]), rules)).toEqual(expected);
}

describe('session-override', () => {
	test.each([
		'SET lock_timeout = 0',
		'SET LOCAL statement_timeout TO DEFAULT',
		"SET SESSION application_name = 'x'",
		"SET application_name TO 'x'",
		'SET session_replication_role = replica',
		'SET default_transaction_read_only = on',
		'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
		'SET synchronous_commit = off',
		"SET log_statement = 'none'",
		"SET pgaudit.log = 'none'",
		'SET row_security = off',
		'RESET lock_timeout',
		'RESET ALL',
		'DISCARD ALL',
		"PERFORM set_config('lock_timeout', '0', false)",
		"PERFORM set_config('LOCK_' || 'TIMEOUT', '0', false)",
		"UPDATE pg_settings SET setting = '0' WHERE name = 'lock_timeout'",
		'PERFORM pg_advisory_unlock_all()',
		'PERFORM pg_try_advisory_xact_lock_shared(1)',
		'PERFORM pg_catalog.pg_advisory_lock(1, 2)',
		'PERFORM pg_stat_reset()',
		'PERFORM pg_stat_statements_reset()',
		"EXECUTE 'SET lock_timeout = 0'",
		'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN SET lock_timeout = 0; END $f$',
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET lock_timeout = 0 AS 'SELECT 1'",
		"CREATE PROCEDURE p() LANGUAGE sql SET session_replication_role TO replica AS 'SELECT 1'",
		'ALTER FUNCTION f() SET statement_timeout TO 0',
		'ALTER PROCEDURE p() RESET lock_timeout',
		'ALTER DATABASE shop SET lock_timeout = 0',
		'ALTER DATABASE shop RESET ALL',
	])('%s', (sql) => {
		expectFindings(sql, ['blocker session-override']);
		expect(told(reviewStatements([sql], {appliedIds: [migrationId]}), rules)).toEqual(['blocker session-override']);
	});

	test('of what a role keeps for its sessions, besides the change of the role', () => {
		for (const sql of ['ALTER ROLE app SET lock_timeout = 0', 'ALTER ROLE ALL IN DATABASE shop RESET lock_timeout']) {
			expectFindings(sql, ['blocker session-override', 'warning server-escape']);
		}
	});

	test.each([
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = pg_catalog, shop AS 'SELECT 1'",
		"ALTER DATABASE shop SET timezone = 'UTC'",
		"PERFORM pg_catalog.set_config('search_path', '', false)",
		"SET LOCAL work_mem = '64MB'",
		'SET check_function_bodies = false',
		'SET client_min_messages = warning',
		'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
		'DISCARD PLANS',
		'SET CONSTRAINTS ALL DEFERRED',
		"PERFORM current_setting('lock_timeout')",
	])('%s is harmless', (sql) => {
		expectFindings(sql, []);
	});
});

describe('session-override of the path on which the guards find the history', () => {
	test.each(['SET search_path = shop', "PERFORM pg_catalog.set_config('search_path', 'shop', true)"])('%s', (sql) => {
		expectFindings(sql, ['warning session-override']);
		const inSchema = {historyTable: 'shop."__EFMigrationsHistory"'};
		expect(told(reviewStatements([sql], {script: inSchema}), rules)).toEqual([]);
	});
});

describe('server-escape', () => {
	test.each([
		"COPY orders FROM PROGRAM 'id'",
		"COPY orders TO '/tmp/x'",
		'CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = same)',
		"PERFORM pg_read_file('/etc/passwd')",
		"PERFORM pg_catalog.pg_read_binary_file('/etc/passwd')",
		"PERFORM pg_ls_dir('.')",
		"IF pg_read_file('/etc/passwd') = '' THEN NULL; END IF;",
		"EXECUTE 'COPY orders FROM PROGRAM ''id'''",
		"DO $x$ BEGIN PERFORM lo_import('/etc/passwd'); END $x$",
		"PERFORM lo_export(1, '/tmp/x')",
		"PERFORM dblink_exec('host=x', 'DROP TABLE y')",
		"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN PERFORM dblink('x', 'y'); END $f$",
		"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$ SELECT pg_read_file('x') $f$",
		"CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'sym'",
		'CREATE EXTENSION plpython3u',
		'CREATE EXTENSION dblink',
		'GRANT pg_execute_server_program TO app',
		'CREATE ROLE boss SUPERUSER',
		'ALTER ROLE app BYPASSRLS',
		'ALTER SYSTEM SET wal_level = logical',
		'PERFORM pg_terminate_backend(1)',
		'PERFORM pg_reload_conf()',
		"PERFORM pg_create_logical_replication_slot('s', 'pgoutput')",
		"PERFORM pg_drop_replication_slot('s')",
		"PERFORM net.http_post('http://x')",
		"PERFORM aws_s3.query_export_to_s3('SELECT 1', 'bucket', 'x')",
		'SET ROLE postgres',
		'SET LOCAL ROLE postgres',
		'RESET ROLE',
		'SET SESSION AUTHORIZATION postgres',
		"PERFORM set_config('role', 'postgres', false)",
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET role = postgres AS 'SELECT 1'",
		'CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION f()',
		'ALTER EVENT TRIGGER watch DISABLE',
		'ALTER EVENT TRIGGER watch RENAME TO other',
		'ALTER EVENT TRIGGER watch OWNER TO app',
		'DROP EVENT TRIGGER watch',
		'DROP OWNED BY app',
	])('%s', (sql) => {
		expectFindings(sql, ['blocker server-escape']);
		expect(told(reviewStatements([sql], {appliedIds: [migrationId]}), rules)).toEqual(['blocker server-escape']);
	});

	test.each(['GRANT reader TO app', 'REASSIGN OWNED BY app TO other', "SECURITY LABEL ON ROLE app IS 'x'"])(
		'a change of ordinary roles is a warning, while it is pending: %s',
		(sql) => {
			expectFindings(sql, ['warning server-escape']);
			expect(told(reviewStatements([sql], {appliedIds: [migrationId]}), rules)).toEqual([]);
		},
	);

	test.each([
		'CREATE EXTENSION IF NOT EXISTS pg_trgm',
		'GRANT SELECT ON orders TO app',
		'ALTER TABLE orders OWNER TO app',
		"SECURITY LABEL FOR anon ON COLUMN orders.email IS 'x'",
		"PERFORM setval('orders_id_seq', 7)",
		'PERFORM http_status_text(200)',
	])('%s is harmless', (sql) => {
		expectFindings(sql, []);
	});

	test('names what gave it away', () => {
		const finding = findingOf(reviewStatements(['SET ROLE postgres']), 'server-escape');
		expect(finding).toMatchObject({
			waivable: false,
			message: 'SET ROLE (postgres) reaches beyond what a migration may do to its database.',
		});
		expect(finding.remedy).toContain('SET ROLE postgres;');
	});
});

describe('dynamic-sql', () => {
	test.each([
		"EXECUTE 'DROP TABLE ' || current_setting('app.old')",
		"EXECUTE format('DROP TABLE %I', current_setting('app.old'))",
		"PERFORM query_to_xml('DROP TABLE x', true, true, '')",
		"PERFORM cron.schedule('nightly', '0 3 * * *', 'DELETE FROM orders')",
	])('%s', (sql) => {
		expectFindings(sql, ['warning dynamic-sql']);
		expect(told(reviewStatements([sql], {appliedIds: [migrationId]}), rules)).toEqual([]);
	});

	test('the body of a routine is told, and its name', () => {
		const body = "BEGIN EXECUTE 'DROP TABLE ' || name; END";
		const sql = `CREATE FUNCTION shop.purge(name text) RETURNS void LANGUAGE plpgsql AS $f$ ${body} $f$`;
		expect(findingOf(reviewStatements([sql]), 'dynamic-sql')).toMatchObject({
			severity: 'notice',
			message: 'CREATE FUNCTION shop.purge: its body runs a text that is put together when it is called.',
		});
	});

	test('a call of such a routine is a warning, told once for all calls', () => {
		const body = "BEGIN EXECUTE 'DROP TABLE ' || name; END";
		const create = `CREATE FUNCTION "Purge"(name text) RETURNS void LANGUAGE plpgsql AS $f$ ${body} $f$`;
		const other = `CREATE FUNCTION all_of_them() RETURNS void LANGUAGE sql AS $f$ SELECT "Purge"('a') $f$`;
		const review = reviewStatements([create, other, `PERFORM "Purge"('a')`, `PERFORM "Purge"('b')`]);
		expect(findingOf(review, 'dynamic-sql')).toMatchObject({
			severity: 'warning',
			message: 'purge() runs a text that it puts together: its effect cannot be read from the script.',
			furtherPlaces: [{migration: migrationId}],
		});
	});

	test('a search path that holds only inside of a routine leaves the text of a later EXECUTE readable', () => {
		const create = "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = pg_catalog AS 'SELECT 1'";
		expect(told(reviewStatements([create, "EXECUTE format('DROP TABLE %I', 'orders')"]), rules)).toEqual([]);
		const moving = `CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SET search_path = shop, pg_catalog'`;
		expect(told(reviewStatements([moving, "EXECUTE format('DROP TABLE %I', 'orders')"]), rules)).toEqual([
			'warning dynamic-sql',
		]);
	});

	test('the first value of a record in the body of a routine is looked at', () => {
		const body = "DECLARE r record := pg_read_file('x'); BEGIN NULL; END";
		expectFindings(`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ ${body} $f$`, ['blocker server-escape']);
	});

	test('an EXECUTE of a text that stands there whole is read like any statement', () => {
		const review = reviewStatements(["EXECUTE 'DROP TABLE orders'"]);
		expect(told(review, [...rules, 'drop-table'])).toEqual(['blocker drop-table']);
	});
});
