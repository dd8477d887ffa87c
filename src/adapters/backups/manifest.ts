import type {TakeBackup} from '../../operations/ports/backups.ts';
import {endpointOf} from '../../platform/postgres-connection.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import type {BackedUpServer, BackupTarget} from './connection.ts';
import type {ProvenDump} from './read-back.ts';

/** What is known of one backup, except for its name. */
export interface TakenDump {
	readonly backup: TakeBackup;
	readonly target: BackupTarget;
	readonly server: BackedUpServer;
	readonly tools: PostgresTools;
	readonly proof: ProvenDump;
	readonly startedAt: Date;
	readonly finishedAt: Date;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The file beside a backup that tells, without Lockstep, what it is and how to get it back. */
export function manifestText(dump: TakenDump, path: string): string {
	const {backup, target, server, tools, proof, startedAt, finishedAt} = dump;
	const manifest = {
		request: `MR-${backup.requestNumber}`,
		target: backup.target,
		endpoint: endpointOf(target),
		database: target.database,
		serverVersion: server.version,
		clientVersion: tools.version,
		startedAt: startedAt.toISOString(),
		finishedAt: finishedAt.toISOString(),
		keepUntil: new Date(finishedAt.getTime() + backup.keepDays * dayMs).toISOString(),
		...proof,
		restoreCommand: restoreCommand(dump, path),
	};
	return `${JSON.stringify(manifest, null, '\t')}\n`;
}

/**
 * Restores beside the database, never over it. Names no user: whoever restores needs a login that may create databases, and the
 * backup's is none.
 */
export function restoreCommand({backup, target}: TakenDump, path: string): string {
	const server = ['-h', target.host, '-p', String(target.port)].map(quote).join(' ');
	const beside = quote(`${target.database}_before_mr_${backup.requestNumber}`);
	return `createdb ${server} -T template0 ${beside} && pg_restore ${server} -d ${beside} -j 2 --exit-on-error ${quote(path)}`;
}

/** For a shell that a person types into. */
function quote(word: string): string {
	return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
