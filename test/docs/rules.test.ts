import path from 'node:path';

import {expect, it} from 'vitest';

import {itemWords} from '../../src/domain/checklist.ts';
import {rules} from '../../src/domain/review/rules/index.ts';
import {checkout} from './markdown.ts';

it('docs/rules.md is what the rules say (`npm test -- test/docs/rules.test.ts --update` writes it anew)', async () => {
	await expect(page()).toMatchFileSnapshot(path.join(checkout, 'docs/rules.md'));
});

function page(): string {
	const rows = rules.map(
		({id, item, waivable, why}) =>
			`| \`${id}\` | ${item === null ? '' : itemWords[item]} | ${waivable ? 'yes' : 'no'} | ${why.replaceAll('|', '\\|')} |`,
	);
	return [
		'# Rules of the review',
		'',
		'Each finding of a review names its rule, its place, what is wrong there and what to do. A blocker stops the request until the script is changed or, where the rule allows it, a person whom the target names waives it with a reason. Warnings and notices are for the people who answer and approve.',
		'',
		'| Rule | Checklist item | May be waived | Why |',
		'|---|---|---|---|',
		...rows,
		'',
	].join('\n');
}
