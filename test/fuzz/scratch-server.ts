import {spawn} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type {LocalPostgres, PostgresOptions} from '../../scripts/local-servers.ts';
import {tableText} from '../../src/domain/script/schema-change.ts';
import type {TableName} from '../../src/domain/script/table-name.ts';
import {knowsRestrict, listPostgresTools} from '../../src/platform/postgres-tools.ts';
import {scratchRole, scratchSchema, tracingFunction} from './scratch-schema.ts';

/** Settings of a server that tells what it ran, statements inside of functions and blocks included. */
export const tellingSettings: NonNullable<PostgresOptions['settings']> = {
	shared_preload_libraries: 'pg_stat_statements',
	'pg_stat_statements.track': 'all',
	'pg_stat_statements.track_utility': 'on',
	'pg_stat_statements.track_planning': 'off',
	'pg_stat_statements.save': 'off',
};

/** A statement that the server says it has run to its end. */
export interface ServerStatement {
	/** Constants of a query are `$1`. */
	readonly text: string;
	/** False inside of a block or function. */
	readonly topLevel: boolean;
}

export interface ServerRun {
	readonly statements: readonly ServerStatement[];
	/** Null where psql had to be killed. */
	readonly exitCode: number | null;
	readonly errors: string;
	/** Ids that the history holds now; null where nobody can read them there. */
	readonly recorded: readonly string[] | null;
}

/** Whose history holds which ids before the script runs. */
export interface ScratchHistory {
	readonly table: TableName;
	readonly idColumn: string;
	readonly versionColumn: string;
	readonly ids: readonly string[];
}

export interface ScratchServer {
	/**
	 * Runs a script as Lockstep's worker runs it, on a fresh schema with that history. Null where there can be no such
	 * history: a mutated script may take any table for it.
	 */
	run(script: Uint8Array, history: ScratchHistory): Promise<ServerRun | null>;
	close(): Promise<void>;
}

const database = 'fuzz';
/** One script may hold many statements of a second each. Milliseconds. */
const psqlLimitMs = 30_000;

/** @param directory Where the script lies while it runs. */
export async function openScratchServer(server: LocalPostgres, directory: string): Promise<ScratchServer> {
	const watcher = await connect(server.url('postgres'));
	await watcher.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
	await watcher.query(`CREATE ROLE ${scratchRole} LOGIN PASSWORD '${scratchRole}'`);
	await watcher.query(`CREATE DATABASE ${database} OWNER ${scratchRole}`);
	const builder = await connect(server.url(database));
	await builder.query(`DROP SCHEMA public; SET client_min_messages = error; SET ROLE ${scratchRole}`);
	const program = path.join(server.binDirectory, 'psql');
	const tools = (await listPostgresTools([server.binDirectory])).find(({psql}) => psql === program);
	const psql: PsqlPlan = {
		program,
		scriptFile: path.join(directory, 'script.sql'),
		restrict: tools !== undefined && knowsRestrict(tools),
		environment: environmentOf(server),
	};
	return {
		async run(script, history) {
			if (!(await rebuild(builder, history))) return null;
			await watcher.query('SELECT pg_stat_statements_reset()');
			await writeFile(psql.scriptFile, script);
			const ending = await runPsql(psql);
			return {...ending, statements: await statementsRun(watcher), recorded: await recordedIds(builder, history)};
		},
		async close() {
			await builder.end();
			await watcher.end();
		},
	};
}

async function connect(connectionString: string): Promise<pg.Client> {
	const client = new pg.Client({connectionString});
	await client.connect();
	return client;
}

async function rebuild(builder: pg.Client, history: ScratchHistory): Promise<boolean> {
	await builder.query(
		`ALTER DATABASE ${database} RESET ALL; ALTER ROLE ${scratchRole} RESET ALL; DROP OWNED BY ${scratchRole} CASCADE; ${scratchSchema}`,
	);
	return await builder.query(historySql(history)).then(
		() => true,
		() => false,
	);
}

function historySql({table, idColumn, versionColumn, ids}: ScratchHistory): string {
	const name = tableText(table);
	const schema = table.schema === null ? '' : `CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(table.schema)};`;
	const columns = `${pg.escapeIdentifier(idColumn)} varchar(150) PRIMARY KEY, ${pg.escapeIdentifier(versionColumn)} varchar(32)`;
	const rows = ids.map((id) => `(${pg.escapeLiteral(id)}, '8.0.0')`).join(', ');
	return `${schema} CREATE TABLE ${name} (${columns}); ${rows === '' ? '' : `INSERT INTO ${name} VALUES ${rows}`}`;
}

async function recordedIds(builder: pg.Client, {table, idColumn}: ScratchHistory): Promise<readonly string[] | null> {
	const sql = `SELECT ${pg.escapeIdentifier(idColumn)}::text AS id FROM ${tableText(table)}`;
	const found = await builder.query<{id: string}>(sql).catch(() => null);
	return found?.rows.map(({id}) => id) ?? null;
}

interface PsqlPlan {
	readonly program: string;
	readonly scriptFile: string;
	/** This psql can be forbidden backslash commands: one that the review missed is an error then, and runs nothing. */
	readonly restrict: boolean;
	readonly environment: Readonly<Record<string, string>>;
}

/** What psql says where it was forbidden backslash commands and meets one. */
export const restrictedCommand = 'backslash commands are restricted';

function environmentOf({host, port}: LocalPostgres): Readonly<Record<string, string>> {
	return {
		PGHOST: host,
		PGPORT: String(port),
		PGDATABASE: database,
		PGUSER: scratchRole,
		PGPASSWORD: scratchRole,
		PGCLIENTENCODING: 'UTF8',
		PGOPTIONS: '-c statement_timeout=1s -c client_min_messages=warning',
		HOME: '/nonexistent',
		LC_ALL: 'C.UTF-8',
	};
}

/** The arguments of src/adapters/target/apply.ts, without the fence but for its lock on backslash commands. */
function runPsql({
	program,
	scriptFile,
	restrict,
	environment,
}: PsqlPlan): Promise<Pick<ServerRun, 'exitCode' | 'errors'>> {
	const args = [
		'--no-psqlrc',
		'--no-password',
		'--set=ON_ERROR_STOP=1',
		'--set=VERBOSITY=verbose',
		'--set=QUIET=on',
		// A variable that the review missed shows by what stands in its place.
		`--set=x=${tracingFunction}(11)`,
		...(restrict ? [String.raw`--command=\restrict fuzz`] : []),
		`--file=${scriptFile}`,
	];
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {env: environment, stdio: ['ignore', 'ignore', 'pipe'], timeout: psqlLimitMs});
		let errors = '';
		child.stderr.setEncoding('utf8').on('data', (piece: string) => {
			errors = (errors + piece).slice(-10_000);
		});
		child.once('error', reject);
		child.once('close', (exitCode) => resolve({exitCode, errors}));
	});
}

async function statementsRun(watcher: pg.Client): Promise<readonly ServerStatement[]> {
	const {rows} = await watcher.query<ServerStatement>(
		`SELECT query AS text, toplevel AS "topLevel" FROM pg_stat_statements
		WHERE userid = '${scratchRole}'::regrole AND dbid = (SELECT oid FROM pg_database WHERE datname = '${database}')`,
	);
	return rows;
}
