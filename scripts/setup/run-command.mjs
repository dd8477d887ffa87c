import {spawn} from 'node:child_process';
import {constants} from 'node:os';
import {SetupError} from './error.mjs';
import {forwardSignals, onlyWhileParentLives} from './signals.mjs';

/**
 * Runs the command that set-up was for, with this terminal, and waits for its end whatever signal comes.
 *
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it
 */
export function runToItsEnd(command, env) {
	const [file = '', ...args] = onlyWhileParentLives(command);
	return new Promise((resolve, reject) => {
		const child = spawn(file, args, {env, stdio: 'inherit'});
		const signals = forwardSignals(child);
		child.on('error', (error) => {
			signals.stop();
			reject(new SetupError(`setup: cannot run ${command[0]}: ${error.message}`, 127));
		});
		child.on('exit', (code, signal) => {
			signals.stop();
			resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
		});
	});
}
