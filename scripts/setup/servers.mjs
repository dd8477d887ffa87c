import {hasDebianPackages} from './debian-packages.mjs';
import {SetupError} from './error.mjs';
import {findPostgres, findRedis} from './find-servers.mjs';
import {say} from './progress.mjs';
import {unpackParts, unpackedAt} from './unpack-packages.mjs';

/** @typedef {'postgresql' | 'redis'} Server */

/** @type {Record<Server, string[]>} */
const advice = {
	postgresql: [
		'  - PostgreSQL 14 or newer, its server and its client programs',
		'    (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server),',
		'    or set LOCKSTEP_POSTGRES_BIN to the folder with postgres, initdb, psql, pg_dump and pg_restore',
	],
	redis: [
		'  - redis-server 6.2 or newer',
		'    (Debian, Ubuntu: apt-get install redis-server; Fedora: dnf install redis),',
		'    or set LOCKSTEP_REDIS_SERVER to the path of that program',
	],
};

/**
 * Finds PostgreSQL and Redis, or fetches them, and says where they are to what runs next.
 *
 * @param {string} checkout
 * @param {{announce: boolean}} options `announce`: say what was found even if nothing had to be fetched
 * @returns {Promise<{LOCKSTEP_POSTGRES_BIN: string, LOCKSTEP_REDIS_SERVER: string}>}
 * @throws {SetupError}
 */
export async function ensureServers(checkout, {announce}) {
	const unpacked = unpackedAt(checkout);
	const before = find(unpacked);
	const fetched = before.missing.length > 0;
	if (fetched) await fetchMissing(unpacked.root, before.missing);
	const {postgres, redis, missing} = fetched ? find(unpacked) : before;
	if (!postgres || !redis) throw new SetupError(whatToInstall(missing));
	if (announce || fetched) {
		say(`setup: PostgreSQL ${postgres.version} in ${postgres.bin}`);
		say(`setup: Redis ${redis.version} at ${redis.server}`);
	}
	return {LOCKSTEP_POSTGRES_BIN: postgres.bin, LOCKSTEP_REDIS_SERVER: redis.server};
}

/** @param {ReturnType<typeof unpackedAt>} unpacked */
function find(unpacked) {
	const postgres = findPostgres(unpacked.postgresBin);
	const redis = findRedis(unpacked.redisServer);
	/** @type {Server[]} */
	const missing = [];
	if (!postgres) missing.push('postgresql');
	if (!redis) missing.push('redis');
	return {postgres, redis, missing};
}

/**
 * @param {string} root
 * @param {readonly Server[]} missing
 */
async function fetchMissing(root, missing) {
	if (!hasDebianPackages()) throw new SetupError(whatToInstall(missing));
	try {
		await unpackParts(root, missing);
	} catch (error) {
		const interrupted = error instanceof SetupError && error.exitCode > 128;
		if (interrupted) throw error;
		throw new SetupError(`${/** @type {Error} */ (error).message}\n${whatToInstall(missing)}`);
	}
}

/** @param {readonly Server[]} missing */
function whatToInstall(missing) {
	const lines = missing.flatMap((server) => advice[server]);
	return ['setup: this machine lacks what Lockstep needs and it could not be fetched. Please install:', ...lines].join(
		'\n',
	);
}
