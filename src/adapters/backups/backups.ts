import path from 'node:path';
import type {Backups, StoredBackups} from '../../operations/ports/backups.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {BackupTarget} from './connection.ts';
import {createDirectoryStorage} from './directory.ts';
import {type BackupProgram, removeByProgram, requirePrograms, takeByProgram, verifyByProgram} from './program.ts';
import {createS3Storage} from './s3.ts';
import {readRowsWritten} from './snapshot.ts';
import type {BackupStorage} from './storage.ts';
import {createStoredBackups} from './stored-backups.ts';
import {takeBackup} from './take-backup.ts';
import {requireDumpTools} from './tools.ts';

export interface BackupsSettings {
	readonly targets: readonly BackupTarget[];
	/** Folders with PostgreSQL's client programs, looked into before the distribution's own. */
	readonly toolFolders: readonly string[];
}

/** The backups of a worker's targets. */
export function createBackups({targets, toolFolders}: BackupsSettings): Backups {
	function targetNamed(name: string): BackupTarget {
		const target = targets.find((candidate) => candidate.name === name);
		if (target !== undefined) return target;
		throw new Failure('target-unreachable', `No target named ${name} is configured for this worker's backups.`);
	}

	return {
		...createStorages((name) => targetNamed(name)),
		take: async (backup) => {
			const target = targetNamed(backup.target);
			if (target.program != null) return await takeByProgram(backup, target.program);
			return await takeBackup(backup, {target, storage: placeOf(target, backup.directory), toolFolders});
		},
		rowsWritten: async (name) => await readRowsWritten(targetNamed(name)),
		check: async (name, directory, serverVersion, bytes) => {
			const target = targetNamed(name);
			if (target.program != null) return await requirePrograms(target.program);
			await requireDumpTools(serverVersion, toolFolders);
			await placeOf(target, directory).check(bytes);
		},
	};
}

/** How a target's backups are kept, as far as it needs no login of its database. */
export type Keeping = Pick<BackupTarget, 's3' | 'program'>;

/** What is kept. `keepingOf` says how a target's backups are. */
export function createStorages(keepingOf: (target: string) => Keeping): StoredBackups {
	const dumps = createStoredBackups((target, file) => {
		if (path.isAbsolute(file)) return createDirectoryStorage(path.dirname(file));
		const {s3} = keepingOf(target);
		if (s3 != null) return createS3Storage(s3);
		throw new Failure('backup-failed', `${file} is in a bucket, and ${target} is configured with none.`);
	});
	const programOf = (target: string): BackupProgram => {
		const {program} = keepingOf(target);
		if (program != null) return program;
		throw new Failure('backup-failed', `A program took this backup, and ${target} is configured with none now.`);
	};
	return {
		verify: async (backup) => {
			if (backup.kind === 'dump') return await dumps.verify(backup);
			return await verifyByProgram({id: backup.path, ...backup}, programOf(backup.target));
		},
		countedRows: async (backup) => (backup.kind === 'dump' ? await dumps.countedRows(backup) : null),
		remove: async (backup) => {
			if (backup.kind === 'dump') return await dumps.remove(backup);
			await removeByProgram(backup.path, backup.target, programOf(backup.target));
		},
	};
}

function placeOf(target: BackupTarget, directory: string | null): BackupStorage {
	if (directory !== null) return createDirectoryStorage(directory);
	if (target.s3 != null) return createS3Storage(target.s3);
	throw new Failure('backup-failed', `Nothing says where ${target.name}'s backups are kept.`);
}
