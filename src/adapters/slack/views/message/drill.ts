import {type Drill, type DrillReport, predictedMs, type RowsDiffer} from '../../../../domain/drill.ts';
import {code, cut, escape} from '../../limits.ts';
import {count, duration} from '../words.ts';

/** Tables, sentences and things left out that are told; beyond them only their number. */
const told = 3;

/**
 * What became of the backup and of the script on its rows: the verdict, then what else there is to know of it.
 *
 * @param ahead The target is still to see the script: what it took is what to expect.
 */
export function drillLines(drill: Drill, ahead: boolean): readonly string[] {
	switch (drill.kind) {
		case 'passed':
			return [
				`${restoredText(drill)}; ${scriptText(drill)}${ahead ? ' – expect about that' : ''}${leftOutText(drill)}`,
			];
		case 'script-failed': {
			const {line, message, statement} = drill.error;
			const at = line === null ? '' : ` at line ${line}`;
			return [
				`*On the real rows the script stopped${at}:* ${ended(cut(escape(message), 400))}`,
				...(statement === null ? [] : [code(cut(statement, 300))]),
				goodBackupLine(drill),
			];
		}
		case 'probes-failed':
			return [
				`*The script ran on the real rows, and then they were not as they should be:* ${listed(drill.sentences, (sentence) => ended(cut(escape(sentence), 200)), ' ')}`,
				goodBackupLine(drill),
			];
		case 'rows-differ':
			return [
				`*The backup does not hold what it says; do not rely on it:* ${listed(drill.tables, rowsText, ', ')}.`,
				`It was restored in ${duration(drill.restoredInMs)}, and the rows of ${count(drill.tablesCompared, 'table')} were compared.`,
			];
		case 'restore-failed':
			return [`*The backup could not be restored; do not rely on it:* ${ended(cut(escape(drill.sentence), 500))}`];
		case 'skipped':
			return [`skipped: ${ended(cut(escape(drill.sentence), 400))}`];
	}
}

/** The backup's own proof, where it was the script or the rows that failed. */
function goodBackupLine(drill: DrillReport): string {
	return `The backup is good: ${restoredText(drill)}${leftOutText(drill)}.`;
}

function restoredText({restoredInMs, tablesCompared, rowsRestored}: DrillReport): string {
	const rows = count(rowsRestored, 'row');
	const compared =
		tablesCompared === 0
			? `${rows}, which nobody had counted before`
			: `${count(tablesCompared, 'table')} with ${rows}, as counted`;
	return `restored in ${duration(restoredInMs)}, ${compared}`;
}

function scriptText({scriptMs}: DrillReport): string {
	return scriptMs === null ? 'the script was not tried' : `the script took ${duration(scriptMs)} on the real rows`;
}

/** What the drill could not stand in for. */
function leftOutText({leftOut}: DrillReport): string {
	if (leftOut.length === 0) return '';
	return `. Not on the copy: ${listed(leftOut, ({kind, name}) => `${cut(escape(kind), 40)} ${code(cut(name, 100))}`, ', ')}`;
}

function rowsText({table, inManifest, restored}: RowsDiffer): string {
	const counted = inManifest.toLocaleString('en-US');
	const found =
		restored === null ? `with ${counted} is missing` : `has ${count(restored, 'row')} instead of ${counted}`;
	return `${code(cut(table, 100))} ${found}`;
}

function listed<T>(items: readonly T[], textOf: (item: T) => string, between: string): string {
	const left = items.length - told;
	const texts = items.slice(0, told).map(textOf).join(between);
	return left > 0 ? `${texts} and ${left} more` : texts;
}

/** What a server says often has no full stop. */
function ended(text: string): string {
	return /[.!?…\u2069]$/u.test(text) ? text : `${text}.`;
}

/** Beside an apply that goes on: `about 3.1 s, says the drill`; null where nothing was measured. */
export function predictionText(drill: Drill | null | undefined): string | null {
	const ms = predictedMs(drill);
	return ms === null ? null : `about ${duration(ms)}, says the drill`;
}
