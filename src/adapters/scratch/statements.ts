import {existsSync} from 'node:fs';
import path from 'node:path';
import type {PostgresServerTools} from '../../platform/postgres-tools.ts';
import type {Cluster} from './cluster.ts';
import {withSession} from './connection.ts';

/** What a pass ran, statements inside of blocks and functions included. */
export interface RanStatements {
	/** Statements that write rows, as the server normalises them; cut. */
	readonly writes: readonly string[];
	/** Kinds of statements whose locks the recorder cannot see, as sentences. */
	readonly locksUnseen: readonly string[];
}

/** Where the extension's library lies beside the server's programs: Debian's, Red Hat's and PostgreSQL's own layout. */
const libraryFolders = ['../lib', '../lib/postgresql', '../lib64'];

/** Whether this server can tell what it ran. A library that is asked for and not there keeps it from starting. */
export function canCountStatements(tools: PostgresServerTools): boolean {
	const bin = path.dirname(tools.postgres);
	return libraryFolders.some((folder) => existsSync(path.join(bin, folder, 'pg_stat_statements.so')));
}

/** The view lives in a database beside the copy, so that a script finds nothing of it. */
export async function startCounting(cluster: Cluster): Promise<void> {
	await withSession(cluster.login(cluster.maintenance), async (client) => {
		await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
	});
}

export async function resetRanStatements(cluster: Cluster): Promise<void> {
	await withSession(
		cluster.login(cluster.maintenance),
		async (client) => await client.query('SELECT pg_stat_statements_reset()'),
	);
}

/** More are of no use to whoever reads the report; the server keeps 5000. */
const keptStatements = 50;
/** Characters. */
const longestStatement = 300;

export async function readRanStatements(cluster: Cluster, database: string, recorder: string): Promise<RanStatements> {
	const texts = await withSession(cluster.login(cluster.maintenance), async (client) => {
		const {rows} = await client.query<{text: string}>(
			`SELECT query AS text FROM pg_stat_statements
			WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND query NOT LIKE '%' || $2 || '%' AND calls > 0`,
			[database, recorder],
		);
		return rows.map(({text}) => withoutComments(text));
	});
	const writes = texts.filter(isWrite).map((text) => text.slice(0, longestStatement));
	return {writes: writes.slice(0, keptStatements), locksUnseen: unseenOf(texts)};
}

function withoutComments(text: string): string {
	return text.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '').trim();
}

function isWrite(text: string): boolean {
	return (
		/^(?:insert|update|delete|merge|truncate|copy)\b/i.test(text) ||
		/^with\b[\s\S]*\b(?:insert\s+into|update|delete\s+from|merge\s+into)\b/i.test(text)
	);
}

function unseenOf(texts: readonly string[]): readonly string[] {
	return [
		...(texts.some((text) => /^(?:create|drop|reindex|alter|refresh)\b[^;]*\bconcurrently\b/i.test(text))
			? ['What a concurrent command locks on its way, one transaction after the other, is not seen here.']
			: []),
		...(texts.some((text) => /^(?:truncate|lock)\b/i.test(text))
			? ['A TRUNCATE or LOCK in a transaction without a change of the schema or of the history shows no lock here.']
			: []),
	];
}
