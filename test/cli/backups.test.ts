import {mkdir, mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';

import {createBackups} from '../../src/adapters/backups/backups.ts';
import {createRecordStore} from '../../src/adapters/record/record-store.ts';
import {applySchema} from '../../src/adapters/record/schema.ts';
import {createDatabase, databaseServer} from '../support/databases.ts';
import {type Ran, runLockstep} from './run-lockstep.ts';

let folder: string;
let recordUrl: string;
let targetName: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'backups-cli-'));
	const database = await createDatabase();
	recordUrl = database.url;
	await applySchema(recordUrl);
	targetName = (await createDatabase()).name;
	const secret = {env: 'NOT_THERE'};
	const config = {
		record: {url: {env: 'RECORD_URL'}},
		redis: {url: secret},
		slack: {botToken: secret, appToken: secret},
		gate: {tokens: [secret]},
		targets: {
			shop: {
				channel: 'C0123456789',
				database: {
					host: 'localhost',
					name: 'shop',
					apply: {user: 'applier', password: secret},
					backup: {user: 'backup', password: secret},
				},
				histories: [{app: 'shop', context: 'ShopContext'}],
				people: {approvers: ['S0123456789'], leads: ['S0123456789'], onCall: ['S0123456789']},
				backup: {directory: path.join(folder, 'kept')},
				restoreRunbook: 'https://wiki.example.com/restore',
			},
		},
	};
	await writeFile(path.join(folder, 'lockstep.yaml'), JSON.stringify(config));
});

afterAll(async () => await rm(folder, {recursive: true}));

/** Two backups of the shop, the older one's request verified; the record knows both. */
beforeEach(async () => {
	await sql('truncate backup_use, backup, step, run, message, request, script, audit_event restart identity cascade');
	await rm(path.join(folder, 'kept'), {recursive: true, force: true});
	const server = await databaseServer();
	const {host, port, superuser: user, password} = server;
	const backups = createBackups({
		targets: [{name: 'shop', host, port, database: targetName, user, password, ssl: null}],
		toolFolders: [server.binDirectory],
	});
	await sql(`insert into script (sha256, bytes) values (repeat('a', 64), '')`);
	for (const number of [1, 2]) {
		const signal = new AbortController().signal;
		const directory = path.join(folder, 'kept');
		const taken = await backups.take({target: 'shop', requestNumber: number, directory, keepDays: 7, signal});
		await sql(`insert into request (target, pool, channel, app, version, summary, script_sha256, script_name, submission_key,
			requester, author, last_editor, start_rule, state, created_at)
			values ('shop', 'default', 'C0', 'shop', '1.${number}', 'A change', repeat('a', 64), 'a.sql', '${number}', 'U0', 'U0', 'U0',
			'{"kind": "by-hand"}', 'verified', now())`);
		await sql(
			`insert into run (request, target, worker, lease_until, finished_at, outcome) values (${number}, 'shop', 'w', now(), now(), 'verified')`,
		);
		await sql(`insert into backup (run, request, file_name, path, bytes, sha256, restore_command, finished_at, keep_until, verified_at)
			values (${number}, ${number}, '${taken.fileName}', '${taken.path}', ${taken.bytes}, '${taken.sha256}', 'pg_restore',
			now(), now() + interval '7 days', now())`);
	}
});

async function sql(text: string): Promise<void> {
	const {default: pg} = await import('pg');
	const client = new pg.Client({connectionString: recordUrl});
	await client.connect();
	// The audit refuses to be emptied, except here.
	await client.query(`set session_replication_role = replica`);
	await client.query(text);
	await client.end();
}

async function backups(...args: readonly string[]): Promise<Ran> {
	return await runLockstep(['backups', ...args], {cwd: folder, env: {RECORD_URL: recordUrl}});
}

interface Listed {
	readonly id: number;
	readonly path: string;
	readonly stays: string | null;
	readonly trouble: string | null;
	readonly hold: {readonly by: string; readonly reason: string} | null;
}

async function listed(): Promise<readonly Listed[]> {
	return JSON.parse((await backups('list', '--json')).stdout) as readonly Listed[];
}

describe('lockstep backups list', () => {
	test('shows what there is, newest first, and why it stays', async () => {
		const {code, stdout, stderr} = await backups('list');
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		const [heads, newest, older, ...more] = stdout.trimEnd().split('\n');
		expect(heads).toMatch(/^ID  TARGET  REQUEST  TAKEN \(UTC\) +SIZE +VERIFIED +STAYS +WHERE$/);
		expect(newest).toMatch(/^2 +shop +MR-2 .* the last good one +\/.*-MR-2\.dump$/);
		expect(older).toMatch(/^1 +shop +MR-1 .* until \d{4}-\d\d-\d\d +\/.*-MR-1\.dump$/);
		expect(more).toEqual([]);
		expect(await listed()).toMatchObject([
			{id: 2, stays: 'last-good', hold: null},
			{id: 1, stays: 'days', trouble: null},
		]);
	});

	test('says so where there are none, and refuses a target that there is not', async () => {
		await sql('truncate backup cascade');
		expect(await backups('list')).toEqual({code: 0, stdout: 'There are no backups.\n', stderr: ''});
		expect(await backups('list', '--target', 'stock')).toEqual({
			code: 2,
			stdout: '',
			stderr: 'There is no target “stock”. The configuration has shop.\n',
		});
	});
});

describe('lockstep backups verify', () => {
	test('reads each back in full and finds them good', async () => {
		const {code, stdout} = await backups('verify');
		expect(code).toBe(0);
		expect(
			stdout
				.trimEnd()
				.split('\n')
				.map((line) => line.split('  ').at(-1)),
		).toEqual(['good', 'good']);
	});

	test.for([
		[
			'cut off',
			async (file: string): Promise<void> => await writeFile(file, (await readFile(file)).subarray(0, -1)),
			'were written',
		],
		['empty', async (file: string): Promise<void> => await writeFile(file, ''), 'It has 0 bytes'],
		[
			'with one other byte',
			async (file: string): Promise<void> => {
				const bytes = await readFile(file);
				bytes[400] = (bytes[400] ?? 0) ^ 1;
				await writeFile(file, bytes);
			},
			'Its SHA-256 is',
		],
		['that is gone', async (file: string): Promise<void> => await rm(file), 'cannot be opened (ENOENT)'],
		['without a manifest', async (file: string): Promise<void> => await rm(`${file}.json`), 'manifest is gone'],
	] as const)('tells one %s, with exit code 1, and it is the last good one no more', async ([, spoil, words]) => {
		const [newest] = await listed();
		await spoil(newest?.path ?? '');
		const {code, stdout} = await backups('verify', '2');
		expect(code).toBe(1);
		expect(stdout).toContain('BAD: ');
		expect(stdout).toContain(words);
		expect(await listed()).toMatchObject([
			{id: 2, stays: 'days', trouble: expect.stringContaining(words)},
			{id: 1, stays: 'last-good'},
		]);
	});

	test('does not call a backup bad that is on another machine', async () => {
		await rename(path.join(folder, 'kept'), path.join(folder, 'elsewhere'));
		const {code, stderr} = await backups('verify', '1');
		await rename(path.join(folder, 'elsewhere'), path.join(folder, 'kept'));
		expect(code).toBe(3);
		expect(stderr).toContain('Is it mounted on this machine?');
		expect(await listed()).toMatchObject([{trouble: null}, {trouble: null}]);
	});
});

describe('lockstep backups hold and release', () => {
	test('say who holds it and why, in the list and in the audit', async () => {
		expect(await backups('hold', '1', '--reason', 'the auditors ask', '--by', 'lena')).toEqual({
			code: 0,
			stdout: 'Backup 1 is held by lena: the auditors ask\n',
			stderr: '',
		});
		expect((await listed())[1]).toMatchObject({stays: 'held', hold: {by: 'lena', reason: 'the auditors ask'}});
		expect((await backups('release', '1', '--by', 'lena')).code).toBe(0);
		expect((await listed())[1]).toMatchObject({stays: 'days', hold: null});
		const record = createRecordStore(recordUrl, () => undefined);
		expect(await record.auditHolds(1)).toBe(true);
		await record.close();
		expect(await backups('release', '1')).toMatchObject({code: 1, stderr: 'Nobody holds backup 1.\n'});
	});

	test('ask for a reason, and for a backup that there is', async () => {
		expect((await backups('hold', '1')).code).toBe(2);
		expect(await backups('hold', '9', '--reason', 'why not')).toMatchObject({
			code: 2,
			stderr: expect.stringContaining('There is no backup 9'),
		});
	});
});

describe('lockstep backups prune', () => {
	test('shows what is past keeping, deletes it when it is told to, and keeps the last good one', async () => {
		expect((await backups('prune')).stdout).toBe('Nothing is past keeping.\n');
		await sql(`update backup set keep_until = now() - interval '1 day'`);
		const shown = await backups('prune');
		expect(shown.stdout).toMatch(/\n1 +shop .*past keeping.*\nDelete them with --yes\.\n$/);
		expect(await listed()).toHaveLength(2);
		const {code, stdout} = await backups('prune', '--yes', '--by', 'lena');
		expect(code).toBe(0);
		expect(stdout).toMatch(/^1 {2}\/.* {2}deleted\n1 deleted\.\n$/);
		expect(await listed()).toMatchObject([{id: 2, stays: 'last-good'}]);
	});

	test('deletes several of one request', async () => {
		await sql(`update backup set keep_until = now() - interval '1 day'`);
		await sql(`insert into backup (run, request, file_name, path, bytes, sha256, restore_command, finished_at, keep_until, verified_at)
			select run, request, file_name, path || '.other', bytes, sha256, '', finished_at, keep_until, verified_at
			from backup where id = 1`);
		await sql(`update backup set trouble = 'It has 0 bytes.' where id = 3`);
		expect((await backups('prune', '--yes')).stdout).toMatch(/\n2 deleted\.\n$/);
		expect(await listed()).toMatchObject([{id: 2, stays: 'last-good'}]);
	});

	test('leaves what somebody holds', async () => {
		await sql(`update backup set keep_until = now() - interval '1 day'`);
		await backups('hold', '1', '--reason', 'wait');
		expect((await backups('prune', '--yes')).stdout).toBe('Nothing is past keeping.\n');
		expect(await listed()).toHaveLength(2);
	});
});

test('a record that cannot be reached is said with exit code 3, and a bad configuration with 2', async () => {
	const args = ['backups', 'list'];
	const away = await runLockstep(args, {cwd: folder, env: {RECORD_URL: 'postgresql://u:p@127.0.0.1:1/none'}});
	expect(away).toMatchObject({code: 3, stderr: expect.stringContaining('cannot be reached')});
	expect(await runLockstep(args, {cwd: folder})).toMatchObject({
		code: 2,
		stderr: expect.stringContaining('RECORD_URL'),
	});
	const empty = await createDatabase();
	expect(await runLockstep(args, {cwd: folder, env: {RECORD_URL: empty.url}})).toMatchObject({
		code: 3,
		stderr: expect.stringMatching(/^The record is that of an older Lockstep, or of none\..*\n$/),
	});
	await mkdir(path.join(folder, 'empty'), {recursive: true});
	expect((await runLockstep(args, {cwd: path.join(folder, 'empty')})).code).toBe(2);
});
