import {randomUUID} from 'node:crypto';
import type {FileHandle} from 'node:fs/promises';
import pg from 'pg';
import type {Pass, PassError} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {ChildResult} from '../../platform/child-process.ts';
import {openNamelessFile} from '../../platform/nameless-file.ts';
import {libpqEnvironment, openPasswordFile, type PostgresLogin} from '../../platform/postgres-connection.ts';
import {knowsRestrict} from '../../platform/postgres-tools.ts';
import {psqlArguments, sessionSettings} from '../../platform/psql-session.ts';
import {createTranscript, type PsqlTranscript} from '../../platform/psql-transcript.ts';
import {createMask} from '../../platform/secret-masking.ts';
import {type Cluster, runConfined} from './cluster.ts';
import {sessionName} from './connection.ts';
import {watchLimits} from './limits.ts';

export interface PassPlan {
	readonly cluster: Cluster;
	readonly login: PostgresLogin;
	readonly role: string | null;
	readonly bytes: Uint8Array;
	readonly requestNumber: number;
	/** As `server_version_num`. */
	readonly serverVersion: number;
	readonly lockTimeoutMs: number;
	readonly limits: PassLimits;
	/** The copy has the target's rows: whatever it refuses, it refuses for them. */
	readonly withRows?: boolean;
	/** The script's failing statement is printed, too: more than production's psql says. */
	readonly echoErrors: boolean;
	readonly signal: AbortSignal;
}

export interface PassLimits {
	/** Milliseconds for the whole script. */
	readonly milliseconds: number;
	/** On disk, for all the server holds. */
	readonly bytes: number;
}

export interface EndedPass {
	readonly pass: Pass;
	/** Its error is no server's: the time was over, or the disk full. */
	readonly stoppedByLimit: boolean;
}

/** psql's files as it sees them; the password comes before them. */
const fenceFile = '/dev/fd/4';
const scriptFile = '/dev/fd/5';

const leftByRestore = ', all that the restore had left of the drill’s time';

/**
 * Runs the script once, by psql and behind the fence of production but for its lease, its lock and its expectations.
 * psql runs as the server does: confined, whatever a script makes it do.
 *
 * @throws Failure cancelled, scratch-unavailable
 */
export async function runPass(plan: PassPlan): Promise<EndedPass> {
	const {cluster, login, limits} = plan;
	const marker = `ls${randomUUID().replaceAll('-', '')}`;
	const transcript = createTranscript({
		marker,
		mask: createMask([login.password]),
		fileNames: [
			[fenceFile, 'fence'],
			[scriptFile, `MR-${plan.requestNumber}.sql`],
		],
	});
	const files = await Promise.all([
		openPasswordFile(login),
		openNamelessFile(fenceScript(plan, marker)),
		openNamelessFile(plan.bytes),
	]);
	// From here on nothing can throw that would leave its timer ringing.
	const limit = watchLimits(
		cluster,
		{...limits, subject: 'The script', where: plan.withRows === true ? leftByRestore : ' on a copy without rows'},
		plan.signal,
	);
	try {
		await giveTo(cluster, files);
		const startedAt = performance.now();
		const result = await runConfined(cluster.confinement, {
			file: cluster.tools.psql,
			args: [...(plan.echoErrors ? ['--echo-errors'] : []), ...psqlArguments(fenceFile, scriptFile)],
			env: libpqEnvironment(login, sessionName),
			files,
			keepOutput: 0,
			signal: limit.signal,
			onOutput: (piece) => transcript.add(piece),
		});
		const milliseconds = Math.round(performance.now() - startedAt);
		transcript.finish();
		if (plan.signal.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
		const exceeded = limit.exceeded();
		const error = exceeded === null ? errorOf(result, transcript, plan.withRows === true) : plainError(exceeded);
		const pass = {milliseconds, error, warnings: transcript.warnings(), output: transcript.text()};
		return {pass, stoppedByLimit: exceeded !== null};
	} finally {
		limit.end();
		await Promise.all(files.map(async (file) => await file.close()));
	}
}

/** What follows production's fence, in src/adapters/target/fence.ts. */
function fenceScript({lockTimeoutMs, serverVersion, limits, role, cluster}: PassPlan, marker: string): string {
	return [
		...sessionSettings({lockTimeoutMs, serverVersion, idleMs: limits.milliseconds}),
		...(role === null ? [] : [`SET ROLE ${pg.escapeIdentifier(role)};`]),
		String.raw`\warn ${marker} 0 0`,
		...(knowsRestrict(cluster.tools) ? [String.raw`\restrict ${marker}`] : []),
		'',
	].join('\n');
}

/** Linux opens `/dev/fd/N` anew, with the rights of whoever opens. */
async function giveTo({confinement: {account}}: Cluster, files: readonly FileHandle[]): Promise<void> {
	if (account === null) return;
	for (const file of files) await file.chown(account.uid, account.gid);
}

function plainError(message: string): PassError {
	return {sqlState: '', message, line: null, statement: null, mayBeForLackOfRows: false};
}

function errorOf(result: ChildResult, transcript: PsqlTranscript, withRows: boolean): PassError | null {
	if (transcript.backend() === null) {
		const reason = transcript.lastError()?.text ?? result.startError ?? `exit code ${result.exitCode}`;
		throw new Failure('scratch-unavailable', `psql could not begin on the scratch server: ${reason}`);
	}
	if (result.exitCode === 0) return null;
	const error = transcript.lastError();
	if (error === null) return plainError(`psql ended with ${result.signal ?? `exit code ${result.exitCode}`}.`);
	return {
		sqlState: error.sqlState,
		message: error.text,
		line: error.line,
		statement: failingStatement(transcript.text()),
		mayBeForLackOfRows: !withRows && error.sqlState === foreignKeyViolation,
	};
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const foreignKeyViolation = '23503';
/** Characters. */
const longestStatement = 1000;

/** The innermost statement that the server names, else the one that psql sent. */
function failingStatement(output: string): string | null {
	const message = output.slice(Math.max(0, output.lastIndexOf('ERROR:  ')));
	const inner = /^CONTEXT: {2}SQL statement "([\s\S]*?)"\nPL\/pgSQL/m.exec(message)?.[1];
	const sent = /^(?:psql:[^\n]*: )?STATEMENT: {2}([\s\S]*)/m.exec(message)?.[1];
	return (inner ?? sent)?.trim().slice(0, longestStatement) ?? null;
}
