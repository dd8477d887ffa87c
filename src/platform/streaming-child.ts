import type {FileHandle} from 'node:fs/promises';
import {type Readable, type Writable} from 'node:stream';
import {execa, type Options} from 'execa';
import {type ChildResult, dyingWithParent, keepEnd, startErrorOf} from './child-process.ts';

export interface StreamingCommand {
	/** Absolute path: the child gets no PATH, and no shell looks for it. */
	readonly file: string;
	/** Seen by everybody on the machine: never a secret. */
	readonly args: readonly string[];
	/** The child's whole environment; `LC_ALL=C.UTF-8` is added. */
	readonly env: Readonly<Record<string, string>>;
	/** Open files that the child sees as `/dev/fd/3`, `/dev/fd/4` and so on. */
	readonly files?: readonly FileHandle[];
	/** Aborting ends the child: first SIGTERM, two seconds later SIGKILL. */
	readonly signal: AbortSignal;
	/** Whether the child is written to. */
	readonly stdin: 'pipe' | 'ignore';
}

/** A child whose output is bytes that somebody reads while they come; it dies with this process. */
export interface StreamingChild {
	/** Null where it is not written to. */
	readonly stdin: Writable | null;
	/** Read it to its end, or abort the child. */
	readonly stdout: Readable;
	/** Never throws for what the program does; `stdout` is empty, of `stderr` the end is kept. */
	readonly result: Promise<ChildResult>;
}

const keptErrors = 64 * 1024;

/** Starts a program between streams. */
export function startStreaming(command: StreamingCommand): StreamingChild {
	const [file, ...args] = dyingWithParent('KILL', [command.file, ...command.args]);
	const files = (command.files ?? []).map((opened) => opened.fd);
	const stdio: unknown = [command.stdin, 'pipe', 'pipe', ...files];
	const options: Options = {
		cancelSignal: command.signal,
		forceKillAfterDelay: 2000,
		env: {LC_ALL: 'C.UTF-8', ...command.env},
		extendEnv: false,
		shell: false,
		reject: false,
		buffer: false,
		// execa hands descriptors on as they are; its types know them for the first three places only.
		stdio: stdio as NonNullable<Options['stdio']>,
	};
	const subprocess = execa(file, args, options);
	let stderr = '';
	subprocess.stderr?.setEncoding('utf8').on('data', (text: string) => {
		stderr = keepEnd(stderr + text, keptErrors);
	});
	const {stdin, stdout} = subprocess;
	if (stdout === null) throw new TypeError('A child with a pipe as its output has none.');
	// A program that has read enough closes its input: its result tells whether that was right.
	stdin?.on('error', () => undefined);
	return {
		stdin,
		stdout,
		result: subprocess.then((ended) => ({
			exitCode: ended.exitCode ?? null,
			signal: ended.signal ?? null,
			stdout: '',
			stderr,
			aborted: ended.isCanceled,
			startError: startErrorOf(ended),
		})),
	};
}
