import pg from 'pg';
import {startCluster, type ThrowAwayCluster} from '../../../src/adapters/scratch/cluster.ts';
import {usualAccounts} from '../../../src/adapters/scratch/scratch-settings.ts';
import type {ScratchServer} from '../../../src/adapters/scratch/server.ts';
import {findConfinement} from '../../../src/platform/confinement.ts';
import {findPostgresServer, listPostgresTools} from '../../../src/platform/postgres-tools.ts';
import {databaseServer, ownPostgres} from '../../support/databases.ts';

/** A server as an administrator gives it to Lockstep: nothing on it, and a superuser whose name no target has. */
export interface ConfiguredServer {
	readonly login: ScratchServer;
	/** `127.0.0.1:5432` */
	readonly endpoint: string;
	/** Runs SQL as the superuser. */
	query<Row extends pg.QueryResultRow>(sql: string, database?: string): Promise<readonly Row[]>;
	/** What stands on it: databases and roles but PostgreSQL's predefined ones. */
	holds(): Promise<readonly string[]>;
}

export async function configuredServer(
	settings: Readonly<Record<string, string | number>> = {},
): Promise<ConfiguredServer> {
	const server = await ownPostgres({settings});
	const login: ScratchServer = {
		host: server.host,
		port: server.port,
		user: 'lockstep_scratch',
		password: `s'${server.password}`,
		ssl: null,
	};
	const query: ConfiguredServer['query'] = async (sql, database = 'postgres') =>
		await ask(new pg.Client({...login, ssl: false, database}), sql);
	await ask(
		new pg.Client({connectionString: server.url('postgres')}),
		`CREATE ROLE lockstep_scratch SUPERUSER LOGIN PASSWORD ${pg.escapeLiteral(login.password)}`,
	);
	await query('ALTER ROLE postgres RENAME TO scratch_admin');
	await query('CREATE DATABASE lockstep_scratch');
	return {
		login,
		endpoint: `${server.host}:${server.port}`,
		query,
		holds: async () => {
			const rows = await query<{name: string}>(
				`SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`,
			);
			return rows.map(({name}) => name);
		},
	};
}

/** One that is reached by its socket alone. Whoever asked for it stops it. */
export async function serverBehindSocket(parent: string): Promise<ThrowAwayCluster> {
	const {binDirectory} = await databaseServer();
	const [{major} = {major: 0}] = await listPostgresTools([binDirectory]);
	const tools = await findPostgresServer(major, [binDirectory]);
	const confinement = await findConfinement(usualAccounts);
	if (confinement === null || tools === null) throw new Error('no throw-away server can be made here');
	const cluster = await startCluster({tools, confinement, parent, tempFileBytes: 1024 ** 2, countsStatements: false});
	await ask(new pg.Client({...cluster.login('template1'), ssl: false}), 'CREATE DATABASE lockstep_scratch');
	return cluster;
}

async function ask<Row extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<readonly Row[]> {
	await client.connect();
	try {
		return (await client.query<Row>(sql)).rows;
	} finally {
		await client.end();
	}
}
