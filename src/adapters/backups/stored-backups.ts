import type {StoredBackups, VerifyBackup} from '../../operations/ports/backups.ts';
import {Failure} from '../../operations/ports/failure.ts';
import {cancelled} from './cancelled.ts';
import {Manifest} from './manifest.ts';
import {createMeter} from './meter.ts';
import type {BackupStorage} from './storage.ts';

/**
 * Backups as they are kept, whatever took them.
 *
 * @param storageOf Where a target's backup with this path is kept.
 */
export function createStoredBackups(storageOf: (target: string, path: string) => BackupStorage): StoredBackups {
	return {
		verify: async (backup) => {
			const storage = storageOf(backup.target, backup.path);
			return (await troubleWithBytes(storage, backup)) ?? (await troubleWithManifest(storage, backup));
		},
		countedRows: async ({target, path}) => {
			const text = await storageOf(target, path).manifest(path);
			return text === null ? null : (Manifest.safeParse(parsed(text)).data?.rows ?? null);
		},
		remove: async (backup) => await storageOf(backup.target, backup.path).remove(backup.path),
	};
}

async function troubleWithBytes(storage: BackupStorage, backup: VerifyBackup): Promise<string | null> {
	const meter = createMeter();
	try {
		for await (const chunk of (await storage.read(backup.path)) as AsyncIterable<Uint8Array>) {
			if (backup.signal.aborted) throw cancelled();
			meter.take(chunk);
		}
	} catch (error) {
		if (error instanceof Failure && error.code === 'backup-unreadable') return error.message;
		throw error;
	}
	const {bytes, sha256} = meter.measure();
	if (bytes !== backup.bytes) return `It has ${bytes} bytes; ${backup.bytes} were written.`;
	return sha256 === backup.sha256 ? null : `Its SHA-256 is ${sha256}; ${backup.sha256} was written.`;
}

async function troubleWithManifest(storage: BackupStorage, backup: VerifyBackup): Promise<string | null> {
	const text = await storage.manifest(backup.path);
	if (text === null) return 'Its manifest is gone: the restore command stands in the record alone.';
	const manifest = Manifest.safeParse(parsed(text));
	if (!manifest.success) return 'Its manifest cannot be read.';
	const {sha256, bytes, target} = manifest.data;
	if (sha256 === backup.sha256 && bytes === backup.bytes && target === backup.target) return null;
	return `Its manifest tells of another backup: ${bytes} bytes of ${target} with SHA-256 ${sha256}.`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
