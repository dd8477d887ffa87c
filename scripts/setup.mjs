/**
 * Makes a machine with only Node.js and npm able to run Lockstep's demo and tests, then runs one of them.
 *
 *   node scripts/setup.mjs demo [args…]
 *   node scripts/setup.mjs test [args…]
 *   node scripts/setup.mjs shell COMMAND [args…]
 *   node scripts/setup.mjs browser [args…]                  the tests in a browser
 *   node scripts/setup.mjs browser-shell COMMAND [args…]    any command with a browser: LOCKSTEP_CHROMIUM
 *
 * It runs before anything is installed, so it uses nothing but what comes with Node.js.
 */
import {tmpdir} from 'node:os';
import {fileURLToPath} from 'node:url';
import {ensureChromium} from './setup/chromium.mjs';
import {SetupError} from './setup/error.mjs';
import {endLeftovers} from './setup/leftovers.mjs';
import {ensureNodeModules} from './setup/node-modules.mjs';
import {ensureServers} from './setup/servers.mjs';
import {createOwnedDirectory, openToOtherUsers, removeOwnedDirectory} from './setup/owned-directory.mjs';
import {say} from './setup/progress.mjs';
import {runToItsEnd} from './setup/run-command.mjs';

const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run'];

/** @type {Record<string, (args: string[]) => string[]>} */
const commands = {
	demo: (args) => [process.execPath, '--import', 'tsx', 'scripts/demo.ts', ...args],
	test: (args) => [...vitest, ...args],
	shell: (args) => args,
	browser: (args) => [...vitest, '--config', 'vitest.browser.config.ts', ...args],
	'browser-shell': (args) => args,
};

/** A browser is large: it is looked for, and fetched, only for these. */
const withBrowser = ['browser', 'browser-shell'];

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {string[]} words
 * @returns {Promise<number>} the exit code
 */
async function main([name = '', ...args]) {
	const command = Object.hasOwn(commands, name) ? commands[name]?.(args) : undefined;
	if (!command || command.length === 0) {
		say('Usage: node scripts/setup.mjs demo|test|browser [args…], or: shell|browser-shell COMMAND [args…]');
		return 64;
	}
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 19)) {
		say(`setup: Lockstep needs Node.js 20.19 or newer, and this is ${process.versions.node}`);
		return 1;
	}
	try {
		return await setUpAndRun(command, {browser: withBrowser.includes(name)});
	} catch (error) {
		if (!(error instanceof SetupError)) throw error;
		say(error.message);
		return error.exitCode;
	}
}

/**
 * @param {string[]} command
 * @param {{browser: boolean}} needs
 */
async function setUpAndRun(command, {browser}) {
	process.chdir(checkout);
	const installed = await ensureNodeModules(checkout);
	const servers = await ensureServers(checkout, {announce: installed});
	const chromium = browser ? await ensureChromium(checkout, {announce: installed}) : {};
	// All that the run puts on disk is below one directory, which goes with it however it ends.
	const runDirectory = createOwnedDirectory(openToOtherUsers(tmpdir()) ? tmpdir() : '/tmp', 'run');
	try {
		return await runToItsEnd(command, {
			...process.env,
			...servers,
			...chromium,
			// Programs must speak one language, and a minimal system has no other.
			LC_ALL: 'C.UTF-8',
			TMPDIR: runDirectory,
			LOCKSTEP_RUN_DIRECTORY: runDirectory,
		});
	} finally {
		await endLeftovers(runDirectory);
		removeOwnedDirectory(runDirectory);
	}
}
