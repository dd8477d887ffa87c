import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';

import {freePort} from '../../scripts/local-servers.ts';
import {createDatabase, databaseServer, databaseUrl, type TestDatabase} from '../support/databases.ts';
import {efScript} from '../support/ef-script.ts';
import {runLockstep, scratchFolder, type Ran} from './run-lockstep.ts';

const folder = await scratchFolder();

const first = '20260101000000_First';
const second = '20260102000000_Second';

const script = efScript({
	version: '10',
	migrations: [
		{id: first, statements: ['DROP TABLE long_gone']},
		{id: second, statements: ['ALTER TABLE filled DROP COLUMN note', 'ALTER TABLE hollow DROP COLUMN note']},
	],
});

const tables = `
CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
INSERT INTO "__EFMigrationsHistory" VALUES ('${first}', '10.0.3');
CREATE TABLE filled (id int, note text);
INSERT INTO filled SELECT n, 'x' FROM generate_series(1, 500) n;
CREATE TABLE hollow (id int, note text);
ANALYZE;`;

interface Reviewed {
	readonly pending: readonly string[];
	readonly findings: readonly {readonly rule: string; readonly severity: string; readonly statement: string}[];
}

describe('lockstep review against a database', () => {
	const reviewer = {
		user: `reviewer_${randomBytes(4).toString('hex')}`,
		password: `s3same/${randomBytes(4).toString('hex')}`,
	};
	let database: TestDatabase;
	let admin: pg.Client;
	let address: {readonly host: string; readonly port: number};

	beforeAll(async () => {
		database = await createDatabase();
		address = await databaseServer();
		admin = new pg.Client({connectionString: database.url});
		await admin.connect();
		await admin.query(tables);
		await admin.query(`CREATE ROLE ${reviewer.user} LOGIN PASSWORD '${reviewer.password}' IN ROLE pg_read_all_data`);
		await writeFile(path.join(folder, 'shop.sql'), script);
	});
	afterAll(async () => {
		await admin.query(`DROP ROLE ${reviewer.user}`);
		await admin.end();
		await database.drop();
	});

	async function review(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
		return await runLockstep(['review', 'shop.sql', ...args], {cwd: folder, env});
	}

	/** Without a password in it, as docs/review.md advises. */
	function url(changed: {readonly user?: string; readonly port?: number; readonly database?: string} = {}): string {
		const {user = reviewer.user, port = address.port, database: name = database.name} = changed;
		return `postgresql://${user}@${address.host}:${port}/${name}`;
	}

	function reviewed({stdout}: Ran): Reviewed {
		return JSON.parse(stdout) as Reviewed;
	}

	test('takes what is pending from the history, and how bad it is from the tables', async () => {
		const ran = await review(['--database', url(), '--format', 'json'], {PGPASSWORD: reviewer.password});
		expect({code: ran.code, stderr: ran.stderr}).toEqual({code: 1, stderr: ''});
		const {pending, findings} = reviewed(ran);
		expect(pending).toEqual([second]);
		const drops = findings.filter(({rule}) => rule === 'drop-column');
		expect(drops.map(({severity, statement}) => [severity, statement.split(' ')[2]])).toEqual([
			['blocker', 'filled'],
			['notice', 'hollow'],
		]);
	});

	test('says what it asked', async () => {
		const {stdout} = await review(['--database', url()], {PGPASSWORD: reviewer.password});
		expect(stdout).toContain(`\nAsked ${address.host}:${address.port}/${database.name}, PostgreSQL `);
		expect(stdout).toContain('1 of 2 migrations pending');
	});

	test('takes the password from the URL or from a password file as well', async () => {
		const inUrl = await databaseUrl(database.name, reviewer);
		expect(await review(['--database', inUrl])).toMatchObject({code: 1, stderr: ''});
		const file = path.join(folder, 'pgpass');
		await writeFile(file, `*:*:*:${reviewer.user}:${reviewer.password}\n`, {mode: 0o600});
		expect(await review(['--database', url()], {PGPASSFILE: file})).toMatchObject({code: 1, stderr: ''});
	});

	test('takes every migration for pending where there is no history yet', async () => {
		const empty = await createDatabase();
		const ran = await review(['--database', await databaseUrl(empty.name), '--format', 'json']);
		expect(reviewed(ran).pending).toEqual([first, second]);
		await empty.drop();
	});

	test('works where nothing may be written, and leaves everything as it was', async () => {
		const contents = async (): Promise<unknown> => {
			const {rows} = await admin.query(`SELECT (SELECT json_agg(h) FROM "__EFMigrationsHistory" h) AS history,
				(SELECT count(*) FROM filled) AS rows, (SELECT json_agg(relname ORDER BY relname) FROM pg_class) AS relations,
				(SELECT json_agg(setconfig) FROM pg_db_role_setting) AS settings`);
			return rows;
		};
		await admin.query(`ALTER DATABASE "${database.name}" SET default_transaction_read_only = on`);
		const before = await contents();
		const ran = await review(['--database', url()], {PGPASSWORD: reviewer.password});
		expect({code: ran.code, stderr: ran.stderr}).toEqual({code: 1, stderr: ''});
		expect(await contents()).toEqual(before);
		await admin.query(`SET default_transaction_read_only = off; ALTER DATABASE "${database.name}" RESET ALL`);
	});

	test('names its session, and gives up on a table that somebody holds', async () => {
		const holder = new pg.Client({connectionString: database.url});
		await holder.connect();
		await holder.query('BEGIN; LOCK TABLE filled IN ACCESS EXCLUSIVE MODE');
		const running = review(['--database', url()], {PGPASSWORD: reviewer.password});
		const waiting = `SELECT application_name AS name FROM pg_stat_activity WHERE datname = '${database.name}' AND wait_event_type = 'Lock'`;
		let names: readonly string[] = [];
		while (names.length === 0) {
			names = (await admin.query<{name: string}>(waiting)).rows.map(({name}) => name);
			const settled = await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 20))]);
			if (settled !== undefined) break;
		}
		const ran = await running;
		await holder.end();
		expect(names).toEqual(['lockstep review']);
		expectUnusable(ran, 'is busy: canceling statement due to lock timeout');
	});

	test('speaks of a wrong password without telling it', async () => {
		const ran = await review(['--database', url()], {PGPASSWORD: 'not-the-secret'});
		expectUnusable(ran, `refused the login of ${reviewer.user}`);
		expect(ran.stderr).not.toContain('not-the-secret');
		const inUrl = await databaseUrl(database.name, {...reviewer, password: 'not/the@secret'});
		const other = await review(['--database', inUrl]);
		expectUnusable(other, `refused the login of ${reviewer.user}`);
		expect(other.stderr).not.toMatch(/not.{1,3}the.{1,3}secret/u);
	});

	test('says where a password belongs that is not given', async () => {
		expectUnusable(await review(['--database', url()]), `asks for the password of ${reviewer.user}`, 'set PGPASSWORD');
	});

	test('says which server does not answer, which database and which history there is not', async () => {
		const env = {PGPASSWORD: reviewer.password};
		const port = await freePort();
		expectUnusable(await review(['--database', url({port})], env), `No answer from ${address.host}:${port}/`);
		expectUnusable(await review(['--database', url({database: 'nowhere'})], env), '"nowhere" does not exist');
		expectUnusable(await review(['--database', `${url()}?sslmode=require`], env), 'does not support SSL');
		await admin.query('ALTER TABLE "__EFMigrationsHistory" RENAME "ProductVersion" TO product_version');
		expectUnusable(
			await review(['--database', url()], env),
			'does not have the columns MigrationId and ProductVersion',
		);
		await admin.query('ALTER TABLE "__EFMigrationsHistory" RENAME product_version TO "ProductVersion"');
	});

	describe('that is a target of the configuration', () => {
		/** JSON is YAML. None of the other secrets is in the environment. */
		async function configure(target: object = {}, policy: object = {}): Promise<string> {
			const secret = {env: 'NOT_THERE'};
			const config = {
				record: {url: secret},
				redis: {url: secret},
				slack: {botToken: secret, appToken: secret},
				gate: {tokens: [secret]},
				targets: {
					'shop-production': {
						channel: 'C0123456789',
						database: {
							host: address.host,
							port: address.port,
							name: database.name,
							apply: {user: reviewer.user, password: {env: 'SHOP_APPLY_PASSWORD'}},
							backup: {user: 'backup', password: secret},
						},
						histories: [{app: 'shop', context: 'ShopContext'}],
						people: {approvers: ['S0123456789'], leads: ['S0123456789'], onCall: ['S0123456789']},
						policy,
						backup: {directory: '/backups'},
						restoreRunbook: 'https://wiki.example.com/restore',
						...target,
					},
				},
			};
			await writeFile(path.join(folder, 'lockstep.yaml'), JSON.stringify(config));
			return 'lockstep.yaml';
		}

		const env = {SHOP_APPLY_PASSWORD: reviewer.password};

		test('needs no secret but that of its own login', async () => {
			await configure();
			const ran = await review(['--target', 'shop-production', '--format', 'json'], env);
			expect({code: ran.code, stderr: ran.stderr}).toEqual({code: 1, stderr: ''});
			expect(reviewed(ran).pending).toEqual([second]);
			expectUnusable(await review(['--target', 'shop-production']), 'the environment has no SHOP_APPLY_PASSWORD');
		});

		test('is reviewed by its own policy', async () => {
			const file = await configure({}, {severities: {'drop-column': 'warning'}});
			const ran = await review(['--target', 'shop-production', '--config', file], env);
			expect(ran.code).toBe(0);
			expect(ran.stdout).toContain('Asked shop-production, PostgreSQL ');
			expect(ran.stdout).toContain('▲ warning  drop-column');
		});

		test('must be one that there is, with the script’s own history', async () => {
			await configure({histories: [{app: 'shop', context: 'ShopContext', table: 'shop.history'}]});
			expectUnusable(await review(['--target', 'shop'], env), 'has no target “shop”. It has shop-production.');
			expectUnusable(
				await review(['--target', 'shop-production'], env),
				'The script keeps its history in "__EFMigrationsHistory", which shop-production does not list (it lists shop.history).',
			);
			await writeFile(path.join(folder, 'broken.yaml'), 'targets: {shop: {}}\n');
			expectUnusable(await review(['--target', 'shop', '-c', 'broken.yaml'], env), 'broken.yaml:1: record');
		});
	});
});

function expectUnusable({code, stdout, stderr}: Ran, ...sentences: readonly string[]): void {
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	for (const sentence of sentences) expect(stderr).toContain(sentence);
	expect(stderr).not.toMatch(/^\s+at /mu);
	expect(stderr).not.toContain('fault of its own');
}
