import type {Run} from '../../../domain/run.ts';

/** A drill ended the run before the target was touched. */
export function stoppedByDrill({drill, report}: Pick<Run, 'drill' | 'report'>): boolean {
	return drill != null && drill.kind !== 'passed' && drill.kind !== 'skipped' && report?.landed === 'nothing';
}

/** The run's backup could not be restored, or holds other rows than it says. */
export function isBackupBad({drill}: Pick<Run, 'drill'>): boolean {
	return drill?.kind === 'restore-failed' || drill?.kind === 'rows-differ';
}
