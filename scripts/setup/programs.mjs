import {execFileSync} from 'node:child_process';
import {accessSync, constants, realpathSync, statSync} from 'node:fs';
import path from 'node:path';

/** The folders that programs are looked for in. */
export function pathFolders() {
	return (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

/** @param {string} file */
export function isProgram(file) {
	try {
		accessSync(file, constants.X_OK);
		return statSync(realpathSync(file)).isFile();
	} catch {
		return false;
	}
}

/**
 * @param {string} program
 * @param {string} argument
 * @returns {string} empty when the program cannot run
 */
export function firstLine(program, argument) {
	try {
		const output = execFileSync(program, [argument], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			timeout: 10_000,
		});
		return output.split('\n')[0] ?? '';
	} catch {
		return '';
	}
}
