import type {EfFrame, FrameMigration} from './ef-frame.ts';

/**
 * The migrations that the script will really apply (or, of a down script, revert), in the order of the file: its guards
 * skip all others.
 */
export function pendingMigrations(frame: EfFrame, appliedIds: readonly string[]): readonly FrameMigration[] {
	const applied = new Set(appliedIds);
	return frame.migrations.filter(({id}) => applied.has(id) === (frame.direction === 'down'));
}

/** The script's migrations for which nothing is left to do: applied already or, of a down script, not there. */
export function settledMigrations(frame: EfFrame, appliedIds: readonly string[]): readonly FrameMigration[] {
	const pending = new Set(pendingMigrations(frame, appliedIds).map(({id}) => id));
	return frame.migrations.filter(({id}) => !pending.has(id));
}

/** The ids that the history must hold after the run, sorted by code unit as EF sorts them. */
export function expectedHistory(frame: EfFrame, appliedIds: readonly string[]): readonly string[] {
	const expected = new Set(appliedIds);
	for (const {id} of pendingMigrations(frame, appliedIds)) {
		if (frame.direction === 'up') expected.add(id);
		else expected.delete(id);
	}
	return [...expected].toSorted(ordinally);
}

function ordinally(left: string, right: string): number {
	if (left === right) return 0;
	return left < right ? -1 : 1;
}
