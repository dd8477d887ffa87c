import fc from 'fast-check';
import {loadModule, parseSync} from 'libpg-query';
import {describe, expect, test} from 'vitest';
import {addStatement} from '../../../src/adapters/sql/do-block.ts';
import {efBlock} from '../../../src/adapters/sql/ef-block.ts';
import {statementTexts, type Leaves} from '../../../src/adapters/sql/leaves.ts';
import {createSource} from '../../../src/adapters/sql/source.ts';

await loadModule();

interface Read {
	readonly statements: readonly unknown[];
	readonly guards: readonly unknown[];
	readonly faults: readonly unknown[];
}

function leavesOf(script: string): Read {
	const bytes = Buffer.from(script, 'utf8');
	const source = createSource(bytes);
	const leaves: Leaves = {statements: [], guards: [], faults: [], conditions: new Map()};
	for (const [topLevel, statement] of statementTexts(bytes, parseSync(script).stmts ?? [], (byte) => byte).entries()) {
		addStatement(statement, {source, topLevel, transaction: null, inBlock: false, guard: null, conditions: []}, leaves);
	}
	// Complaints about open quotes repeat all that follows: their words differ by the mark.
	const faults = leaves.faults.map(({kind, place, guard: standing}) => ({kind, place, guard: standing}));
	return {statements: leaves.statements, guards: leaves.guards, faults};
}

const guard = `NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_A')`;

function bodyOf(statement: string, condition = guard): string {
	return `\nBEGIN\n    IF ${condition} THEN\n    ${statement};\n    END IF;\nEND `;
}

describe('a block in EF’s own shape', () => {
	test.each([
		'CREATE TABLE "A" (\n"Id" integer NOT NULL)',
		"INSERT INTO t VALUES ('; END IF; END', 'a''b;')",
		'ALTER TABLE a ADD "INTO;" text',
		"UPDATE t SET intox = 1, pinto = 'INTO'",
		"COMMENT ON TABLE a IS 'é😀'",
	])('is told without PL/pgSQL: %s', (statement) => {
		expect(efBlock(bodyOf(statement))).toMatchObject({condition: guard, statement});
	});

	test.each([
		['a second statement', bodyOf('DELETE FROM a; DELETE FROM b')],
		['a second statement on the semicolon', bodyOf('DELETE FROM a;DELETE FROM b')],
		['END IF inside a literal that is left open', bodyOf("DELETE FROM a WHERE b = 'x; END IF; END")],
		['ELSE', bodyOf('DELETE FROM a; ELSE DELETE FROM b')],
		['ELSIF', bodyOf('DELETE FROM a; ELSIF c THEN DELETE FROM b')],
		['a nested IF', bodyOf('IF c THEN DELETE FROM a; END IF')],
		['a nested block', bodyOf('BEGIN DELETE FROM a; END')],
		['a nested DO', bodyOf('DO $x$ BEGIN DELETE FROM a; END $x$')],
		['EXECUTE', bodyOf("EXECUTE 'DELETE FROM a'")],
		['PERFORM', bodyOf('PERFORM f()')],
		['SELECT', bodyOf('SELECT f()')],
		['CALL', bodyOf('CALL f()')],
		['an assignment', bodyOf('x := f()')],
		['COMMIT', bodyOf('COMMIT')],
		['RETURNING INTO', bodyOf('DELETE FROM a RETURNING b INTO c')],
		['INTO after INSERT INTO', bodyOf('INSERT INTO a VALUES (1) RETURNING b INTO c')],
		['a line comment', bodyOf('DELETE FROM a -- ; END IF\n')],
		['a block comment', bodyOf('DELETE /* ; */ FROM a')],
		['a comment before the statement', bodyOf('-- x\n DELETE FROM a')],
		['an escape literal', bodyOf(String.raw`DELETE FROM a WHERE b = E'\'; END IF; END'`)],
		['INTO inside INSERT', bodyOf('INSERT INTO a SELECT b INTO found FROM c')],
		['a dollar quote', bodyOf('DELETE FROM a WHERE b = $x$;$x$')],
		['a dollar in a name', bodyOf('DELETE FROM a$b')],
		['a declaration', `DECLARE x int; ${bodyOf('DELETE FROM a')}`],
		['a label', `<<x>> ${bodyOf('DELETE FROM a')}`],
		['a label at the end', `${bodyOf('DELETE FROM a')} x`],
		['an exception handler', bodyOf('DELETE FROM a').replace(/END $/u, 'EXCEPTION WHEN others THEN NULL; END')],
		['more behind the IF', bodyOf('DELETE FROM a').replace(/END $/u, 'DELETE FROM b; END')],
		['more before the IF', bodyOf('DELETE FROM a').replace('BEGIN', 'BEGIN DELETE FROM b;')],
		['a quote in the id', bodyOf('DELETE FROM a', guard.replace('_A', "''_A"))],
		['more in the condition', bodyOf('DELETE FROM a', `${guard} AND f()`)],
		['a second question', bodyOf('DELETE FROM a', `${guard} FROM f()`)],
		['LIMIT in the question', bodyOf('DELETE FROM a', guard.replace("_A'", "_A' LIMIT 0"))],
		['a non-breaking space', bodyOf('DELETE FROM a').replace('IF ', 'IF\u{a0}')],
	])('is none: %s', (_name, body) => {
		expect(efBlock(body)).toBeNull();
	});
});

function lines(text: string): readonly string[] {
	return text.trim().split(/\n\s*/u);
}

/** Pieces that a hostile script would put where EF puts one statement. */
const piece = fc.constantFrom(
	...lines(String.raw`
		INSERT INTO a VALUES (1)
		DELETE FROM a
		COMMENT ON TABLE a IS
		SELECT f()
		SELECT b INTO found FROM c
		PERFORM f()
		EXECUTE 'DELETE FROM c'
		CALL f()
		COMMIT
		NULL
		x := f()
		CREATE FUNCTION f() RETURNS int
		BEGIN ATOMIC
		CREATE RULE r AS ON INSERT TO a DO (
		DO $x$ BEGIN DELETE FROM d; END $x$
		END IF
		ELSIF f() THEN
		IF f() THEN
		END LOOP
		EXCEPTION WHEN others THEN
		INTO found
		INTO STRICT found
		RETURNING b
		WHERE b =
		'; END IF; END'
		E'\'
	`),
	..."; ; ; END BEGIN ELSE LOOP CASE RETURN INTO VALUES ( ) 'x' ' '' \"q\" \" E'x' U&' $$ $x$ -- /* */ é 1 , = := ::text # l".split(
		' ',
	),
	...'<<l>> found AND \\ 1INTO INTO2 \n \r \v \u{a0}'.split(' '),
);

const whole = fc.constantFrom(
	...lines(`
		INSERT INTO a VALUES (1)
		INSERT INTO a VALUES ('; END IF; END', 'é''😀')
		INSERT INTO a SELECT b INTO found FROM c
		INSERT INTO a SELECT b INTO c
		DELETE FROM a
		UPDATE a SET b = 1
		CREATE TABLE "A;" (b int)
		CREATE TABLE a AS SELECT b INTO found
		DROP TABLE a
		COMMENT ON TABLE a IS 'END IF;'
		ALTER TABLE a ADD "INTO" text
		CREATE INDEX ON a (b)
	`),
);

const statement = fc.oneof(
	{weight: 3, arbitrary: whole},
	{weight: 2, arbitrary: fc.tuple(whole, piece, piece).map(([first, ...rest]) => [first, ...rest].join(' '))},
	{weight: 2, arbitrary: fc.tuple(whole, piece).map(([first, second]) => first + second)},
	{weight: 1, arbitrary: fc.array(piece, {minLength: 1, maxLength: 5}).map((pieces) => pieces.join(' '))},
	{weight: 1, arbitrary: fc.tuple(piece, piece).map((pieces) => pieces.join(''))},
);

/** Mostly what EF writes, at times something else. */
function mostly(usual: readonly string[], unusual: readonly string[]): fc.Arbitrary<string> {
	return fc.oneof(
		{weight: 6, arbitrary: fc.constantFrom(...usual)},
		{weight: 1, arbitrary: fc.constantFrom(...unusual)},
	);
}

const condition = mostly(
	[guard, guard.replace('NOT ', ''), guard.replaceAll(' ', '\n\t')],
	[
		guard.replaceAll(' ', '/**/ '),
		guard.replace('"__EFMigrationsHistory"', 's . h'),
		guard.replace('"__EFMigrationsHistory"', 's.h'),
		guard.replace('"__EFMigrationsHistory"', 'then'),
		guard.replace('"__EFMigrationsHistory"', 'pg_class'),
		guard.replace('"MigrationId"', 'found'),
		guard.replace('_A', "'' THEN DELETE FROM x; --"),
		guard.replace('_A', '; END IF; END'),
		`${guard} OR f()`,
		`${guard} FROM f()`,
		`(${guard})`,
		'f()',
	],
);

const script = fc
	.record({
		statement,
		condition,
		before: mostly(
			['\nBEGIN\n    IF ', 'begin if '],
			['BEGIN DELETE FROM p; IF ', '<<l>> BEGIN IF ', 'DECLARE x int; BEGIN IF '],
		),
		middle: mostly([' THEN\n    ', ' THEN ', ' then\r\n', 'THEN '], [' THEN -- x\n', ' THEN /**/', 'THEN']),
		after: mostly(
			[';\n    END IF;\nEND ', '; END IF; END;', ';END IF;END', ' ; end if ; end ; '],
			[
				' END IF; END',
				'; END IF; END x',
				'; ELSE DELETE FROM e; END IF; END',
				'; END IF; DELETE FROM q; END',
				';; END IF; END',
				'; END IF; END; END',
				'; END IF END',
				'; END; END',
			],
		),
		quote: fc.constantFrom('$EF$', '$$', "'"),
	})
	.map(({statement: text, condition: question, before, middle, after, quote}) => ({
		quote,
		body: `${before}${question}${middle}${text}${after}`,
	}));

type Block = typeof script extends fc.Arbitrary<infer Value> ? Value : never;

function blockText({quote, body}: Block): string {
	return quote === "'" ? `DO '${body.replaceAll("'", "''")}';` : `SELECT 1; DO ${quote}${body}${quote};`;
}

/** A comment is nothing to PL/pgSQL, moves nothing at the end, and is no part of EF's shape. */
const slowMark = '/*slow*/';

function isReadable(sql: string): boolean {
	try {
		parseSync(sql);
		return true;
	} catch {
		return false;
	}
}

const block = script.filter((given) => isReadable(blockText(given)));

test('both ways of reading a block tell the same', () => {
	fc.assert(
		fc.property(block, (given) => {
			const slow = {...given, body: given.body + slowMark};
			expect(efBlock(slow.body)).toBeNull();
			expect(leavesOf(blockText(given))).toEqual(leavesOf(blockText(slow)));
		}),
		{numRuns: 2000},
	);
});

test('the short way is gone often enough for that to mean something', () => {
	const sample = fc.sample(block, {numRuns: 1000, seed: 7});
	const short = sample.filter((given) => efBlock(given.body) !== null);
	const told = short.filter((given) => leavesOf(blockText(given)).faults.length === 0);
	expect(told.length).toBeGreaterThan(100);
	expect(sample.length - short.length).toBeGreaterThan(200);
});
