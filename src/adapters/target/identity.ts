import type pg from 'pg';
import {setTimeout as delay} from 'node:timers/promises';
import type {TargetIdentity} from '../../operations/ports/targets.ts';
import {Failure} from '../../operations/ports/failure.ts';
import {endpointOf} from '../../platform/postgres-connection.ts';
import {onlyRow, type TargetSettings, withClient} from './connection.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';
import {lockClass, markObject} from './locks.ts';

/** Custom setting of the database that holds Lockstep's UUID; a dump restored without `--create` loses it. */
const uuidSetting = 'lockstep.target_uuid';

/** The UUID as it stands on the database, whatever a session or a role sets for itself. */
export const uuidSql = `(SELECT split_part(entry, '=', 2)
	FROM pg_catalog.pg_db_role_setting AS s, unnest(s.setconfig) AS entry
	WHERE s.setrole = 0 AND s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
	AND split_part(entry, '=', 1) = '${uuidSetting}')`;

const mayReadControl = `has_function_privilege('pg_catalog.pg_control_system()', 'execute')`;

/** Reads who the database says it is. */
export async function readIdentity(client: pg.ClientBase, settings: TargetSettings): Promise<TargetIdentity> {
	const {rows} = await client.query<{oid: number; database: string; uuid: string | null; allowed: boolean}>(
		`SELECT oid, datname AS database, ${uuidSql} AS uuid, ${mayReadControl} AS allowed
		FROM pg_catalog.pg_database WHERE datname = current_database()`,
	);
	const row = onlyRow(rows);
	return {
		endpoint: endpointOf(settings),
		database: row.database,
		databaseOid: row.oid,
		uuid: row.uuid,
		systemIdentifier: row.allowed ? await readSystemIdentifier(client) : '',
	};
}

/** A query of its own: PostgreSQL checks the right to call a function before it looks at any condition around it. */
async function readSystemIdentifier(client: pg.ClientBase): Promise<string> {
	const {rows} = await client.query<{id: string}>(
		'SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()',
	);
	return onlyRow(rows).id;
}

/**
 * Sets the UUID where the database has none. A custom setting may be set by a superuser alone (or by whom one granted SET
 * on it, PostgreSQL ≥ 15), and only the database's owner may set anything on it.
 *
 * @returns The UUID that stands on the database.
 * @throws Failure target-permission with the statement for an administrator.
 */
export async function markDatabase(settings: TargetSettings, uuid: string): Promise<string> {
	return await withClient(settings, async (client) => {
		await client.query('BEGIN');
		await takeMarkLock(client, settings);
		const standing = onlyRow((await client.query<{uuid: string | null}>(`SELECT ${uuidSql} AS uuid`)).rows).uuid;
		if (standing === null) await setUuid(client, settings, uuid);
		await client.query('COMMIT');
		return standing ?? uuid;
	});
}

async function setUuid(client: pg.ClientBase, settings: TargetSettings, uuid: string): Promise<void> {
	const statement = `ALTER DATABASE ${quoteIdentifier(settings.database)} SET ${uuidSetting} = ${quoteLiteral(uuid)}`;
	try {
		await client.query(statement);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === '42501')) throw error;
		const message = `${settings.user} may not set Lockstep's mark on ${endpointOf(settings)}/${settings.database}. Ask an administrator to run once: ${statement};`;
		throw new Failure('target-permission', message, {cause: error});
	}
}

const markAttempts = 20;
const markPauseMs = 100;

/** Two workers at once must not set two UUIDs. Never waits inside the server. */
async function takeMarkLock(client: pg.ClientBase, settings: TargetSettings): Promise<void> {
	for (let attempt = 0; attempt < markAttempts; attempt++) {
		const {rows} = await client.query<{taken: boolean}>('SELECT pg_try_advisory_xact_lock($1, $2) AS taken', [
			lockClass,
			markObject,
		]);
		if (onlyRow(rows).taken) return;
		await delay(markPauseMs);
	}
	throw new Failure(
		'target-busy',
		`Another worker is marking ${endpointOf(settings)}/${settings.database}. Try again later.`,
	);
}
