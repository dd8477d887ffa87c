import type {TakenBackup} from '../../src/operations/ports/backups.ts';

/** What a configured program took: of which only its id is known. */
export function programBackup(): TakenBackup {
	return {
		kind: 'program',
		path: 'snap-1',
		fileName: 'snap-1',
		bytes: 0,
		sha256: '',
		tocEntries: 0,
		rows: [],
		rowsWritten: null,
		serverVersion: '',
		clientVersion: '',
		startedAt: new Date(),
		finishedAt: new Date(),
		restoreCommand: 'restore-snapshot snap-1',
	};
}
