import {chmodSync, mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';

/**
 * Makes a directory whose name carries this process's id, and removes those whose process is gone: what a killed run
 * could not tidy up, the next one does.
 *
 * @param {string} parent
 * @param {string} kind one lower-case word
 * @returns {string}
 */
export function createOwnedDirectory(parent, kind) {
	sweep(parent);
	const directory = mkdtempSync(path.join(parent, `lockstep-${kind}-${process.pid}-`));
	// PostgreSQL refuses to run as root; the user it runs as must be able to pass through.
	chmodSync(directory, 0o711);
	return directory;
}

/** @param {string} directory */
export function removeOwnedDirectory(directory) {
	rmSync(directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 50});
}

/** @param {string} parent */
function sweep(parent) {
	for (const name of readdirSync(parent)) {
		const owner = /^lockstep-[a-z]+-(\d+)-/.exec(name)?.[1];
		const directory = path.join(parent, name);
		if (owner && belongsToUs(directory) && !isAlive(Number(owner))) removeOwnedDirectory(directory);
	}
}

/** @param {string} directory */
function belongsToUs(directory) {
	const owner = statSync(directory, {throwIfNoEntry: false})?.uid;
	// Root's servers run as another user, who owns their directories.
	return owner === process.getuid?.() || process.getuid?.() === 0;
}

/** @param {number} pid */
function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
	}
}

/**
 * Whether users without rights of their own can pass through to this place.
 *
 * @param {string} directory
 * @returns {boolean}
 */
export function openToOtherUsers(directory) {
	const mode = statSync(directory, {throwIfNoEntry: false})?.mode ?? 0;
	if ((mode & 0o001) === 0) return false;
	const parent = path.dirname(directory);
	return parent === directory || openToOtherUsers(parent);
}
