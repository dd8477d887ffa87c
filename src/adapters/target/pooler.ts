import type pg from 'pg';
import {onlyRow, type TargetSettings, withClient} from './connection.ts';

/** How often a pooler gets the chance to show that it does not keep a session. */
const rounds = 3;

/**
 * Whether something between here and the server hands out another server session per transaction, as PgBouncer's
 * transaction mode does: advisory locks and settings would not last, so nothing may be applied through it.
 *
 * A direct connection is known by the server's process id, which a pooler replaces by one of its own. Behind a pooler
 * two of our connections are watched: their server processes must never change and never be the same. A pooler with a
 * round robin over many servers could pass; the fence's lock, settings and script travel in one psql session anyway.
 *
 * Sends no SET: it could stay on a connection that is the application's next.
 */
export async function isSessionless(client: pg.Client, settings: TargetSettings): Promise<boolean> {
	const first = await backendOf(client);
	if (toldBackend(client) === first) return false;
	return await withClient(settings, async (second) => {
		for (let round = 0; round < rounds; round++) {
			await second.query('BEGIN');
			const other = await backendOf(second);
			const own = await backendOf(client);
			await second.query('COMMIT');
			if (own !== first || other === first) return true;
		}
		return false;
	});
}

async function backendOf(client: pg.ClientBase): Promise<number> {
	return onlyRow((await client.query<{pid: number}>('SELECT pg_backend_pid() AS pid')).rows).pid;
}

/** The process id that whoever answered the connection told; the driver's types do not show it. */
function toldBackend(client: pg.Client): number | null {
	return 'processID' in client && typeof client.processID === 'number' ? client.processID : null;
}
