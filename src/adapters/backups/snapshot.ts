import type pg from 'pg';
import type {TableRows} from '../../operations/ports/backups.ts';
import {closePostgres, connectPostgres, endpointOf} from '../../platform/postgres-connection.ts';
import {type BackupTarget, targetFailure} from './connection.ts';
import {countRows, type SnapshotTable} from './row-counts.ts';

/** Which database it is and what it was when the snapshot was taken. */
export interface SnapshotServer {
	/** As `server_version_num`. */
	readonly versionNumber: number;
	readonly version: string;
	readonly endpoint: string;
	readonly database: string;
	readonly databaseOid: number;
	/** Empty where the backup user may not ask. */
	readonly systemIdentifier: string;
	/** Lockstep's mark on the database, or null. */
	readonly uuid: string | null;
	/** Where the write-ahead log stood, such as `0/1A2B3C4D`. */
	readonly walPosition: string;
	readonly bytes: number;
	/** Inserted, updated and deleted since the statistics began. */
	readonly rowsWritten: number | null;
}

/** One moment of a database, which pg_dump is told to dump: what is counted here is what the dump holds. */
export interface Snapshot {
	/** For `pg_dump --snapshot`; another database's pg_dump is refused with it. */
	readonly id: string;
	readonly server: SnapshotServer;
	readonly tables: readonly SnapshotTable[];
	/** Rows per table as of the snapshot. Once pg_dump has its locks, this waits for nobody. */
	countRows(): Promise<readonly TableRows[]>;
	close(): Promise<void>;
}

/**
 * Opens a transaction on the target that holds a snapshot until it is closed.
 *
 * @throws Failure target-unreachable, target-login-failed, target-permission, target-busy, backup-failed
 */
export async function openSnapshot(target: BackupTarget, requestNumber: number): Promise<Snapshot> {
	const client = await translated(
		target,
		async () => await connectPostgres(target, `lockstep backup MR-${requestNumber} snapshot`),
	);
	try {
		return await translated(target, async () => {
			await client.query(opening);
			const server = await readServer(client, target);
			const {rows: tables} = await client.query<SnapshotTable>(tablesSql);
			return {
				id: server.snapshot,
				server: server.server,
				tables,
				countRows: async () =>
					await translated(target, async () => await countRows(client, tables, server.server.versionNumber)),
				close: async () => await closePostgres(client),
			};
		});
	} catch (error) {
		await closePostgres(client);
		throw error;
	}
}

/** Nothing may end the transaction while pg_dump works, and nothing may be counted that a row policy hides. */
const opening = `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
	SELECT set_config(name, '0', true) FROM pg_settings
		WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout');
	SET LOCAL row_security = off;
	SET LOCAL max_parallel_workers_per_gather = 0`;

async function translated<T>(target: BackupTarget, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw targetFailure(error, target);
	}
}

interface ServerRow {
	readonly snapshot: string;
	readonly versionNumber: number;
	readonly version: string;
	readonly database: string;
	readonly databaseOid: number;
	readonly bytes: number;
	readonly rowsWritten: number | null;
	readonly uuid: string | null;
	readonly walPosition: string;
	readonly mayReadControl: boolean;
}

const rowsWrittenSql = `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::float8 FROM pg_stat_user_tables`;

/** Rows written to the target until now, as its statistics count them. */
export async function readRowsWritten(target: BackupTarget): Promise<number | null> {
	return await translated(target, async () => {
		const client = await connectPostgres(target, 'lockstep backup statistics');
		try {
			const {rows} = await client.query<{written: number | null}>(`SELECT (${rowsWrittenSql}) AS written`);
			return onlyRow(rows).written;
		} finally {
			await closePostgres(client);
		}
	});
}

/** The UUID as it stands on the database, whatever a session or a role sets for itself. */
const serverSql = `SELECT pg_export_snapshot() AS snapshot,
	current_setting('server_version_num')::int AS "versionNumber",
	split_part(current_setting('server_version'), ' ', 1) AS version,
	datname AS database, oid::int8::float8 AS "databaseOid", pg_database_size(oid)::float8 AS bytes,
	(${rowsWrittenSql}) AS "rowsWritten",
	(SELECT split_part(entry, '=', 2) FROM pg_db_role_setting AS s, unnest(s.setconfig) AS entry
		WHERE s.setrole = 0 AND s.setdatabase = d.oid AND split_part(entry, '=', 1) = 'lockstep.target_uuid') AS uuid,
	CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text AS "walPosition",
	has_function_privilege('pg_catalog.pg_control_system()', 'execute') AS "mayReadControl"
	FROM pg_database AS d WHERE datname = current_database()`;

async function readServer(
	client: pg.Client,
	target: BackupTarget,
): Promise<{readonly snapshot: string; readonly server: SnapshotServer}> {
	const {snapshot, mayReadControl, ...row} = onlyRow((await client.query<ServerRow>(serverSql)).rows);
	const systemIdentifier = mayReadControl ? await readSystemIdentifier(client) : '';
	return {snapshot, server: {...row, endpoint: endpointOf(target), systemIdentifier}};
}

/** A query of its own: PostgreSQL checks the right to call a function before it looks at any condition around it. */
async function readSystemIdentifier(client: pg.Client): Promise<string> {
	const {rows} = await client.query<{id: string}>('SELECT system_identifier::text AS id FROM pg_control_system()');
	return onlyRow(rows).id;
}

/** pg_dump leaves out what belongs to an extension: the extension makes it anew. */
const tablesSql = `SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name,
	c.relkind = 'r' AS "holdsRows", c.reltuples::float8 AS "estimatedRows"
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
	AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
		AND d.deptype = 'e')
	AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
	ORDER BY n.nspname, c.relname`;

function onlyRow<Row>(rows: readonly Row[]): Row {
	const [row] = rows;
	if (row === undefined) throw new TypeError('A query that always answers with a row answered with none.');
	return row;
}
