import {createHash} from 'node:crypto';
import {mkdtemp, open, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {Decrypter, generateX25519Identity, identityToRecipient} from 'age-encryption';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';

import {createBackups} from '../../../src/adapters/backups/backups.ts';
import type {BackupTarget} from '../../../src/adapters/backups/connection.ts';
import {copyInto} from '../../../src/adapters/backups/plain-copy.ts';
import type {TakenBackup} from '../../../src/operations/ports/backups.ts';
import {runChild} from '../../../src/platform/child-process.ts';
import {libpqEnvironment, openPasswordFile} from '../../../src/platform/postgres-connection.ts';
import {createDatabase, databaseServer, type TestDatabase} from '../../support/databases.ts';

let root: string;
let database: TestDatabase;
let shop: BackupTarget;
let binDirectory: string;
const keys = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
const recipients = await Promise.all(keys.map(async (key) => await identityToRecipient(key)));

beforeAll(async () => {
	root = await mkdtemp(path.join(tmpdir(), 'encrypted-'));
	database = await createDatabase();
	const server = await databaseServer();
	binDirectory = server.binDirectory;
	const {host, port, superuser: user, password} = server;
	shop = {name: 'shop', host, port, database: database.name, user, password, ssl: null, recipients};
	await query(`CREATE TABLE orders (id int, note text);
		INSERT INTO orders SELECT n, 'a note that nobody else may read ' || n FROM generate_series(1, 30000) AS n`);
});

afterAll(async () => await rm(root, {recursive: true, force: true}));

describe('a backup for recipients of age', () => {
	let taken: TakenBackup;

	beforeAll(async () => {
		taken = await take(shop, 'kept');
	});

	test('is kept encrypted, with the hashes of what is kept and of what is in it', async () => {
		expect(taken.fileName).toMatch(/^pre-migration-\d{8}T\d{6}Z-MR-7\.dump\.age$/);
		const kept = await readFile(taken.path);
		expect(kept.subarray(0, 21).toString('latin1')).toBe('age-encryption.org/v1');
		expect({sha256: sha256(kept), bytes: kept.length}).toEqual({sha256: taken.sha256, bytes: taken.bytes});
		const manifest = JSON.parse(await readFile(`${taken.path}.json`, 'utf8')) as Record<string, unknown>;
		const dump = await decrypted(kept, keys[0] ?? '');
		expect(manifest).toMatchObject({encryptedFor: recipients, plain: {bytes: dump.length, sha256: sha256(dump)}});
	});

	test('is opened by each recipient, and by pg_restore then, with every row', async () => {
		for (const [index, key] of keys.entries()) {
			const file = path.join(root, `opened-${index}.dump`);
			await writeFile(file, await decrypted(await readFile(taken.path), key));
			const restored = await createDatabase();
			const password = await openPasswordFile(shop);
			const args = ['-j2', '--exit-on-error', '-d', restored.name, file];
			const env = libpqEnvironment(shop, 'restore');
			const result = await runChild({file: path.join(binDirectory, 'pg_restore'), args, env, files: [password]});
			await password.close();
			expect(result).toMatchObject({exitCode: 0, stderr: ''});
			expect(await query('SELECT count(*)::int AS rows FROM orders', restored.url)).toEqual([{rows: 30_000}]);
		}
	});

	test('is opened by nobody else', async () => {
		await expect(decrypted(await readFile(taken.path), await generateX25519Identity())).rejects.toThrow(
			'no identity matched',
		);
	});

	test('has a restore command that decrypts first', () => {
		const plain = taken.fileName.replace(/\.age$/, '');
		expect(taken.restoreCommand).toMatch(new RegExp(`^age -d -i KEY_FILE -o ${plain} ${taken.path} && createdb `));
		expect(taken.restoreCommand).toMatch(new RegExp(`--exit-on-error ${plain}$`));
	});

	test('leaves the dump as it was in a file for the worker alone, where a drill asks for it', async () => {
		const plainCopy = path.join(root, 'for-the-drill.dump');
		const copied = await take(shop, 'with-copy', binDirectory, plainCopy);
		const dump = await decrypted(await readFile(copied.path), keys[0] ?? '');
		expect((await readFile(plainCopy)).equals(dump)).toBe(true);
		expect((await stat(plainCopy)).mode & 0o777).toBe(0o600);
		expect(copied.copyTrouble).toBeNull();
		// What stands there already is not Lockstep's to overwrite.
		const again = await take(shop, 'with-copy', binDirectory, plainCopy);
		expect(again.copyTrouble).toBe(`the copy of the backup in ${plainCopy} cannot be written (EEXIST).`);
		expect((await readFile(plainCopy)).equals(dump)).toBe(true);
	});

	test('is kept all the same where the file for the drill cannot be written', async () => {
		const gone = await take(shop, 'without-copy', binDirectory, path.join(root, 'not-there', 'for-the-drill.dump'));
		expect(gone.copyTrouble).toMatch(/for-the-drill\.dump cannot be written \(ENOENT\)\.$/);
		expect(sha256(await readFile(gone.path))).toBe(gone.sha256);
	});

	test('has no half of a file for the drill where its disk is full', async () => {
		const file = path.join(root, 'half.dump');
		await writeFile(file, 'half of it');
		const copy = copyInto(await open('/dev/full', 'w'), file);
		await copy.take(Buffer.from('more'));
		await expect(stat(file)).rejects.toMatchObject({code: 'ENOENT'});
		await copy.take(Buffer.from('and more'));
		expect(await copy.end()).toBe(`there is no room left for the copy of the backup in ${file}.`);
	});

	test('that was not whole before it was encrypted is refused all the same', async () => {
		const folder = await mkdtemp(path.join(root, 'tools-'));
		const program = async (name: string, text: string): Promise<void> =>
			await writeFile(path.join(folder, name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
		for (const name of ['psql', 'pg_restore']) await program(name, `exec '${path.join(binDirectory, name)}' "$@"`);
		await program('pg_dump', `'${path.join(binDirectory, 'pg_dump')}' "$@" | head -c 20000`);
		const plainCopy = path.join(root, 'cut-copy.dump');
		await expect(take(shop, 'cut', folder, plainCopy)).rejects.toMatchObject({code: 'backup-unreadable'});
		await expect(stat(plainCopy)).rejects.toMatchObject({code: 'ENOENT'});
		expect(await readdir(path.join(root, 'cut'))).toEqual([]);
	});
});

test('a recipient that is none is a failure with its name, and leaves nothing', async () => {
	await expect(take({...shop, recipients: ['age1nonsense']}, 'none')).rejects.toMatchObject({
		code: 'backup-failed',
		message: expect.stringContaining('age1nonsense'),
	});
	expect(await readdir(path.join(root, 'none'))).toEqual([]);
});

function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

async function decrypted(bytes: Uint8Array, identity: string): Promise<Uint8Array> {
	const decrypter = new Decrypter();
	decrypter.addIdentity(identity);
	return await decrypter.decrypt(bytes, 'uint8array');
}

async function take(
	target: BackupTarget,
	directory: string,
	tools = binDirectory,
	plainCopy: string | null = null,
): Promise<TakenBackup> {
	const backups = createBackups({targets: [target], toolFolders: [tools]});
	return await backups.take({
		target: 'shop',
		requestNumber: 7,
		directory: path.join(root, directory),
		keepDays: 7,
		plainCopy,
		signal: new AbortController().signal,
	});
}

async function query<Row extends pg.QueryResultRow>(sql: string, url = database.url): Promise<readonly Row[]> {
	const client = new pg.Client({connectionString: url});
	await client.connect();
	const {rows} = await client.query<Row>(sql);
	await client.end();
	return rows;
}
