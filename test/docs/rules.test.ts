import path from 'node:path';

import {expect, it} from 'vitest';

import {itemWords} from '../../src/domain/checklist.ts';
import {type RehearsalRule, rehearsalRules} from '../../src/domain/review/rehearsal-rules.ts';
import type {Rule} from '../../src/domain/review/rule.ts';
import {rules} from '../../src/domain/review/rules/index.ts';
import {visibleText} from '../../src/domain/script/hidden-text.ts';
import {checkout} from './markdown.ts';

it('docs/rules.md is what the rules say (`npm test -- test/docs/rules.test.ts --update` writes it anew)', async () => {
	await expect(page()).toMatchFileSnapshot(path.join(checkout, 'docs/rules.md'));
});

function page(): string {
	return [
		'# Rules of the review',
		'',
		'Each finding of a review names its rule, its place, what is wrong there and what to do. A blocker stops the request until the script is changed or, where the rule allows it, a person whom the target names waives it with a reason. Warnings and notices are for the people who answer and approve. What repeats is told once, with its places.',
		'',
		'The first eight rules look at the whole file, for psql runs all of it; the others look at pending migrations only. Sizes come from the live target: `largeTableRows` in lockstep.yaml (1,000,000) says what is large, a tenth of it is small, and a table that was never analysed is taken for large. Without a database the usual severity is given. `severities` in lockstep.yaml gives a rule another severity on one target.',
		'',
		'| Rule | Severity | May be waived | Checklist item |',
		'|---|---|---|---|',
		...rules.map((rule) => row(rule)),
		...rehearsalRules.map((rule) => row(rule)),
		'',
		...rules.flatMap((rule) => section(rule)),
		'# What a rehearsal finds',
		'',
		'Not in the text of a script but in what it did to a copy of the target’s schema. A second run that changes something is [`not-idempotent`](#not-idempotent).',
		'',
		...rehearsalRules.flatMap((rule) => rehearsalSection(rule)),
	].join('\n');
}

function row({id, severity, waivable, item}: Pick<Rule, 'id' | 'severity' | 'waivable' | 'item'>): string {
	return `| [\`${id}\`](#${id}) | ${severity} | ${waivable ? 'yes' : 'no'} | ${item === null ? '' : itemWords[item]} |`;
}

function section({id, severity, waivable, why, example}: Rule): readonly string[] {
	const isSql = /;\s*$/u.test(example.instead);
	return [
		`## ${id}`,
		'',
		`${why} *${severity}${waivable ? '' : '; nobody may waive it'}*`,
		'',
		...fenced(example.sql),
		'',
		...(isSql ? ['Instead:', '', ...fenced(example.instead)] : [`Instead: ${example.instead}`]),
		'',
	];
}

function rehearsalSection({id, severity, why, remedy}: RehearsalRule): readonly string[] {
	return [`## ${id}`, '', `${why} *${severity}*`, '', `Instead: ${remedy}`, ''];
}

function fenced(sql: string): readonly string[] {
	return ['```sql', visibleText(sql.trim()), '```'];
}
