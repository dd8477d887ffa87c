import type {FileHandle} from 'node:fs/promises';
import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import {type ChildResult, runChild} from '../../platform/child-process.ts';
import {openNamelessFile} from '../../platform/nameless-file.ts';
import {
	endpointOf,
	libpqEnvironment,
	openPasswordFile,
	type PostgresLogin,
} from '../../platform/postgres-connection.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import {createMask} from '../../platform/secret-masking.ts';
import type {Cluster} from './cluster.ts';
import {sessionName} from './connection.ts';
import {catalogGrantsIn, connectionText, runPgRestore, staysInside} from './pg-restore.ts';
import {errorsOf, sortErrors} from './restore-errors.ts';

/** pg_dump gives up when a table stays locked this long. Milliseconds. */
const lockWaitMs = 10_000;

/**
 * Reads the target's schema into a file without a name, which the caller closes. pg_dump is ours and reads production,
 * so it runs as the worker does.
 *
 * @param snapshot Exported by a session that is still there; null for as it is now.
 * @throws Failure
 */
export async function dumpSchema(
	tools: PostgresTools,
	source: PostgresLogin,
	snapshot: string | null,
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
				...(snapshot === null ? [] : [`--snapshot=${snapshot}`]),
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

/** More are of no use to whoever reads the report. */
const namedErrors = 20;

interface Restored {
	/** Objects that could not be made because of one that is left out. */
	readonly leftOut: readonly LeftOut[];
	/** Objects that could not be made for another reason. */
	readonly failed: readonly LeftOut[];
}

interface Restoring {
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
		const {explained, failed} = sortErrors(errorsOf(result.stderr), leftOut);
		return {
			leftOut: [...catalogGrantsIn(list.stdout), ...explained],
			failed: failed.map(({told}) => told).slice(0, namedErrors),
		};
	} finally {
		await password.close();
		await wanted.close();
	}
}
