import {describe, expect, test} from 'vitest';
import {isRefusal} from '../../../src/domain/refusal.ts';
import {refuseFaults} from '../../../src/domain/script/faults.ts';
import type {ScriptFault} from '../../../src/domain/script/parsed-script.ts';
import {efScript} from '../../support/ef-script.ts';
import {readOrThrow, tryRead} from '../../support/read-ef-script.ts';

const id = '20260101000000_First';

function script(...statements: readonly string[]): string {
	return efScript({version: '10', bom: false, migrations: [{id, statements}]}).toString('utf8');
}

/** A script that is in order, of 20 lines, so that what follows begins on line 21. */
const head = script();
const firstLine = head.split('\n').length;

interface Told {
	readonly faults: readonly ScriptFault[];
	/** `psql-command 1:9`, lines counted from where the text begins. */
	readonly places: readonly string[];
	/** Of the statements read from the text, those that EF writes around it left out. */
	readonly tags: readonly string[];
}

function read(text: string): Told {
	const {faults, statements} = readOrThrow(`${head}${text}`).script;
	return {
		faults,
		places: faults.map(({kind, place}) => `${kind} ${place.line - firstLine + 1}:${place.column}`),
		tags: statements.filter(({place}) => place.line >= firstLine).map(({tag}) => tag),
	};
}

function placesIn(text: string): readonly string[] {
	return read(text).places;
}

describe('what psql keeps for itself', () => {
	test.each([
		[String.raw`\! rm -rf /`, String.raw`\! rm -rf /`],
		[String.raw`\set ON_ERROR_STOP 0`, String.raw`\set ON_ERROR_STOP 0`],
		[String.raw`SELECT 1 \gexec`, String.raw`\gexec`],
		[String.raw`SELECT E'\'' \! id`, String.raw`\! id`],
		[String.raw`SELECT 'a\' \! id`, String.raw`\! id`],
		['/* /* */ */ \\! id', String.raw`\! id`],
		['-- a\r\\! id', String.raw`\! id`],
		["SELECT foo_e'\\' \\! id", String.raw`\! id`],
		['SELECT a$$b \\! id; SELECT c$$d;', String.raw`\! id; SELECT c$$d;`],
		["SELECT :'HOST';", ":'HOST'"],
		['SELECT :"x";', ':"x"'],
		['SELECT :DBNAME;', ':DBNAME'],
		['SELECT :{?x};', ':{?x}'],
		['SELECT 1:::USER;', ':USER'],
		['SELECT a[1:x];', ':x'],
		['SELECT a:größe;', ':größe'],
	])('%s is told with its text', (text, found) => {
		expect(read(text).faults.map((fault) => [fault.kind, fault.text])).toContainEqual(['psql-command', found]);
	});

	test.each([
		String.raw`SELECT 'a\b', "c\d", $x$ \! id :name $x$, E'\\! \' :x'`,
		String.raw`SELECT '2020-01-01 10:20:30', a::text, b[1:2], c FROM t -- \! :x`,
		String.raw`SELECT 1 /* \! /* :x */ \q */`,
		String.raw`SELECT U&'\0041', N'\', x'1f', B'01'`,
		"SELECT ':name', f(a := 1), :1",
	])('%s holds nothing of it', (text) => {
		expect(placesIn(`${text};`).filter((place) => place.startsWith('psql-command'))).toEqual([]);
	});

	test.each([
		['SELECT 1 \\gexec\nDROP TABLE b;', ['SELECT', 'DROP TABLE']],
		['SELECT 1\\;DROP TABLE b;', ['SELECT', 'DROP TABLE']],
		['\\echo one \\\\ DROP TABLE b;', ['DROP TABLE']],
		["\\echo 'a \\\\ b' \\\\ DROP TABLE b;", ['DROP TABLE']],
		['\\! echo \\\\ DROP TABLE a;\nDROP TABLE b;', ['DROP TABLE']],
		["\\echo it's \\\\ DROP TABLE a;\nDROP TABLE b;", ['DROP TABLE']],
		['\\echo a\rDROP TABLE a;\nDROP TABLE b;', ['DROP TABLE']],
		["\\copy t from stdin\nx ' y\n\\.\nDROP TABLE b;", ['DROP TABLE']],
		['SELECT * FROM :t WHERE a = :\'v\' AND :"c" = 1 AND :{?x} LIMIT :n; DROP TABLE b;', ['SELECT', 'DROP TABLE']],
		['SELECT a[1:x]; DROP TABLE b;', ['SELECT', 'DROP TABLE']],
		["SELECT 'x' AS a:user; DROP TABLE b;", ['DROP TABLE']],
	])('what follows %j is read as psql would send it', (text, tags) => {
		expect(read(text).tags).toEqual(tags);
	});

	test('each has its own place, after BOM, CRLF and characters of several bytes', () => {
		const {script: parsed} = readOrThrow(`\u{feff}${head.replaceAll('\n', '\r\n')}SELECT 'é😀'; \\q\r\nSELECT :x;`);
		expect(parsed.faults.map(({place}) => [place.line - firstLine + 1, place.column])).toEqual([
			[1, 14],
			[2, 8],
		]);
	});

	test('a hundred are told, and that there are more', () => {
		const {faults} = read('SELECT :x;\n'.repeat(500));
		expect(faults).toHaveLength(101);
		expect(faults.at(-1)?.message).toMatch(/^There are more places/u);
	});
});

describe('what psql or the server would read differently', () => {
	test.each([
		['SET standard_conforming_strings = off;', '1:1'],
		["SELECT 1; SELECT set_config('standard_conforming_strings', 'off', false);", '1:11'],
		["DO $$ BEGIN PERFORM set_config('standard_conforming_strings', x(), false); END $$;", '1:13'],
		['DO $$ BEGIN SET LOCAL standard_conforming_strings = 0; END $$;', '1:13'],
		["DO $$ BEGIN EXECUTE 'SET backslash_quote = on'; END $$;", '1:13'],
		['SET backslash_quote = on;', '1:1'],
		["SET NAMES 'latin1';", '1:1'],
		["SET client_encoding = 'SJIS';", '1:1'],
		['ALTER ROLE app SET standard_conforming_strings = off;', '1:1'],
		["ALTER DATABASE shop SET client_encoding TO 'latin1';", '1:1'],
		["CREATE FUNCTION f() RETURNS int LANGUAGE sql SET backslash_quote = on AS 'SELECT 1';", '1:1'],
		['ALTER FUNCTION f() SET standard_conforming_strings = off;', '1:1'],
		['COPY a FROM /* */ STDIN;', '1:1'],
		['COPY a FROM STDOUT;', '1:1'],
	])('%s', (text, place) => {
		expect(placesIn(text)).toEqual([`parser-differential ${place}`]);
	});

	test.each([
		'SET standard_conforming_strings = on;',
		"SET client_encoding = 'UTF8';",
		"SET NAMES 'utf-8';",
		'SET backslash_quote = safe_encoding;',
		'RESET client_encoding;',
		'COPY a TO STDOUT;',
		'COPY (SELECT 1 FROM stdin) TO STDOUT;',
		';;SELECT 1;;',
		'CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 3; END; SELECT 4;',
		'CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2); SELECT 3;',
		"SELECT E'a'\n'b', E'\\n'\r'\\'';",
		"SELECT 'a'\n'\\';",
	])('%j is harmless', (text) => {
		expect(placesIn(text)).toEqual([]);
	});

	test('what a NUL byte hides is read, and so is what follows', () => {
		const {tags, places, faults} = read('SELECT 1;\0DROP TABLE hidden;\nDROP TABLE b;');
		expect(tags).toEqual(['SELECT', 'DROP TABLE', 'DROP TABLE']);
		expect(places).toEqual(['parser-differential 1:10']);
		expect(faults[0]?.text).toBe('SELECT 1;U+0000DROP TABLE hidden;');
	});

	test('a NUL byte in a migration names its guard', () => {
		const {faults} = readOrThrow(script("UPDATE a SET b = '\0'")).script;
		expect(faults.map(({kind, guard}) => [kind, guard?.id])).toEqual([['parser-differential', id]]);
	});

	test('statements that another reading would run are seen where the literal ends', () => {
		const {tags, places} = read("SET standard_conforming_strings = off;\nSELECT 'a\\'; DROP TABLE b; --';");
		expect(tags).toEqual(['SET', 'SELECT', 'DROP TABLE']);
		expect(places).toEqual(['parser-differential 1:1']);
	});

	test("a command hidden in the second line of an E'' literal, which psql reads without escapes, is found", () => {
		expect(placesIn("SELECT E'a'\n'\\' \\! id\n;")).toEqual(
			expect.arrayContaining(['parser-differential 2:1', 'psql-command 2:5']),
		);
	});

	test.each([
		['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT 2; END;', '1:61'],
		['CREATE FUNCTION s.begin() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; SELECT 2; SELECT 3;', '1:69'],
	])('a statement that psql ends elsewhere: %s', (text, place) => {
		expect(placesIn(text)).toEqual([`parser-differential ${place}`]);
	});

	test('lines that are data to COPY are no statements', () => {
		const {tags, places} = read("COPY a FROM stdin;\n1\tit's\n\\N\tDROP TABLE x;\n\\.\nDROP TABLE b;");
		expect(tags).toEqual(['COPY', 'DROP TABLE']);
		expect(places).toEqual(['parser-differential 1:1']);
	});
});

describe('what PostgreSQL cannot read', () => {
	test.each([
		['SELEC 1;', 'SELEC', '1:1'],
		["SELECT 'é',\r\n  fro from x y z;", 'z', '2:16'],
		['DO $EF$\nBEGIN\n    ALTR TABLE a;\nEND $EF$;', 'ALTR', '3:5'],
		['DO $EF$\nBEGIN\n    IF a THEN\n    UPDATE a SET b = 1\n    END IF;\nEND $EF$;', 'END', '5:5'],
		["DO 'BEGIN\n  PERFORM ''x'';\n  ALTR TABLE a;\nEND';", 'ALTR', '3:3'],
		['DO $a$ BEGIN\n DO $b$ BEGIN\n  ALTR x; END $b$; END $a$;', 'ALTR', '3:3'],
		['DO $EF$ BEGIN UPDATE a SETT b = 1; END $EF$;', 'b', '1:29'],
		['DO $EF$ BEGIN\n  PERFORM 1; \\! ls;\nEND $EF$;', '\\', '2:14'],
	])('%j', (text, token, place) => {
		const {faults, places} = read(text);
		expect(places).toEqual([`unparsable ${place}`]);
		expect(faults[0]?.message).toBe(`PostgreSQL cannot read this: syntax error at or near "${token}".`);
	});

	test.each([
		['DO $EF$\nBEGIN\n  SELECT 1 INTO b;\nEND $EF$;', '"b" is not a known variable', '1:1'],
		['DO $EF$\nBEGIN\n  PERFORM é; ALTER TABLE x ADD;\nEND $EF$;', 'syntax error at end of input', '3:31'],
		["SELECT 'abc;\nDROP TABLE b;", 'unterminated quoted string at or near "\'abc; DROP TABLE b;"', '1:8'],
		['SELECT "abc;', 'unterminated quoted identifier at or near ""abc;"', '1:8'],
		['/* abc', 'unterminated /* comment at or near "/* abc"', '1:1'],
		['DO $EF$ BEGIN NULL; END $E', 'unterminated dollar-quoted string at or near "$EF$ BEGIN NULL; END $E"', '1:4'],
		['ALTER TABLE a', 'syntax error at end of input', '1:14'],
	])('%j: %s', (text, message, place) => {
		const {faults, places} = read(text);
		expect(places).toEqual([`unparsable ${place}`]);
		expect(faults[0]?.message).toBe(`PostgreSQL cannot read this: ${message}.`);
	});

	test('an option that makes the parser print its own tree', () => {
		const text = 'DO $EF$\n# /* */ Option dump\nBEGIN DROP TABLE a; END $EF$;';
		expect(read(text)).toMatchObject({places: ['unparsable 1:1'], tags: []});
	});

	test('fields of a row are known, whatever its table', () => {
		const text = 'DO $EF$\nDECLARE r shop."Orders"%ROWTYPE;\nBEGIN r.id := f(); ALTR x; END $EF$;';
		expect(read(text.replace('ALTR x', 'DROP TABLE a'))).toMatchObject({
			places: [],
			tags: ['EXPRESSION', 'DROP TABLE'],
		});
		expect(placesIn(text)).toEqual(['unparsable 3:20']);
	});

	test.each([
		['ALTR x; DROP TABLE b;', ['1:1'], ['DROP TABLE']],
		[
			'DROP TABLE a;\nALTR x;\nDROP TABLE b;\nSELECT FROM FROM;\nDROP TABLE c;',
			['2:1', '4:13'],
			['DROP TABLE', 'DROP TABLE', 'DROP TABLE'],
		],
		['CREATE TABLE a (id int;\nDROP TABLE b;\nDROP TABLE c;', ['1:23'], ['DROP TABLE', 'DROP TABLE']],
		['SELECT 1\nDROP TABLE b;\nDROP TABLE c;', ['2:6'], ['DROP TABLE']],
		["DROP TABLE a; SELECT 'x';';';\nDROP TABLE b;", ['1:26'], ['DROP TABLE', 'SELECT', 'DROP TABLE']],
		[
			'DO $a$ BEGIN DROP TABLE a; DO $b$ BEGIN ALTR x; END $b$; DROP TABLE c; END $a$;',
			['1:41'],
			['DROP TABLE', 'DROP TABLE'],
		],
		["DO $a$ BEGIN EXECUTE 'DO $b$ BEGIN ALTR x; END $b$'; END $a$;", [], ['DYNAMIC']],
		['DROP TABLE a; ALTR x', ['1:15'], ['DROP TABLE']],
	])('%j: everything else is read', (text, places, tags) => {
		const told = read(text);
		expect(told.places).toEqual(places.map((place) => `unparsable ${place}`));
		expect(told.tags).toEqual(tags);
	});

	test('in the third of five migrations, with its guard', () => {
		const migrations = [1, 2, 3, 4, 5].map((number) => ({
			id: `2026010100000${number}_M`,
			statements: [number === 3 ? 'ALTER TABLE t3 ADD COLUM a int' : `DROP TABLE t${number}`],
		}));
		const {script: parsed, frame} = readOrThrow(efScript({version: '9', migrations, crlf: true}));
		expect(parsed.faults.map(({kind, guard}) => [kind, guard?.id])).toEqual([['unparsable', '20260101000003_M']]);
		expect(parsed.statements.filter(({tag}) => tag === 'DROP TABLE')).toHaveLength(4);
		expect(frame.migrations.map((migration) => migration.id)).toEqual(migrations.map((migration) => migration.id));
	});

	test('places count characters, after BOM, CRLF and umlauts', () => {
		const {script: parsed} = readOrThrow(
			`\u{feff}${script("COMMENT ON TABLE a IS 'Größe 😀'; ALTR x").replaceAll('\n', '\r\n')}`,
		);
		expect(parsed.faults.map(({place}) => place)).toEqual([{line: firstLineOf('ALTR'), column: 38}]);
	});

	test('twenty at the top level are told, and that the rest was not read', () => {
		const {faults, tags} = read(`${'ALTR x;\n'.repeat(30)}DROP TABLE a;`);
		expect(faults).toHaveLength(21);
		expect(faults.at(-1)?.message).toMatch(/^From here on the script was not read/u);
		expect(tags).toEqual([]);
	});

	test('a file that is cut off keeps what comes before the cut', () => {
		const whole = script('DROP TABLE a', 'DROP TABLE b');
		const {script: parsed} = readOrThrow(whole.slice(0, whole.indexOf('DROP TABLE b') + 8));
		expect(parsed.faults.map(({kind, guard}) => [kind, guard?.id])).toEqual([['unparsable', id]]);
		expect(parsed.statements.map(({tag}) => tag)).toContain('DROP TABLE');
	});
});

/** Line of a word in a script whose only statement holds it. */
function firstLineOf(word: string): number {
	return (
		script(`COMMENT; ${word}`)
			.split('\n')
			.findIndex((line) => line.includes(word)) + 1
	);
}

describe('characters that people cannot see', () => {
	test.each([
		['-- a \u{202e} b', 'hidden-character 1:6', 'U+202E RIGHT-TO-LEFT OVERRIDE'],
		['/* \u{2066} */ SELECT 1;', 'hidden-character 1:4', 'U+2066 LEFT-TO-RIGHT ISOLATE'],
		['SELECT 1 AS "a\u{200b}";', 'hidden-character 1:15', 'U+200B ZERO WIDTH SPACE'],
		['SELECT 1 AS "a\u{a0}b";', 'hidden-character 1:15', 'U+00A0 NO-BREAK SPACE'],
		['SELECT 1 AS a\u{ad};', 'hidden-character 1:14', 'U+00AD SOFT HYPHEN'],
		['SELECT 1 AS a\u{fe0f};', 'hidden-character 1:14', 'U+FE0F VARIATION SELECTOR-16'],
		['SELECT 1 -- \u{1b}[2K', 'hidden-character 1:13', 'U+001B ESCAPE'],
		['SELECT 1 -- \u{e0041}\u{e0042}', 'hidden-character 1:13', 'U+E0041 TAG CHARACTER, U+E0042 TAG CHARACTER'],
		['SELECT 1 AS "\u{2800}";', 'hidden-character 1:14', 'U+2800 BRAILLE PATTERN BLANK'],
		['DO $x$ BEGIN PERFORM 1; -- \u{200f}\nEND $x$;', 'hidden-character 1:28', 'U+200F RIGHT-TO-LEFT MARK'],
		[
			'DO LANGUAGE plpgsql /* */ $x$ BEGIN NULL; /*\u{3164}*/ END $x$;',
			'hidden-character 1:45',
			'U+3164 HANGUL FILLER',
		],
		[
			'DO $x$ BEGIN EXECUTE $y$SELECT 1 --\u{feff}$y$; END $x$;',
			'hidden-character 1:36',
			'U+FEFF ZERO WIDTH NO-BREAK SPACE',
		],
		[
			'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 --\u{61c}\n$$;',
			'hidden-character 1:63',
			'U+061C ARABIC LETTER MARK',
		],
		["SELECT 'a\u{200b}b';", 'hidden-character-in-literal 1:10', 'U+200B ZERO WIDTH SPACE'],
		["SELECT E'\\'\u{200d}';", 'hidden-character-in-literal 1:12', 'U+200D ZERO WIDTH JOINER'],
		['SELECT $x$ \u{85} $x$;', 'hidden-character-in-literal 1:12', 'U+0085 NEXT LINE'],
		[
			"DO $x$ BEGIN UPDATE a SET b = 'x\u{2028}'; END $x$;",
			'hidden-character-in-literal 1:33',
			'U+2028 LINE SEPARATOR',
		],
		["SELECT 'é😀', '\u{26a0}\u{fe0f}';", 'hidden-character-in-literal 1:16', 'U+FE0F VARIATION SELECTOR-16'],
	])('case %#', (text, place, name) => {
		const {places, faults} = read(text);
		expect(places).toEqual([place]);
		expect(faults[0]?.message).toContain(name);
	});

	test.each([
		"SELECT 'Größe: 5\u{a0}mm', '\u{3000}';",
		'-- \u{26a0}\u{fe0f} careful, \u{1f469}\u{200d}\u{1f4bb} wrote it, 1\u{fe0f}\u{20e3}',
		'-- 日本語\u{3000}コメント',
		'-- ١٢٣ \u{600}',
		'\tSELECT\f1;',
		'SELECT 1 AS größe;',
	])('%# has none that matter', (text) => {
		expect(placesIn(text)).toEqual([]);
	});

	test('the BOM at the beginning is no hidden character, a second one is', () => {
		expect(readOrThrow(`\u{feff}${script()}`).script.faults).toEqual([]);
		const places = readOrThrow(`\u{feff}\u{feff}${script()}`).script.faults.map(({kind, place}) => [kind, place]);
		expect(places).toContainEqual(['hidden-character', {line: 1, column: 1}]);
	});

	test('under a guard it names the migration, and the text shows what stands there', () => {
		const {faults} = readOrThrow(script('ALTER TABLE a ADD "b\u{200b}\u{200b}" text')).script;
		expect(faults).toHaveLength(1);
		expect(faults[0]).toMatchObject({
			text: 'ALTER TABLE a ADD "bU+200BU+200B" text;',
			guard: {id, column: 'MigrationId'},
		});
	});

	test('one among many in literals is still told', () => {
		const {faults} = read(`${"SELECT '\u{200b}';\n".repeat(300)}-- \u{202e}`);
		expect(faults.filter(({kind}) => kind === 'hidden-character-in-literal')).toHaveLength(101);
		expect(faults.filter(({kind}) => kind === 'hidden-character')).toHaveLength(1);
	});
});

describe('faults', () => {
	test('stand in the order of the file', () => {
		expect(placesIn("SELECT '\u{200b}';\nALTR x;\nSELECT :a;\nSET backslash_quote = on; -- \u{200b}")).toEqual([
			'hidden-character-in-literal 1:9',
			'unparsable 2:1',
			'psql-command 3:8',
			'parser-differential 4:1',
			'hidden-character 4:30',
		]);
	});

	test.each([
		['SELEC 1;', 'script-not-sql', 'line 21, column 1'],
		[String.raw`SELECT 1; \q`, 'script-psql-command', 'line 21, column 11'],
		['SELECT 1;\n\0', 'script-parser-differential', 'line 22, column 1'],
	])('the first of %j is what the script is refused for', (text, code, place) => {
		const refusal = refuseFaults(readOrThrow(`${head}${text}`).script);
		expect(refusal?.code).toBe(code);
		expect(refusal?.sentence.toLowerCase()).toContain(
			place.replace('21', String(firstLine)).replace('22', String(firstLine + 1)),
		);
	});

	test('hidden characters alone refuse nothing', () => {
		expect(refuseFaults(readOrThrow(`${head}-- \u{202e}`).script)).toBeNull();
	});

	test.each([
		['SELEC 1', 'script-not-sql'],
		[String.raw`\connect other`, 'script-psql-command'],
		['SELECT 1;\0', 'script-parser-differential'],
		['SELECT 1', 'script-not-ef'],
	])('%j, which shows no frame, is refused as %s', (text, code) => {
		const result = tryRead(text);
		expect(isRefusal(result) ? result.code : 'accepted').toBe(code);
	});
});
