import {spawn} from 'node:child_process';
import {SetupError} from './error.mjs';
import {forwardSignals, onlyWhileParentLives} from './signals.mjs';

const keptOutput = 64 * 1024;

/** Prints a line on standard error: standard output belongs to the command that set-up is for. @param {string} text */
export function say(text) {
	process.stderr.write(`${text}\n`);
}

/**
 * Runs a command and shows that time passes: a counting line on a terminal, else a line every ten seconds.
 *
 * @param {string} doing what a person reads meanwhile
 * @param {string[]} command
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<string>} what the command printed
 * @throws {SetupError} with the end of its output when it fails
 */
export async function runWithProgress(doing, command, options = {}) {
	const started = Date.now();
	const stopShowing = showProgress(doing, started);
	const {code, signal, output} = await run(command, options);
	stopShowing();
	if (signal) throw new SetupError(`setup: ${doing}: interrupted`, 128 + signal);
	if (code !== 0) {
		throw new SetupError(`setup: ${doing}: failed\n${lastLines(output)}\n(command: ${command.join(' ')})`);
	}
	say(`setup: ${doing}: done in ${secondsSince(started)} s`);
	return output;
}

/**
 * @param {string} doing
 * @param {number} started
 */
function showProgress(doing, started) {
	const terminal = process.stderr.isTTY;
	if (!terminal) say(`setup: ${doing} …`);
	const show = () => {
		const line = `setup: ${doing} … ${secondsSince(started)} s`;
		if (terminal) process.stderr.write(`\r\x1b[K${line}`);
		else say(line);
	};
	if (terminal) show();
	const timer = setInterval(show, terminal ? 500 : 10_000);
	return () => {
		clearInterval(timer);
		if (terminal) process.stderr.write('\r\x1b[K');
	};
}

/**
 * @param {string[]} command
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} options
 * @returns {Promise<{code: number, signal: number | undefined, output: string}>}
 */
function run(command, options) {
	const [file = '', ...args] = onlyWhileParentLives(command);
	return new Promise((resolve) => {
		const child = spawn(file, args, {...options, stdio: ['ignore', 'pipe', 'pipe']});
		const signals = forwardSignals(child);
		let output = '';
		const keep = (/** @type {Buffer} */ chunk) => {
			output = (output + chunk.toString()).slice(-keptOutput);
		};
		child.stdout.on('data', keep);
		child.stderr.on('data', keep);
		child.on('error', (error) => {
			signals.stop();
			resolve({code: 127, signal: signals.received(), output: error.message});
		});
		child.on('close', (code) => {
			signals.stop();
			resolve({code: code ?? 1, signal: signals.received(), output});
		});
	});
}

/** @param {string} output */
function lastLines(output) {
	return output.trimEnd().split('\n').slice(-30).join('\n');
}

/** @param {number} started */
function secondsSince(started) {
	return Math.round((Date.now() - started) / 1000);
}
