import type {Target} from '../../../../domain/target.ts';
import type {LastBackup} from '../../../../operations/ports/record.ts';
import {moment} from '../../limits.ts';
import {count, duration} from '../words.ts';

/**
 * Whose backup a run may share and what a restore would lose by that; null where it takes its own. While the backup is
 * young enough is for the run to say: a message stands there for hours.
 *
 * @param own The request that would share it: an earlier run of its own may have taken it.
 */
export function sharedPlan({backup}: Target, last: LastBackup | null, own: number): string | null {
	if (!backup.required || backup.reuseWithinMs == null || last === null) return null;
	const written = last.written == null ? '' : ` (${rowsText(last.written)} by ${moment(last.written.at)})`;
	const change = last.request === own ? '' : `, MR-${last.request}’s own change among it`;
	return `Instead it shares MR-${last.request}’s of ${moment(last.finishedAt)} while that is younger than ${duration(backup.reuseWithinMs)}: a restore would then lose what was written since${written}${change}`;
}

/** The same for a window, which knows no time zone of its reader. */
export function sharedLoss({backup}: Target, last: LastBackup | null): string | null {
	if (!backup.required || backup.reuseWithinMs == null || last === null) return null;
	const taken = `${new Date(last.finishedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
	const written = last.written == null ? '' : ` (${rowsText(last.written)})`;
	return `It may share MR-${last.request}’s backup of ${taken}: a restore would lose what was written since${written}.`;
}

/** The target's statistics count rows, not what became of them. */
function rowsText({rows}: {readonly rows: number}): string {
	return `about ${count(rows, 'row')}`;
}
