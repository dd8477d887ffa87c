import path from 'node:path';
import type {TakeBackup, TakenBackup} from '../../operations/ports/backups.ts';
import type {BackupTarget} from './connection.ts';
import {cancelled} from './cancelled.ts';
import {manifestText, restoreCommand, type TakenDump} from './manifest.ts';
import {openSnapshot, type Snapshot} from './snapshot.ts';
import type {BackupStorage} from './storage.ts';
import {requireDumpTools} from './tools.ts';
import {writeDump} from './write-dump.ts';

export interface BackupMeans {
	readonly target: BackupTarget;
	readonly storage: BackupStorage;
	readonly toolFolders: readonly string[];
}

/** Takes a dump of the target and keeps it once it is proven. Throws as `Backups.take` does. */
export async function takeBackup(backup: TakeBackup, means: BackupMeans): Promise<TakenBackup> {
	await means.storage.sweep(backup.requestNumber);
	const snapshot = await openSnapshot(means.target, backup.requestNumber);
	try {
		return await keepDump(backup, means, snapshot);
	} finally {
		await snapshot.close();
	}
}

async function keepDump(backup: TakeBackup, means: BackupMeans, snapshot: Snapshot): Promise<TakenBackup> {
	const {target, storage, toolFolders} = means;
	const {requestNumber, signal} = backup;
	const recipients = target.recipients ?? [];
	const {server} = snapshot;
	const tools = await requireDumpTools(server.versionNumber, toolFolders);
	const startedAt = new Date();
	const suffix = recipients.length === 0 ? '.dump' : '.dump.age';
	const unpublished = await storage.begin({requestNumber, startedAt, suffix, bytesAtMost: server.bytes});
	try {
		const plainCopy = backup.plainCopy ?? null;
		const proof = await writeDump({
			target,
			tools,
			requestNumber,
			snapshot,
			recipients,
			unpublished,
			plainCopy,
			signal,
		});
		const dump = {backup, target, server, tools, proof, recipients, startedAt, finishedAt: new Date()};
		if (signal.aborted) throw cancelled();
		const place = await unpublished.publish((file) => manifestText(dump, file, storage));
		return taken(dump, place, storage);
	} finally {
		await unpublished.discard();
	}
}

function taken(dump: TakenDump, place: string, storage: BackupStorage): TakenBackup {
	const {proof, server, tools, startedAt, finishedAt} = dump;
	return {
		kind: 'dump',
		bytes: proof.bytes,
		sha256: proof.sha256,
		tocEntries: proof.tocEntries,
		rows: proof.rows,
		copyTrouble: proof.copyTrouble,
		rowsWritten: server.rowsWritten,
		path: place,
		fileName: path.posix.basename(place),
		serverVersion: server.version,
		clientVersion: tools.version,
		startedAt,
		finishedAt,
		restoreCommand: restoreCommand(dump, place, storage),
	};
}
