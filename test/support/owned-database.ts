import {randomBytes} from 'node:crypto';

import pg from 'pg';

import {createDatabase, databaseServer} from './databases.ts';

/** A database as production has them: owned by a plain role that applies migrations, with a password full of traps. */
export interface OwnedDatabase {
	readonly name: string;
	readonly server: Awaited<ReturnType<typeof databaseServer>>;
	readonly user: string;
	readonly password: string;
	/** A session of the superuser's; whoever asked for it ends it. */
	readonly connect: () => Promise<pg.Client>;
	/** Runs SQL as the superuser. */
	readonly query: <Row extends pg.QueryResultRow>(sql: string) => Promise<readonly Row[]>;
}

export async function createOwnedDatabase(): Promise<OwnedDatabase> {
	const database = await createDatabase();
	const server = await databaseServer();
	const user = `deployer_${randomBytes(4).toString('hex')}`;
	const password = String.raw`p:w\d' "${randomBytes(6).toString('hex')}`;
	const connect = async (): Promise<pg.Client> => {
		const client = new pg.Client({connectionString: database.url});
		await client.connect();
		return client;
	};
	const query = async <Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> => {
		const client = await connect();
		try {
			return (await client.query<Row>(sql)).rows;
		} finally {
			await client.end();
		}
	};
	await query(
		`CREATE ROLE ${user} LOGIN PASSWORD ${pg.escapeLiteral(password)}; ALTER DATABASE "${database.name}" OWNER TO ${user};`,
	);
	return {name: database.name, server, user, password, connect, query};
}
