import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import {
	closePostgres,
	connectPostgres,
	faultOf,
	type PostgresFaultKind,
	type PostgresLogin,
} from '../../platform/postgres-connection.ts';

/** One target as backups know it: the login is that of the user who may read everything. */
export interface BackupTarget extends PostgresLogin {
	readonly name: string;
}

export interface BackedUpServer {
	/** As `server_version_num`. */
	readonly versionNumber: number;
	readonly version: string;
	/** Tables outside the system's schemas: a database before its first migration has none. */
	readonly tables: number;
}

const codes: Readonly<Record<PostgresFaultKind, FailureCode>> = {
	unreachable: 'target-unreachable',
	'login-failed': 'target-login-failed',
	permission: 'target-permission',
	busy: 'target-busy',
	'disk-full': 'backup-failed',
	other: 'backup-failed',
};

/** Asks the server for its version, and proves on the way that the backup user can log in. */
export async function readServer(target: BackupTarget): Promise<BackedUpServer> {
	try {
		const client = await connectPostgres(target, 'lockstep backup');
		try {
			const {rows} = await client.query<BackedUpServer>(
				`SELECT current_setting('server_version_num')::int AS "versionNumber", split_part(current_setting('server_version'), ' ', 1) AS version,
				(SELECT count(*)::int FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
					WHERE relkind IN ('r', 'p') AND nspname <> 'information_schema' AND nspname !~ '^pg_') AS tables`,
			);
			const [server] = rows;
			if (server === undefined) throw new TypeError('A query that always answers with a row answered with none.');
			return server;
		} finally {
			await closePostgres(client);
		}
	} catch (error) {
		const fault = faultOf(error, target);
		throw new Failure(codes[fault.kind], fault.sentence, {cause: error});
	}
}
