import {describe, expect, test} from 'vitest';
import {efScript} from '../../support/ef-script.ts';
import {readOrThrow, reviewBytes, reviewStatements} from '../../support/read-ef-script.ts';

/*
 * Scripts with which a statement once ran that the review did not tell, or told as something else: found by running
 * mutated scripts against a server that lists what it runs (test/fuzz/).
 */

const id = '20260101000000_First';
const other = '20260102000000_Second';

function leavesOf(command: string): readonly string[] {
	const {script} = readOrThrow(efScript({version: '10', migrations: [{id, statements: [command]}]}));
	const own = script.statements.filter(({inBlock, historyWrite}) => inBlock && historyWrite === null);
	return own.map(({tag, text, guard}) => `${guard === null ? 'no guard' : 'guarded'} ${tag}: ${text}`);
}

describe('a block tells', () => {
	test.each([
		[
			'what EXPLAIN ANALYZE runs in a loop',
			'DECLARE r record; BEGIN FOR r IN EXPLAIN ANALYZE DELETE FROM orders WHERE id = 4 LOOP NULL; END LOOP; END',
			['guarded EXPLAIN: EXPLAIN ANALYZE DELETE FROM orders WHERE id = 4'],
		],
		[
			'what a record begins with',
			'DECLARE r record := ROW(purge(1), 2); BEGIN NULL; END',
			['guarded EXPRESSION: ROW(purge(1), 2)'],
		],
		[
			'what a row of a table begins with',
			'DECLARE o orders DEFAULT (SELECT o FROM orders AS o WHERE o.id = purge(1)); BEGIN NULL; END',
			['guarded EXPRESSION: (SELECT o FROM orders AS o WHERE o.id = purge(1))'],
		],
		[
			'what a variable named cursor begins with',
			'DECLARE cursor integer = purge(1); BEGIN NULL; END',
			['guarded EXPRESSION: purge(1)'],
		],
		[
			'the question of a cursor under the guard of its block',
			'DECLARE c NO SCROLL CURSOR (k integer) IS SELECT purge(k); BEGIN NULL; END',
			['guarded SELECT: SELECT purge(k)'],
		],
		[
			'each statement as it stands behind declarations',
			'DECLARE v integer := purge(1); BEGIN v := v + purge(2); UPDATE orders SET quantity = v; END',
			[
				'guarded EXPRESSION: purge(1)',
				'guarded EXPRESSION: v := v + purge(2)',
				'guarded UPDATE: UPDATE orders SET quantity = v',
			],
		],
		[
			'the whole of a SELECT INTO with a semicolon in a literal',
			"DECLARE v integer; BEGIN SELECT count(*) INTO v FROM orders WHERE note = ';' AND id = purge(1); END",
			["guarded SELECT: SELECT count(*) INTO v FROM orders WHERE note = ';' AND id = purge(1)"],
		],
		[
			'both sides of an assignment to an element',
			'DECLARE v boolean[]; BEGIN v[purge(1)] := NOT purged(); END',
			['guarded EXPRESSION: v[purge(1)] := NOT purged()'],
		],
	])('%s', (_name, command, expected) => {
		expect(leavesOf(command)).toEqual(expected);
	});

	test('what stands in a block with a label and declarations', () => {
		const text = efScript({
			version: '10',
			migrations: [
				{
					id,
					statements: [
						"CREATE PROCEDURE p(INOUT a integer) LANGUAGE plpgsql AS 'BEGIN a := 1; END'; DECLARE v integer; BEGIN CALL p(v); END",
					],
				},
			],
		}).toString('utf8');
		const head = 'DO $EF$\n<<outer>>\nDECLARE r record DEFAULT ROW(purge(3));\n';
		const {statements} = readOrThrow(text.replace('DO $EF$\n', head)).script;
		expect(statements.map(({tag, text: sql}) => `${tag}: ${sql}`)).toEqual(
			expect.arrayContaining([
				'EXPRESSION: ROW(purge(3))',
				"CREATE PROCEDURE: CREATE PROCEDURE p(INOUT a integer) LANGUAGE plpgsql AS 'BEGIN a := 1; END'",
				'CALL: CALL p(v)',
			]),
		);
	});
});

describe('the text that EXECUTE runs is not the literal where a cast cuts it', () => {
	test.each(["'DELETE FROM orders WHERE id = 1'::varchar(18)", "CAST('DELETE FROM orders WHERE id = 1' AS char(18))"])(
		'%s',
		(text) => {
			expect(leavesOf(`EXECUTE ${text}`)).toEqual([`guarded DYNAMIC: EXECUTE ${text}`]);
		},
	);
});

describe('what is no guard of EF does not make a statement an applied one', () => {
	const script = efScript({
		version: '10',
		historyTable: 'history',
		columns: {id: 'migration_id', version: 'product_version'},
		migrations: [{id, statements: ['TRUNCATE orders']}],
	}).toString('utf8');
	const guard = `EXISTS(SELECT 1 FROM history WHERE "migration_id" = '${id}')`;

	test.each([
		['a cast that cuts the id', guard.replace(`'${id}'`, `'${id}'::varchar(3)`)],
		['columns under other names', guard.replace('FROM history', 'FROM history AS h (product_version, migration_id)')],
		['no row', guard.replace(`'${id}'`, `'${id}' LIMIT 0`)],
		['a call beside it', `${guard} WHERE purge(1)`],
	])('%s', (_name, condition) => {
		const {statements} = readOrThrow(script.replace(guard, condition)).script;
		expect(statements.find(({tag}) => tag === 'TRUNCATE')?.guard).toBeNull();
	});

	test('a variable with the name of the column', () => {
		const head = `DO $EF$\n#variable_conflict use_variable\nDECLARE migration_id text := 'none';\n`;
		const {statements} = readOrThrow(script.replace('DO $EF$\n', head)).script;
		expect(statements.find(({tag}) => tag === 'TRUNCATE')?.guard).toBeNull();
	});

	test('an id of another form is a migration like any other, and pending', () => {
		const {pending} = reviewBytes(script.replace(`'${id}'`, "'Cleanup'"), {appliedIds: [id]});
		expect(pending).toEqual(['Cleanup']);
	});
});

describe('the history is written', () => {
	test.each([
		[
			'through a view',
			['CREATE VIEW seen AS SELECT * FROM "__EFMigrationsHistory"', `INSERT INTO seen VALUES ('${other}', '1')`],
		],
		[
			'through a child',
			['CREATE TABLE child () INHERITS ("__EFMigrationsHistory")', `INSERT INTO child VALUES ('${other}', '1')`],
		],
		['through a table that becomes a child', ['ALTER TABLE child INHERIT "__EFMigrationsHistory"']],
	])('%s', (_name, statements) => {
		const {findings} = reviewStatements(statements);
		expect(findings.filter(({severity}) => severity === 'blocker').map(({rule}) => rule)).toContain(
			'history-tampering',
		);
	});

	test('by a query that makes the table', () => {
		const made = 'CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" AS SELECT purge(1) AS "MigrationId";\n';
		const script = efScript({version: '10', bom: false, withoutHistoryDdl: true, migrations: [{id, statements: []}]});
		const {findings} = reviewBytes(made + script.toString('utf8'));
		expect(findings.filter(({severity}) => severity === 'blocker').map(({rule}) => rule)).toContain(
			'history-tampering',
		);
	});
});
