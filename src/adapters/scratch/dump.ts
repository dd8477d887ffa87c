import type {FileHandle} from 'node:fs/promises';
import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import {type ChildCommand, type ChildResult, runChild} from '../../platform/child-process.ts';
import {openNamelessFile} from '../../platform/nameless-file.ts';
import {
	endpointOf,
	libpqEnvironment,
	openPasswordFile,
	type PostgresLogin,
} from '../../platform/postgres-connection.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import {createMask} from '../../platform/secret-masking.ts';
import {type Cluster, runConfined} from './cluster.ts';
import {sessionName} from './connection.ts';

/** pg_dump gives up when a table stays locked this long. Milliseconds. */
const lockWaitMs = 10_000;
/** Of either program's output: errors of a large schema, or its list of contents. Characters. */
const keptOutput = 32 * 1024 * 1024;

/**
 * Reads the target's schema into a file without a name, which the caller closes. pg_dump is ours and reads production,
 * so it runs as the worker does.
 *
 * @throws Failure
 */
export async function dumpSchema(
	tools: PostgresTools,
	source: PostgresLogin,
	signal: AbortSignal,
): Promise<FileHandle> {
	const password = await openPasswordFile(source);
	const dump = await openNamelessFile('');
	try {
		const result = await runChild({
			file: tools.pgDump,
			args: [
				'--schema-only',
				'--format=custom',
				'--no-tablespaces',
				'--no-publications',
				'--no-subscriptions',
				'--no-security-labels',
				'--no-password',
				`--lock-wait-timeout=${lockWaitMs}`,
				'--file=/dev/fd/4',
			],
			env: libpqEnvironment(source, sessionName),
			files: [password, dump],
			signal,
		});
		if (result.exitCode !== 0) throw failureOf(result, source);
		return dump;
	} catch (error) {
		await dump.close();
		throw error;
	} finally {
		await password.close();
	}
}

const meanings: readonly (readonly [RegExp, FailureCode])[] = [
	[/server version mismatch/, 'tools-too-old'],
	[
		/password authentication failed|no password supplied|no pg_hba\.conf entry|role ".*" does not exist/,
		'target-login-failed',
	],
	[/permission denied|must be owner/, 'target-permission'],
	[/canceling statement due to|could not obtain lock|deadlock/, 'target-busy'],
	[/connection to server|terminating connection|closed the connection|could not translate host/, 'target-unreachable'],
];

function failureOf(result: ChildResult, source: PostgresLogin): Failure {
	if (result.aborted) return new Failure('cancelled', 'The rehearsal was cancelled.');
	const said = createMask([source.password])(result.stderr);
	const error = said.split('\n').find((line) => /^pg_dump: (error|fatal): /.test(line));
	const reason = error?.replace(/^pg_dump: \w+: /, '') ?? result.startError ?? `exit code ${result.exitCode}`;
	const code = meanings.find(([pattern]) => pattern.test(said))?.[1] ?? 'target-failed';
	return new Failure(code, `The schema of ${endpointOf(source)}/${source.database} could not be read: ${reason}`);
}

export interface Restored {
	/** Objects that could not be made because of one that is left out. */
	readonly leftOut: readonly LeftOut[];
	/** Objects that could not be made for another reason. */
	readonly failed: readonly LeftOut[];
}

export interface Restoring {
	readonly cluster: Cluster;
	readonly database: string;
	readonly dump: FileHandle;
	/** What is missing on purpose. */
	readonly leftOut: readonly LeftOut[];
	readonly signal: AbortSignal;
}

/**
 * Makes the schema on the throw-away server, but for what leads out of it.
 *
 * @throws Failure scratch-unavailable, cancelled
 */
export async function restoreSchema(restoring: Restoring): Promise<Restored> {
	const {cluster, database, dump, leftOut, signal} = restoring;
	const list = await runPgRestore(cluster, {args: ['--list', '/dev/fd/3'], files: [dump], env: {}, signal});
	const login = cluster.login(database);
	const password = await openPasswordFile(login);
	const wanted = await openNamelessFile(list.stdout.split('\n').filter(staysInside).join('\n'));
	try {
		const result = await runPgRestore(cluster, {
			args: ['--no-password', `--dbname=${connectionText(database)}`, '--use-list=/dev/fd/5', '/dev/fd/4'],
			files: [password, dump, wanted],
			env: libpqEnvironment(login, sessionName),
			signal,
		});
		const restored = sortErrors(errorsOf(result.stderr), leftOut);
		return {...restored, leftOut: [...catalogGrantsIn(list.stdout), ...restored.leftOut]};
	} finally {
		await password.close();
		await wanted.close();
	}
}

/** It reads what a stranger may have written into a schema, so it runs as the server does. */
async function runPgRestore(
	cluster: Cluster,
	run: Required<Pick<ChildCommand, 'args' | 'files' | 'env' | 'signal'>>,
): Promise<ChildResult> {
	const {account} = cluster.confinement;
	if (account !== null) for (const file of run.files) await file.chown(account.uid, account.gid);
	const result = await runConfined(cluster.confinement, {
		...run,
		file: cluster.tools.pgRestore,
		keepOutput: keptOutput,
	});
	if (result.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
	// 1: errors that it passed over; they are looked at.
	if (result.exitCode !== 0 && result.exitCode !== 1) {
		const reason = result.startError ?? result.stderr.trim().split('\n').at(-1) ?? `ended by ${result.signal}`;
		throw new Failure('scratch-unavailable', `pg_restore failed on the scratch server: ${reason}`);
	}
	return result;
}

/** libpq takes a name with `=` in it for a whole connection string. */
function connectionText(database: string): string {
	return `dbname='${database.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** `217; 1417 16408 SERVER - elsewhere postgres`: the number, two oids, then what it is. */
const outwardEntry =
	/^\d+; \d+ \d+ (?:(?:ACL|COMMENT|SECURITY LABEL) \S+ )?(?:SERVER|FOREIGN SERVER|USER MAPPING|FOREIGN TABLE|FOREIGN DATA WRAPPER|SUBSCRIPTION|PUBLICATION|EVENT TRIGGER)\b/;

/** A right on a function or a table of the server's own, such as pg_read_file or pg_authid. */
const catalogGrant = /^\d+; \d+ \d+ ACL pg_catalog (.+) \S+$/;

function staysInside(line: string): boolean {
	return !outwardEntry.test(line) && !catalogGrant.test(line);
}

function catalogGrantsIn(list: string): readonly LeftOut[] {
	return list.split('\n').flatMap((line) => {
		const name = catalogGrant.exec(line)?.[1];
		return name === undefined ? [] : [{kind: 'grant', name, why: 'It is a right on the server, not on the database.'}];
	});
}

interface RestoreError {
	/** First line of the command. */
	readonly command: string;
	readonly message: string;
}

/** `pg_restore: error: could not execute query: ERROR:  …`, details of it, then `Command was: …`. */
function errorsOf(stderr: string): readonly RestoreError[] {
	return stderr
		.split(/^pg_restore: error: /m)
		.slice(1)
		.map((text) => ({
			message: (text.split('\n')[0] ?? '').replace(/^could not execute query: (?:ERROR: +)?/, ''),
			command: (/^Command was: (.*)$/m.exec(text)?.[1] ?? '').slice(0, longestCommand),
		}));
}

/** Characters. */
const longestCommand = 200;
/** More are of no use to whoever reads the report. */
const namedErrors = 20;

/** What is missing on purpose makes others fail, and these yet others: views of views, and the grants of all. */
function sortErrors(errors: readonly RestoreError[], leftOut: readonly LeftOut[]): Restored {
	const missing = new Set(
		leftOut.flatMap(({kind, name}) => (kind === 'foreign table' ? [name, withoutSchema(name)] : [name])),
	);
	const explained: LeftOut[] = [];
	const failed: LeftOut[] = [];
	for (const {command, message} of errors) {
		const told = {kind: 'object', name: command, why: message};
		const wanted = /"(.*)" does not exist/.exec(message)?.[1] ?? '';
		if (!missing.has(wanted)) failed.push(told);
		else {
			const name = nameCreatedBy(command);
			if (name !== null) missing.add(name);
			// What belongs to a missing one is not missed for itself.
			if (name !== null) explained.push(told);
		}
	}
	return {leftOut: explained.slice(0, namedErrors), failed: failed.slice(0, namedErrors)};
}

function withoutSchema(name: string): string {
	return name.slice(name.indexOf('.') + 1);
}

/** As the server's messages write it, without quotes: `public.Ledger`. */
function nameCreatedBy(command: string): string | null {
	const name =
		/^CREATE [A-Z ]*?(?:VIEW|TABLE|FUNCTION|PROCEDURE|TYPE|SEQUENCE|TRIGGER) ((?:"(?:[^"]|"")+"|[^\s"(.]+)(?:\.(?:"(?:[^"]|"")+"|[^\s"(.]+))?)/.exec(
			command,
		)?.[1];
	return name?.replaceAll(/"((?:[^"]|"")+)"/g, '$1') ?? null;
}
