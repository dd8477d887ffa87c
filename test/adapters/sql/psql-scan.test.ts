import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {blanked} from '../../../src/adapters/sql/blanked.ts';
import {scanPsql} from '../../../src/adapters/sql/psql-scan.ts';
import {createDatabase, databaseServer} from '../../support/databases.ts';

let folder = '';
let url = '';
let psql = '';

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'psql-scan-'));
	url = (await createDatabase()).url;
	psql = path.join((await databaseServer()).binDirectory, 'psql');
});

afterAll(() => {
	rmSync(folder, {recursive: true, force: true});
});

/** What psql itself sends, by its own log, white space left out. */
function sentByPsql(text: string): readonly string[] {
	const script = path.join(folder, 'script.sql');
	const log = path.join(folder, 'log');
	writeFileSync(script, text);
	rmSync(log, {force: true});
	spawnSync(psql, ['-X', '-q', '-o', '/dev/null', '-L', log, '-f', script, url], {
		cwd: folder,
		env: {PGCLIENTENCODING: 'UTF8'},
	});
	const entries = readFileSync(log, 'utf8').matchAll(/\*{9} QUERY \*{10}\n([^]*?)\n\*{26}\n/gu);
	return [...entries].map(([, query = '']) => squeezed(query)).filter((query) => query !== '');
}

/** What we expect it to send. Variables stay: none of these is set. */
function sentByScan(text: string): readonly string[] {
	const bytes = Buffer.from(text);
	const {found, copyData, ends} = scanPsql(bytes.toString('latin1'));
	const read = blanked(bytes, [
		...found.filter(({kind}) => kind === 'command'),
		...copyData.map((range) => ({...range, instead: ''})),
	]);
	const cuts = [...ends.map((end) => end + 1), read.length];
	return cuts
		.map((cut, index) => squeezed(read.toString('utf8', cuts[index - 1] ?? 0, cut)))
		.filter((query) => query !== '');
}

function squeezed(query: string): string {
	return query.replaceAll(/\s+/gu, '').replace(/;$/u, '');
}

describe('psql, asked itself,', () => {
	test.each([
		'SELECT \'a;b\', "c;d", $$e;f$$, $x$ $$; $x$; SELECT 2',
		"SELECT E'a\\';b', 'c\\'; SELECT 2;",
		"SELECT E'a'\n'\\' ; SELECT 'b'; SELECT 'c';",
		"SELECT E'a'\r'\\'; b'; SELECT 2;",
		"SELECT foo_E'\\'; SELECT N'\\', B'1', U&'\\0041', U&\"a;b\"; SELECT 3;",
		'SELECT 1 /* ; /* ; */ ; */ + 2; SELECT 1 */*;*/ 2; SELECT 3;',
		'SELECT (1; 2); SELECT 3; SELECT (4;',
		'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;',
		'CREATE OR REPLACE PROCEDURE s.begin() LANGUAGE sql AS $$ SELECT 1 $$; SELECT 2;',
		'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT 2; END; SELECT 3;',
		'SELECT a$$; SELECT b$$; SELECT $1$$;$$; SELECT 2;',
		'SELECT 1 \\g\nSELECT (2 \\g\nSELECT 3;',
		'SELECT 1\\; SELECT 2; SELECT 3 \\:\\: int;',
		"\\echo 'a \\\\ b' \\\\ SELECT 1;\n\\echo \"it's\" \\echo b\nSELECT 2;",
		'SELECT 1;\n\\echo a\rSELECT 2;\nSELECT 3;',
		"SELECT ':a', a::text, b[1:2], :a, :{x, f(a := 1);",
		'CREATE TEMP TABLE t (a text); COPY t FROM STDIN; SELECT 1;\nSELECT 2;\n\\.\nSELECT 3;',
		"CREATE TEMP TABLE t (a text);\nCOPY t /* from */ FROM\nstdout;\r\nit's\r\n\\.\r\nSELECT 3;",
		'\u{feff}SELECT ä$$; SELECT "ö;"; SELECT $ü$;$ü$;',
	])('ends statements where the scan does: %j', (text) => {
		const sent = sentByPsql(text);
		expect(sent.length).toBeGreaterThan(0);
		expect(sentByScan(text.replace(/^\u{feff}/u, ''))).toEqual(sent);
	});
});
