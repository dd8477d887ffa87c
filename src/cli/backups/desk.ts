import {userInfo} from 'node:os';

import {createStorages} from '../../adapters/backups/backups.ts';
import {createRecordStore} from '../../adapters/record/record-store.ts';
import {type Configuration, ConfigError, loadConfig} from '../../config.ts';
import type {RecordedBackup} from '../../operations/ports/backup-records.ts';
import type {StoredBackups} from '../../operations/ports/backups.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {RecordStore} from '../../operations/ports/record.ts';
import {visible} from '../review/visible.ts';

/** 0 done, 1 a bad backup or one that may not be changed so, 2 the command line or the configuration, 3 out of reach. */
export const exitCodes = {done: 0, refused: 1, unusable: 2, unreachable: 3} as const;

export interface CommonOptions {
	readonly config: string;
	readonly json?: boolean;
}

/** What the subcommands work with. */
export interface Desk {
	readonly config: Configuration;
	readonly record: RecordStore;
	readonly backups: StoredBackups;
}

/** Opens the record, does the work and closes it; what cannot be done is said on standard error. Returns the exit code. */
export async function atDesk(options: CommonOptions, work: (desk: Desk) => Promise<number>): Promise<number> {
	try {
		const config = await loadConfig(options.config, process.env);
		const record = createRecordStore(config.recordUrl(), () => undefined);
		try {
			return await work({config, record, backups: createStorages((target) => config.backupKeeping(target))});
		} finally {
			await record.close();
		}
	} catch (error) {
		if (error instanceof ConfigError) return say(exitCodes.unusable, error.message);
		if (error instanceof Failure) return say(exitCodes.unreachable, error.message);
		if (isOlderRecord(error)) return say(exitCodes.unreachable, olderRecord);
		throw error;
	}
}

const olderRecord =
	'The record is that of an older Lockstep, or of none. Start a bot or a worker of this version first: it brings the record up to date.';

/** PostgreSQL's undefined_table and undefined_column. */
function isOlderRecord(error: unknown): boolean {
	return error instanceof Error && 'code' in error && (error.code === '42P01' || error.code === '42703');
}

/** Says why on standard error. */
export function say(code: number, sentence: string): number {
	process.stderr.write(`${sentence.split('\n').map(visible).join('\n')}\n`);
	return code;
}

export function print(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** The backup that a person named by its number in the list, or the sentence that says there is none. */
export async function backupNumbered({record}: Desk, id: string): Promise<RecordedBackup | string> {
	const there = await record.backups.list({target: null, pool: null});
	const found = there.find((backup) => String(backup.id) === id.replace(/^#/, ''));
	return found ?? `There is no backup ${id} (any more). lockstep backups list shows those that there are.`;
}

/** Who does it: as given, or as the system knows them. */
export function personOf(by: string | undefined): string {
	if (by !== undefined && by !== '') return by;
	try {
		return userInfo().username;
	} catch {
		return process.env['USER'] ?? 'somebody at the command line';
	}
}
