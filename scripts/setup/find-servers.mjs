import {readdirSync} from 'node:fs';
import path from 'node:path';
import {SetupError} from './error.mjs';
import {firstLine, isProgram, pathFolders} from './programs.mjs';

const oldestPostgres = 14;
const oldestRedis = [6, 2];
const postgresPrograms = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_restore'];

/**
 * @param {string} unpackedBin where an earlier set-up would have unpacked it
 * @returns {{bin: string, version: string} | undefined}
 * @throws {SetupError} when LOCKSTEP_POSTGRES_BIN is set and wrong
 */
export function findPostgres(unpackedBin) {
	const told = process.env['LOCKSTEP_POSTGRES_BIN'];
	if (told) {
		const version = postgresVersion(told);
		if (version) return {bin: told, version};
		throw new SetupError(
			`setup: LOCKSTEP_POSTGRES_BIN is ${told}, but PostgreSQL ${oldestPostgres} or newer is not there ` +
				`(looked for ${postgresPrograms.join(', ')}).`,
		);
	}
	for (const bin of postgresFolders(unpackedBin)) {
		const version = postgresVersion(bin);
		if (version) return {bin, version};
	}
	return undefined;
}

/**
 * Debian's /usr/bin/psql is a Perl script that picks a server by itself; it has no `postgres` beside it,
 * so a folder that holds the server holds the real client programs too.
 *
 * @param {string} unpackedBin
 */
function postgresFolders(unpackedBin) {
	return [
		...pathFolders(),
		...majorsNewestFirst('/usr/lib/postgresql'),
		'/usr/local/pgsql/bin',
		'/usr/local/bin',
		unpackedBin,
	];
}

/** @param {string} root */
function majorsNewestFirst(root) {
	const majors = listFolder(root).filter((name) => /^\d+$/.test(name));
	return majors.toSorted((a, b) => Number(b) - Number(a)).map((major) => path.join(root, major, 'bin'));
}

/**
 * @param {string} bin
 * @returns {string | undefined} undefined when a program is missing or too old
 */
function postgresVersion(bin) {
	if (!postgresPrograms.every((program) => isProgram(path.join(bin, program)))) return undefined;
	const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(firstLine(path.join(bin, 'postgres'), '--version'));
	return version && Number(version[1]) >= oldestPostgres ? `${version[1]}${version[2]}` : undefined;
}

/**
 * @param {string} unpackedServer where an earlier set-up would have unpacked it
 * @returns {{server: string, version: string} | undefined}
 * @throws {SetupError} when LOCKSTEP_REDIS_SERVER is set and wrong
 */
export function findRedis(unpackedServer) {
	const told = process.env['LOCKSTEP_REDIS_SERVER'];
	if (told) {
		const version = redisVersion(told);
		if (version) return {server: told, version};
		throw new SetupError(
			`setup: LOCKSTEP_REDIS_SERVER is ${told}, but redis-server ${oldestRedis.join('.')} or newer is not there.`,
		);
	}
	const folders = [...pathFolders(), '/usr/bin', '/usr/local/bin'];
	for (const server of [...folders.map((folder) => path.join(folder, 'redis-server')), unpackedServer]) {
		const version = redisVersion(server);
		if (version) return {server, version};
	}
	return undefined;
}

/** @param {string} server */
function redisVersion(server) {
	if (!isProgram(server)) return undefined;
	const version = /\bv=(\d+)\.(\d+)\S*/.exec(firstLine(server, '--version'));
	if (!version) return undefined;
	const [major, minor] = [Number(version[1]), Number(version[2])];
	const [oldestMajor = 0, oldestMinor = 0] = oldestRedis;
	const newEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
	return newEnough ? version[0].slice(2) : undefined;
}

/** @param {string} folder */
function listFolder(folder) {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
