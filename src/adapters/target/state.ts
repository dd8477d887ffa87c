import type pg from 'pg';
import type {TargetState} from '../../operations/ports/targets.ts';
import {applicationName, onlyRow, type TargetSettings, withClient} from './connection.ts';
import {readIdentity} from './identity.ts';
import {isSessionless} from './pooler.ts';
import {readMissingRights} from './rights.ts';

/**
 * Sessions of this database that run a statement now. Without pg_monitor the server hides the state of other roles'
 * sessions; one of these counts while it holds a virtual transaction id, which pg_locks shows to everybody.
 */
const activeSessionsSql = `SELECT count(*)::int FROM pg_catalog.pg_stat_activity AS a
	WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
	AND coalesce(a.backend_type, 'client backend') = 'client backend'
	AND coalesce(a.application_name, '') !~ '^${applicationName}( |$)'
	AND (a.state = 'active' OR (a.state IS NULL AND EXISTS (
		SELECT FROM pg_catalog.pg_locks AS l WHERE l.pid = a.pid AND l.locktype = 'virtualxid' AND l.granted)))`;

const figuresSql = `SELECT current_setting('server_version_num')::int AS "serverVersion", pg_is_in_recovery() AS "inRecovery",
	pg_database_size(current_database())::float8 AS "databaseBytes", (${activeSessionsSql}) AS "activeSessions"`;

type Figures = Pick<TargetState, 'serverVersion' | 'inRecovery' | 'databaseBytes' | 'activeSessions'>;

/** Everything a preflight asks of the target, over one connection. */
export async function readState(settings: TargetSettings): Promise<TargetState> {
	return await withClient(settings, async (client) => {
		const sessionless = await isSessionless(client, settings);
		await client.query(`BEGIN TRANSACTION READ ONLY`);
		const identity = await readIdentity(client, settings);
		const figures = await readFigures(client);
		const missingRights = await readMissingRights(client, settings);
		await client.query('COMMIT');
		return {...figures, identity, missingRights, sessionless};
	});
}

async function readFigures(client: pg.ClientBase): Promise<Figures> {
	return onlyRow((await client.query<Figures>(figuresSql)).rows);
}
