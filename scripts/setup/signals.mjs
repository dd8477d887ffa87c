import {readFileSync} from 'node:fs';
import {constants} from 'node:os';

/** @type {NodeJS.Signals[]} */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** How long a child that had Ctrl-C from the terminal itself gets before it is told again. */
const terminalGraceMs = 1000;

/**
 * Passes the signals that mean "end" on to a child, and keeps this process alive until the child has ended.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {{stop: () => void, received: () => number | undefined}} `received` is the first signal's number
 */
export function forwardSignals(child) {
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let timer;
	/** @type {number | undefined} */
	let first;
	const forward = (/** @type {NodeJS.Signals} */ signal) => {
		first ??= constants.signals[signal];
		// A terminal sends Ctrl-C to every process of the foreground group; a second one could cut the child's tidying short.
		if (signal === 'SIGINT' && inForegroundOfTerminal()) {
			timer ??= setTimeout(() => child.kill(signal), terminalGraceMs);
		} else child.kill(signal);
	};
	for (const signal of endingSignals) process.on(signal, forward);
	return {
		received: () => first,
		stop() {
			clearTimeout(timer);
			for (const signal of endingSignals) process.off(signal, forward);
		},
	};
}

/** The command, so wrapped that it gets SIGTERM when this process dies without a chance to pass anything on. @param {string[]} command */
export function onlyWhileParentLives(command) {
	return ['setpriv', '--pdeathsig', 'TERM', '--', ...command];
}

function inForegroundOfTerminal() {
	const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
	const [processGroup, foregroundGroup] = [fields[2], fields[5]];
	return processGroup === foregroundGroup;
}
