import {existsSync} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {execa, type Options, type Result, type ResultPromise} from 'execa';
import {monotonicMs} from './clock.ts';

export interface ChildCommand {
	/** Absolute path: the child gets no PATH, and no shell looks for it. */
	readonly file: string;
	/** Seen by everybody on the machine: never a secret. */
	readonly args: readonly string[];
	/** The child's whole environment; `LC_ALL=C.UTF-8` is added so that messages can be read by programs. */
	readonly env: Readonly<Record<string, string>>;
	/** This process's own where not given; one that the child's account may enter where that is another. */
	readonly workingDirectory?: string;
	/** Open files that the child sees as `/dev/fd/3`, `/dev/fd/4` and so on. */
	readonly files?: readonly FileHandle[];
	/** Read as standard input, with the rights it was opened with: the child's account need not have any. Else there is none. */
	readonly input?: FileHandle;
	/** Aborting ends the child: first SIGTERM, two seconds later SIGKILL. */
	readonly signal?: AbortSignal;
	/** Characters of each stream that are kept, counted from the end. */
	readonly keepOutput?: number;
	/** Called with each piece of output as it comes. */
	readonly onOutput?: (piece: ChildOutput) => void;
}

export interface ChildOutput {
	readonly stream: 'stdout' | 'stderr';
	readonly text: string;
}

export interface ChildResult {
	/** Null where a signal ended the child or it could not be started. */
	readonly exitCode: number | null;
	readonly signal: string | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly aborted: boolean;
	/** Why the child could not be started, or null. */
	readonly startError: string | null;
}

export type LeashedCommand = Omit<ChildCommand, 'signal' | 'input'>;

/** A child that is killed when its leash's deadline passes, also while this process stands still. */
export interface LeashedChild {
	/** Moves the deadline to this many milliseconds from now. */
	extend(milliseconds: number): void;
	/** Kills the child at once. */
	kill(): void;
	readonly result: Promise<ChildResult>;
}

/** What the leash exits with when it, and not the program, made the end. Kept in step with leash.mjs. */
export const leashExit = {deadlinePassed: 124, ownerGone: 125, notStarted: 127} as const;

type StdioOptions = NonNullable<Options['stdio']>;

export type ProgramLine = readonly [file: string, ...args: string[]];

const defaultKeptOutput = 64 * 1024;
const leashFile = fileURLToPath(new URL('leash.mjs', import.meta.url));
const setprivPlaces = ['/usr/bin/setpriv', '/bin/setpriv', '/usr/sbin/setpriv'];

/** Runs a program to its end. Never throws for what the program does: the result tells. It dies with this process. */
export async function runChild(command: ChildCommand): Promise<ChildResult> {
	if (command.signal?.aborted === true) return notRun;
	const program = dyingWithParent('KILL', [command.file, ...command.args]);
	const subprocess = start(program, command, {
		stdin: command.input?.fd ?? 'ignore',
		options: {
			forceKillAfterDelay: 2000,
			...(command.signal === undefined ? {} : {cancelSignal: command.signal}),
		},
	});
	return await collect(subprocess, command);
}

/**
 * Starts a program on a leash: it lives until the deadline that was last told, and not longer than this process.
 * The leash is a process of its own in a session of its own, so that it still runs while this process, or its whole
 * process group, is stopped.
 *
 * @param firstMilliseconds Until the first deadline.
 */
export function startLeashed(command: LeashedCommand, firstMilliseconds: number): LeashedChild {
	const deadline = String(monotonicMs() + Math.floor(firstMilliseconds));
	const files = String(command.files?.length ?? 0);
	const program = dyingWithParent('KILL', [command.file, ...command.args]);
	const leash = dyingWithParent('TERM', [process.execPath, leashFile, deadline, files, ...program]);
	const subprocess = start(leash, command, {stdin: 'pipe', options: {detached: true}});
	const {stdin} = subprocess;
	// The leash may end before a deadline reaches it; its result tells how.
	stdin?.on('error', () => undefined);
	return {
		extend: (milliseconds) => {
			if (stdin?.writable === true) stdin.write(`${monotonicMs() + Math.floor(milliseconds)}\n`);
		},
		kill: () => stdin?.destroy(),
		result: collect(subprocess, command),
	};
}

const notRun: ChildResult = {exitCode: null, signal: null, stdout: '', stderr: '', aborted: true, startError: null};

/**
 * setpriv(1) makes the kernel send the child a signal when the thread that started it ends, which a kill -9 of this
 * process cannot prevent. Only Linux knows it; elsewhere the leash's closed input must do.
 */
export function dyingWithParent(signal: 'KILL' | 'TERM', command: ProgramLine): ProgramLine {
	const setpriv = process.platform === 'linux' ? setprivPlaces.find((place) => existsSync(place)) : undefined;
	return setpriv === undefined ? command : [setpriv, '--pdeathsig', signal, ...command];
}

interface StartHow {
	readonly stdin: 'ignore' | 'pipe' | number;
	readonly options: Options;
}

function start([file, ...args]: ProgramLine, command: LeashedCommand, how: StartHow): ResultPromise {
	// execa hands descriptors on as they are; its types know them for the first three places only.
	const files = (command.files ?? []).map((opened) => opened.fd);
	const stdio: unknown = [how.stdin, 'pipe', 'pipe', ...files];
	const options: Options = {
		...how.options,
		env: {LC_ALL: 'C.UTF-8', ...command.env},
		...(command.workingDirectory === undefined ? {} : {cwd: command.workingDirectory}),
		extendEnv: false,
		shell: false,
		reject: false,
		// Output is collected here, cut and in the order of its coming; execa would keep all of it.
		buffer: false,
		stdio: stdio as StdioOptions,
	};
	return execa(file, args, options);
}

async function collect(subprocess: ResultPromise, command: LeashedCommand): Promise<ChildResult> {
	const keep = command.keepOutput ?? defaultKeptOutput;
	const kept = {stdout: '', stderr: ''};
	for (const stream of ['stdout', 'stderr'] as const) {
		subprocess[stream]?.setEncoding('utf8').on('data', (text: string) => {
			kept[stream] = keepEnd(kept[stream] + text, keep);
			command.onOutput?.({stream, text});
		});
	}
	const ended = await subprocess;
	return {
		...kept,
		exitCode: ended.exitCode ?? null,
		signal: ended.signal ?? null,
		aborted: ended.isCanceled,
		startError: startErrorOf(ended),
	};
}

export function keepEnd(text: string, characters: number): string {
	return text.length <= characters ? text : text.slice(text.length - characters);
}

export function startErrorOf(ended: Result): string | null {
	if (ended.exitCode !== undefined || ended.signal !== undefined || ended.isCanceled) return null;
	return ended.originalMessage ?? ended.code ?? 'unknown reason';
}
