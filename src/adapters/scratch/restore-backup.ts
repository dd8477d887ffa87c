import {type FileHandle, open} from 'node:fs/promises';
import type {LeftOut} from '../../domain/rehearsal.ts';
import {openNamelessFile} from '../../platform/nameless-file.ts';
import {libpqEnvironment, openPasswordFile} from '../../platform/postgres-connection.ts';
import type {Cluster} from './cluster.ts';
import {sessionName} from './connection.ts';
import {catalogGrantsIn, connectionText, runPgRestore, staysInside} from './pg-restore.ts';
import {errorsOf, type FailedRestore, type RestoreError, sortErrors} from './restore-errors.ts';

export interface RestoringBackup {
	readonly cluster: Cluster;
	/** Of the throw-away server, with all the roles. */
	readonly database: string;
	/** A dump in custom format: the worker's to read, nobody else's. */
	readonly file: string;
	/** What is missing on purpose. */
	readonly leftOut: readonly LeftOut[];
	/** The database has another locale than the target's: what the data violate may be that locale's doing. */
	readonly otherLocale: boolean;
	readonly signal: AbortSignal;
}

export type RestoredBackup =
	| {readonly kind: 'restored'; readonly leftOut: readonly LeftOut[]}
	/** Whoever restored it in an emergency would meet the same. */
	| {readonly kind: 'unreadable'; readonly sentence: string}
	/** This worker could not; nothing is known of the backup. */
	| {readonly kind: 'not-here'; readonly sentence: string};

/**
 * Restores schema and rows, but for what leads out of the throw-away server. pg_restore runs as the server's account and
 * gets the dump as its standard input, already opened: the account has no right to the file itself.
 *
 * @throws Failure scratch-unavailable, cancelled
 */
export async function restoreBackup(restoring: RestoringBackup): Promise<RestoredBackup> {
	const {cluster, database, file, leftOut, signal} = restoring;
	const list = await withInput(
		file,
		async (input) => await runPgRestore(cluster, {args: ['--list'], files: [], env: {}, input, signal}),
	);
	if (list === null) return notThere(file);
	if (list.exitCode !== 0) return judgeFailure(errorsOf(list.stderr).map(unnamed), restoring.otherLocale, list.stderr);
	const login = cluster.login(database);
	const password = await openPasswordFile(login);
	const wanted = await openNamelessFile(list.stdout.split('\n').filter(staysInside).join('\n'));
	try {
		const args = [
			'--no-password',
			'--no-tablespaces',
			'--no-security-labels',
			`--dbname=${connectionText(database)}`,
			'--use-list=/dev/fd/4',
		];
		const files = [password, wanted];
		const env = libpqEnvironment(login, sessionName);
		const result = await withInput(
			file,
			async (input) => await runPgRestore(cluster, {args, files, env, input, signal}),
		);
		if (result === null) return notThere(file);
		const {explained, failed} = sortErrors(errorsOf(result.stderr), leftOut);
		const gaveUp = result.exitCode !== 0 && !passedOver.test(result.stderr);
		if (failed.length > 0 || gaveUp) return judgeFailure(failed, restoring.otherLocale, result.stderr);
		return {kind: 'restored', leftOut: [...catalogGrantsIn(list.stdout), ...explained]};
	} finally {
		await password.close();
		await wanted.close();
	}
}

const passedOver = /^pg_restore: warning: errors ignored on restore/m;

/** Lends the file from its beginning; null where there is none. */
async function withInput<T>(file: string, work: (input: FileHandle) => Promise<T>): Promise<T | null> {
	const opened = await open(file, 'r').catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	});
	if (opened === null) return null;
	try {
		return await work(opened);
	} finally {
		await opened.close();
	}
}

/** A file may be gone for a directory that is not mounted. */
function notThere(file: string): RestoredBackup {
	return {kind: 'not-here', sentence: `${file} is not there.`};
}

function unnamed(error: RestoreError): FailedRestore {
	return {error, told: {kind: 'dump', name: '', why: error.message}};
}

/** The throw-away server's trouble, or that of a pg_restore which is older than the dump. */
const ownTrouble =
	/No space left|could not extend|could not write|out of (?:shared )?memory|connection to (?:the )?server|server closed|terminating connection|unsupported version/;

/**
 * Whether errors of pg_restore speak against the backup. A pg_restore that ended without naming one was ended by something
 * of this worker.
 *
 * @param otherLocale The database has another locale than the target's.
 */
export function judgeFailure(
	failed: readonly FailedRestore[],
	otherLocale: boolean,
	stderr: string,
): Exclude<RestoredBackup, {kind: 'restored'}> {
	const ours = failed.find(({error}) => isNotTheBackups(error, otherLocale));
	const first = ours ?? failed[0];
	if (first === undefined) {
		const last = stderr.trim().split('\n').at(-1) ?? '';
		return {kind: 'not-here', sentence: `pg_restore gave up: ${last === '' ? 'it did not say why' : last}.`};
	}
	const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
	const {name, why} = first.told;
	return {
		kind: ours === undefined ? 'unreadable' : 'not-here',
		sentence: `${name === '' ? '' : `${name}: `}${why}${more}.`,
	};
}

/** What this worker cannot make says nothing of the backup; rows that break what is declared of them do. */
function isNotTheBackups({message, byServer, aboutRows}: RestoreError, otherLocale: boolean): boolean {
	return ownTrouble.test(message) || (byServer && (otherLocale || !aboutRows));
}
