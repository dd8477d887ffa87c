import {execa, type Options, type ResultPromise} from 'execa';
import {type ChildResult, dyingWithParent, keepEnd, startErrorOf} from './child-process.ts';

export interface GroupCommand {
	/** Absolute path: no shell looks for it. */
	readonly file: string;
	/** Seen by everybody on the machine: never a secret. */
	readonly args: readonly string[];
	/** The whole environment; `LC_ALL=C.UTF-8` is added. */
	readonly env: Readonly<Record<string, string>>;
	/** Aborting ends the program and all that it has started: first SIGTERM, two seconds later SIGKILL. */
	readonly signal: AbortSignal;
}

const keptOutput = 64 * 1024;
const graceMs = 2000;

/**
 * Runs a program of somebody else's to its end, as the leader of a process group: a script's own children do not outlive
 * its being given up, nor hold it by the output they share. Never throws for what it does: the result tells.
 */
export async function runGroup({file, args, env, signal}: GroupCommand): Promise<ChildResult> {
	const nothing = {exitCode: null, signal: null, stdout: '', stderr: '', aborted: true, startError: null};
	if (signal.aborted) return nothing;
	const [program, ...words] = dyingWithParent('KILL', [file, ...args]);
	const options: Options = {
		stdin: 'ignore',
		detached: true,
		env: {LC_ALL: 'C.UTF-8', ...env},
		extendEnv: false,
		shell: false,
		reject: false,
		buffer: false,
	};
	const subprocess = execa(program, words, options);
	const kept = {stdout: '', stderr: ''};
	for (const stream of ['stdout', 'stderr'] as const) {
		subprocess[stream]?.setEncoding('utf8').on('data', (text: string) => {
			kept[stream] = keepEnd(kept[stream] + text, keptOutput);
		});
	}
	const letGo = endGroupOnAbort(subprocess, signal);
	const ended = await subprocess;
	letGo();
	return {
		...kept,
		exitCode: signal.aborted ? null : (ended.exitCode ?? null),
		signal: ended.signal ?? null,
		aborted: signal.aborted,
		startError: startErrorOf(ended),
	};
}

/** Returns what stops the listening. */
function endGroupOnAbort({pid}: Pick<ResultPromise, 'pid'>, signal: AbortSignal): () => void {
	let killing: NodeJS.Timeout | undefined;
	const end = (): void => {
		killGroup(pid, 'SIGTERM');
		killing = setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs);
	};
	signal.addEventListener('abort', end, {once: true});
	return () => {
		signal.removeEventListener('abort', end);
		clearTimeout(killing);
	};
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, signal);
	} catch {
		// All of it has ended.
	}
}
