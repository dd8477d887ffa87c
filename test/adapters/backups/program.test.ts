import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {afterAll, beforeAll, describe, expect, test} from 'vitest';

import {createBackups} from '../../../src/adapters/backups/backups.ts';
import type {BackupProgram} from '../../../src/adapters/backups/program.ts';
import type {TakenBackup} from '../../../src/operations/ports/backups.ts';

let root: string;

beforeAll(async () => {
	root = await mkdtemp(path.join(tmpdir(), 'programs-'));
});
afterAll(async () => await rm(root, {recursive: true, force: true}));

let programs = 0;

async function script(text: string): Promise<string> {
	const file = path.join(root, `program-${(programs += 1)}`);
	await writeFile(file, `#!/bin/sh\n${text}\n`, {mode: 0o755});
	return file;
}

async function program(changed: Partial<BackupProgram> = {}): Promise<BackupProgram> {
	return {
		take: [await script('echo starting; echo snap-0a1b')],
		available: [await script('exit 0'), '{id}'],
		remove: null,
		restore: 'restore-snapshot {id} --to shop_before',
		env: {},
		timeoutMs: 10_000,
		pollMs: 50,
		...changed,
	};
}

async function take(asked: BackupProgram, signal = new AbortController().signal): Promise<TakenBackup> {
	return await backups(asked).take({target: 'shop', requestNumber: 42, directory: null, keepDays: 7, signal});
}

function backups(asked: BackupProgram): ReturnType<typeof createBackups> {
	const shop = {
		name: 'shop',
		host: 'localhost',
		port: 1,
		database: 'shop',
		user: 'none',
		password: 'none-pass',
		ssl: null,
	};
	return createBackups({targets: [{...shop, program: asked}], toolFolders: []});
}

describe('a program that takes backups', () => {
	test('is waited for until its backup is available', async () => {
		const log = path.join(root, 'asked');
		const available = [await script(`echo "$1" >>'${log}'; [ $(wc -l <'${log}') -ge 3 ] || exit 75`), '{id}'];
		const taken = await take(await program({available}));
		expect(taken).toMatchObject({
			kind: 'program',
			path: 'snap-0a1b',
			bytes: 0,
			restoreCommand: 'restore-snapshot snap-0a1b --to shop_before',
		});
		expect(await readFile(log, 'utf8')).toBe('snap-0a1b\n'.repeat(3));
	});

	test('gets no shell, no environment of the worker’s, and is told whose backup it is', async () => {
		process.env['WORKERS_OWN'] = 'secret';
		const seen = path.join(root, 'seen');
		const shows = await script(`{ env; for word in "$@"; do echo "[$word]"; done; } >'${seen}'; echo id-1`);
		await take(await program({take: [shows, '$(touch /tmp/never)', 'two words'], env: {REGION: 'eu-1'}}));
		delete process.env['WORKERS_OWN'];
		const lines = (await readFile(seen, 'utf8')).trim().split('\n');
		expect(lines.filter((line) => line.startsWith('['))).toEqual(['[$(touch /tmp/never)]', '[two words]']);
		const names = lines.filter((line) => !line.startsWith('[')).map((line) => line.split('=')[0] ?? '');
		expect(names.filter((name) => !['PWD', '_', 'OLDPWD', 'SHLVL'].includes(name)).toSorted()).toEqual([
			'HOME',
			'LC_ALL',
			'LOCKSTEP_REQUEST',
			'LOCKSTEP_TARGET',
			'PATH',
			'REGION',
		]);
		expect(lines).toContain('LOCKSTEP_TARGET=shop');
		expect(lines).toContain('LOCKSTEP_REQUEST=MR-42');
	});

	test.for([
		[
			'fails',
			{take: 'echo "quota reached for token-4711" >&2; exit 3'},
			'ended with exit code 3: quota reached for ***',
		],
		['prints no id', {take: 'exit 0'}, 'printed no id'],
		['prints a sentence', {take: 'echo all went well'}, 'printed a last line that is no id'],
		['says that it will never be available', {available: 'echo gone >&2; exit 1'}, 'ended with exit code 1: gone'],
	] as const)('and %s is a failure in its words', async ([, says, words]) => {
		const asked = await program({env: {TOKEN: 'token-4711'}});
		const changed =
			'take' in says
				? {...asked, take: [await script(says.take)]}
				: {...asked, available: [await script(says.available), '{id}']};
		await expect(take(changed)).rejects.toMatchObject({code: 'backup-failed', message: expect.stringContaining(words)});
	});

	test('is given up when its time is over, or the run is cancelled', async () => {
		const never = {available: [await script('exit 75'), '{id}']};
		await expect(take(await program({...never, timeoutMs: 300}))).rejects.toMatchObject({
			code: 'backup-failed',
			message: expect.stringContaining('no backup available after'),
		});
		await expect(take(await program({take: [await script('sleep 60')], timeoutMs: 300}))).rejects.toMatchObject({
			code: 'backup-failed',
		});
		await expect(take(await program(never), AbortSignal.timeout(200))).rejects.toMatchObject({code: 'cancelled'});
	});

	test('is looked for before a run begins', async () => {
		const missing = await program({available: ['/nowhere/state', '{id}']});
		await expect(backups(missing).check('shop', null, 150_000, 0)).rejects.toMatchObject({
			message: expect.stringContaining('/nowhere/state'),
		});
		await expect(backups(await program()).check('shop', null, 150_000, 0)).resolves.toBeUndefined();
	});

	test('verifies and removes its own', async () => {
		const removed = path.join(root, 'removed');
		const asked = await program({remove: [await script(`echo "$1" >'${removed}'`), '{id}']});
		const kept = {target: 'shop', path: 'snap-7', kind: 'program', bytes: 0, sha256: ''} as const;
		const signal = new AbortController().signal;
		expect(await backups(asked).verify({...kept, signal})).toBeNull();
		const gone = {...asked, available: [await script('exit 1'), '{id}']};
		expect(await backups(gone).verify({...kept, signal})).toContain('not available (exit code 1)');
		await backups(asked).remove(kept);
		expect(await readFile(removed, 'utf8')).toBe('snap-7\n');
		await expect(backups(await program()).remove(kept)).rejects.toMatchObject({code: 'backup-failed'});
	});
});
