import {spawn} from 'node:child_process';
import {mkdtemp, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';

import type {LocalPostgres} from '../../scripts/local-servers.ts';

const takingFile = fileURLToPath(new URL('taking.mjs', import.meta.url));

export interface Taken {
	readonly ms: number;
	readonly path: string;
	readonly bytes: number;
	/** Megabytes of memory at most, of Lockstep's process. */
	readonly peak: number;
}

/** Everything that a side of the comparison needs. */
export interface BackupBench {
	readonly server: LocalPostgres;
	readonly root: string;
	/** The built module with `createBackups`. */
	readonly module: string;
}

export interface TakingOptions {
	/** Where pg_dump shall be another. */
	readonly toolFolder?: string;
	/** A new one where not given. */
	readonly directory?: string;
}

/** Takes a backup in a process of its own. */
export async function take(bench: BackupBench, database: string, options: TakingOptions = {}): Promise<Taken> {
	const {server, root, module} = bench;
	const directory = options.directory ?? (await mkdtemp(path.join(root, 'taken-')));
	const child = spawn(process.execPath, [takingFile], {stdio: ['pipe', 'pipe', 'pipe']});
	const {host, port, superuser: user, password} = server;
	const target = {name: 'shop', host, port, database, user, password, ssl: null};
	child.stdin.end(JSON.stringify({module, target, toolFolder: options.toolFolder ?? server.binDirectory, directory}));
	const [told, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
	if (told === '') throw new Error(said);
	return JSON.parse(told) as Taken;
}

/** Milliseconds of one of PostgreSQL's programs against the bench's server. */
export async function tool(bench: BackupBench, name: string, args: readonly string[]): Promise<number> {
	const {server} = bench;
	const started = performance.now();
	const env = {PGHOST: server.host, PGPORT: String(server.port), PGUSER: server.superuser, PGPASSWORD: server.password};
	const child = spawn(path.join(server.binDirectory, name), args, {env, stdio: ['ignore', 'ignore', 'pipe']});
	const [said, code] = await Promise.all([text(child.stderr), new Promise((resolve) => child.once('close', resolve))]);
	if (code !== 0) throw new Error(`${name} ended with ${String(code)}: ${said}`);
	return performance.now() - started;
}

/** A folder of PostgreSQL's programs in which pg_dump is this shell script. */
export async function withPgDump(bench: BackupBench, script: string): Promise<string> {
	const folder = await mkdtemp(path.join(bench.root, 'tools-'));
	const program = async (name: string, said: string): Promise<void> =>
		await writeFile(path.join(folder, name), `#!/bin/sh\n${said}\n`, {mode: 0o755});
	for (const name of ['psql', 'pg_restore']) {
		await program(name, `exec '${path.join(bench.server.binDirectory, name)}' "$@"`);
	}
	await program('pg_dump', script);
	return folder;
}
