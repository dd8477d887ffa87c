import {spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {createOwnedDirectory, openToOtherUsers, removeOwnedDirectory} from './setup/owned-directory.mjs';

/**
 * Processes and directories that must not outlive this process, however it ends: a normal end and an exception raise
 * 'exit'; Ctrl-C and the other signals are caught here unless the program has plans of its own for them; after kill -9
 * the kernel ends the processes (`setpriv --pdeathsig`), and the next start sweeps the directories.
 */
const processes = new Set<ThrowAwayProcess>();
const directories = new Set<string>();
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let watching = false;

export interface ThrowAwayProcess {
	readonly pid: number;
	/** How the process is told to end without delay, by us and by the kernel. */
	readonly deathSignal: 'SIGKILL' | 'SIGQUIT';
	hasEnded(): boolean;
	/** Sends a signal and waits until the process is gone. */
	end(signal?: NodeJS.Signals): Promise<void>;
}

export interface ThrowAwayCommand {
	readonly program: string;
	readonly args: readonly string[];
	readonly directory: string;
	readonly logFile: string;
	readonly deathSignal: ThrowAwayProcess['deathSignal'];
	readonly environment?: NodeJS.ProcessEnv;
	readonly account?: {readonly uid: number; readonly gid: number} | undefined;
}

/** Makes a directory that other users can pass through but not list. */
export function createThrowAwayDirectory(kind: string): string {
	const parent = openToOtherUsers(tmpdir()) ? tmpdir() : '/tmp';
	const directory = createOwnedDirectory(parent, kind);
	directories.add(directory);
	discardWhenThisProcessEnds();
	return directory;
}

export function removeThrowAwayDirectory(directory: string): void {
	removeOwnedDirectory(directory);
	directories.delete(directory);
}

/** Starts a program whose output goes to a file. Call it on the main thread: the death signal follows the thread. */
export function startThrowAwayProcess(command: ThrowAwayCommand): ThrowAwayProcess {
	const log = openSync(command.logFile, 'a', 0o600);
	// The account is changed by spawn, before setpriv: a change of user clears the death signal.
	const child = spawn(
		'setpriv',
		['--pdeathsig', command.deathSignal.slice(3), '--', command.program, ...command.args],
		{
			cwd: command.directory,
			stdio: ['ignore', log, log],
			...(command.environment && {env: command.environment}),
			...command.account,
		},
	);
	closeSync(log);
	const ended = new Promise<void>((resolve) => {
		child.once('exit', () => resolve());
		child.once('error', () => resolve());
	});
	const {pid} = child;
	if (pid === undefined) {
		throw new Error('cannot start setpriv (package util-linux), which runs throw-away servers');
	}

	// The server must not keep a program alive that has nothing else to do.
	child.unref();
	const started: ThrowAwayProcess = {
		pid,
		deathSignal: command.deathSignal,
		hasEnded: () => child.exitCode !== null || child.signalCode !== null,
		async end(signal = command.deathSignal) {
			child.ref();
			child.kill(signal);
			await ended;
		},
	};
	processes.add(started);
	discardWhenThisProcessEnds();
	void ended.then(() => processes.delete(started));
	return started;
}

function discardWhenThisProcessEnds(): void {
	if (watching) return;
	watching = true;
	process.on('exit', discardAll);
	for (const signal of endingSignals) process.on(signal, endUnlessOthersListen);
}

function endUnlessOthersListen(signal: NodeJS.Signals): void {
	if (process.listenerCount(signal) > 1) return;
	discardAll();
	process.off(signal, endUnlessOthersListen);
	process.kill(process.pid, signal);
}

/** Synchronous, because nothing else runs in an 'exit' handler. */
function discardAll(): void {
	for (const {pid, deathSignal} of processes) trySignal(pid, deathSignal);
	for (const {pid} of processes) waitUntilGone(pid);
	for (const directory of directories) removeOwnedDirectory(directory);
	processes.clear();
	directories.clear();
}

function waitUntilGone(pid: number): void {
	const deadline = Date.now() + 3000;
	const clock = new Int32Array(new SharedArrayBuffer(4));
	while (isRunning(pid)) {
		if (Date.now() > deadline) trySignal(pid, 'SIGKILL');
		Atomics.wait(clock, 0, 0, 10);
	}
}

/** A zombie counts as gone: nobody collects it while this process is ending. */
function isRunning(pid: number): boolean {
	try {
		const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
		return state !== 'Z' && state !== 'X';
	} catch {
		return false;
	}
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended by itself.
	}
}
