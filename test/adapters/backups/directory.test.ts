import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {readdirSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createBackups} from '../../../src/adapters/backups/backups.ts';
import type {BackupTarget} from '../../../src/adapters/backups/connection.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import type {TakeBackup, TakenBackup} from '../../../src/operations/ports/backups.ts';
import {runChild} from '../../../src/platform/child-process.ts';
import {libpqEnvironment, openPasswordFile} from '../../../src/platform/postgres-connection.ts';
import {freePort} from '../../../scripts/local-servers.ts';
import {createDatabase, databaseServer, type TestDatabase} from '../../support/databases.ts';
import type {BackupTask} from './backing-up-worker.ts';

let database: TestDatabase;
let shop: BackupTarget;
let binDirectory: string;
let root: string;

beforeAll(async () => {
	database = await createDatabase();
	const server = await databaseServer();
	binDirectory = server.binDirectory;
	root = await mkdtemp(path.join(tmpdir(), 'backups-'));
	shop = {
		name: 'shop',
		host: server.host,
		port: server.port,
		database: database.name,
		user: server.superuser,
		password: server.password,
		ssl: null,
		connectTimeoutMs: 3000,
	};
	await query(`CREATE SCHEMA sales; CREATE TABLE sales.orders (id int PRIMARY KEY, note text);
		INSERT INTO sales.orders SELECT i, md5(i::text) || md5((i + 1)::text) FROM generate_series(1, 20000) AS i`);
});

afterAll(async () => {
	await rm(root, {recursive: true, force: true});
});

describe('a backup', () => {
	let taken: TakenBackup;

	beforeAll(async () => {
		taken = await take({directory: path.join(root, 'new', 'place')});
	});

	test('is named, hashed and counted, and nobody else may read it', async () => {
		expect(taken.fileName).toMatch(/^pre-migration-\d{8}T\d{6}Z-MR-42\.dump$/);
		const bytes = await readFile(taken.path);
		expect(taken).toMatchObject({bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex')});
		expect(taken.tocEntries).toBeGreaterThan(3);
		const modes = await Promise.all(
			[taken.path, `${taken.path}.json`, path.dirname(taken.path)].map(async (file) => (await stat(file)).mode & 0o777),
		);
		expect(modes).toEqual([0o600, 0o600, 0o700]);
		expect((await readdir(path.dirname(taken.path))).toSorted()).toEqual([taken.fileName, `${taken.fileName}.json`]);
	});

	test('has a manifest that explains it without Lockstep, and without a secret', async () => {
		const text = await readFile(`${taken.path}.json`, 'utf8');
		expect(JSON.parse(text)).toMatchObject({
			request: 'MR-42',
			target: 'shop',
			endpoint: `${shop.host}:${shop.port}`,
			database: database.name,
			sha256: taken.sha256,
			bytes: taken.bytes,
			keepUntil: new Date(taken.finishedAt.getTime() + 7 * 86_400_000).toISOString(),
			restoreCommand: taken.restoreCommand,
			walPosition: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
			systemIdentifier: expect.stringMatching(/^\d+$/),
			databaseOid: expect.any(Number),
			serverVersion: taken.serverVersion,
			clientVersion: taken.clientVersion,
			encryptedFor: [],
		});
		expect(text).not.toContain(shop.password);
	});

	test('says how many rows each table had when it was taken, whatever comes afterwards', async () => {
		const {rows} = JSON.parse(await readFile(`${taken.path}.json`, 'utf8')) as TakenBackup;
		expect(rows).toEqual([{schema: 'sales', name: 'orders', rows: 20_000, exact: true}]);
		expect(taken.rows).toEqual(rows);
	});

	test('is opened by plain pg_restore with two jobs, and every row is there', async () => {
		const restored = await createDatabase();
		const password = await openPasswordFile(shop);
		const result = await runChild({
			file: path.join(binDirectory, 'pg_restore'),
			args: ['-j2', '--exit-on-error', '-d', restored.name, taken.path],
			env: libpqEnvironment(shop, 'restore'),
			files: [password],
		});
		await password.close();
		expect(result).toMatchObject({exitCode: 0, stderr: ''});
		expect(await query('SELECT count(*)::int AS rows FROM sales.orders', restored.url)).toEqual([{rows: 20_000}]);
	});

	test('never overwrites another one: the name of the next second is taken', async () => {
		const directory = await freshDirectory('many');
		const three = await Promise.all([take({directory}), take({directory}), take({directory})]);
		expect(new Set(three.map(({path: file}) => file)).size).toBe(3);
		expect(await readdir(directory)).toHaveLength(6);
		for (const {path: file, sha256} of three) {
			expect(JSON.parse(await readFile(`${file}.json`, 'utf8'))).toMatchObject({sha256});
		}
	});
});

describe('a backup that fails leaves nothing behind and says why', () => {
	test('wrong password', async () => {
		expect(await failing({}, {password: 'wrong-secret'})).toEqual({code: 'target-login-failed', left: []});
	});

	test('server down', async () => {
		expect(await failing({}, {port: await freePort()})).toEqual({code: 'target-unreachable', left: []});
	});

	test('a user who may not read everything', async () => {
		const user = `reader_of_${database.name}`;
		await query(`CREATE ROLE ${user} LOGIN PASSWORD 'reader-pass'`);
		expect(await failing({}, {user, password: 'reader-pass'})).toEqual({code: 'target-permission', left: []});
	});

	test('a table that stays locked', {timeout: 30_000}, async () => {
		const holder = new pg.Client({connectionString: database.url});
		await holder.connect();
		await holder.query('BEGIN');
		await holder.query('LOCK TABLE sales.orders');
		expect(await failing({}, {})).toEqual({code: 'target-busy', left: []});
		await holder.end();
	});

	test('cancelled before and while it runs', async () => {
		expect(await failing({signal: AbortSignal.abort()}, {})).toEqual({code: 'cancelled', left: []});
		await withLockedTable(async () =>
			expect(await failing({signal: AbortSignal.timeout(700)}, {})).toEqual({code: 'cancelled', left: []}),
		);
		// A backend notices a client that is gone a moment later.
		await expect
			.poll(
				async () =>
					await query(
						`SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockstep backup%'`,
					),
			)
			.toEqual([]);
	});

	test('a directory that is none', async () => {
		const file = path.join(root, 'a-file');
		await writeFile(file, '');
		await expect(take({directory: path.join(file, 'sub')})).rejects.toMatchObject({
			code: 'backup-failed',
			message: expect.stringContaining(file),
		});
	});

	test('no room on the disk', async ({skip}) => {
		const directory = await freshDirectory('full');
		const mounted = await runChild({
			file: '/usr/bin/mount',
			args: ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory],
			env: {},
		});
		if (mounted.exitCode !== 0) skip('only a user who may mount can fill a disk');
		try {
			await expect(take({directory})).rejects.toMatchObject({code: 'disk-full'});
			expect(await readdir(directory)).toEqual([]);
			await expect(check(directory, 1_000_000)).rejects.toMatchObject({
				code: 'disk-full',
				message: expect.stringContaining('1 MB'),
			});
			await expect(check(directory, 1000)).resolves.toBeUndefined();
		} finally {
			await runChild({file: '/usr/bin/umount', args: [directory], env: {}});
		}
	});

	/** Takes a backup that must fail, and tells its code and what it left. */
	async function failing(changed: Partial<TakeBackup>, settings: Partial<BackupTarget>): Promise<unknown> {
		const directory = await freshDirectory('failing');
		const error: unknown = await take({directory, ...changed}, settings).catch((thrown: unknown) => thrown);
		if (!(error instanceof Failure)) throw new Error(`no failure: ${String(error)}`);
		expect(error.message).not.toContain(settings.password ?? shop.password);
		return {code: error.code, left: await readdir(directory)};
	}
});

describe('a directory', () => {
	test('that is not there is made, with those above it, for the worker alone', async () => {
		const directory = path.join(await freshDirectory('made'), 'a', 'b');
		await check(directory, 0);
		expect((await stat(directory)).mode & 0o777).toBe(0o700);
	});

	test('that cannot be made is named at once', async () => {
		for (const directory of ['/proc/none/backups', '/dev/null/backups']) {
			await expect(check(directory, 0)).rejects.toMatchObject({
				name: 'Failure',
				message: expect.stringContaining(directory),
			});
		}
	});
});

describe('tools', () => {
	test('older than the server are refused with a sentence', async () => {
		await expect(
			createBackups({targets: [shop], toolFolders: [binDirectory]}).check('shop', root, 990_001, 0),
		).rejects.toMatchObject({
			code: 'tools-too-old',
			message: expect.stringContaining('Install postgresql-client-99'),
		});
	});

	test('that refuse the server themselves are understood', async () => {
		const old = await fakeTools(
			`pg_dump: error: aborting because of server version mismatch\npg_dump: detail: server version: 15.18; pg_dump version: 14.1`,
		);
		await expect(take({}, {}, old)).rejects.toMatchObject({
			code: 'tools-too-old',
			message: expect.stringContaining('version mismatch'),
		});
	});

	/** pg_dump that only says this; the other tools are real. */
	async function fakeTools(says: string): Promise<string> {
		const folder = await freshDirectory('tools');
		const program = async (name: string, script: string): Promise<void> =>
			await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`, {mode: 0o755});
		for (const name of ['psql', 'pg_restore']) await program(name, `exec '${path.join(binDirectory, name)}' "$@"`);
		await program('pg_dump', `cat >&2 <<'END'\n${says}\nEND\nexit 1`);
		return folder;
	}
});

test('what a killed worker left of the same request is swept, and nothing of others', async () => {
	const directory = await freshDirectory('swept');
	await withLockedTable(async () => {
		const worker = startWorker({settings: shop, toolFolder: binDirectory, directory, requestNumber: 42});
		while ((await readdir(directory)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
		while (dumpsOf(database.name).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
		worker.kill('SIGKILL');
		await new Promise((resolve) => worker.once('exit', resolve));
	});
	for (let waited = 0; dumpsOf(database.name).length > 0 && waited < 100; waited++) {
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	expect(dumpsOf(database.name)).toEqual([]);
	expect(await readdir(directory)).toHaveLength(1);
	const others = [
		'.MR-4.0a.partial',
		'.MR-420.0a.partial',
		'pre-migration-20260101T000000Z-MR-4.dump.json',
		'notes.txt',
	];
	for (const name of others) await writeFile(path.join(directory, name), '');
	await writeFile(path.join(directory, 'pre-migration-20260101T000000Z-MR-42.dump.json'), '');
	const taken = await take({directory});
	expect((await readdir(directory)).toSorted()).toEqual(
		[...others, taken.fileName, `${taken.fileName}.json`].toSorted(),
	);
});

test('no secret is seen in arguments or environment while it runs', async () => {
	await withLockedTable(async () => {
		const stop = new AbortController();
		const taking = take({signal: stop.signal}).catch(() => undefined);
		while (dumpsOf(database.name).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
		for (const pid of dumpsOf(database.name)) {
			expect(read(pid, 'cmdline') + read(pid, 'environ')).not.toContain(shop.password);
		}
		stop.abort();
		await taking;
	});
});

function startWorker(task: BackupTask): ReturnType<typeof spawn> {
	const file = fileURLToPath(new URL('backing-up-worker.ts', import.meta.url));
	const worker = spawn(process.execPath, ['--import', 'tsx', file], {stdio: ['pipe', 'inherit', 'inherit']});
	worker.stdin?.end(JSON.stringify(task));
	return worker;
}

async function withLockedTable(work: () => Promise<void>): Promise<void> {
	const holder = new pg.Client({connectionString: database.url});
	await holder.connect();
	await holder.query('BEGIN');
	await holder.query('LOCK TABLE sales.orders');
	try {
		await work();
	} finally {
		await holder.end();
	}
}

function dumpsOf(name: string): readonly number[] {
	return readdirSync('/proc')
		.filter((entry) => /^\d+$/.test(entry))
		.map(Number)
		.filter((pid) => read(pid, 'cmdline').includes('pg_dump') && read(pid, 'environ').includes(`PGDATABASE=${name}`));
}

function read(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return '';
	}
}

async function take(
	changed: Partial<TakeBackup>,
	settings: Partial<BackupTarget> = {},
	toolFolder = binDirectory,
): Promise<TakenBackup> {
	const backups = createBackups({targets: [{...shop, ...settings}], toolFolders: [toolFolder]});
	const directory = changed.directory ?? (await freshDirectory('some'));
	return await backups.take({
		target: 'shop',
		requestNumber: 42,
		directory,
		keepDays: 7,
		signal: new AbortController().signal,
		...changed,
	});
}

async function check(directory: string, bytes: number): Promise<void> {
	const [row] = await query<{version: number}>(`SELECT current_setting('server_version_num')::int AS version`);
	await createBackups({targets: [shop], toolFolders: [binDirectory]}).check(
		'shop',
		directory,
		row?.version ?? 0,
		bytes,
	);
}

async function freshDirectory(name: string): Promise<string> {
	await mkdir(path.join(root, 'fresh'), {recursive: true});
	return await mkdtemp(path.join(root, 'fresh', name));
}

async function query<Row extends pg.QueryResultRow>(sql: string, url = database.url): Promise<readonly Row[]> {
	const client = new pg.Client({connectionString: url});
	await client.connect();
	try {
		return (await client.query<Row>(sql)).rows;
	} finally {
		await client.end();
	}
}
