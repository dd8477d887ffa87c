import {chmod, chown, mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

import {type LocalPostgres, serverAccount, startPostgres} from '../../scripts/local-servers.ts';
import {run} from '../../scripts/stage/shop-database.ts';
import type * as Scratching from '../../src/adapters/scratch/scratch.ts';
import {median, runProcess} from '../measure.ts';
import {builtLockstep} from '../review/programs.ts';
import {scriptOfSize} from '../review/scripts.ts';

/** As large as the largest public script we know of. */
const scriptBytes = 528 * 1024;
const tables = 100;
const runs = 3;
const goalSeconds = 10;
const database = 'production';
const user = 'deployer';
const byHandFile = fileURLToPath(new URL('by-hand.sh', import.meta.url));

/**
 * The rehearsal of a script of 528 KB against a schema of a hundred tables, with its locks, rewrites, differences and its
 * second pass, beside a shell script that makes a server, copies the schema and runs the script twice.
 */
export async function rehearsalBench(): Promise<object> {
	const entry = await builtLockstep();
	const module = pathToFileURL(path.join(path.dirname(entry), 'adapters/scratch/scratch.js')).href;
	const {createScratch} = (await import(module)) as typeof Scratching;
	const server = await startPostgres();
	// Short enough for the path of a socket, and open to the account that servers run as.
	const place = await mkdtemp('/tmp/lockstep-');
	await chmod(place, 0o711);
	try {
		await makeProduction(server);
		const script = scriptOfSize(scriptBytes);
		const byHand: number[] = [];
		const lockstep: number[] = [];
		for (let round = 0; round < runs; round++) {
			byHand.push(await rehearseByHand(server, script));
			lockstep.push(await rehearse(createScratch, {server, script, place}));
		}
		return tell(script.length, {byHand: median(byHand) / 1000, lockstep: median(lockstep) / 1000});
	} finally {
		await server.stop();
		await rm(place, {recursive: true, force: true});
	}
}

function tell(bytes: number, seconds: {readonly byHand: number; readonly lockstep: number}): object {
	process.stdout.write(
		[
			`${Math.round(bytes / 1024)} KB against ${tables} tables, median of ${runs} in turns`,
			`initdb, pg_dump -s | psql, psql -f twice    ${seconds.byHand.toFixed(2)} s`,
			`Lockstep's rehearsal                        ${seconds.lockstep.toFixed(2)} s`,
			'',
		].join('\n'),
	);
	return {
		kilobytes: Math.round(bytes / 1024),
		tables,
		beside: 'initdb, pg_dump --schema-only | psql, psql -f twice',
		seconds: Math.round(seconds.lockstep * 100) / 100,
		timeRatio: Math.round((seconds.lockstep / seconds.byHand) * 1000) / 1000,
		holds: seconds.lockstep < goalSeconds,
	};
}

/** A production with none of the script's migrations. */
async function makeProduction(server: LocalPostgres): Promise<void> {
	await run(server, 'postgres', [
		`CREATE ROLE ${user} LOGIN PASSWORD 'apply-secret'`,
		`CREATE DATABASE ${database} OWNER ${user}`,
	]);
	const made = Array.from(
		{length: tables},
		(_, n) =>
			`CREATE TABLE held${n} (id uuid PRIMARY KEY, note text NOT NULL DEFAULT '', total numeric(18, 2), at timestamptz); CREATE INDEX ix_held${n} ON held${n} (note)`,
	);
	await run(server, database, [
		`SET ROLE ${user}`,
		`CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) NOT NULL, "ProductVersion" varchar(32) NOT NULL, CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId"))`,
		`INSERT INTO "__EFMigrationsHistory" VALUES ('20190101000000_First', '8.0.8')`,
		...made,
	]);
}

async function rehearse(
	createScratch: typeof Scratching.createScratch,
	{server, script, place}: {readonly server: LocalPostgres; readonly script: Buffer; readonly place: string},
): Promise<number> {
	const {host, port, superuser, password, binDirectory} = server;
	const login = {apply: {user, password: 'apply-secret'}, backup: {user: superuser, password}};
	const scratch = createScratch({
		targets: [{name: 'shop', host, port, database, ssl: null, ...login}],
		toolFolders: [binDirectory],
		directory: place,
		keepAwayFrom: [],
	});
	const started = performance.now();
	const rehearsal = await scratch.rehearse({
		target: 'shop',
		requestNumber: 1,
		bytes: script,
		history: {
			table: '"__EFMigrationsHistory"',
			migrationIdColumn: 'MigrationId',
			productVersionColumn: 'ProductVersion',
		},
		role: null,
		lockTimeoutMs: 5000,
		signal: new AbortController().signal,
	});
	const ms = performance.now() - started;
	if (rehearsal.kind !== 'passed') throw new Error(`The rehearsal ended otherwise: ${JSON.stringify(rehearsal)}`);
	return ms;
}

async function rehearseByHand(server: LocalPostgres, script: Buffer): Promise<number> {
	const account = serverAccount();
	const place = await mkdtemp('/tmp/by-hand-');
	try {
		const file = path.join(place, 'script.sql');
		await writeFile(file, script);
		if (account !== undefined) await chown(place, account.uid, account.gid);
		const env = {
			PATH: `${server.binDirectory}:${process.env['PATH'] ?? ''}`,
			LC_ALL: 'C.UTF-8',
			PGHOST: server.host,
			PGPORT: String(server.port),
			PGDATABASE: database,
			PGUSER: server.superuser,
			PGPASSWORD: server.password,
		};
		const byHand = await runProcess('sh', [byHandFile, file, place], {env, cwd: place, ...account});
		if (byHand.exitCode !== 0) throw new Error(`by-hand.sh ended with ${byHand.exitCode}: ${byHand.stderr}`);
		return byHand.ms;
	} finally {
		await rm(place, {recursive: true, force: true});
	}
}
