import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import pg from 'pg';
import {beforeAll, describe, expect, it} from 'vitest';

import type {LocalPostgres} from '../../scripts/local-servers.ts';
import {createBackups} from '../../src/adapters/backups/backups.ts';
import {createTargets} from '../../src/adapters/target/target-database.ts';
import {ownPostgres} from '../support/databases.ts';
import {checkout, codeAfter} from './markdown.ts';

const marker = '<!-- checked by test/docs/installing.test.ts -->';

/** The roles are the whole server's, so this file has a server of its own. */
describe('the roles of docs/installing.md', () => {
	let server: LocalPostgres;
	let page: string;

	beforeAll(async () => {
		page = await readFile(path.join(checkout, 'docs/installing.md'), 'utf8');
		server = await ownPostgres();
		await as(null, 'postgres', ['CREATE DATABASE shop', "CREATE ROLE shop_app LOGIN PASSWORD 'app'"]);
		await as(null, 'shop', [codeAfter(page, marker)]);
	});

	async function as(
		login: {readonly user: string; readonly password: string} | null,
		database: string,
		statements: readonly string[],
	): Promise<void> {
		const client = new pg.Client({connectionString: server.url(database, login ?? undefined)});
		await client.connect();
		try {
			for (const statement of statements) await client.query(statement);
		} finally {
			await client.end();
		}
	}

	const migrator = {user: 'shop_migrator', password: 'choose-one'};

	function settings(login: {readonly user: string; readonly password: string}) {
		return {
			name: 'shop',
			host: server.host,
			port: server.port,
			database: 'shop',
			ssl: null,
			role: 'shop_owner',
			historyTables: ['"__EFMigrationsHistory"'],
			...login,
		};
	}

	it('let Lockstep apply: no right is missing', async () => {
		const target = createTargets({targets: [settings(migrator)], toolFolders: [server.binDirectory]}).open('shop');
		expect(await target.state()).toMatchObject({missingRights: [], inRecovery: false, sessionless: false});
	});

	it('let the application use what a migration creates, and not write the history', async () => {
		await as(migrator, 'shop', [
			'SET ROLE shop_owner',
			'CREATE TABLE orders (id serial PRIMARY KEY)',
			'CREATE TABLE "__EFMigrationsHistory" ("MigrationId" text)',
		]);
		await as(null, 'shop', [codeAfter(page, 'must not be able to migrate')]);
		const app = {user: 'shop_app', password: 'app'};
		await as(app, 'shop', ['INSERT INTO orders DEFAULT VALUES']);
		await expect(as(app, 'shop', [`INSERT INTO "__EFMigrationsHistory" VALUES ('x')`])).rejects.toThrow(
			'permission denied',
		);
	});

	it('let the backup login dump everything', async () => {
		const directory = await mkdtemp(path.join(tmpdir(), 'backups-'));
		try {
			const backups = createBackups({
				targets: [settings({user: 'shop_backup', password: 'choose-another'})],
				toolFolders: [server.binDirectory],
			});
			const taken = await backups.take({
				target: 'shop',
				requestNumber: 1,
				directory,
				keepDays: 7,
				signal: new AbortController().signal,
			});
			expect(taken.bytes).toBeGreaterThan(0);
		} finally {
			await rm(directory, {recursive: true});
		}
	});

	it('are the README’s too', async () => {
		const readme = await readFile(path.join(checkout, 'README.md'), 'utf8');
		const roles = [...readme.matchAll(/CREATE ROLE (\w+) [^;]*;/gu)].map(([statement]) => statement);
		expect(roles).toHaveLength(3);
		for (const statement of roles) expect(page).toContain(statement);
	});
});

describe('the mark', () => {
	it('can be set by the apply login after the grant of docs/installing.md, from PostgreSQL 15 on', async () => {
		const server = await ownPostgres();
		const page = await readFile(path.join(checkout, 'docs/installing.md'), 'utf8');
		const client = new pg.Client({connectionString: server.url('postgres')});
		await client.connect();
		try {
			const {rows} = await client.query<{version: number}>(
				`SELECT current_setting('server_version_num')::int AS version`,
			);
			if ((rows[0]?.version ?? 0) < 150_000) return;
			await client.query('CREATE ROLE shop_owner NOLOGIN');
			await client.query(`CREATE ROLE shop_migrator LOGIN PASSWORD 'choose-one' IN ROLE shop_owner`);
			await client.query('CREATE DATABASE shop OWNER shop_owner');
			await client.query(codeAfter(page, 'Either grant it'));
		} finally {
			await client.end();
		}
		const login = {user: 'shop_migrator', password: 'choose-one'};
		const settings = {
			name: 'shop',
			host: server.host,
			port: server.port,
			database: 'shop',
			ssl: null,
			role: null,
			historyTables: [],
			...login,
		};
		const target = createTargets({targets: [settings], toolFolders: [server.binDirectory]}).open('shop');
		expect(await target.mark('6f1c1e0a-0000-4000-8000-000000000001')).toBe('6f1c1e0a-0000-4000-8000-000000000001');
		expect((await target.state()).identity.uuid).toBe('6f1c1e0a-0000-4000-8000-000000000001');
	});
});
