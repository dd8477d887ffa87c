import type {FileHandle} from 'node:fs/promises';
import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import type {ChildResult} from '../../platform/child-process.ts';
import {endpointOf, libpqEnvironment, openPasswordFile} from '../../platform/postgres-connection.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import {createMask} from '../../platform/secret-masking.ts';
import {startStreaming, type StreamingChild} from '../../platform/streaming-child.ts';
import {cancelled} from './cancelled.ts';
import type {BackupTarget} from './connection.ts';

export interface Dump {
	readonly target: BackupTarget;
	readonly tools: PostgresTools;
	readonly requestNumber: number;
	/** Of the transaction that reads the target's tables: the dump is of the same moment, and of no other database. */
	readonly snapshot: string;
	readonly signal: AbortSignal;
}

/** pg_dump gives up when a table stays locked this long. Milliseconds. */
const lockWaitMs = 10_000;
/** The first major whose pg_restore reads zstd. */
const zstdMajor = 16;

/**
 * Starts a dump in custom format to its standard output, which plain `pg_restore -j` opens as a file: gzip's first level,
 * or zstd's from PostgreSQL 16. The caller reads it to its end and judges its result by {@link dumpFailure}.
 */
export async function startDump(dump: Dump): Promise<StreamingChild> {
	const password = await openPasswordFile(dump.target);
	const child = startStreaming({
		file: dump.tools.pgDump,
		args: [
			'--format=custom',
			// Not asked of pg_dump itself: one that was built without zstd says so, and the backup fails with its words.
			dump.tools.major < zstdMajor ? '--compress=1' : '--compress=zstd:1',
			`--lock-wait-timeout=${lockWaitMs}`,
			`--snapshot=${dump.snapshot}`,
			'--no-password',
		],
		env: libpqEnvironment(dump.target, `lockstep backup MR-${dump.requestNumber}`),
		files: [password],
		signal: dump.signal,
		stdin: 'ignore',
	});
	// Node lets go what a child wrote that has ended before anybody listens, and whoever stores the dump opens its place first.
	child.stdout.on('readable', () => undefined);
	return {...child, result: closing(child.result, password)};
}

async function closing<T>(result: Promise<T>, password: FileHandle): Promise<T> {
	try {
		return await result;
	} finally {
		await password.close();
	}
}

const meanings: readonly (readonly [RegExp, FailureCode, (where: string, said: string) => string])[] = [
	[
		/No space left on device|Disk quota exceeded/,
		'disk-full',
		(_, said) => `There is no room left for the backup: ${said}.`,
	],
	[
		/server version mismatch|server version: /,
		'tools-too-old',
		(_, said) => `pg_dump is older than the target: ${said}.`,
	],
	[
		/password authentication failed|no password supplied|no pg_hba\.conf entry|role ".*" does not exist/,
		'target-login-failed',
		(where, said) => `${where} refused the login of the backup user: ${said}.`,
	],
	[
		/connection to server .* (failed|was lost)|terminating connection|closed the connection|could not translate host/,
		'target-unreachable',
		(where, said) => `The connection to ${where} failed during the backup: ${said}.`,
	],
	[
		/permission denied|row-level security|must be owner/,
		'target-permission',
		(where, said) =>
			`The backup user may not read all of ${where}: ${said}. GRANT pg_read_all_data (and BYPASSRLS) to it.`,
	],
	[
		/canceling statement due to|could not obtain lock|deadlock/,
		'target-busy',
		(where, said) => `A table of ${where} stayed locked, so the backup was given up: ${said}. Try again later.`,
	],
];

/** Why pg_dump ended as it did; null where it did its work. */
export function dumpFailure(result: ChildResult, {target, tools}: Dump): Failure | null {
	if (result.exitCode === 0) return null;
	if (result.aborted) return cancelled();
	if (result.startError !== null || result.exitCode === notFound) {
		return new Failure(
			'tools-missing',
			`${tools.pgDump} could not be started. Install the whole PostgreSQL client package.`,
		);
	}
	const said = lastErrorOf(createMask([target.password])(result.stderr), result);
	const where = `${endpointOf(target)}/${target.database}`;
	const meaning = meanings.find(([pattern]) => pattern.test(result.stderr));
	if (meaning === undefined) return new Failure('backup-failed', `pg_dump failed on ${where}: ${said}.`);
	return new Failure(meaning[1], meaning[2](where, said));
}

/** setpriv's answer, and the shell's, for a program that is not there. */
const notFound = 127;

/** pg_dump's first error is the cause; what follows are details and queries. */
function lastErrorOf(stderr: string, {exitCode, signal}: ChildResult): string {
	const error = stderr.split('\n').find((line) => /^pg_dump: (error|fatal): /.test(line));
	const ended = signal === null ? `exit code ${exitCode}` : `ended by ${signal}`;
	return error?.replace(/^pg_dump: \w+: /, '').replace(/\.$/, '') ?? ended;
}
