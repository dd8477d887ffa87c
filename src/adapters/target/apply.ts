import {randomUUID} from 'node:crypto';
import type {FileHandle} from 'node:fs/promises';
import type {
	ApplyOutcome,
	ApplyOutput,
	ApplyRequest,
	ApplySession,
	FenceReason,
} from '../../operations/ports/targets.ts';
import {type ChildResult, leashExit, type LeashedChild, startLeashed} from '../../platform/child-process.ts';
import {openNamelessFile} from '../../platform/nameless-file.ts';
import {endpointOf, libpqEnvironment, openPasswordFile} from '../../platform/postgres-connection.ts';
import {knowsRestrict, type PostgresTools} from '../../platform/postgres-tools.ts';
import type {PsqlMessage} from '../../platform/psql-output.ts';
import {psqlArguments} from '../../platform/psql-session.ts';
import {createTranscript, type PsqlTranscript} from '../../platform/psql-transcript.ts';
import {createMask} from '../../platform/secret-masking.ts';
import {applicationName, onlyRow, type TargetSettings, withClient} from './connection.ts';
import {fenceReasons, fenceScript} from './fence.ts';
import {endBackend} from './locks.ts';
import {requireTools} from './tools.ts';

/** psql's files as it sees them; the password comes before them. */
const fenceFile = '/dev/fd/4';
const scriptFile = '/dev/fd/5';

/** Starts psql on the script, behind the fence and on the leash. */
export function startApply(
	settings: TargetSettings,
	toolFolders: readonly string[],
	request: ApplyRequest,
): ApplySession {
	const leash = createLeash(request.leashMs);
	const outcome = applyBehindFence({settings, toolFolders, request, leash});
	// Whoever started it looks at the outcome later; until then a failure is not an unhandled one.
	outcome.catch(() => undefined);
	return {beat: () => leash.beat(), outcome};
}

interface Leash {
	beat(): void;
	hold(child: LeashedChild): void;
}

/** Beats that come before psql was started mean nothing: the first deadline was fixed by then. */
function createLeash(leashMs: number): Leash {
	let held: LeashedChild | null = null;
	return {
		beat: () => held?.extend(leashMs),
		hold: (child) => {
			held = child;
		},
	};
}

interface Apply {
	readonly settings: TargetSettings;
	readonly toolFolders: readonly string[];
	readonly request: ApplyRequest;
	readonly leash: Leash;
}

async function applyBehindFence(apply: Apply): Promise<ApplyOutcome> {
	const {settings, request, toolFolders} = apply;
	const startedAt = performance.now();
	const left = (): number => request.beginWithinMs - (performance.now() - startedAt);
	const {identity} = request.expectations;
	if (identity.endpoint !== endpointOf(settings)) {
		return refused(
			'identity',
			`This target is at ${endpointOf(settings)}; the one that was reviewed was at ${identity.endpoint}.`,
		);
	}
	const server = await readServerClock(settings);
	const deadlineMs = server.nowMs + left();
	const tools = await requireTools(server.version, toolFolders);
	if (request.signal.aborted) return refused('not-prepared', 'Cancelled before psql was started.');
	if (left() <= 0) {
		return refused('past-deadline', 'The time in which this session might begin was over before psql was started.');
	}
	return await runPsql(apply, {tools, deadlineMs, serverVersion: server.version, leftMs: left});
}

interface Prepared {
	readonly tools: PostgresTools;
	/** By the target's clock, milliseconds since 1970. */
	readonly deadlineMs: number;
	readonly serverVersion: number;
	/** Milliseconds until the session must have begun. */
	readonly leftMs: () => number;
}

/** The deadline is the target's own clock's: the worker's may be wrong, and a stopped worker does not look at any. */
async function readServerClock(settings: TargetSettings): Promise<{readonly nowMs: number; readonly version: number}> {
	return await withClient(settings, async (client) => {
		const {rows} = await client.query<{nowMs: number; version: number}>(
			`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs", current_setting('server_version_num')::int AS version`,
		);
		return onlyRow(rows);
	});
}

async function runPsql({settings, request, leash}: Apply, prepared: Prepared): Promise<ApplyOutcome> {
	const {tools, deadlineMs, serverVersion, leftMs} = prepared;
	const marker = `ls${randomUUID().replaceAll('-', '')}`;
	const restrictKey = knowsRestrict(tools) ? marker : null;
	const fence = fenceScript({
		...request,
		quiet: settings.quiet ?? true,
		deadlineMs,
		serverVersion,
		marker,
		restrictKey,
	});
	const transcript = createTranscript({
		marker,
		mask: createMask([settings.password]),
		fileNames: [
			[fenceFile, 'fence'],
			[scriptFile, `MR-${request.requestNumber}.sql`],
		],
	});
	const files = await openFiles([openPasswordFile(settings), openNamelessFile(fence), openNamelessFile(request.bytes)]);
	try {
		const child = startLeashed(
			{
				file: tools.psql,
				args: psqlArguments(fenceFile, scriptFile),
				env: libpqEnvironment(settings, `${applicationName} MR-${request.requestNumber}`),
				files,
				keepOutput: 0,
				onOutput: (piece) => transcript.add(piece),
			},
			Math.min(request.leashMs, leftMs()),
		);
		leash.hold(child);
		const result = await endingOnAbort(child, request.signal);
		transcript.finish();
		return await judge(settings, request, result, transcript);
	} finally {
		await Promise.all(files.map(async (file) => await file.close()));
	}
}

async function openFiles(opening: readonly Promise<FileHandle>[]): Promise<readonly FileHandle[]> {
	const opened = await Promise.allSettled(opening);
	const failed = opened.find((result) => result.status === 'rejected');
	const files = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
	if (failed === undefined) return files;
	await Promise.all(files.map(async (file) => await file.close()));
	throw failed.reason;
}

async function endingOnAbort(child: LeashedChild, signal: AbortSignal): Promise<ChildResult> {
	const kill = (): void => child.kill();
	signal.addEventListener('abort', kill, {once: true});
	if (signal.aborted) kill();
	try {
		return await child.result;
	} finally {
		signal.removeEventListener('abort', kill);
	}
}

/** The fence prints its marker right before the script: without it, nothing of the script can have run. */
async function judge(
	settings: TargetSettings,
	request: ApplyRequest,
	result: ChildResult,
	transcript: PsqlTranscript,
): Promise<ApplyOutcome> {
	const output: ApplyOutput = {exitCode: result.exitCode, text: transcript.text(), warnings: transcript.warnings()};
	const backend = transcript.backend();
	const error = transcript.lastError();
	if (backend === null) {
		return {
			kind: 'fenced',
			why: whyFenced(result, error),
			sentence: error?.text ?? howItEnded(result, request),
			output,
		};
	}
	if (result.exitCode === psqlExit.done) return {kind: 'completed', output};
	if (result.exitCode === psqlExit.scriptError && error !== null) {
		return {kind: 'error', error: {sqlState: error.sqlState, message: error.text, line: error.line}, output};
	}
	const reason =
		result.exitCode === psqlExit.connectionLost && error !== null
			? `The connection was lost: ${error.text}.`
			: howItEnded(result, request);
	const known = await endBackend(settings, backend).then(
		() => '',
		() => ' Whether its session on the server has ended is not known.',
	);
	return {kind: 'ended', sentence: `${reason}${known}`, output};
}

function whyFenced({exitCode}: ChildResult, error: PsqlMessage | null): FenceReason {
	if (error === null && exitCode === leashExit.deadlinePassed) return 'past-deadline';
	return fenceReasons[error?.sqlState ?? ''] ?? 'not-prepared';
}

/** @see https://www.postgresql.org/docs/current/app-psql.html#id-1.9.4.20.7 */
const psqlExit = {done: 0, connectionLost: 2, scriptError: 3} as const;

function howItEnded({exitCode, signal, startError}: ChildResult, request: ApplyRequest): string {
	if (startError !== null) return `psql could not be started: ${startError}.`;
	if (exitCode === leashExit.notStarted) return 'psql could not be started.';
	if (exitCode === leashExit.deadlinePassed) {
		return `psql was ended: its worker gave no sign of life for ${request.leashMs} ms, so the lease may be another's.`;
	}
	if (request.signal.aborted) return 'psql was ended because the run was cancelled.';
	return signal === null ? `psql ended with exit code ${exitCode}.` : `psql was ended by ${signal}.`;
}

function refused(why: FenceReason, sentence: string): ApplyOutcome {
	return {kind: 'fenced', why, sentence, output: {exitCode: null, text: '', warnings: []}};
}
