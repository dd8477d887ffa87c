import {createHash} from 'node:crypto';
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';

import {
	CreateMultipartUploadCommand,
	DeleteObjectCommand,
	GetObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	S3Client,
} from '@aws-sdk/client-s3';
import pg from 'pg';
import S3rver from 's3rver';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';

import {createBackups} from '../../../src/adapters/backups/backups.ts';
import type {BackupTarget} from '../../../src/adapters/backups/connection.ts';
import type {S3Settings} from '../../../src/adapters/backups/s3.ts';
import type {TakeBackup, TakenBackup} from '../../../src/operations/ports/backups.ts';
import {runChild} from '../../../src/platform/child-process.ts';
import {libpqEnvironment, openPasswordFile} from '../../../src/platform/postgres-connection.ts';
import {freePort} from '../../../scripts/local-servers.ts';
import {createDatabase, databaseServer, type TestDatabase} from '../../support/databases.ts';

const credentials = {accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER'};

let root: string;
let bucketServer: S3rver;
let settings: S3Settings;
let client: S3Client;
let database: TestDatabase;
let shop: BackupTarget;
let binDirectory: string;

beforeAll(async () => {
	root = await mkdtemp(path.join(tmpdir(), 's3-'));
	const port = await freePort();
	const directory = path.join(root, 'server');
	const configureBuckets = [{name: 'backups'}];
	bucketServer = new S3rver({address: '127.0.0.1', port, directory, silent: true, configureBuckets});
	await bucketServer.run();
	const endpoint = `http://127.0.0.1:${port}`;
	settings = {bucket: 'backups', prefix: 'shop/', region: 'us-east-1', endpoint, pathStyle: true, credentials};
	client = new S3Client({region: 'us-east-1', endpoint, forcePathStyle: true, credentials});
	database = await createDatabase();
	const server = await databaseServer();
	binDirectory = server.binDirectory;
	const {host, port: serverPort, superuser: user, password} = server;
	shop = {name: 'shop', host, port: serverPort, database: database.name, user, password, ssl: null, s3: settings};
	// Random bytes do not get smaller: the dump takes three parts.
	await query(`CREATE TABLE orders (id int, note text);
		INSERT INTO orders SELECT n, encode(sha512((n || random()::text)::bytea), 'base64') || encode(sha512((random()::text)::bytea), 'base64')
		FROM generate_series(1, 130000) AS n`);
});

beforeEach(async () => {
	for (const key of await keys()) await client.send(new DeleteObjectCommand({Bucket: 'backups', Key: key}));
});

afterAll(async () => {
	client.destroy();
	await bucketServer.close();
	await rm(root, {recursive: true, force: true});
});

describe('a backup in a bucket', () => {
	test('is sent in parts, read back, and has its manifest with the command that fetches it', async () => {
		const taken = await take();
		expect(taken.bytes).toBeGreaterThan(17 * 1024 * 1024);
		expect(taken.path).toMatch(/^s3:\/\/backups\/shop\/pre-migration-\d{8}T\d{6}Z-MR-42\.dump$/);
		const name = taken.fileName;
		expect(await keys()).toEqual([`shop/${name}`, `shop/${name}.json`]);
		const bytes = await bytesOf(`shop/${name}`);
		expect(createHash('sha256').update(bytes).digest('hex')).toBe(taken.sha256);
		const manifest = JSON.parse((await bytesOf(`shop/${name}.json`)).toString('utf8')) as Record<string, unknown>;
		expect(manifest).toMatchObject({sha256: taken.sha256, path: taken.path, restoreCommand: taken.restoreCommand});
		expect(taken.restoreCommand).toContain(
			`aws s3 cp --endpoint-url ${settings.endpoint} --region us-east-1 ${taken.path} ${name} && createdb `,
		);
		expect(taken.restoreCommand).toMatch(new RegExp(`--exit-on-error ${name}$`));
	});

	test('is opened by plain pg_restore with two jobs once it was fetched', async () => {
		const taken = await take();
		const file = path.join(root, taken.fileName);
		await writeFile(file, await bytesOf(`shop/${taken.fileName}`));
		const restored = await createDatabase();
		const password = await openPasswordFile(shop);
		const args = ['-j2', '--exit-on-error', '-d', restored.name, file];
		const env = libpqEnvironment(shop, 'restore');
		const result = await runChild({file: path.join(binDirectory, 'pg_restore'), args, env, files: [password]});
		await password.close();
		expect(result).toMatchObject({exitCode: 0, stderr: ''});
		expect(await query('SELECT count(*)::int AS rows FROM orders', restored.url)).toEqual([{rows: 130_000}]);
	});

	test('is verified and removed like any other', async () => {
		const {path: kept, bytes, sha256} = await take();
		const backups = createBackups({targets: [shop], toolFolders: []});
		const asked = {target: 'shop', path: kept, kind: 'dump', bytes, sha256, signal: never()} as const;
		expect(await backups.verify(asked)).toBeNull();
		expect(await backups.verify({...asked, bytes: 1})).toContain('1 were written');
		await backups.remove(asked);
		expect(await keys()).toEqual([]);
		expect(await backups.verify(asked)).toContain('There is no s3://backups/shop/');
	});

	test('never overwrites another one of the same second', async () => {
		const [one, two] = [await take(), await take()];
		expect(one.path).not.toBe(two.path);
		expect(await keys()).toHaveLength(4);
	});

	test('sweeps what a killed worker left of the same request, and nothing of others', async () => {
		const put = async (name: string): Promise<void> => {
			await client.send(new PutObjectCommand({Bucket: 'backups', Key: `shop/${name}`, Body: 'x'}));
		};
		await put('pre-migration-20260101T000000Z-MR-42.dump');
		await put('pre-migration-20260101T000000Z-MR-4.dump');
		await client.send(
			new CreateMultipartUploadCommand({Bucket: 'backups', Key: 'shop/pre-migration-20260101T000001Z-MR-42.dump'}),
		);
		const taken = await take();
		expect(await keys()).toEqual(
			[
				'shop/pre-migration-20260101T000000Z-MR-4.dump',
				`shop/${taken.fileName}`,
				`shop/${taken.fileName}.json`,
			].toSorted(),
		);
	});
});

describe('a bucket that', () => {
	test('can be written passes the check, and keeps nothing of it', async () => {
		await check({});
		expect(await keys()).toEqual([]);
	});

	test('is not there, is away or refuses the credentials is named, without a secret', async () => {
		const away = `http://127.0.0.1:${await freePort()}`;
		// This server knows no signature of a secret, but which key ids there are.
		const secret = {accessKeyId: 'NOBODY', secretAccessKey: 'not-the-secret'};
		for (const changed of [{bucket: 'nowhere'}, {endpoint: away}, {credentials: secret}]) {
			const error: unknown = await check(changed).catch((thrown: unknown) => thrown);
			expect(error).toMatchObject({code: 'backup-failed', message: expect.stringContaining('cannot be used')});
			expect(String(error)).not.toContain('not-the-secret');
		}
	});

	test('keeps other bytes than were sent is found out, and nothing of the backup stays', async () => {
		const proxy = await spoilingProxy(settings.endpoint ?? '');
		const spoilt = {...settings, endpoint: proxy.endpoint};
		await expect(take({}, {s3: spoilt})).rejects.toMatchObject({
			code: 'backup-unreadable',
			message: expect.stringContaining('read back as other bytes than were written'),
		});
		await proxy.close();
		expect(await keys()).toEqual([]);
	});

	test('had a backup cancelled keeps nothing of it', async () => {
		await expect(take({signal: AbortSignal.timeout(400)})).rejects.toMatchObject({code: 'cancelled'});
		expect(await keys()).toEqual([]);
	});
});

test('nothing of a backup in a bucket touches the worker’s own disk', async () => {
	const before = await readdir(root);
	await take();
	expect(await readdir(root)).toEqual(before);
});

/** Passes everything on, and changes a byte of each object that is read: what a bad disk or a bad cache does. */
async function spoilingProxy(endpoint: string): Promise<{readonly endpoint: string; close(): Promise<void>}> {
	const server: Server = createServer((request, response) => {
		void (async () => {
			const body = await buffer(request);
			const {method = 'GET', url = '/'} = request;
			// The signature names the host that was asked: the bucket's server is asked by the same one.
			const passedOn = await passOn(`${endpoint}${url}`, {method, headers: request.headers, body});
			const content = passedOn.body;
			const isObject = method === 'GET' && !url.includes('?list') && /\.dump\?/.test(url);
			if (isObject && content.length > 100) content[100] = (content[100] ?? 0) ^ 1;
			response.writeHead(passedOn.status, passedOn.headers);
			response.end(content);
		})();
	});
	const port = await freePort();
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	return {
		endpoint: `http://127.0.0.1:${port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

interface Passed {
	readonly status: number;
	readonly headers: Record<string, string>;
	readonly body: Buffer;
}

async function passOn(
	url: string,
	asked: {readonly method: string; readonly headers: NodeJS.Dict<string | string[]>; readonly body: Buffer},
): Promise<Passed> {
	const {request} = await import('node:http');
	return await new Promise((resolve, reject) => {
		const sent = request(url, {method: asked.method, headers: asked.headers}, (answer) => {
			buffer(answer).then((body) => {
				const headers: Record<string, string> = {};
				for (const [name, value] of Object.entries(answer.headers)) {
					if (typeof value === 'string' && name !== 'transfer-encoding') headers[name] = value;
				}
				resolve({status: answer.statusCode ?? 500, headers, body});
			}, reject);
		});
		sent.on('error', reject);
		sent.end(asked.body);
	});
}

async function take(changed: Partial<TakeBackup> = {}, target: Partial<BackupTarget> = {}): Promise<TakenBackup> {
	const backups = createBackups({targets: [{...shop, ...target}], toolFolders: [binDirectory]});
	return await backups.take({
		target: 'shop',
		requestNumber: 42,
		directory: null,
		keepDays: 7,
		signal: never(),
		...changed,
	});
}

async function check(changed: Partial<S3Settings>): Promise<void> {
	const backups = createBackups({targets: [{...shop, s3: {...settings, ...changed}}], toolFolders: [binDirectory]});
	await backups.check('shop', null, 140_000, 1000);
}

function never(): AbortSignal {
	return new AbortController().signal;
}

async function keys(): Promise<readonly string[]> {
	const {Contents = []} = await client.send(new ListObjectsV2Command({Bucket: 'backups'}));
	return Contents.map(({Key = ''}) => Key).toSorted();
}

async function bytesOf(key: string): Promise<Buffer> {
	const {Body} = await client.send(new GetObjectCommand({Bucket: 'backups', Key: key}));
	return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function query<Row extends pg.QueryResultRow>(sql: string, url = database.url): Promise<readonly Row[]> {
	const connection = new pg.Client({connectionString: url});
	await connection.connect();
	const {rows} = await connection.query<Row>(sql);
	await connection.end();
	return rows;
}
