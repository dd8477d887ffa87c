import {describe, expect, test} from 'vitest';
import {defaultReviewPolicy} from '../../../../src/domain/review/policy.ts';
import {reviewContext} from '../../../../src/domain/review/review-context.ts';
import {hiddenCharacters} from '../../../../src/domain/review/rules/hidden-characters.ts';
import {parserDifferential} from '../../../../src/domain/review/rules/parser-differential.ts';
import {psqlCommand} from '../../../../src/domain/review/rules/psql-command.ts';
import {unparsable} from '../../../../src/domain/review/rules/unparsable.ts';
import {findingOf, type Rule} from '../../../../src/domain/review/rule.ts';
import type {Finding} from '../../../../src/domain/review/finding.ts';
import {efScript} from '../../../support/ef-script.ts';
import {readOrThrow} from '../../../support/read-ef-script.ts';

const first = '20260101000000_First';
const second = '20260102000000_Second';

/** A script whose first migration is applied already. */
function bytesOf(statement: string, text = ''): string {
	const migrations = [
		{id: first, statements: [statement]},
		{id: second, statements: ['CREATE TABLE b (id int)']},
	];
	return efScript({version: '10', migrations}).toString('utf8') + text;
}

function findings(rule: Rule, bytes: string): readonly Finding[] {
	const {script, frame} = readOrThrow(bytes);
	const context = reviewContext({
		script,
		frame,
		appliedIds: [first],
		facts: [],
		target: null,
		policy: defaultReviewPolicy,
	});
	return rule.check(context).map((objection) => findingOf(rule, objection));
}

const create = 'CREATE TABLE a (id int)';

describe('byte-level rules', () => {
	test.each([
		[unparsable, 'ALTER TABLE a ADD COLUM b int', 'blocker', first],
		[parserDifferential, 'SET LOCAL standard_conforming_strings = off', 'blocker', first],
		[parserDifferential, "UPDATE a SET b = '\0'", 'blocker', first],
		[hiddenCharacters, 'DROP TABLE "a\u{200b}"', 'blocker', first],
		[hiddenCharacters, "UPDATE a SET b = '\u{200b}'", 'notice', first],
	] as const)('looks at applied migrations, too: case %#', (rule, statement, severity, migration) => {
		expect(findings(rule, bytesOf(statement))).toEqual([
			expect.objectContaining({rule: rule.id, severity, migration, waivable: false, item: null}),
		]);
	});

	test.each([
		[unparsable, 'ALTR x;'],
		[psqlCommand, String.raw`\! id`],
		[psqlCommand, 'SELECT :x;'],
		[parserDifferential, 'SET backslash_quote = on;'],
		[hiddenCharacters, '-- \u{202e}'],
	] as const)('looks at the whole file: case %#', (rule, text) => {
		expect(findings(rule, bytesOf(create, text))).toEqual([
			expect.objectContaining({rule: rule.id, severity: 'blocker', migration: null}),
		]);
	});

	test.each([unparsable, psqlCommand, parserDifferential, hiddenCharacters])(
		'$id keeps silent where there is nothing to say',
		(rule) => {
			expect(findings(rule, bytesOf(create))).toEqual([]);
		},
	);

	test('a guard that no readable statement stands under names no migration', () => {
		const down = efScript({
			version: '10',
			down: true,
			migrations: [{id: second, statements: ['DROP TABLE b']}],
		}).toString('utf8');
		const stray = `DO $EF$ BEGIN IF EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '${first}') THEN ALTR x; END IF; END $EF$;`;
		expect(findings(unparsable, down + stray).map(({migration}) => migration)).toEqual([null]);
	});

	test('people are told what they cannot see, and where', () => {
		const [finding] = findings(hiddenCharacters, bytesOf('ALTER TABLE a ADD "b\u{202e}" text'));
		expect(finding?.message).toContain('U+202E RIGHT-TO-LEFT OVERRIDE');
		expect(finding?.statement).toBe('ALTER TABLE a ADD "bU+202E" text;');
		expect(finding?.place.column).toBe(25);
	});
});
