import {describe, expect, test} from 'vitest';
import type {ScriptStatement} from '../../../src/domain/script/parsed-script.ts';
import {efScript} from '../../support/ef-script.ts';
import {readOrThrow} from '../../support/read-ef-script.ts';

/** A review takes only what EF's frame holds: an empty migration stands before the statements. */
const frame = efScript({version: '10', migrations: [{id: '20260101000000_First', statements: []}]}).toString('utf8');

/** Statements behind the frame. */
function statementsOf(sql: string): readonly ScriptStatement[] {
	const {statements} = readOrThrow(frame + sql).script;
	return statements.slice(statements.findIndex(({tag}) => tag === 'COMMIT') + 1);
}

function inBlock(...statements: readonly string[]): readonly ScriptStatement[] {
	return statementsOf(`DO $EF$ BEGIN ${statements.map((statement) => `${statement};`).join('\n')} END $EF$;`);
}

describe('EXECUTE of constants is read as what it runs', () => {
	test.each([
		["EXECUTE 'DROP TABLE a'", 'DROP TABLE a'],
		["EXECUTE 'DROP TABLE a'::text", 'DROP TABLE a'],
		["EXECUTE 'DROP ' || 'TABLE ' || 'a'", 'DROP TABLE a'],
		["EXECUTE 'DROP' OPERATOR(pg_catalog.||) ' TABLE a'", 'DROP TABLE a'],
		["EXECUTE format('DROP TABLE a')", 'DROP TABLE a'],
		["EXECUTE pg_catalog.format('DROP TABLE %I', 'a')", 'DROP TABLE "a"'],
		["EXECUTE format('DROP TABLE %2$I.%1$I', 'a', 'S\"')", 'DROP TABLE "S""". "a"'.replace('. ', '.')],
		["EXECUTE format('DROP %s a, %%I', 'TABLE')", null],
		["EXECUTE format('SELECT %L, %L, ''%%'', %s', 'it''s', NULL, 5)", "SELECT 'it''s', NULL, '%', 5"],
		[String.raw`EXECUTE format('SELECT %L', 'a\b')`, String.raw`SELECT E'a\\b'`],
		["EXECUTE format('DROP ' || 'TABLE a')", null],
	])('%s', (sql, text) => {
		const [statement] = inBlock(sql);
		expect(statement?.tag === 'DYNAMIC' ? null : statement?.text).toBe(text);
	});

	test('with its changes', () => {
		const [statement] = inBlock("EXECUTE format('ALTER TABLE %I ADD %I int', 't', 'C')");
		expect(statement?.changes).toEqual([
			expect.objectContaining({kind: 'add-column', table: {schema: null, name: 't'}, column: 'C', type: 'int'}),
		]);
	});
});

describe('EXECUTE of anything else is dynamic', () => {
	test.each([
		"EXECUTE 'DROP TABLE ' || a",
		"EXECUTE 'DROP TABLE ' || quote_ident('a')",
		"EXECUTE 'DROP TABLE a, bcd'::varchar(12)",
		"EXECUTE 'DROP TABLE a'::name",
		"EXECUTE format('DROP TABLE %I', a)",
		"EXECUTE format('DROP TABLE %I', NULL)",
		"EXECUTE format('DROP TABLE %I')",
		"EXECUTE format('DROP TABLE %-10s', 'a')",
		"EXECUTE format('DROP TABLE %5s', 'a')",
		"EXECUTE format('DROP TABLE %*s', 5, 'a')",
		"EXECUTE format('DROP TABLE %0$I', 'a')",
		"EXECUTE format('DROP TABLE a %')",
		"EXECUTE format('DROP TABLE %I', VARIADIC ARRAY['a'])",
		"EXECUTE other.format('DROP TABLE a')",
		"EXECUTE 'DROP TABLE a' || 5",
		"EXECUTE (SELECT 'DROP TABLE a')",
		"EXECUTE 'DROP TABLE a' FROM f()",
		"EXECUTE 'DROP TABLE a' WHERE f()",
		"EXECUTE format('%I TABLE a', 'drop')",
		"DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT ' || f() LOOP NULL; END LOOP; END",
	])('%s', (sql) => {
		expect(inBlock(sql).map(({tag}) => tag)).toContain('DYNAMIC');
	});

	test.each([
		"CREATE FUNCTION other.format(text) RETURNS text LANGUAGE sql AS 'SELECT ''DROP TABLE b'''",
		'CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = f)',
		'ALTER FUNCTION f(text) RENAME TO format',
		'ALTER FUNCTION other.format(text) SET SCHEMA public',
		'SET search_path = other, pg_catalog',
		"PERFORM set_config('search_path', 'other, pg_catalog', false)",
		"PERFORM set_config('search_path', f(), false)",
		"EXECUTE 'CREATE FUNCTION format(text) RETURNS text LANGUAGE sql AS ''SELECT 1'''",
	])('after %s', (sql) => {
		expect(inBlock(sql, "EXECUTE format('DROP TABLE a')").at(-1)?.tag).toBe('DYNAMIC');
		expect(inBlock(sql, "EXECUTE 'DROP ' || 'TABLE a'").at(-1)?.tag).toBe('DYNAMIC');
		expect(inBlock(sql, "EXECUTE 'DROP TABLE a'").at(-1)?.tag).toBe('DROP TABLE');
	});
});

describe('the body of a routine', () => {
	function routine(body: string): ScriptStatement | undefined {
		return statementsOf(`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ ${body} $f$;`)[0];
	}

	test.each([
		['BEGIN EXECUTE a(); END', true],
		["BEGIN EXECUTE 'DROP TABLE ' || a; END", true],
		['DECLARE r record; BEGIN FOR r IN EXECUTE a() LOOP NULL; END LOOP; END', true],
		['DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE a(); END', true],
		['BEGIN IF b THEN LOOP EXECUTE a(); END LOOP; END IF; END', true],
		["BEGIN EXECUTE 'DO $$ BEGIN EXECUTE a(); END $$'; END", true],
		['BEGIN ALTR TABLE a; END', true],
		["BEGIN EXECUTE 'SELECT a()'; END", false],
		["BEGIN EXECUTE format('SELECT a(%L)', 'x'); END", false],
		['BEGIN NEW.a := a(); RETURN NEW; END', false],
		['DECLARE i int := a(); BEGIN i := i + 1; SELECT 1 INTO i; PERFORM 1; END', false],
	])('%s: dynamic %s', (body, expected) => {
		expect(routine(body)?.dynamicInBody).toBe(expected);
	});

	test.each([
		"EXECUTE 'SELECT a()'",
		"EXECUTE 'SELECT 1' FROM a()",
		"EXECUTE 'SELECT ' || a()",
		"EXECUTE format('SELECT %s()', 'a')",
	])('%s hides no call', (sql) => {
		expect(routine(`BEGIN ${sql}; END`)?.calls).toContain('a');
	});

	test('of a statement that creates none says nothing', () => {
		expect(inBlock('EXECUTE a()')[0]).toMatchObject({tag: 'DYNAMIC', dynamicInBody: false});
		expect(statementsOf("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';")[0]?.dynamicInBody).toBe(false);
	});
});

describe('a guard', () => {
	function guarded(id: string, more = ''): readonly ScriptStatement[] {
		return inBlock(
			`IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = ${id}) ${more} THEN DROP TABLE a; END IF`,
		);
	}

	test('whose id a cast cuts off is none', () => {
		expect(guarded("'20260101000000_A'::varchar")[0]?.guard?.id).toBe('20260101000000_A');
		expect(guarded("'20260101000000_A'::varchar(4)")[0]).toMatchObject({guard: null, tag: 'DROP TABLE'});
	});

	test.each(['FROM f()', 'WHERE f()', 'ORDER BY f()', 'AND f()'])('with %s behind it is none', (more) => {
		const [condition, dropped] = guarded("'20260101000000_A'", more);
		expect(condition).toMatchObject({tag: 'EXPRESSION', calls: ['f'], guard: null});
		expect(dropped).toMatchObject({tag: 'DROP TABLE', guard: null});
	});
});
