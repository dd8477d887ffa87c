import {execFile} from 'node:child_process';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {promisify} from 'node:util';

import {beforeAll, describe, expect, it} from 'vitest';

import type * as Reader from '../../src/adapters/sql/reader.ts';
import type * as ChildProcess from '../../src/platform/child-process.ts';
import {shippedFolder} from '../support/shipped.ts';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** What the image and the package hold: no sources, and none of the development tools that would read them. */
describe('the built program', () => {
	let place: string;

	beforeAll(async () => {
		place = await shippedFolder();
	}, 120_000);

	async function module<T>(file: string): Promise<T> {
		return (await import(pathToFileURL(path.join(place, 'dist', file)).href)) as T;
	}

	it('is what bin/lockstep runs where there are no sources', async () => {
		const {stdout} = await run(process.execPath, [path.join(place, 'bin/lockstep'), '--help']);
		expect(stdout).toContain('start [options] <role>');
	});

	it('has no module that plain Node cannot load', async () => {
		const files = (await readdir(path.join(place, 'dist'), {recursive: true})).filter((name) => name.endsWith('.js'));
		const modules = files
			.filter((name) => name !== 'main.js')
			.map((name) => pathToFileURL(path.join(place, 'dist', name)).href);
		expect(modules.length).toBeGreaterThan(100);
		const code = modules.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
		const {stderr} = await run(process.execPath, ['--input-type=module', '--eval', code]);
		expect(stderr).toBe('');
	});

	it('says what is wrong with the configuration, role by role', async () => {
		for (const role of ['bot', 'worker']) {
			const failed = await run(process.execPath, [
				path.join(place, 'bin/lockstep'),
				'start',
				role,
				'--config',
				'/nonexistent.yaml',
			]).then(
				() => null,
				(error: {code: number; stderr: string}) => error,
			);
			expect(failed?.code).toBe(2);
			expect(failed?.stderr).toContain('Copy lockstep.example.yaml');
		}
	});

	it('reads scripts in its own worker thread', async () => {
		const {createScriptReader} = await module<typeof Reader>('adapters/sql/reader.js');
		const reader = createScriptReader();
		try {
			const script = await readFile(path.join(checkout, 'examples/shop/scripts/shop-0009-add-shipments.sql'));
			expect(await reader.read(script)).toMatchObject({frame: {historyTable: '"__EFMigrationsHistory"'}});
		} finally {
			await reader.close();
		}
	});

	it('holds programs on its own leash', async () => {
		const {startLeashed} = await module<typeof ChildProcess>('platform/child-process.js');
		const child = startLeashed({file: process.execPath, args: ['--version'], env: {}}, 20_000);
		expect(await child.result).toMatchObject({exitCode: 0, stdout: `${process.version}\n`});
	});

	it('finds the record’s schema', async () => {
		const source = await readFile(path.join(place, 'dist/adapters/record/schema.js'), 'utf8');
		const relative = /new URL\('([^']+)'/u.exec(source)?.[1] ?? '';
		const found = new URL(relative, pathToFileURL(path.join(place, 'dist/adapters/record/schema.js')));
		expect(fileURLToPath(found)).toBe(path.join(place, 'schema'));
	});
});
