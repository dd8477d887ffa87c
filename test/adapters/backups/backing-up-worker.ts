/** A worker for tests to kill: takes the backup that it is told on standard input. */
import {text} from 'node:stream/consumers';
import type {BackupTarget} from '../../../src/adapters/backups/connection.ts';
import {createBackups} from '../../../src/adapters/backups/backups.ts';

export interface BackupTask {
	readonly settings: BackupTarget;
	readonly toolFolder: string;
	readonly directory: string;
	readonly requestNumber: number;
}

const {settings, toolFolder, directory, requestNumber} = JSON.parse(await text(process.stdin)) as BackupTask;
const backups = createBackups({targets: [settings], toolFolders: [toolFolder]});
await backups.take({
	target: settings.name,
	requestNumber,
	directory,
	keepDays: 7,
	signal: new AbortController().signal,
});
