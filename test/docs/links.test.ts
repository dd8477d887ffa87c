import {existsSync, readFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';

import {describe, expect, it} from 'vitest';

import {anchorsOf, checkout, linksOf} from './markdown.ts';

const pages = [
	'README.md',
	'examples/shop/README.md',
	...(await readdir(path.join(checkout, 'docs'), {recursive: true}))
		.filter((name) => name.endsWith('.md'))
		.map((name) => path.join('docs', name)),
];

describe.each(pages)('%s', (page) => {
	const file = path.join(checkout, page);
	const text = readFileSync(file, 'utf8');

	it('links only to what is there', () => {
		const broken = linksOf(text).filter((link) => !/^https?:/u.test(link) && !isThere(file, link));
		expect(broken).toEqual([]);
	});

	it('names no file of this checkout that is not there', () => {
		const named = [...text.matchAll(/`((?:src|test|scripts|docs|schema|bin|examples|simulator)\/[\w./-]+)`/gu)].map(
			([, name = '']) => name,
		);
		expect(named.filter((name) => !existsSync(path.join(checkout, name)))).toEqual([]);
	});
});

describe('README.md', () => {
	const text = readFileSync(path.join(checkout, 'README.md'), 'utf8');

	it('names only npm scripts that there are', () => {
		const {scripts} = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')) as {
			scripts: Record<string, string>;
		};
		const docs = pages.map((page) => readFileSync(path.join(checkout, page), 'utf8')).join('\n');
		const named = [...docs.matchAll(/npm (?:run ([\w:-]+)|(test))/gu)].map(([, script, test]) => script ?? test ?? '');
		expect(named.length).toBeGreaterThan(3);
		expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
	});

	it('names every exit code of the gate, and every page of docs/', () => {
		const rows = ['| 0 | go |', '| 1 | stop |', '| 2 | hold |', '| 3 | could not ask |'];
		expect(rows.filter((row) => !text.includes(row))).toEqual([]);
		const missing = pages.filter((page) => /^docs\/[\w-]+\.md$/u.test(page) && !text.includes(page));
		expect(missing).toEqual([]);
	});
});

function isThere(from: string, link: string): boolean {
	const [name = '', anchor] = link.split('#');
	const file = name === '' ? from : path.resolve(path.dirname(from), name);
	if (!existsSync(file)) return false;
	return anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
}
