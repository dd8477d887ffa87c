import {access, constants} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import type {TakeBackup, TakenBackup} from '../../operations/ports/backups.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {ChildResult} from '../../platform/child-process.ts';
import {runGroup} from '../../platform/process-group.ts';
import {createMask} from '../../platform/secret-masking.ts';
import {cancelled} from './cancelled.ts';

/** A program of the target's owners that takes a backup in pg_dump's place: a snapshot of its disk, say. */
export interface BackupProgram {
	/** Program and arguments, no shell. Prints the backup's id as its last line. */
	readonly take: readonly string[];
	/** Asked with `{id}` replaced until the backup is available: exit code 0 it is, 75 not yet, any other it never will be. */
	readonly available: readonly string[];
	/** Removes it, with `{id}` replaced; null where Lockstep does not. */
	readonly remove: readonly string[] | null;
	/** What a person does to restore it, with `{id}` replaced. */
	readonly restore: string;
	/** Its whole environment, besides PATH and what says which target and request it is for. */
	readonly env: Readonly<Record<string, string>>;
	/** Milliseconds from the start until it has to be available. */
	readonly timeoutMs: number;
	readonly pollMs: number;
}

/** EX_TEMPFAIL of sysexits(3): come again. */
const notYet = 75;
const removalMs = 600_000;
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** As they print them: a snapshot's name, an ARN, an address. No white space, so that a line of a log is none. */
const idShape = /^[\w.:/@+=,~-]{1,500}$/;

/**
 * Has the program take a backup and waits until it is available.
 *
 * @throws Failure backup-failed, cancelled
 */
export async function takeByProgram(backup: TakeBackup, program: BackupProgram): Promise<TakenBackup> {
	const startedAt = new Date();
	const timeUp = AbortSignal.timeout(program.timeoutMs);
	const signal = AbortSignal.any([backup.signal, timeUp]);
	const asked = {program, target: backup.target, request: `MR-${backup.requestNumber}`, signal};
	try {
		const id = idIn(await call(program.take, asked), program);
		await untilAvailable(id, asked);
		return {
			kind: 'program',
			path: id,
			fileName: id,
			bytes: 0,
			sha256: '',
			tocEntries: 0,
			rows: [],
			rowsWritten: null,
			serverVersion: '',
			clientVersion: '',
			startedAt,
			finishedAt: new Date(),
			restoreCommand: withId(program.restore, id),
		};
	} catch (error) {
		if (backup.signal.aborted) throw cancelled();
		if (!timeUp.aborted) throw error;
		const seconds = Math.round(program.timeoutMs / 1000);
		throw failed(program.take, `had no backup available after ${seconds} s`);
	}
}

/** What is wrong with it, asked of the program; null where it is available. */
export async function verifyByProgram(
	asked: {readonly id: string; readonly target: string; readonly signal: AbortSignal},
	program: BackupProgram,
): Promise<string | null> {
	const result = await run(withIds(program.available, asked.id), {program, request: '', ...asked});
	if (result.exitCode === 0) return null;
	return `${nameOf(program.available)} says that it is not available (${ending(result)}).`;
}

export async function removeByProgram(id: string, target: string, program: BackupProgram): Promise<void> {
	if (program.remove === null) {
		throw new Failure('backup-failed', `${target} is configured with no program that removes its backups.`);
	}
	await call(withIds(program.remove, id), {program, target, request: '', signal: AbortSignal.timeout(removalMs)});
}

/** Each program is there and may be run. */
export async function requirePrograms({take, available, remove}: BackupProgram): Promise<void> {
	for (const argv of [take, available, remove ?? take]) {
		const [file = ''] = argv;
		await access(file, constants.X_OK).catch((error: unknown) => {
			throw new Failure('backup-failed', `The backup program ${file} cannot be run on this worker.`, {cause: error});
		});
	}
}

interface Asked {
	readonly program: BackupProgram;
	readonly target: string;
	readonly request: string;
	readonly signal: AbortSignal;
}

async function untilAvailable(id: string, asked: Asked): Promise<void> {
	const argv = withIds(asked.program.available, id);
	for (;;) {
		const result = await run(argv, asked);
		if (result.exitCode === 0) return;
		if (result.exitCode !== notYet) throw failed(argv, said(result, asked.program));
		await delay(asked.program.pollMs, undefined, {signal: asked.signal});
	}
}

async function call(argv: readonly string[], asked: Asked): Promise<ChildResult> {
	const result = await run(argv, asked);
	if (result.exitCode === 0) return result;
	throw failed(argv, said(result, asked.program));
}

async function run([file = '', ...args]: readonly string[], asked: Asked): Promise<ChildResult> {
	const {program, target, request, signal} = asked;
	const env = {PATH: path, HOME: '/nonexistent', ...program.env, LOCKSTEP_TARGET: target, LOCKSTEP_REQUEST: request};
	return await runGroup({file, args, env, signal});
}

function idIn({stdout}: ChildResult, {take}: BackupProgram): string {
	const id = stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
	if (idShape.test(id)) return id;
	throw failed(take, id === '' ? 'printed no id' : 'printed a last line that is no id');
}

function withIds(argv: readonly string[], id: string): readonly string[] {
	return argv.map((word) => withId(word, id));
}

function withId(text: string, id: string): string {
	return text.replaceAll('{id}', id);
}

/** Its first error, without what it was given as a secret. */
function said(result: ChildResult, {env}: BackupProgram): string {
	const mask = createMask(Object.values(env));
	const line = mask(result.stderr).trim().split('\n')[0] ?? '';
	return line === '' ? `ended with ${ending(result)}` : `ended with ${ending(result)}: ${line}`;
}

function ending({exitCode, signal, startError}: ChildResult): string {
	if (startError !== null) return 'no start';
	return signal === null ? `exit code ${exitCode}` : signal;
}

function failed(argv: readonly string[], what: string): Failure {
	return new Failure('backup-failed', `The backup program ${nameOf(argv)} ${what}.`);
}

function nameOf([file = '']: readonly string[]): string {
	return file.slice(file.lastIndexOf('/') + 1);
}
