import {Failure} from '../../operations/ports/failure.ts';
import {findPostgresTools, listPostgresTools, type PostgresTools} from '../../platform/postgres-tools.ts';

/**
 * psql of the target's own major, or the nearest newer one.
 *
 * @param serverVersion As `server_version_num`.
 * @throws Failure tools-missing, tools-too-old
 */
export async function requireTools(serverVersion: number, folders: readonly string[]): Promise<PostgresTools> {
	const major = Math.floor(serverVersion / 10_000);
	const tools = await findPostgresTools(major, folders);
	if (tools !== null) return tools;
	const there = (await listPostgresTools(folders)).map(({version}) => version);
	if (there.length === 0) {
		throw new Failure(
			'tools-missing',
			`The worker has no PostgreSQL client programs. Install postgresql-client-${major}, the target's own major.`,
		);
	}
	const message = `The target runs PostgreSQL ${major}; the worker only has client programs of ${there.join(', ')}. Install postgresql-client-${major}.`;
	throw new Failure('tools-too-old', message);
}
