import {describe, expect, test} from 'vitest';
import type {Rule} from '../../../../src/domain/review/rule.ts';
import {rules} from '../../../../src/domain/review/rules/index.ts';
import {efScript, efVersions} from '../../../support/ef-script.ts';
import {factsOf, migrationId, reviewBytes, reviewStatements} from '../../../support/read-ef-script.ts';

/** Rules about what only a target can tell; their own tables prove them. */
const needATarget: ReadonlySet<string> = new Set([
	'drop-index-not-concurrent',
	'exclusive-lock-window',
	'invalid-index-present',
	'large-data-change',
	'missing-predecessor',
	'out-of-order',
	'unknown-applied',
]);
const shown = rules.filter(({id}) => !needATarget.has(id));

function rulesOn({example}: Rule, sql: string): readonly string[] {
	const review = example.of === 'migration' ? reviewStatements([sql]) : reviewBytes(wholeFile(sql));
	return review.findings.map(({rule}) => rule);
}

/** The text behind an ordinary script. */
function wholeFile(text: string): string {
	const migrations = [{id: '20260101000000_Before', statements: ['CREATE TABLE before (id int)']}];
	return `${efScript({version: '10', migrations, bom: false}).toString('utf8')}${text}\n`;
}

describe('the example of', () => {
	test.each(shown.map((rule) => [rule.id, rule] as const))('%s is found', (id, rule) => {
		expect(rulesOn(rule, rule.example.sql)).toContain(id);
	});

	const withSql = shown.filter(({example}) => /;\s*$/u.test(example.instead));
	test.each(withSql.map((rule) => [rule.id, rule] as const))('%s is not, where it is written as told', (id, rule) => {
		expect(rulesOn(rule, rule.example.instead)).not.toContain(id);
	});
});

test('every rule has its own id, and says why, how bad it is, and what to write instead', () => {
	expect(new Set(rules.map(({id}) => id)).size).toBe(rules.length);
	for (const {why, severity, example} of rules) {
		expect([why, severity, example.sql, example.instead].filter((text) => text.trim() === '')).toEqual([]);
	}
});

test('what would get round Lockstep, or cannot run at all, is waived by nobody', () => {
	const never = rules.filter(({waivable}) => !waivable).map(({id}) => id);
	expect(never.toSorted()).toEqual([
		'concurrently-in-block',
		'guard-mismatch',
		'hidden-characters',
		'history-tampering',
		'not-idempotent',
		'parser-differential',
		'psql-command',
		'server-escape',
		'session-override',
		'unparsable',
	]);
});

describe.each(efVersions)('in the blocks of EF %s', (version) => {
	const inMigrations = shown.filter(({example}) => example.of === 'migration');

	test('every example is found', () => {
		const missed = inMigrations.filter(
			({id, example}) => !reviewStatements([example.sql], {script: {version}}).findings.some(({rule}) => rule === id),
		);
		expect(missed.map(({id}) => id)).toEqual([]);
	});

	test('a script that only creates is told nothing worse than a notice', () => {
		const statements = [
			'CREATE SCHEMA shop',
			'CREATE TABLE shop.a (id int PRIMARY KEY)',
			'CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES shop.a)',
			'CREATE UNIQUE INDEX ix_b ON b (a_id)',
		];
		const {findings} = reviewStatements(statements, {script: {version}});
		expect(findings.filter(({severity}) => severity !== 'notice')).toEqual([]);
	});
});

test('a finding tells place, statement, consequence and the SQL to write instead', () => {
	const facts = [factsOf('orders', {estimatedRows: 1_000_000})];
	const [finding] = reviewStatements(['CREATE INDEX "IX_é" ON orders (c)'], {facts}).findings;
	expect(finding).toMatchObject({
		rule: 'index-not-concurrent',
		severity: 'blocker',
		waivable: true,
		destructive: false,
		item: 'large-index-concurrently',
		migration: migrationId,
		place: {line: 12, column: 5},
		furtherPlaces: [],
		statement: 'CREATE INDEX "IX_é" ON orders (c)',
		message: 'Builds index "IX_é" on orders (about 1,000,000 rows) without CONCURRENTLY.',
	});
	expect(finding?.remedy).toContain('CREATE INDEX CONCURRENTLY');
});
