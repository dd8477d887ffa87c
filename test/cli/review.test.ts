import {mkdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {describe, expect, test} from 'vitest';

import {efScript, type EfScript} from '../support/ef-script.ts';
import {shippedProgram} from '../support/shipped.ts';
import {runLockstep, scratchFolder, type Ran} from './run-lockstep.ts';

const folder = await scratchFolder();

const first = '20260101000000_First';
const second = '20260102000000_Second';
const third = '20260103000000_Third';

/** The second migration drops a table, which blocks; the others only create one. */
const shop: EfScript = {
	version: '10',
	migrations: [
		{id: first, statements: ['CREATE TABLE orders (id int PRIMARY KEY)']},
		{id: second, statements: ['DROP TABLE customers']},
		{id: third, statements: ['CREATE TABLE lines (id int PRIMARY KEY)']},
	],
};

async function fileOf(name: string, bytes: string | Uint8Array): Promise<string> {
	await writeFile(path.join(folder, name), bytes);
	return name;
}

async function review(...args: readonly string[]): Promise<Ran> {
	return await runLockstep(['review', ...args], {cwd: folder});
}

async function pendingOf(...args: readonly string[]): Promise<readonly string[]> {
	const {stdout} = await review('--format', 'json', ...args);
	return (JSON.parse(stdout) as {pending: string[]}).pending;
}

describe('lockstep review, on a machine with nothing but the file', () => {
	test('ends with 1 on a blocker, and shows it with place, statement, reason and remedy', async () => {
		const file = await fileOf('shop.sql', efScript(shop));
		const {code, stdout, stderr} = await review(file);
		expect({code, stderr}).toEqual({code: 1, stderr: ''});
		expect(stdout).toMatch(/^shop\.sql: EF Core 10\.0\.3, applies migrations, 3 of 3 migrations pending\n/u);
		expect(stdout).toMatch(/✖ blocker {2}drop-table {2}shop\.sql:\d+:\d+ {2}20260102000000_Second\n/u);
		expect(stdout).toMatch(/\d+ \| {5}DROP TABLE customers;\n/u);
		expect(stdout).toMatch(/1 blocker, \d+ warnings?, \d+ notices?: it would not pass\.\n$/u);
	});

	test('ends with 0 where nothing blocks, and says so', async () => {
		const {code, stdout} = await review(await fileOf('shop.sql', efScript(shop)), '--since', second);
		expect(code).toBe(0);
		expect(stdout).toContain('1 of 3 migrations pending');
		expect(stdout).toContain('Nothing found: it would pass.\n');
	});

	test('reads standard input', async () => {
		const {code, stdout} = await runLockstep(['review', '-'], {input: efScript(shop)});
		expect(code).toBe(1);
		expect(stdout).toContain('  stdin:');
	});

	test('prints no colours into a pipe but where they are asked for', async () => {
		const file = await fileOf('shop.sql', efScript(shop));
		const escape = '\u{1b}[';
		expect((await review(file)).stdout).not.toContain(escape);
		const forced = await runLockstep(['review', file], {cwd: folder, env: {FORCE_COLOR: '1'}});
		expect(forced.stdout).toContain(escape);
	});

	test('takes what is pending from the command line', async () => {
		const file = await fileOf('shop.sql', efScript(shop));
		expect(await pendingOf(file)).toEqual([first, second, third]);
		expect(await pendingOf(file, '--pending', 'Third', first)).toEqual([first, third]);
		expect(await pendingOf(file, '--since', 'first')).toEqual([second, third]);
		expect(await pendingOf('--pending', third, '--', file)).toEqual([third]);
	});

	test('takes all of a script that reverts for pending', async () => {
		const down = efScript({...shop, migrations: shop.migrations.toReversed(), down: true});
		expect(await pendingOf(await fileOf('down.sql', down))).toEqual([third, second, first]);
		expect(await pendingOf('down.sql', '--pending', second)).toEqual([second]);
	});

	test('ends quietly when its reader has seen enough', async () => {
		const file = await fileOf('shop.sql', efScript(shop));
		const program = await shippedProgram();
		const {execa} = await import('execa');
		const child = execa(process.execPath, [program, 'review', file], {cwd: folder, reject: false, buffer: false});
		child.stdout.destroy();
		let said = '';
		child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
		expect({code: (await child).exitCode, said}).toEqual({code: 1, said: ''});
	});
});

describe('what cannot be used ends with 2 and a sentence on standard error', () => {
	const deep = efScript({version: '10', migrations: [{id: first, statements: [`SELECT ${'1+'.repeat(60_000)}1`]}]});
	const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('SELECT 1;', 'utf16le')]);

	test.each<readonly [string, string | Uint8Array, string]>([
		['an empty file', '', 'The file is empty'],
		['UTF-16', utf16, 'The file is UTF-16 (little endian), not UTF-8.'],
		['other SQL than EF’s', 'SELECT 1;\n', 'This is not an idempotent EF Core script'],
		['a file of more than 10 MB', Buffer.alloc(10_000_001, 0x20), 'It has more than the 10 MB that are read.'],
		[
			'what is nested too deeply',
			deep,
			'The script is nested so deeply, or is so large, that the parser ran out of memory.',
		],
	])('%s', async (_what, bytes, sentence) => {
		expectUnusable(await review(await fileOf('odd.sql', bytes)), 'odd.sql: ', sentence);
	});

	test('a file that is not there, a folder, a name that is none', async () => {
		await mkdir(path.join(folder, 'folder'), {recursive: true});
		expectUnusable(await review('missing.sql'), 'missing.sql: There is no such file.');
		expectUnusable(await review('folder'), 'folder: It is a folder: name the script’s file.');
		expectUnusable(
			await review('folder/missing\u{1b}[2J.sql'),
			String.raw`missing\u{1b}[2J.sql: There is no such file.`,
		);
		await symlink('loop.sql', path.join(folder, 'loop.sql'));
		expectUnusable(await review('loop.sql'), 'loop.sql: It cannot be read (ELOOP).');
	});

	test.each<readonly [string, readonly string[], string]>([
		[
			'an unknown id',
			['--pending', 'Fourth'],
			`The script has no migration “Fourth”. It has ${first}, ${second}, ${third}.`,
		],
		['an unknown id to begin after', ['--since', 'Fourth'], 'The script has no migration “Fourth”.'],
		[
			'both ways to say what is pending',
			['--since', first, '--pending', second],
			'Give --pending or --since, not both',
		],
		[
			'a database and what is pending',
			['--database', 'postgresql://localhost/shop', '--since', first],
			'Leave out --since',
		],
		['a target and what is pending', ['--target', 'shop', '--pending', first], 'Leave out --pending'],
		[
			'a database and a target',
			['--target', 'shop', '--database', 'postgresql://localhost/shop'],
			'Give --database or --target',
		],
		['a format that there is not', ['--format', 'xml'], 'A --format is text, json, sarif, github.'],
		['an object’s property as a format', ['--format', 'constructor'], 'A --format is text, json, sarif, github.'],
		['an option that there is not', ['--verbose'], "unknown option '--verbose'"],
		['a second file', ['other.sql'], 'too many arguments'],
		['a database that is none', ['--database', 'shop'], 'That is no address of a database.'],
		['a configuration that is not there', ['--target', 'shop', '-c', 'no.yaml'], 'no.yaml cannot be read.'],
	])('%s', async (_what, args, sentence) => {
		expectUnusable(await review(await fileOf('shop.sql', efScript(shop)), ...args), sentence);
	});

	test('no file at all', async () => {
		expectUnusable(await review(), 'Name the script’s file');
		expectUnusable(await review('--pending', first), 'before --pending');
	});
});

function expectUnusable({code, stdout, stderr}: Ran, ...sentences: readonly string[]): void {
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	for (const sentence of sentences) expect(stderr).toContain(sentence);
	expect(stderr).not.toMatch(/^\s+at /mu);
	expect(stderr).not.toContain('fault of its own');
}

describe('a hostile script', () => {
	const orders =
		'"or\u{202e}d\u{1b}[31mers\n::stop-commands::x\n##[set-env name=A]##vso[task.setvariable variable=a]b"';
	const hostile = efScript({
		version: '10',
		migrations: [
			{
				id: '20260101000000_A\u{200b}\u{7}',
				statements: [`DROP TABLE ${orders}`, `ALTER TABLE ${orders} DROP COLUMN "\r::error::x"`],
			},
		],
	});

	test.each(['text', 'json', 'sarif', 'github'])(
		'moves neither a terminal nor a build’s log, as %s',
		async (format) => {
			const {code, stdout} = await review(await fileOf('hostile.sql', hostile), '--format', format);
			expect(code).toBe(1);
			expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
			expect(stdout).not.toMatch(/##\w*\[/u);
			const commands = stdout.split('\n').filter((line) => line.trimStart().startsWith('::'));
			expect(commands.filter((line) => !/^::(error|warning|notice) file=hostile\.sql,/u.test(line))).toEqual([]);
			expect(stdout).toContain('drop-table');
		},
	);
});
