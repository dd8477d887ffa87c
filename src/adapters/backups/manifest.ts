import {z} from 'zod';
import type {TakeBackup} from '../../operations/ports/backups.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import type {BackupTarget} from './connection.ts';
import {quote} from './quote.ts';
import type {SnapshotServer} from './snapshot.ts';
import type {BackupStorage} from './storage.ts';
import type {ProvenDump} from './write-dump.ts';

/** What is known of one backup, except for its name. */
export interface TakenDump {
	readonly backup: TakeBackup;
	readonly target: BackupTarget;
	readonly server: SnapshotServer;
	readonly tools: PostgresTools;
	readonly proof: ProvenDump;
	readonly recipients: readonly string[];
	readonly startedAt: Date;
	readonly finishedAt: Date;
}

/** What is read of a manifest again. */
export const Manifest = z.object({
	target: z.string(),
	bytes: z.number(),
	sha256: z.string(),
	encryptedFor: z.array(z.string()).default([]),
	rows: z
		.array(z.object({schema: z.string(), name: z.string(), rows: z.number().nullable(), exact: z.boolean()}))
		.default([]),
});

const dayMs = 24 * 60 * 60 * 1000;

/** The file beside a backup that tells, without Lockstep, what it is and how to get it back. */
export function manifestText(dump: TakenDump, path: string, storage: BackupStorage): string {
	const {backup, server, tools, proof, recipients, startedAt, finishedAt} = dump;
	const manifest = {
		request: `MR-${backup.requestNumber}`,
		target: backup.target,
		endpoint: server.endpoint,
		database: server.database,
		databaseOid: server.databaseOid,
		databaseUuid: server.uuid,
		systemIdentifier: server.systemIdentifier === '' ? null : server.systemIdentifier,
		serverVersion: server.version,
		clientVersion: tools.version,
		walPosition: server.walPosition,
		startedAt: startedAt.toISOString(),
		finishedAt: finishedAt.toISOString(),
		keepUntil: new Date(finishedAt.getTime() + backup.keepDays * dayMs).toISOString(),
		path,
		bytes: proof.bytes,
		sha256: proof.sha256,
		encryptedFor: recipients,
		plain: proof.plain,
		tocEntries: proof.tocEntries,
		rows: proof.rows,
		restoreCommand: restoreCommand(dump, path, storage),
	};
	return `${JSON.stringify(manifest, null, '\t')}\n`;
}

/**
 * Restores beside the database, never over it. Names no user: whoever restores needs a login that may create databases,
 * and the backup's is none. Of an encrypted backup it asks for the file with the key.
 */
export function restoreCommand({backup, target, recipients}: TakenDump, path: string, storage: BackupStorage): string {
	const server = ['-h', target.host, '-p', String(target.port)].map(quote).join(' ');
	const beside = quote(`${target.database}_before_mr_${backup.requestNumber}`);
	const fetching = storage.fetching(path);
	const plain = recipients.length === 0 ? fetching.file : `${baseName(fetching.file)}`.replace(/\.age$/, '');
	return [
		...(fetching.command === null ? [] : [fetching.command]),
		...(recipients.length === 0 ? [] : [`age -d -i KEY_FILE -o ${quote(plain)} ${quote(fetching.file)}`]),
		`createdb ${server} -T template0 ${beside}`,
		`pg_restore ${server} -d ${beside} -j 2 --exit-on-error ${quote(plain)}`,
	].join(' && ');
}

function baseName(file: string): string {
	return file.slice(file.lastIndexOf('/') + 1);
}
