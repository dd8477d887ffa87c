import {Failure} from '../../operations/ports/failure.ts';
import {findPostgresTools, listPostgresTools, type PostgresTools} from '../../platform/postgres-tools.ts';

/**
 * pg_dump and pg_restore of the server's own major, or the nearest newer one: pg_dump refuses a server newer than itself.
 *
 * @param serverVersion As `server_version_num`.
 * @throws Failure tools-missing, tools-too-old
 */
export async function requireDumpTools(serverVersion: number, folders: readonly string[]): Promise<PostgresTools> {
	const major = Math.floor(serverVersion / 10_000);
	const tools = await findPostgresTools(major, folders);
	if (tools !== null) return tools;
	const there = (await listPostgresTools(folders)).map(({version}) => version);
	if (there.length === 0) {
		throw new Failure(
			'tools-missing',
			`The worker has no pg_dump. Install postgresql-client-${major}, the target's own major.`,
		);
	}
	const message = `The target runs PostgreSQL ${major}, and pg_dump refuses a server newer than itself: the worker has ${there.join(', ')}. Install postgresql-client-${major}.`;
	throw new Failure('tools-too-old', message);
}
