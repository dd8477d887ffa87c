import {execFile, execFileSync} from 'node:child_process';
import {cp, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What set-up itself runs; neither a browser nor apt is among them. */
const programs = ['sh', 'setpriv'];

let directory: string;
/** A checkout where nothing has been unpacked yet. */
let checkout: string;
/** The only folder on PATH. */
let bin: string;

beforeAll(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'setup-'));
	checkout = path.join(directory, 'checkout');
	await cp(path.join(root, 'scripts'), path.join(checkout, 'scripts'), {recursive: true});
	await cp(path.join(root, 'package-lock.json'), path.join(checkout, 'package-lock.json'));
	await symlink(path.join(root, 'node_modules'), path.join(checkout, 'node_modules'));
});

beforeEach(async () => {
	bin = await mkdtemp(path.join(directory, 'bin-'));
	for (const program of programs) await symlink(pathOf(program), path.join(bin, program));
});

afterAll(async () => await rm(directory, {recursive: true, force: true}));

describe('setup.mjs browser-shell', () => {
	it.each([
		['chromium', 'Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)'],
		['google-chrome', 'Google Chrome 150.0.7123.4 '],
		['chromium-headless-shell', 'Chromium 156.0.8078.79'],
	])('takes %s from PATH', async (name, version) => {
		const program = await addProgram(name, `echo '${version}'`);
		const {code, stdout} = await setUp(['browser-shell', 'sh', '-c', 'echo "$LOCKSTEP_CHROMIUM"']);
		expect({code, stdout}).toEqual({code: 0, stdout: `${program}\n`});
	});

	it('prefers the browser that LOCKSTEP_CHROMIUM names', async () => {
		await addProgram('chromium', "echo 'Chromium 156.0.8078.79'");
		const told = await addProgram('my-browser', "echo 'Chromium 157.0.1.2'");
		const {stdout} = await setUp(['browser-shell', 'sh', '-c', 'echo "$LOCKSTEP_CHROMIUM"'], {LOCKSTEP_CHROMIUM: told});
		expect(stdout).toBe(`${told}\n`);
	});

	it('does not put another in the place of the one that LOCKSTEP_CHROMIUM names and that is not there', async () => {
		await addProgram('chromium', "echo 'Chromium 156.0.8078.79'");
		const {code, stderr} = await setUp(['browser-shell', 'true'], {LOCKSTEP_CHROMIUM: '/nowhere/chromium'});
		expect(code).toBe(1);
		expect(stderr).toContain('LOCKSTEP_CHROMIUM is /nowhere/chromium, but Chromium or Google Chrome is not there');
	});

	it('says what to install where there is no browser and no apt, and takes advice of a missing snap for no browser', async () => {
		await addProgram('chromium-browser', "echo 'Command requires the chromium snap to be installed.'; exit 1");
		const {code, stderr} = await setUp(['browser-shell', 'true']);
		expect(code).toBe(1);
		expect(stderr).toContain('Please install:');
		expect(stderr).toContain('apt-get install chromium');
		expect(stderr).toContain('set LOCKSTEP_CHROMIUM');
		expect(stderr).not.toContain('fonts');
	});

	it('says what to install, and why it could not be fetched, where the packages cannot be had', async () => {
		for (const tool of ['apt-cache', 'dpkg']) await addProgram(tool, 'exit 0');
		await addProgram('apt-get', `[ "$1" = --version ] || { echo "Could not resolve 'deb.example.com'"; exit 100; }`);
		const {code, stderr} = await setUp(['browser-shell', 'true']);
		expect(code).toBe(1);
		expect(stderr).toContain("Could not resolve 'deb.example.com'");
		expect(stderr).toContain('set LOCKSTEP_CHROMIUM');
	});

	it('looks for no browser where none is asked for', async () => {
		const {code, stdout} = await setUp(['shell', 'sh', '-c', 'echo "${LOCKSTEP_CHROMIUM-none}"']);
		expect({code, stdout}).toEqual({code: 0, stdout: 'none\n'});
	});
});

async function addProgram(name: string, script: string): Promise<string> {
	const file = path.join(bin, name);
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, `#!/bin/sh\n${script}\n`, {mode: 0o755});
	return file;
}

function pathOf(program: string): string {
	return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], {encoding: 'utf8'}).trim();
}

interface Outcome {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

async function setUp(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
	const {LOCKSTEP_POSTGRES_BIN, LOCKSTEP_REDIS_SERVER, LOCKSTEP_TEST_FILE, TMPDIR} = process.env;
	// The fonts of the machine that this runs on are not what is tested.
	const fonts = {FONTCONFIG_FILE: '/etc/fonts/fonts.conf'};
	const env = {
		LOCKSTEP_POSTGRES_BIN,
		LOCKSTEP_REDIS_SERVER,
		LOCKSTEP_TEST_FILE,
		TMPDIR,
		PATH: bin,
		...fonts,
		...environment,
	};
	return await new Promise((resolve) => {
		execFile(process.execPath, ['scripts/setup.mjs', ...words], {cwd: checkout, env}, (error, stdout, stderr) => {
			resolve({code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr});
		});
	});
}
