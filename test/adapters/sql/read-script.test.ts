import {describe, expect, test} from 'vitest';
import {isRefusal} from '../../../src/domain/refusal.ts';
import type {ScriptStatement} from '../../../src/domain/script/parsed-script.ts';
import {readScript} from '../../../src/adapters/sql/read-script.ts';
import {efScript, efVersions} from '../../support/ef-script.ts';
import {readOrThrow, tryRead} from '../../support/read-ef-script.ts';

const id = '20260101000000_First';

function script(...statements: readonly string[]): string {
	return efScript({version: '10', bom: false, migrations: [{id, statements}]}).toString('utf8');
}

function refusal(given: string | Uint8Array): string {
	const read = tryRead(given);
	return isRefusal(read) ? `${read.code}: ${read.sentence}` : 'accepted';
}

function statementsOf(...statements: readonly string[]): readonly ScriptStatement[] {
	return readOrThrow(script(...statements)).script.statements.filter(
		({guard, historyWrite}) => guard !== null && historyWrite === null,
	);
}

describe('bytes', () => {
	const text = script('CREATE TABLE a (id int)');

	test.each([
		['an empty file', '', 'script-empty'],
		['a BOM alone', '\u{feff}', 'script-empty'],
		['white space', ' \r\n\t', 'script-empty'],
		[
			'UTF-16 with BOM',
			Buffer.from(`\u{feff}${text}`, 'utf16le'),
			'script-not-utf8: The file is UTF-16 (little endian)',
		],
		[
			'UTF-16 without BOM',
			Buffer.from(text, 'utf16le'),
			'script-not-utf8: The file is UTF-16 (little endian, without BOM)',
		],
		[
			'UTF-16 big endian',
			Buffer.from(`\u{feff}${text}`, 'utf16le').swap16(),
			'script-not-utf8: The file is UTF-16 (big endian)',
		],
		[
			'Latin 1',
			Buffer.concat([Buffer.from('-- a\n-- caf'), Buffer.from([0xe9]), Buffer.from(`\n${text}`)]),
			'script-not-utf8: The file is not UTF-8: line 2, column 7 holds the byte 0xe9',
		],
		['a cut character', Buffer.concat([Buffer.from(text), Buffer.from([0xe2, 0x82])]), 'script-not-utf8'],
	])('%s is refused', (_name, bytes, expected) => {
		expect(refusal(bytes)).toContain(expected);
	});

	test('a file above the limit is refused with both sizes', () => {
		const read = readScript(Buffer.alloc(30_000_000, ' '), 10_000_000);
		expect(isRefusal(read) ? read.sentence : '').toContain('The file has 30 MB; at most 10 MB are read.');
	});

	test('tells hash, size, BOM and line ends of the bytes as given', () => {
		const bytes = efScript({version: '10', migrations: [{id, statements: []}], crlf: true});
		expect(readOrThrow(bytes).script).toMatchObject({byteLength: bytes.length, bom: true, lineEnding: 'crlf'});
		expect(readOrThrow(text).script).toMatchObject({bom: false, lineEnding: 'lf'});
		expect(readOrThrow(`${text}\r\n`).script.lineEnding).toBe('mixed');
	});
});

describe('statements', () => {
	test.each(efVersions)('stand where the file has them: EF %s, BOM, CRLF, non-ASCII', (version) => {
		const statements = [
			'ALTER TABLE "Größe😀" ADD "é" text',
			"COMMENT ON TABLE a IS '😀'; DROP TABLE b",
			"PERFORM setval('s', 1)",
		];
		const bytes = efScript({version, migrations: [{id, statements}], crlf: true});
		const lines = bytes.toString('utf8').replace('\u{feff}', '').split('\r\n');
		const read = readOrThrow(bytes).script.statements.filter(({guard}) => guard !== null);
		const shown = read.map(({place}) =>
			Array.from(lines[place.line - 1] ?? '')
				.slice(place.column - 1)
				.join(''),
		);
		expect(read.map(({text}, index) => shown[index]?.startsWith(text.split('\r\n')[0] ?? ''))).toEqual(
			read.map(() => true),
		);
		expect(read.map(({tag}) => tag)).toEqual(['ALTER TABLE', 'COMMENT', 'DROP TABLE', 'SELECT', 'INSERT']);
	});

	test('are found wherever PL/pgSQL can hold them', () => {
		const body = `DO $x$ DECLARE r record; c CURSOR FOR SELECT in_cursor(); v int := in_default(); BEGIN
			IF in_if() THEN DELETE FROM t1; ELSIF in_elsif() THEN DELETE FROM t2; ELSE DELETE FROM t3; END IF;
			LOOP DELETE FROM t4; EXIT WHEN in_exit(); END LOOP;
			WHILE in_while() LOOP DELETE FROM t5; END LOOP;
			FOR i IN in_lower()..in_upper() LOOP DELETE FROM t6; END LOOP;
			FOR r IN SELECT in_query() LOOP DELETE FROM t7; END LOOP;
			FOR r IN EXECUTE 'SELECT in_literal()' LOOP DELETE FROM t8; END LOOP;
			FOR r IN c LOOP DELETE FROM t9; END LOOP;
			FOREACH v IN ARRAY in_array() LOOP DELETE FROM t10; END LOOP;
			CASE in_case() WHEN in_when() THEN DELETE FROM t11; ELSE DELETE FROM t12; END CASE;
			BEGIN DELETE FROM t13; EXCEPTION WHEN others THEN DELETE FROM t14; END;
			v := in_assign();
			RAISE NOTICE '%', in_raise();
			ASSERT in_assert(), in_message();
			EXECUTE 'DELETE FROM t15' USING in_using();
			EXECUTE in_dynamic();
			DO $y$ BEGIN DELETE FROM t16; END $y$;
			DELETE FROM t17 RETURNING 1 INTO v;
			WITH d AS (DELETE FROM t18 RETURNING 1) INSERT INTO t19 SELECT * FROM d;
			CALL in_call();
		END $x$`;
		const found = statementsOf(body);
		const tables = found.flatMap(({changes}) =>
			changes.flatMap((change) => ('table' in change ? (change.table?.name ?? []) : [])),
		);
		const expected = Array.from({length: 19}, (_value, index) => `t${index + 1}`);
		expect(tables.toSorted()).toEqual(expected.toSorted());
		const calls = new Set(found.flatMap((statement) => statement.calls));
		const names =
			'array assert assign call case cursor default dynamic elsif exit if literal lower message query raise upper using when while';
		expect([...calls].toSorted()).toEqual(
			names
				.split(' ')
				.map((name) => `in_${name}`)
				.toSorted(),
		);
	});

	test('tell what decides whether they run', () => {
		const [inLoop, handler] = statementsOf(
			'BEGIN LOOP DELETE FROM a; END LOOP; EXCEPTION WHEN others THEN DELETE FROM b; END',
		);
		expect([inLoop?.conditions, handler?.conditions]).toEqual([['LOOP'], ['EXCEPTION']]);
	});

	test('hold their schema changes in our own words', () => {
		const sql = `ALTER TABLE s.a ADD b character varying(20) NOT NULL DEFAULT 'x, y', DROP COLUMN c, ALTER COLUMN d TYPE bigint USING d::bigint, ALTER e SET NOT NULL, ADD CONSTRAINT f FOREIGN KEY (g) REFERENCES h (i) NOT VALID`;
		const table = {schema: 's', name: 'a'};
		expect(statementsOf(sql)[0]?.changes).toEqual([
			{
				kind: 'add-column',
				table,
				column: 'b',
				type: 'character varying(20)',
				notNull: true,
				hasDefault: true,
				defaultText: "'x, y'",
				defaultCalls: [],
				generated: null,
				ifNotExists: false,
			},
			{kind: 'drop-column', table, column: 'c', cascade: false},
			{kind: 'alter-type', table, column: 'd', type: 'bigint', using: true},
			{kind: 'set-not-null', table, column: 'e'},
			{
				kind: 'add-constraint',
				table,
				constraint: 'foreign-key',
				name: 'f',
				columns: ['g'],
				references: {schema: null, name: 'h'},
				notValid: true,
				usingIndex: false,
				provesNotNull: [],
			},
		]);
	});

	test('at the top level, too', () => {
		const [, change] = readOrThrow(
			`${script()}\n/* é */ ALTER TABLE a ADD b numeric(5,2) DEFAULT 1.5;`,
		).script.statements.slice(-2);
		expect(change).toMatchObject({tag: 'ALTER TABLE', guard: null, inBlock: false});
		expect(change?.changes).toEqual([
			expect.objectContaining({kind: 'add-column', type: 'numeric(5,2)', defaultText: '1.5'}),
		]);
	});

	test('an EXECUTE that only the server can read is dynamic', () => {
		expect(statementsOf("EXECUTE format('DROP TABLE %I', a)")[0]).toMatchObject({
			tag: 'DYNAMIC',
			text: "EXECUTE format('DROP TABLE %I', a)",
		});
	});
});
