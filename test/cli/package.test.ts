import {execFile} from 'node:child_process';
import {cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {builtinModules} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {efScript} from '../support/ef-script.ts';
import {shippedFolder} from '../support/shipped.ts';
import {runLockstep} from './run-lockstep.ts';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
	readonly files: readonly string[];
	readonly dependencies: Readonly<Record<string, string>>;
}

/** What `npm pack` makes, unpacked into an empty folder with the production dependencies alone beside it. */
describe('the package', () => {
	let place: string;
	let manifest: Manifest;
	/** Where npm would put it. */
	let installed: string;

	beforeAll(async () => {
		place = await mkdtemp(path.join(tmpdir(), 'package-'));
		manifest = JSON.parse(await readFile(path.join(checkout, 'package.json'), 'utf8')) as Manifest;
		const archive = await pack();
		installed = path.join(place, 'node_modules/lockstep');
		await mkdir(installed, {recursive: true});
		await run('tar', ['--extract', '--gzip', '--file', archive, '--strip-components', '1', '--directory', installed]);
		for (const name of Object.keys(manifest.dependencies)) {
			const link = path.join(place, 'node_modules', name);
			await mkdir(path.dirname(link), {recursive: true});
			await symlink(path.join(checkout, 'node_modules', name), link);
		}
	}, 120_000);
	afterAll(async () => await rm(place, {recursive: true}));

	/** Packed in a copy: the checkout stays as it is. */
	async function pack(): Promise<string> {
		const copy = path.join(place, 'copy');
		await mkdir(copy);
		await writeFile(path.join(copy, 'package.json'), await readFile(path.join(checkout, 'package.json')));
		for (const name of manifest.files) {
			await cp(path.join(name === 'dist' ? await shippedFolder() : checkout, name), path.join(copy, name), {
				recursive: true,
			});
		}
		const env = {...process.env, npm_config_cache: path.join(place, 'npm'), npm_config_update_notifier: 'false'};
		const {stdout} = await run('npm', ['pack', '--ignore-scripts', '--json'], {cwd: copy, env});
		const [packed] = JSON.parse(stdout) as readonly {readonly filename: string}[];
		return path.join(copy, packed?.filename ?? '');
	}

	it('imports nothing but Node’s own modules and what it depends on', async () => {
		const names = (await readdir(path.join(installed, 'dist'), {recursive: true})).filter((name) =>
			name.endsWith('js'),
		);
		const imported = new Map<string, string>();
		for (const name of [...names.map((file) => path.join('dist', file)), 'bin/lockstep']) {
			const text = await readFile(path.join(installed, name), 'utf8');
			for (const specifier of specifiersOf(text)) imported.set(packageOf(specifier), name);
		}
		expect(imported.size).toBeGreaterThan(20);
		// A checkout's loader, which bin/lockstep asks for only where sources are.
		const allowed = new Set([
			...Object.keys(manifest.dependencies),
			...builtinModules.map((name) => `node:${name}`),
			'tsx',
		]);
		expect([...imported].filter(([name]) => !allowed.has(name))).toEqual([]);
		expect(imported.get('tsx')).toBe('bin/lockstep');
	});

	it('reviews a script', async () => {
		const migrations = [{id: '20260101000000_Drop', statements: ['DROP TABLE orders']}];
		await writeFile(path.join(place, 'shop.sql'), efScript({version: '10', migrations}));
		const program = path.join(installed, 'bin/lockstep');
		const {code, stdout, stderr} = await runLockstep(['review', 'shop.sql'], {cwd: place, program});
		expect({code, stderr}).toEqual({code: 1, stderr: ''});
		expect(stdout).toContain('✖ blocker  drop-table  shop.sql:');
		const sarif = await runLockstep(['review', 'shop.sql', '--format', 'sarif'], {cwd: place, program});
		expect(sarif).toMatchObject({
			code: 1,
			stderr: '',
			stdout: expect.stringContaining('"name":"Lockstep","version":"'),
		});
	});
});

/** Of static and dynamic imports; paths left out. */
function specifiersOf(text: string): readonly string[] {
	const pattern = /(?:^(?:import|export)\b[^'"`;]*?\bfrom\s*|^import\s*|\bimport\s*\(\s*)(['"])([^'"]+)\1/gmu;
	return [...text.matchAll(pattern)].map(([, , specifier = '']) => specifier).filter((name) => !name.startsWith('.'));
}

/** `@slack/bolt/dist/x.js` → `@slack/bolt`. */
function packageOf(specifier: string): string {
	if (specifier.startsWith('node:')) return specifier;
	return specifier
		.split('/')
		.slice(0, specifier.startsWith('@') ? 2 : 1)
		.join('/');
}
