import {mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createBackups} from '../../../src/adapters/backups/backups.ts';
import type {BackupTarget} from '../../../src/adapters/backups/connection.ts';
import type {TakenBackup} from '../../../src/operations/ports/backups.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import {createDatabase, databaseServer, type TestDatabase} from '../../support/databases.ts';

let database: TestDatabase;
let other: TestDatabase;
let shop: BackupTarget;
let binDirectory: string;
let root: string;
/** A whole backup of the shop and one of another database. */
let good: TakenBackup;
let stranger: TakenBackup;

beforeAll(async () => {
	[database, other] = await Promise.all([createDatabase(), createDatabase()]);
	const server = await databaseServer();
	binDirectory = server.binDirectory;
	root = await mkdtemp(path.join(tmpdir(), 'bad-backups-'));
	shop = {
		name: 'shop',
		host: server.host,
		port: server.port,
		database: database.name,
		user: server.superuser,
		password: server.password,
		ssl: null,
	};
	const schema = `CREATE SCHEMA sales; CREATE TABLE sales."the orders" (id int PRIMARY KEY, note text);
		INSERT INTO sales."the orders" SELECT i, md5(i::text) || md5((i + 1)::text) FROM generate_series(1, 50000) AS i;
		CREATE TABLE customers (id int) PARTITION BY RANGE (id);
		CREATE TABLE customers_1 PARTITION OF customers FOR VALUES FROM (0) TO (1000);
		INSERT INTO customers SELECT generate_series(1, 500)`;
	await query(schema, database.url);
	await query(schema, other.url);
	good = await take({}, 'good');
	stranger = await take({database: other.name}, 'stranger');
});

afterAll(async () => {
	await rm(root, {recursive: true, force: true});
});

test('the whole one is taken, with partitions and names that have blanks', () => {
	expect(good.rows).toEqual([
		{schema: 'public', name: 'customers_1', rows: 500, exact: true},
		{schema: 'sales', name: 'the orders', rows: 50_000, exact: true},
	]);
});

describe('what pg_dump says is a whole backup is refused', () => {
	test('when it is empty', async () => {
		expect(await refused('exit 0')).toBe('The backup is empty.');
	});

	test.for([1, 10, 50, 90, 99])('when it is cut off after %i per cent', async (percent) => {
		const cut = Math.floor((good.bytes * percent) / 100);
		expect(await refused(`head -c ${cut} '${good.path}'`)).toContain('pg_restore cannot read the backup to its end');
	});

	test('when one byte of its rows is another', async () => {
		const flipped = await flippedAt(50);
		expect(await refused(`cat '${flipped}'`)).toContain('pg_restore cannot read the backup to its end');
	});

	test('when it is of another database', async () => {
		expect(await refused(`cat '${stranger.path}'`)).toBe(
			`The backup is of database ${other.name}, not of ${database.name}.`,
		);
	});

	test('when it lacks a table, or the rows of one', async () => {
		const real = `'${path.join(binDirectory, 'pg_dump')}' "$@"`;
		expect(await refused(`exec ${real} --exclude-table='sales."the orders"'`)).toContain('lacks sales.the orders,');
		expect(await refused(`exec ${real} --exclude-table-data=customers_1`)).toContain(
			'lacks the rows of public.customers_1,',
		);
	});
});

test('pg_dump itself refuses to dump another database than the one whose tables were read', async () => {
	const real = path.join(binDirectory, 'pg_dump');
	const error = await failureOf(take({}, 'redirected', await fake(`PGDATABASE='${other.name}' exec '${real}' "$@"`)));
	expect(error).toMatchObject({code: 'backup-failed', message: expect.stringContaining('snapshot')});
});

describe('what the disk made of it is refused', () => {
	test.for([1, 10, 50, 90, 99])('when a byte at %i per cent is another than was written', async (percent) => {
		const at = Math.floor((good.bytes * percent) / 100);
		const spoil = `printf '\\377\\376' | dd of="$partial" bs=1 seek=${at} conv=notrunc 2>/dev/null`;
		expect(await refusedOnDisk(spoil)).toContain('read back as other bytes than were written');
	});

	test('when its end is gone', async () => {
		expect(await refusedOnDisk(`truncate -s -1 "$partial"`)).toContain('read back as other bytes than were written');
	});

	/** pg_dump is whole; before it ends, the file that is being written changes under Lockstep's hands. */
	async function refusedOnDisk(spoil: string): Promise<string> {
		const directory = await mkdtemp(path.join(root, 'spoilt-'));
		const script = `'${path.join(binDirectory, 'pg_dump')}' "$@" || exit 1
			partial=$(ls -d '${directory}'/.MR-*.partial)
			before=-1; now=$(stat -c %s "$partial")
			while [ "$before" != "$now" ] || [ "$now" = 0 ]; do sleep 0.2; before=$now; now=$(stat -c %s "$partial"); done
			${spoil}`;
		return await refusedIn(directory, script);
	}
});

test('a disk that is full while it is written is named, and nothing is left', async ({skip}) => {
	const directory = path.join(root, 'full');
	await mkdir(directory);
	const {runChild} = await import('../../../src/platform/child-process.ts');
	const args = ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory];
	const mounted = await runChild({file: '/usr/bin/mount', args, env: {}});
	if (mounted.exitCode !== 0) skip('only a user who may mount can fill a disk');
	try {
		expect(good.bytes).toBeGreaterThan(256 * 1024);
		expect(await failureOf(takeIn(directory, {}, binDirectory))).toMatchObject({code: 'disk-full'});
		expect(await readdir(directory)).toEqual([]);
	} finally {
		await runChild({file: '/usr/bin/umount', args: [directory], env: {}});
	}
});

test('what only looks whole has more than no bytes, and a table of contents that can be read', async () => {
	const {runChild} = await import('../../../src/platform/child-process.ts');
	const cut = path.join(root, 'cut.dump');
	await writeFile(cut, await readFile(good.path));
	await truncate(cut, Math.floor(good.bytes / 2));
	expect((await stat(cut)).size).toBeGreaterThan(0);
	const listed = await runChild({file: path.join(binDirectory, 'pg_restore'), args: ['--list', cut], env: {}});
	expect(listed.exitCode).toBe(0);
});

async function flippedAt(percent: number): Promise<string> {
	const bytes = await readFile(good.path);
	const at = Math.floor((bytes.length * percent) / 100);
	bytes[at] = (bytes[at] ?? 0) ^ 0x10;
	const file = path.join(root, `flipped-${percent}.dump`);
	await writeFile(file, bytes);
	return file;
}

/** What is said of a backup that this shell script wrote in pg_dump's place, all of it having gone well. */
async function refused(script: string): Promise<string> {
	return await refusedIn(await mkdtemp(path.join(root, 'bad-')), script);
}

async function refusedIn(directory: string, script: string): Promise<string> {
	const error = await failureOf(takeIn(directory, {}, await fake(script)));
	expect(error.code).toBe('backup-unreadable');
	expect(await readdir(directory)).toEqual([]);
	return error.message;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
	const error: unknown = await work.then(
		() => null,
		(thrown: unknown) => thrown,
	);
	if (!(error instanceof Failure)) throw new Error(`no failure: ${String(error)}`);
	return error;
}

async function fake(script: string): Promise<string> {
	const folder = await mkdtemp(path.join(root, 'tools-'));
	const program = async (name: string, text: string): Promise<void> =>
		await writeFile(path.join(folder, name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
	for (const name of ['psql', 'pg_restore']) await program(name, `exec '${path.join(binDirectory, name)}' "$@"`);
	await program('pg_dump', script);
	return folder;
}

async function take(changed: Partial<BackupTarget>, name: string, tools = binDirectory): Promise<TakenBackup> {
	return await takeIn(path.join(root, name), changed, tools);
}

async function takeIn(directory: string, changed: Partial<BackupTarget>, tools: string): Promise<TakenBackup> {
	const backups = createBackups({targets: [{...shop, ...changed}], toolFolders: [tools]});
	const signal = new AbortController().signal;
	return await backups.take({target: 'shop', requestNumber: 42, directory, keepDays: 7, signal});
}

async function query(sql: string, url: string): Promise<void> {
	const client = new pg.Client({connectionString: url});
	await client.connect();
	await client.query(sql);
	await client.end();
}
