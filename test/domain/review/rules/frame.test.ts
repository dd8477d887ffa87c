import {describe, expect, test} from 'vitest';
import {efScript, efVersions, type EfCommand} from '../../../support/ef-script.ts';
import {migrationId, reviewBytes, reviewStatements} from '../../../support/read-ef-script.ts';
import {findingOf, told} from '../../../support/told.ts';

const rules = ['not-idempotent', 'guard-mismatch', 'partial-apply', 'history-tampering'];
const seed = "INSERT INTO settings (name) VALUES ('theme')";
const migrations = [{id: migrationId, statements: [seed]}];
const text = efScript({version: '10', migrations, bom: false}).toString('utf8');

function guarded(id: string, sql: string): string {
	return `DO $EF$\nBEGIN\n    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '${id}') THEN\n    ${sql}\n    END IF;\nEND $EF$;\n`;
}

function historyRow(id: string): string {
	return `INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('${id}', '10.0.3');`;
}

describe('partial-apply', () => {
	test('blocks a transaction that is never committed, as of a file that was cut off', () => {
		const cut = text.slice(0, text.lastIndexOf('COMMIT;'));
		expect(told(reviewBytes(cut), rules)).toEqual(['blocker partial-apply']);
		expect(told(reviewBytes(cut, {appliedIds: [migrationId]}), rules)).toEqual([]);
		const abandoned = `${text}START TRANSACTION;\nSAVEPOINT a;\n`;
		expect(findingOf(reviewBytes(abandoned), 'partial-apply').message).toContain('is never committed');
		expect(told(reviewBytes(`${abandoned}ROLLBACK;\n`), rules)).toEqual([]);
	});

	const suppressed = (sql: string): EfCommand => ({sql, suppressTransaction: true});

	test.each<readonly [string, Parameters<typeof efScript>[0], readonly string[]]>([
		['EF 3.1 writes no transactions', {version: '3.1', migrations}, ['warning partial-apply']],
		['--no-transactions', {version: '10', migrations, noTransactions: true}, ['warning partial-apply']],
		['a transaction each', {version: '8', migrations}, []],
		['one for all', {version: '9', migrations}, []],
		[
			'a command for which EF commits in the middle',
			{version: '10', migrations: [{id: migrationId, statements: [seed, suppressed('ANALYZE settings')]}]},
			['warning partial-apply'],
		],
		[
			'only new things',
			{
				version: '3.1',
				migrations: [
					{
						id: migrationId,
						statements: [
							'CREATE TABLE a (id int)',
							'INSERT INTO a VALUES (1)',
							'CREATE INDEX ix ON a (id)',
							'CREATE EXTENSION IF NOT EXISTS pg_trgm',
						],
					},
				],
			},
			['notice partial-apply'],
		],
		[
			'rows in what may have been there before',
			{
				version: '3.1',
				migrations: [
					{id: migrationId, statements: ['CREATE TABLE IF NOT EXISTS a (id int)', 'INSERT INTO a VALUES (1)']},
				],
			},
			['warning partial-apply'],
		],
		[
			'rows in what another migration makes',
			{
				version: '3.1',
				migrations: [
					{id: '20250101000000_Before', statements: ['CREATE TABLE a (id int)']},
					{id: migrationId, statements: ['INSERT INTO a VALUES (1)']},
				],
			},
			['warning partial-apply'],
		],
		[
			'what nobody can read',
			{
				version: '3.1',
				migrations: [{id: migrationId, statements: ['CREATE TABLE a (id int)', "EXECUTE current_setting('app.text')"]}],
			},
			['warning partial-apply'],
		],
	])('%s', (_name, script, expected) => {
		expect(told(reviewBytes(efScript(script)), rules)).toEqual(expected);
	});

	test('looks at pending migrations alone', () => {
		expect(told(reviewBytes(efScript({version: '3.1', migrations}), {appliedIds: [migrationId]}), rules)).toEqual([]);
	});

	test('names the first and counts the others', () => {
		const two = [...migrations, {id: '20260102000000_Second', statements: [seed]}];
		expect(findingOf(reviewBytes(efScript({version: '3.1', migrations: two})), 'partial-apply').message).toBe(
			`Migration ${migrationId} (and 1 more) is not wholly in one transaction: it may land half, and then a retry is not safe.`,
		);
	});
});

describe('not-idempotent', () => {
	test.each([
		['DELETE FROM settings WHERE id = 1;', ['blocker not-idempotent']],
		['SELECT purge();', ['blocker not-idempotent']],
		['DO $$ BEGIN PERFORM purge(); END $$;', ['blocker not-idempotent']],
		[
			"DO $$ BEGIN IF NOT EXISTS(SELECT 1 FROM settings WHERE name = 'x') THEN DELETE FROM settings; END IF; END $$;",
			['blocker not-idempotent'],
		],
		['GRANT SELECT ON settings TO app;', ['blocker not-idempotent']],
		['SELECT 1;', []],
		['SET search_path = shop;', []],
		["SELECT pg_catalog.set_config('search_path', '', false);", []],
	])('%s behind the last migration', (sql, expected) => {
		expect(told(reviewBytes(`${text}${sql}\n`), rules)).toEqual(expected);
		expect(told(reviewBytes(`${text}${sql}\n`, {appliedIds: [migrationId]}), rules)).toEqual(expected);
	});

	test.each(efVersions)(
		"EF %s's own statements around the guards are fine, a history in a schema of its own too",
		(version) => {
			const script = {version, migrations, historyTable: 'shop."__EFMigrationsHistory"', noTransactions: false};
			expect(told(reviewBytes(efScript(script)), ['not-idempotent', 'history-tampering'])).toEqual([]);
		},
	);

	test('the settings at the head of a dumped schema are harmless', () => {
		const head =
			"SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nSET check_function_bodies = false;\n";
		expect(told(reviewBytes(`${head}${text}`), ['not-idempotent', 'session-override', 'server-escape'])).toEqual([]);
	});

	test('the remedy holds the statement', () => {
		const finding = findingOf(reviewBytes(`${text}DELETE FROM\n  settings WHERE id = 1;\n`), 'not-idempotent');
		expect(finding.remedy).toContain('migrationBuilder.Sql("DELETE FROM settings WHERE id = 1;");');
	});
});

describe('guard-mismatch', () => {
	const other = '20990101000000_Other';
	test.each([
		['another id inserted', (script: string) => script.replace(`VALUES ('${migrationId}'`, `VALUES ('${other}'`)],
		['no row inserted', (script: string) => script.replace(/INSERT INTO "__EF[^;]*;/u, 'NULL;')],
		['inserted twice', (script: string) => script.replace(/INSERT INTO "__EF[^;]*;/u, '$& $&')],
		[
			'a statement after it',
			(script: string) => script.replace(/INSERT INTO "__EF[^;]*;/u, '$& DELETE FROM orders WHERE id = 1;'),
		],
		['a call after it', (script: string) => script.replace(/INSERT INTO "__EF[^;]*;/u, '$& PERFORM purge();')],
		[
			'something unreadable after it',
			(script: string) => script.replace(/INSERT INTO "__EF[^;]*;/u, "$& EXECUTE current_setting('app.text');"),
		],
		['a row on condition', (script: string) => script.replace(/INSERT INTO "__EF[^;]*;/u, 'IF 1 > 2 THEN $& END IF;')],
		[
			'the same migration twice in the file',
			(script: string) =>
				`${script}${guarded(migrationId, seed + ';')}${guarded(migrationId, historyRow(migrationId))}`,
		],
	])('%s', (_name, edit) => {
		const edited = edit(text);
		expect(edited).not.toBe(text);
		expect(told(reviewBytes(edited), ['guard-mismatch'])).toEqual(['blocker guard-mismatch']);
	});

	test('blocks of one migration on both sides of another', () => {
		const script = `${text}${guarded(other, seed + ';')}${guarded('20260102000000_Second', seed + ';')}${guarded('20260102000000_Second', historyRow('20260102000000_Second'))}${guarded(other, historyRow(other))}`;
		const finding = findingOf(reviewBytes(script), 'guard-mismatch');
		expect(finding).toMatchObject({
			migration: other,
			waivable: false,
			message: `The guard of ${other} stands in two places of the file, with 20260102000000_Second in between.`,
		});
		expect(told(reviewBytes(script, {appliedIds: [other]}), ['guard-mismatch'])).toEqual([]);
	});

	test.each(efVersions)('EF %s as it writes them, up and down, is fine', (version) => {
		const two = [
			...migrations,
			{id: '20260102000000_Second', statements: [seed, {sql: seed, suppressTransaction: true as const}]},
		];
		expect(told(reviewBytes(efScript({version, migrations: two})), ['guard-mismatch'])).toEqual([]);
		const down = efScript({version, migrations: two.toReversed(), down: true});
		const appliedIds = two.map(({id}) => id);
		expect(told(reviewBytes(down, {appliedIds}), ['guard-mismatch', 'history-tampering'])).toEqual([]);
	});
});

describe('history-tampering', () => {
	test.each([
		'DELETE FROM "__EFMigrationsHistory"',
		`DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20240101000000_Old'`,
		`UPDATE public."__EFMigrationsHistory" SET "ProductVersion" = '1'`,
		`INSERT INTO "__EFMigrationsHistory" VALUES ('20240101000000_Old', '1') ON CONFLICT DO NOTHING`,
		`INSERT INTO other."__EFMigrationsHistory" VALUES ('20240101000000_Old', '1')`,
		'WITH x AS (DELETE FROM "__EFMigrationsHistory" RETURNING 1) INSERT INTO orders SELECT 1',
		'TRUNCATE "__EFMigrationsHistory"',
		'ALTER TABLE "__EFMigrationsHistory" RENAME TO h',
		'ALTER TABLE h RENAME TO "__EFMigrationsHistory"',
		'CREATE VIEW shop."__EFMigrationsHistory" AS SELECT 1 AS "MigrationId"',
		'CREATE TEMP TABLE "__EFMigrationsHistory" (LIKE orders)',
		'DROP SCHEMA public CASCADE',
		'CREATE TRIGGER t BEFORE INSERT ON "__EFMigrationsHistory" FOR EACH ROW EXECUTE FUNCTION f()',
		'EXECUTE \'DELETE FROM "__EFMigrationsHistory"\'',
	])('%s', (sql) => {
		expect(told(reviewStatements([sql]), ['history-tampering'])).toEqual(['blocker history-tampering']);
		const applied = reviewStatements([sql], {appliedIds: [migrationId]});
		expect(told(applied, ['history-tampering'])).toEqual(['blocker history-tampering']);
	});

	test.each([
		`CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM "__EFMigrationsHistory"'`,
		`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM "__EFMigrationsHistory"; END $f$`,
		`CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM "__EFMigrationsHistory"; END`,
		`CREATE PROCEDURE p() LANGUAGE plpgsql AS $p$ BEGIN EXECUTE 'DELETE FROM "__EFMigrationsHistory"'; END $p$`,
	])('in the body of a routine: %s', (sql) => {
		const message = 'creates changes the migration history "__EFMigrationsHistory".';
		expect(findingOf(reviewStatements([sql]), 'history-tampering').message).toContain(message);
	});

	test('a temporary table that would hide the real one', () => {
		const hiding = text.replace('CREATE TABLE IF NOT EXISTS', 'CREATE /* */ TEMP TABLE IF NOT EXISTS');
		expect(told(reviewBytes(hiding), ['history-tampering'])).toEqual(['blocker history-tampering']);
	});

	test.each([
		['UPDATE seen SET "ProductVersion" = \'1\''],
		['CREATE VIEW twice AS SELECT * FROM shop.seen', 'DELETE FROM twice'],
		['ALTER TABLE seen RENAME TO other', 'DELETE FROM other'],
		['ALTER VIEW seen RENAME TO other'],
	])('writing by way of a view: %s', (...statements) => {
		const view = 'CREATE VIEW seen AS SELECT * FROM "__EFMigrationsHistory"';
		expect(told(reviewStatements([view]), ['history-tampering'])).toEqual([]);
		expect(told(reviewStatements([view, ...statements]), ['history-tampering'])).toEqual(['blocker history-tampering']);
	});

	test.each([
		['partition', 'CREATE TABLE child PARTITION OF "__EFMigrationsHistory" DEFAULT'],
		['child', 'CREATE TABLE child (a text) INHERITS (orders, "__EFMigrationsHistory")'],
	])('a new %s of the history', (_name, sql) => {
		const review = reviewStatements([sql]);
		expect(told(review, ['history-tampering'])).toEqual(['blocker history-tampering']);
		expect(findingOf(review, 'history-tampering').message).toBe(
			'CREATE TABLE changes the migration history "__EFMigrationsHistory" by way of child.',
		);
	});

	test.each([
		['calls something', '"MigrationId" character varying(150) NOT NULL', '"MigrationId" text DEFAULT purge(1)'],
		['has a parent', ');', ') INHERITS (other);'],
	])('a history table of one’s own that %s', (_name, found, written) => {
		const own = text.replace(found, written);
		expect(told(reviewBytes(own), ['history-tampering'])).toEqual(['blocker history-tampering']);
	});

	test('reading the history, or a table of a like name, is no tampering', () => {
		const statements = ['PERFORM count(*) FROM "__EFMigrationsHistory"', 'DELETE FROM migrations_history WHERE id = 1'];
		expect(told(reviewStatements(statements), ['history-tampering'])).toEqual([]);
	});
});
