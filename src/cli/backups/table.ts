import type {KeepingReason} from '../../domain/retention.ts';
import type {RecordedBackup} from '../../operations/ports/backup-records.ts';
import {visible} from '../review/visible.ts';

export interface ListedBackup {
	readonly backup: RecordedBackup;
	/** Why it stays; null where it is past keeping. */
	readonly because: KeepingReason | null;
}

const heads = ['ID', 'TARGET', 'REQUEST', 'TAKEN (UTC)', 'SIZE', 'VERIFIED', 'STAYS', 'WHERE'];

/** A table for people: one line a backup, newest first. */
export function asTable(listed: readonly ListedBackup[]): string {
	const rows = [heads, ...listed.map(cells)];
	const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}

function cells({backup, because}: ListedBackup): readonly string[] {
	return [
		String(backup.id),
		backup.target,
		`MR-${backup.request}`,
		minute(backup.finishedAt),
		backup.bytes === 0 ? '-' : sizeOf(backup.bytes),
		backup.trouble === null ? minute(backup.verifiedAt).slice(0, 10) : 'BAD',
		staying(backup, because),
		backup.path,
	].map(visible);
}

function staying({keepUntil, hold, deletedAt}: RecordedBackup, because: KeepingReason | null): string {
	if (deletedAt !== null) return 'being deleted';
	switch (because) {
		case null:
			return 'past keeping';
		case 'held':
			return `held by ${hold?.by ?? 'somebody'}`;
		case 'request':
			return 'its request is open';
		case 'last-good':
			return 'the last good one';
		case 'days':
			return `until ${minute(keepUntil).slice(0, 10)}`;
	}
}

function minute(at: number): string {
	return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** As people say it, in powers of a thousand. */
function sizeOf(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** For programs: times as ISO 8601, what does not apply as null. */
export function asData({backup, because}: ListedBackup): object {
	const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
	return {
		id: backup.id,
		target: backup.target,
		request: backup.request,
		kind: backup.kind,
		path: backup.path,
		bytes: backup.bytes,
		sha256: backup.sha256 === '' ? null : backup.sha256,
		finishedAt: time(backup.finishedAt),
		keepUntil: time(backup.keepUntil),
		verifiedAt: time(backup.verifiedAt),
		trouble: backup.trouble,
		hold: backup.hold === null ? null : {...backup.hold, at: time(backup.hold.at)},
		stays: backup.deletedAt === null ? because : null,
		restoreCommand: backup.restoreCommand,
	};
}
