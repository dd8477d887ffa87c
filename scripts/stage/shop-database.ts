import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';

import pg from 'pg';

import type {LocalPostgres} from '../local-servers.ts';

const shop = fileURLToPath(new URL('../../examples/shop/', import.meta.url));

/** The shop's scripts, by the file's name. */
export async function shopScript(name: string): Promise<Buffer> {
	return await readFile(`${shop}scripts/${name}`);
}

export interface ShopLogins {
	readonly apply: {readonly user: string; readonly password: string};
	readonly backup: {readonly user: string; readonly password: string};
}

/** The roles that a well-kept production has: an owner nobody logs in as, one login to apply, one to back up. */
export async function createShopRoles(server: LocalPostgres): Promise<ShopLogins> {
	const logins = {
		apply: {user: 'shop_migrator', password: 'apply-secret-4711'},
		backup: {user: 'shop_backup', password: 'backup-secret-4712'},
	};
	await run(server, 'postgres', [
		`CREATE ROLE shop_owner NOLOGIN`,
		`CREATE ROLE shop_migrator LOGIN PASSWORD '${logins.apply.password}' IN ROLE shop_owner, pg_monitor, pg_signal_backend`,
		`CREATE ROLE shop_backup LOGIN PASSWORD '${logins.backup.password}' IN ROLE pg_read_all_data`,
	]);
	return logins;
}

/** A production database of the shop with its earlier migrations applied; `rows` adds the seed with over a million orders. */
export async function createShopDatabase(server: LocalPostgres, name: string, rows: boolean): Promise<void> {
	await run(server, 'postgres', [`CREATE DATABASE "${name}" OWNER shop_owner`]);
	const statements = ['SET ROLE shop_owner', textOf(await shopScript('shop-0008-fix-empty-phones.sql'))];
	if (rows) statements.push('RESET ROLE', await readFile(`${shop}seed.sql`, 'utf8'));
	await run(server, name, [...statements, 'RESET ROLE', 'ANALYZE']);
}

/** A small shop where two customers share an e-mail address: AddUniqueCustomerEmail fails on them. */
export async function createDoubledShop(server: LocalPostgres, name: string): Promise<void> {
	await createShopDatabase(server, name, false);
	await run(server, name, [
		`INSERT INTO "Customers" ("Name", "Email") VALUES ('Ada Okafor', 'ada@example.com'), ('Ada O.', 'ada@example.com')`,
		// A table of unknown size counts as a large one.
		'ANALYZE',
	]);
}

/** dotnet ef writes a byte order mark; the driver wants none. */
function textOf(script: Buffer): string {
	return script.toString('utf8').replace(/^\uFEFF/, '');
}

export async function run(
	server: Pick<LocalPostgres, 'url'>,
	database: string,
	statements: readonly string[],
): Promise<void> {
	const client = new pg.Client(server.url(database));
	await client.connect();
	try {
		for (const statement of statements) await client.query(statement);
	} finally {
		await client.end();
	}
}
