import {readFileSync} from 'node:fs';
import path from 'node:path';
import {runWithProgress} from './progress.mjs';

/**
 * @typedef {{version?: string, integrity?: string, optional?: boolean, link?: boolean}} LockedPackage
 */

/**
 * Runs `npm ci` when node_modules is missing or is not what package-lock.json says.
 *
 * @param {string} checkout
 * @returns {Promise<boolean>} whether it had to
 */
export async function ensureNodeModules(checkout) {
	const wanted = readPackages(path.join(checkout, 'package-lock.json'));
	const installed = readPackages(path.join(checkout, 'node_modules', '.package-lock.json'));
	if (wanted && installed && isInstalled(wanted, installed)) return false;
	const reason = installed ? 'package-lock.json has changed' : 'node_modules is missing';
	// NODE_ENV=production would leave out the very tools that the tests need.
	await runWithProgress(`${reason}: npm ci`, [...npm(), 'ci', '--include=dev', '--no-audit', '--no-fund'], {
		cwd: checkout,
	});
	return true;
}

/**
 * npm writes node_modules/.package-lock.json last, so an interrupted installation has none.
 *
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8')).packages;
	} catch {
		return undefined;
	}
}

/**
 * @param {Record<string, LockedPackage>} wanted
 * @param {Record<string, LockedPackage>} installed
 */
function isInstalled(wanted, installed) {
	const extra = Object.keys(installed).some((name) => !Object.hasOwn(wanted, name));
	return !extra && Object.entries(wanted).every(([name, locked]) => name === '' || matches(locked, installed[name]));
}

/**
 * @param {LockedPackage} locked
 * @param {LockedPackage | undefined} installed
 */
function matches(locked, installed) {
	// Optional packages for other systems are locked but never installed.
	if (!installed) return locked.optional === true;
	return installed.version === locked.version && installed.integrity === locked.integrity;
}

/** The npm that started us, else the one on PATH. */
function npm() {
	const cli = process.env['npm_execpath'] ?? '';
	return cli.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm'];
}
