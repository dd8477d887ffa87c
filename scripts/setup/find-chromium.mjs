import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {SetupError} from './error.mjs';
import {firstLine, isProgram, pathFolders} from './programs.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chromium-headless-shell'];

/**
 * @param {string} unpackedBin where an earlier set-up would have unpacked it
 * @returns {{program: string, version: string} | undefined}
 * @throws {SetupError} when LOCKSTEP_CHROMIUM is set and wrong
 */
export function findChromium(unpackedBin) {
	const told = process.env['LOCKSTEP_CHROMIUM'];
	if (told) {
		const version = chromiumVersion(told);
		if (version) return {program: told, version};
		throw new SetupError(`setup: LOCKSTEP_CHROMIUM is ${told}, but Chromium or Google Chrome is not there.`);
	}
	for (const folder of [...pathFolders(), unpackedBin]) {
		for (const program of names.map((name) => path.join(folder, name))) {
			const version = chromiumVersion(program);
			if (version) return {program, version};
		}
	}
	return undefined;
}

/**
 * Ubuntu's chromium-browser without its snap prints advice instead of a version.
 *
 * @param {string} program
 */
function chromiumVersion(program) {
	if (!isProgram(program)) return undefined;
	return /^(?:Chromium|Google Chrome)\D* (\d+(?:\.\d+)+)/.exec(firstLine(program, '--version'))?.[1];
}

/** Whether this machine by itself can show letters and colour emoji: a minimal system has no font at all. */
export function hasFonts() {
	const folders = ['/usr/share/fonts', '/usr/local/share/fonts', ...['.fonts', '.local/share/fonts'].map(inHome)];
	const fonts = folders.flatMap(fontsIn);
	const emoji = fonts.filter((font) => /emoji/i.test(font));
	return existsSync('/etc/fonts/fonts.conf') && emoji.length > 0 && fonts.length > emoji.length;
}

/** @param {string} folder */
export function fontsIn(folder) {
	try {
		const files = readdirSync(folder, {recursive: true, encoding: 'utf8'});
		return files.filter((file) => /\.(otf|ttc|ttf)$/i.test(file));
	} catch {
		return [];
	}
}

/**
 * Whether a file holds this text; not when there is none.
 *
 * @param {string} file
 * @param {string} text
 */
export function holds(file, text) {
	try {
		return readFileSync(file, 'utf8') === text;
	} catch {
		return false;
	}
}

/** @param {string} folder */
function inHome(folder) {
	return path.join(homedir(), folder);
}
