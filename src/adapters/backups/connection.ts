import type {BackupProgram} from './program.ts';
import type {S3Settings} from './s3.ts';
import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import {faultOf, type PostgresFaultKind, type PostgresLogin} from '../../platform/postgres-connection.ts';

/** One target as backups know it: the login is that of the user who may read everything. */
export interface BackupTarget extends PostgresLogin {
	readonly name: string;
	/** Where backups are kept; not said where it is a directory. */
	readonly s3?: S3Settings | null;
	/** Takes backups in pg_dump's place, for a database that is too large for a dump. */
	readonly program?: BackupProgram | null;
	/** Public keys of age that backups are encrypted for; none leaves them readable. */
	readonly recipients?: readonly string[];
}

const codes: Readonly<Record<PostgresFaultKind, FailureCode>> = {
	unreachable: 'target-unreachable',
	'login-failed': 'target-login-failed',
	permission: 'target-permission',
	busy: 'target-busy',
	'disk-full': 'backup-failed',
	other: 'backup-failed',
};

/** What the driver, the system or the server said, in words. */
export function targetFailure(error: unknown, target: BackupTarget): Failure {
	const fault = faultOf(error, target);
	return new Failure(codes[fault.kind], fault.sentence, {cause: error});
}
