import {readFileSync} from 'node:fs';
import path from 'node:path';

import {describe, expect, it} from 'vitest';

import {refusalCodes} from '../../src/domain/refusal.ts';
import {checkout} from './markdown.ts';

const text = readFileSync(path.join(checkout, 'docs/refusals.md'), 'utf8');
const sections = text.split(/^### /mu).slice(1);

describe('docs/refusals.md', () => {
	it('has every refusal code, in the order of the code', () => {
		expect(sections.map((section) => /^`([\w-]+)`/u.exec(section)?.[1])).toEqual([...refusalCodes]);
	});

	it.each(sections.map((section) => [section.split('\n')[0], section] as const))(
		'says what %s means and what to do',
		(_code, section) => {
			const [, meaning = '', advice = ''] = section.split('\n\n');
			expect(meaning).toMatch(/^[A-Z`].{10,}\.$/u);
			expect(advice).toMatch(/^\*\*What to do:\*\* .{8,}\.\s*$/u);
		},
	);
});
