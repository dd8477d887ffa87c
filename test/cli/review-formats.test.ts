import {readFile} from 'node:fs/promises';

import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type {Log, Run} from 'sarif';
import {describe, expect, test} from 'vitest';

import {changedObject} from '../../src/cli/review/changed-object.ts';
import {painter, wantsColours} from '../../src/cli/review/colours.ts';
import {pathInCheckout} from '../../src/cli/review/file-address.ts';
import {asGithub} from '../../src/cli/review/github.ts';
import {asJson} from '../../src/cli/review/json.ts';
import type {Report} from '../../src/cli/review/report.ts';
import {asSarif} from '../../src/cli/review/sarif.ts';
import {asText} from '../../src/cli/review/text.ts';
import {visible, visibleJson} from '../../src/cli/review/visible.ts';
import type {Finding} from '../../src/domain/review/finding.ts';
import {rules} from '../../src/domain/review/rules/index.ts';
import {efScript} from '../support/ef-script.ts';
import {migrationId, readOrThrow, reviewBytes} from '../support/read-ef-script.ts';

const statement = 'ALTER TABLE orders\n        DROP COLUMN note;';

/** Line 12 of what EF writes holds the statement's first line. */
const bytes = efScript({version: '10', migrations: [{id: migrationId, statements: [statement]}]});
const place = {line: 12, column: 5};

function findingOf(finding: Partial<Finding> = {}): Finding {
	return {
		rule: 'drop-column',
		severity: 'blocker',
		waivable: true,
		destructive: true,
		item: null,
		migration: migrationId,
		place,
		furtherPlaces: [],
		statement: 'ALTER TABLE orders DROP COLUMN note',
		message: 'Drops column orders.note.',
		why: 'Its values are gone for good.',
		remedy: 'Drop it one release later.',
		...finding,
	};
}

/** A report on real bytes with findings of our own, so that no rule's wording matters here. */
function reportOf(findings: readonly Finding[], report: Partial<Report> = {}): Report {
	const review = {...reviewBytes(report.bytes ?? bytes), findings};
	return {file: 'db/shop.sql', bytes, read: readOrThrow(report.bytes ?? bytes), review, target: null, ...report};
}

const plain = painter(false);

describe('text', () => {
	test('is a head, the findings and a verdict', () => {
		const notice = findingOf({severity: 'notice', rule: 'rename-column', migration: null, place: {line: 1, column: 1}});
		expect(asText(reportOf([findingOf(), notice]), plain))
			.toBe(`db/shop.sql: EF Core 10.0.3, applies migrations, 1 of 1 migration pending
No database was asked: how large tables are, and whether they are used, is not known.

✖ blocker  drop-column  db/shop.sql:12:5  ${migrationId}
  Drops column orders.note.
  12 |     ALTER TABLE orders
     |     ^
  13 |         DROP COLUMN note;
  Why: Its values are gone for good.
  Do: Drop it one release later.

• notice  rename-column  db/shop.sql:1:1
  Drops column orders.note.
  1 | CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    | ^
  2 |     "MigrationId" character varying(150) NOT NULL,
  3 |     "ProductVersion" character varying(32) NOT NULL,
  4 |     CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
  5 | );
  Why: Its values are gone for good.
  Do: Drop it one release later.

1 blocker, 0 warnings, 1 notice: it would not pass.
`);
	});

	test('says so where nothing is found, and what was asked', () => {
		const target = {name: 'shop-production', serverVersion: 150_018};
		const text = asText(reportOf([], {target}), plain);
		expect(text).toContain('\nAsked shop-production, PostgreSQL 15.18.\n\nNothing found: it would pass.\n');
	});

	test('tells a rule’s reason once, and where else the same is to be said', () => {
		const furtherPlaces = Array.from({length: 22}, (_, index) => ({
			migration: migrationId,
			place: {line: 20 + index, column: 3},
		}));
		const text = asText(reportOf([findingOf(), findingOf({furtherPlaces})]), plain);
		expect(text.split('Why:')).toHaveLength(2);
		expect(text).toContain('  Also: db/shop.sql:20:3, db/shop.sql:21:3, ');
		expect(text).toContain('db/shop.sql:39:3, and 2 more\n');
	});

	test('shows a long statement by its beginning', () => {
		const long = efScript({
			version: '10',
			migrations: [{id: migrationId, statements: [`CREATE TABLE t (${'\n  a int,'.repeat(20)}\n  b int)`]}],
		});
		const text = asText(reportOf([findingOf()], {bytes: long}), plain);
		expect(text).toMatch(/ {2}16 \| {3}a int,\n {5}\| … 17 more lines\n/u);
	});

	test('shows a long line around the column', () => {
		const sql = `SELECT '${'ö'.repeat(300)}', '${'x'.repeat(300)}' FROM t`;
		const long = efScript({version: '10', migrations: [{id: migrationId, statements: [sql]}]});
		const text = asText(reportOf([findingOf({place: {line: 12, column: 320}})], {bytes: long}), plain);
		const [line = '', caret = ''] = text.split('\n').slice(5, 7);
		expect(line).toMatch(/^ {2}12 \| …ö+', 'x+…$/u);
		expect(line).toHaveLength(149);
		expect(caret).toBe(`     |${' '.repeat(42)}^`);
	});

	test('points at the column behind tabs, wide and hidden characters', () => {
		const sql = `\t/*漢\u{200b}e\u{301}*/ DROP TABLE t`;
		const odd = efScript({version: '10', migrations: [{id: migrationId, statements: [sql]}]});
		const text = asText(reportOf([findingOf({place: {line: 12, column: 15}})], {bytes: odd}), plain);
		const [line, caret = ''] = text.split('\n').slice(5, 7);
		expect(line).toBe(String.raw`  12 |         /*漢\u{200b}` + 'e\u{301}*/ DROP TABLE t;');
		// Four spaces and a tab of four, /* and */, two columns of 漢, eight of \u{200b}, e, a space.
		expect(caret).toBe(`     | ${' '.repeat(8 + 4 + 2 + 8 + 1 + 1)}^`);
	});

	test('lets no further line of a text begin with what a script made up', () => {
		const text = asText(reportOf([findingOf({remedy: 'Write:\n::stop-commands::x\r\n\tDROP'})]), plain);
		expect(text).toContain('  Do: Write:\n  | ::stop-commands::x\n  |     DROP\n');
	});

	test('colours by severity', () => {
		const text = asText(reportOf([findingOf()]), painter(true));
		expect(text).toContain('\u{1b}[1m\u{1b}[31m✖ blocker\u{1b}[39m\u{1b}[22m');
	});
});

describe('colours', () => {
	test.each<readonly [Record<string, string>, boolean, boolean]>([
		[{}, true, true],
		[{}, false, false],
		[{NO_COLOR: '1'}, true, false],
		[{NO_COLOR: ''}, true, true],
		[{TERM: 'dumb'}, true, false],
		[{FORCE_COLOR: ''}, false, true],
		[{FORCE_COLOR: '1', NO_COLOR: '1'}, false, true],
		[{FORCE_COLOR: '0'}, true, false],
		[{FORCE_COLOR: 'false'}, true, false],
	])('with %o on a terminal (%s): %s', (env, isTerminal, coloured) => {
		expect(wantsColours(env, isTerminal)).toBe(coloured);
	});
});

describe('what cannot be seen', () => {
	test.each([
		['a\u{1b}[31mb', String.raw`a\u{1b}[31mb`],
		['a\r\nb\tc', String.raw`a\u{d}\u{a}b\u{9}c`],
		['\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}', String.raw`\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}`],
		['\u{e0041}\u{3164}\u{d800}', String.raw`\u{e0041}\u{3164}\u{d800}`],
		['##[x] ###vso[y] ## z', String.raw`#\u{23}[x] ##\u{23}vso[y] ## z`],
		['Größe 漢字 👍 e\u{301}', 'Größe 漢字 👍 e\u{301}'],
	])('%j is written %j', (text, written) => {
		expect(visible(text)).toBe(written);
	});

	test('is escaped in JSON, and comes back as it was', () => {
		const value = {a: '\u{202e}\u{e0041}\u{1b}\u{7f}\u{9b} ##vso[task] \\##[x', b: ['\n']};
		const json = visibleJson(value);
		expect(json).toMatch(/^[\x20-\x7e]*$/u);
		expect(json).not.toMatch(/##\w*\[/u);
		expect(JSON.parse(json)).toEqual(value);
	});
});

describe('json', () => {
	test('is one object on one line, in the order that is documented', () => {
		const furtherPlaces = [{migration: null, place: {line: 30, column: 2}}];
		const report = reportOf([findingOf({furtherPlaces})]);
		const text = asJson(report);
		expect(text).toMatch(/^\{[^\n]*\}\n$/u);
		expect(JSON.parse(text)).toEqual({
			script: {
				sha256: report.read.script.sha256,
				bytes: bytes.byteLength,
				ef: {
					productVersions: ['10.0.3'],
					historyTable: '"__EFMigrationsHistory"',
					historyColumn: 'MigrationId',
					blockTag: '$EF$',
					transactions: 'per-migration',
					direction: 'up',
					migrations: [{id: migrationId, line: 11}],
				},
			},
			pending: [migrationId],
			changes: [{migration: migrationId, kind: 'drop-column', object: 'orders.note', line: 12}],
			findings: [
				{
					rule: 'drop-column',
					severity: 'blocker',
					waivable: true,
					migration: migrationId,
					line: 12,
					column: 5,
					statement: 'ALTER TABLE orders DROP COLUMN note',
					message: 'Drops column orders.note.',
					remedy: 'Drop it one release later.',
					why: 'Its values are gone for good.',
					places: [{migration: null, line: 30, column: 2}],
				},
			],
		});
	});

	test.each([
		['CREATE TABLE shop.orders (id int)', ['shop.orders']],
		['ALTER TABLE "Orders" ADD "Note" text, DROP COLUMN old', ['"Orders"."Note"', '"Orders".old']],
		['ALTER TABLE orders RENAME note TO remark', ['orders.note']],
		['ALTER TABLE orders ADD CONSTRAINT "CK" CHECK (id > 0)', ['"CK" on orders']],
		['ALTER TABLE orders ADD UNIQUE (id)', ['unique on orders']],
		['ALTER TABLE orders VALIDATE CONSTRAINT ck', ['ck on orders']],
		['CREATE INDEX "IX" ON orders (id)', ['"IX"']],
		['CREATE INDEX ON orders (id)', ['index on orders']],
		['DROP INDEX shop.ix', ['shop.ix']],
		['DROP SCHEMA shop', ['shop']],
		['UPDATE orders SET note = NULL', ['orders']],
		['CREATE EXTENSION hstore', ['CREATE EXTENSION']],
	])('names what %s changes', (sql, objects) => {
		const review = reviewBytes(efScript({version: '10', migrations: [{id: migrationId, statements: [sql]}]}));
		expect(review.changes.map(({change}) => changedObject(change))).toEqual(objects);
	});
});

describe('sarif', () => {
	const furtherPlaces = [{migration: migrationId, place: {line: 13, column: 9}}];
	const warning = findingOf({rule: 'partial-apply', severity: 'warning', migration: null, waivable: false});
	const notice = findingOf({severity: 'notice', furtherPlaces});

	test('is valid by the schema of SARIF 2.1.0', async () => {
		const schema = new URL(
			'../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
			import.meta.url,
		);
		const ajv = new AjvDraft04.default({strict: false, allErrors: true, unicodeRegExp: false});
		addFormats.default(ajv);
		const validate = ajv.compile(JSON.parse(await readFile(schema, 'utf8')) as object);
		for (const findings of [[], [findingOf(), warning, notice]]) {
			validate(JSON.parse(asSarif(reportOf(findings), 'a b/shop:1.sql')));
			expect(validate.errors).toBeNull();
		}
		expect(validate({version: '2.1.0'})).toBe(false);
	});

	test('names the tool, its version and every rule with its usual level', async () => {
		const {driver} = runOf(reportOf([])).tool;
		const {version} = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
			version: string;
		};
		expect(driver).toMatchObject({name: 'Lockstep', version});
		expect(driver.rules?.map(({id}) => id)).toEqual(rules.map(({id}) => id));
		const levels = new Map(driver.rules?.map(({id, defaultConfiguration}) => [id, defaultConfiguration?.level]));
		expect([levels.get('drop-table'), levels.get('cascade'), levels.get('index-not-concurrent')]).toEqual([
			'error',
			'warning',
			'note',
		]);
	});

	test('has levels, places and what else a person wants to know', () => {
		const {results, columnKind} = runOf(reportOf([findingOf(), warning, notice]), 'a b/shöp:1.sql');
		expect(columnKind).toBe('unicodeCodePoints');
		expect(results?.map(({level}) => level)).toEqual(['error', 'warning', 'note']);
		expect(results?.[0]).toMatchObject({
			ruleId: 'drop-column',
			message: {text: 'Drops column orders.note.\nDrop it one release later.'},
			locations: [
				{
					physicalLocation: {
						artifactLocation: {uri: 'a%20b/sh%C3%B6p%3A1.sql'},
						region: {startLine: 12, startColumn: 5},
					},
				},
			],
			properties: {waivable: true, migration: migrationId, remedy: 'Drop it one release later.'},
		});
		expect(rules[results?.[0]?.ruleIndex ?? -1]?.id).toBe('drop-column');
		expect(results?.[2]?.relatedLocations?.[0]?.physicalLocation?.region).toEqual({startLine: 13, startColumn: 9});
	});

	test('gives a finding the same fingerprint when lines shift, and every finding its own', () => {
		const shifted = findingOf({place: {line: 99, column: 1}});
		const other = findingOf({statement: 'ALTER TABLE orders DROP COLUMN remark'});
		const print = (findings: readonly Finding[]): readonly unknown[] =>
			(runOf(reportOf(findings)).results ?? []).map(
				({partialFingerprints}) => partialFingerprints?.['primaryLocationLineHash'],
			);
		expect(print([shifted])).toEqual(print([findingOf()]));
		expect(new Set(print([findingOf(), shifted, other, warning])).size).toBe(4);
	});

	function runOf(report: Report, path = 'shop.sql'): Run {
		const [run] = (JSON.parse(asSarif(report, path)) as Log).runs;
		if (run === undefined) throw new Error('There is no run.');
		return run;
	}
});

describe('github', () => {
	test('is a workflow command for each finding', () => {
		const findings = [
			findingOf({furtherPlaces: [{migration: null, place: {line: 20, column: 3}}]}),
			findingOf({severity: 'warning', migration: null}),
			findingOf({severity: 'notice'}),
		];
		expect(asGithub(reportOf(findings), 'db/shop.sql')).toBe(
			`::error file=db/shop.sql,line=12,col=5,title=drop-column in ${migrationId}::Drops column orders.note.%0ADrop it one release later.%0AAlso at 20:3.
::warning file=db/shop.sql,line=12,col=5,title=drop-column::Drops column orders.note.%0ADrop it one release later.
::notice file=db/shop.sql,line=12,col=5,title=drop-column in ${migrationId}::Drops column orders.note.%0ADrop it one release later.
`,
		);
		expect(asGithub(reportOf([]), 'db/shop.sql')).toBe('');
	});

	test('escapes what would end a command or a property', () => {
		const finding = findingOf({migration: 'a,b:c%\r\n', message: '100 % ::error::\r\n\u{1b}x', remedy: 'a\rb'});
		expect(asGithub(reportOf([finding]), 'a,b:c%.sql')).toBe(
			String.raw`::error file=a%2Cb%3Ac%25.sql,line=12,col=5,title=drop-column in a%2Cb%3Ac%25\u{d}\u{a}::100 %25 ::error::%0A\u{1b}x%0Aa%0Ab` +
				'\n',
		);
	});
});

describe('the path that a code host knows', () => {
	test.each([
		['-', [], 'stdin'],
		['shop.sql', [], 'shop.sql'],
		['./db/../db/shop.sql', [], 'db/shop.sql'],
		['shop.sql', ['/builds'], 'checkout/shop.sql'],
		['/builds/checkout/db/shop.sql', [], 'db/shop.sql'],
		['..sql', [], '..sql'],
		['/elsewhere/shop.sql', ['/builds'], '/elsewhere/shop.sql'],
		['../shop.sql', [], '../shop.sql'],
	])('of %s, with the checkout in %j, is %s', (file, folders, path) => {
		expect(pathInCheckout(file, folders, '/builds/checkout')).toBe(path);
	});
});
