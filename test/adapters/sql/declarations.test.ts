import {describe, expect, test} from 'vitest';
import {declarationsOf} from '../../../src/adapters/sql/declarations.ts';
import {efScript} from '../../support/ef-script.ts';
import {readOrThrow} from '../../support/read-ef-script.ts';

const id = '20260101000000_First';

describe('declarations of a body, block by block', () => {
	test.each([
		['BEGIN NULL; END', [[]]],
		['DECLARE BEGIN NULL; END', [[]]],
		['DECLARE a int; b text DEFAULT f(1); BEGIN NULL; END', [['f(1)']]],
		['DECLARE a int := f(1); DECLARE b int = g(2) /* x */; BEGIN NULL; END', [['f(1)', 'g(2) /* x */']]],
		['<<l>> DECLARE a numeric(5, 2)[] NOT NULL := f(1); BEGIN NULL; END', [['f(1)']]],
		['#variable_conflict use_column\nDECLARE "begin" CONSTANT text := \';\'; BEGIN NULL; END', [["';'"]]],
		['DECLARE c SCROLL CURSOR (k int) FOR SELECT f(k); BEGIN NULL; END', [['SELECT f(k)']]],
		['DECLARE a ALIAS FOR $1; BEGIN NULL; END', [[]]],
		['BEGIN IF true THEN DECLARE a int := 1; BEGIN NULL; END; END IF; BEGIN NULL; END; END', [[], ['1'], []]],
		['DECLARE é text := $q$;BEGIN$q$; ü int := 2; BEGIN NULL; END', [['$q$;BEGIN$q$', '2']]],
		[
			'BEGIN PERFORM CASE WHEN true THEN declare END FROM t; DECLARE r record := f(1); BEGIN NULL; END; END',
			[[], ['f(1)']],
		],
		['BEGIN -- DECLARE a int := f(1);\nNULL; END', [[]]],
	])('%s', (body, expected) => {
		expect(declarationsOf(body).map((block) => block.map(({text}) => text))).toEqual(expected);
		for (const {index, text} of declarationsOf(body).flat()) expect(body.slice(index)).toMatch(text.slice(0, 1));
	});
});

describe('a declaration stands under the guard of its block', () => {
	function blocksOf(inside: string, behind: string): readonly string[] {
		const guard = `IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '${id}') THEN`;
		const {statements} = readOrThrow(
			efScript({version: '10', bom: false, migrations: [{id, statements: []}]})
				.toString('utf8')
				.concat(`DO $EF$ BEGIN ${guard} ${inside} END IF; ${behind} END $EF$;`),
		).script;
		return statements
			.filter(({tag}) => tag === 'EXPRESSION')
			.map(({guard: own, text}) => `${own === null ? 'no guard' : 'guarded'} ${text}`);
	}

	test('on one line with others', () => {
		expect(
			blocksOf(
				'BEGIN NULL; END; DECLARE a int := f(1); BEGIN NULL; END;',
				'DECLARE r record := g(2); BEGIN NULL; END; BEGIN NULL; END;',
			),
		).toEqual(['guarded f(1)', 'no guard g(2)']);
	});

	test('and under none where nobody can say which block it is', () => {
		const found = blocksOf(
			'PERFORM CASE WHEN true THEN begin ELSE begin END FROM t;',
			'DECLARE a int := g(2); BEGIN NULL; END;',
		);
		expect(found).toEqual(['no guard g(2)']);
	});
});
