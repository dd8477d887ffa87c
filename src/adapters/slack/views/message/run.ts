import type {KnownBlock} from '@slack/types';
import type {Run, RunReport, Step, StepState} from '../../../../domain/run.ts';
import type {Target} from '../../../../domain/target.ts';
import type {BackupRow, LastBackup} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {code, cut, escape, fitLines, moment} from '../../limits.ts';
import {isBackupBad, stoppedByDrill} from '../drilled.ts';
import {count, duration, mention, size} from '../words.ts';
import {drillLines, predictionText} from './drill.ts';
import {sharedPlan} from './shared-backup.ts';

const stepSigns: {readonly [state in StepState]: string} = {running: '▶', done: '✔', failed: '✖', dropped: '⊘'};
const stepWords: {readonly [state in StepState]: string} = {
	running: 'running',
	done: 'done',
	failed: 'failed',
	dropped: 'dropped, to be done again',
};

/** The newest run: its steps with durations. */
export function runBlocks(runs: readonly Run[]): readonly KnownBlock[] {
	const run = runs.at(-1);
	if (run === undefined) return [];
	const which = runs.length > 1 ? `*Run ${runs.length}* (${count(runs.length - 1, 'earlier run')})` : '*Run*';
	const title =
		run.outcome === 'moved' ? `${which} – ended before anything was applied: the target had changed` : which;
	const lines = run.steps.map((step) => (step.name === 'drill' ? drillLine(step, run) : stepLine(step, run)));
	const cancel = run.cancelAskedBy === null ? [] : [`${mention(run.cancelAskedBy)} asked to cancel.`];
	if (lines.length === 0 && cancel.length === 0) return [section('run', `${title}\nStarted ${moment(run.startedAt)}.`)];
	return [
		section(
			'run',
			fitLines([title, ...lines, ...cancel], 1500, (left) => `… and ${count(left, 'more line')}.`),
		),
	];
}

/** A failure stands above the steps already. */
function stepLine(step: Step, {drill, report}: Run): string {
	const told = report?.failure ?? null;
	const note =
		step.note === null || step.note.trim() === '' || step.note === told ? '' : `. ${cut(escape(step.note), 250)}`;
	if (step.finishedAt === null) {
		const prediction = step.name === 'apply' ? predictionText(drill) : null;
		const expected = prediction === null ? '' : ` – ${prediction}`;
		return `${stepSigns[step.state]} ${step.name}: ${stepWords[step.state]} since ${moment(step.startedAt)}${expected}${note}`;
	}
	return `${endedText(step, step.finishedAt)}${note}`;
}

function endedText({name, state, startedAt}: Step, finishedAt: number): string {
	return `${stepSigns[state]} ${name}: ${stepWords[state]}, ${duration(finishedAt - startedAt)}`;
}

/** What the drill found, once it has ended; where it stopped the run, that stands above the steps. */
function drillLine(step: Step, run: Run): string {
	const drill = run.drill ?? null;
	if (drill === null || step.finishedAt === null) return stepLine(step, run);
	const ahead = !run.steps.some(({name, finishedAt}) => name === 'apply' && finishedAt !== null);
	const [found = ''] = drillLines(drill, ahead);
	// One that was not done is no success, and its time tells nothing.
	if (drill.kind === 'skipped') return `⊘ ${step.name} ${found}`;
	const ended = endedText(step, step.finishedAt);
	return stoppedByDrill(run) ? ended : `${ended}. ${found.charAt(0).toUpperCase()}${found.slice(1)}`;
}

/** The backup that belongs to the newest run which made one; `last` is the newest run. */
export function backupLine(backups: readonly BackupRow[], last: Run | null = null): string | null {
	const backup = backups.at(-1);
	if (backup === undefined) return null;
	const name = code(cut(backup.fileName, 200));
	if (last !== null && isBackupBad(last)) return `${name} – *do not rely on it*: the drill says why`;
	if (backup.kind === 'program') {
		return `${name}, taken by a program and not by pg_dump (*deviation from the runbook*), kept until ${moment(backup.keepUntil)}`;
	}
	return `${name}, ${size(backup.bytes)}, SHA-256 ${code(backup.sha256.slice(0, 12))}, kept until ${moment(backup.keepUntil)}`;
}

/**
 * What will be taken, while nothing is: an approver sees where the runbook is left, and whoever clicks *Run now* what a
 * restore would lose.
 */
export function backupPlan(target: Target, last: LastBackup | null, own: number): string {
	const {backup, drill} = target;
	if (!backup.required) return 'Not asked for on this target';
	const drilled = drill.enabled
		? ', then restored for a drill: the script runs on the real rows there first'
		: '; *no drill* on this target';
	const taken =
		backup.program == null
			? `Taken by Lockstep before it applies${drilled}`
			: `*Deviation from the runbook:* taken by ${code(cut(backup.program, 200))}, not by pg_dump, and not read back by Lockstep`;
	const shared = sharedPlan(target, last, own);
	return shared === null ? taken : `${taken}\n${shared}`;
}

/** What landed, in words that stay true without the rest of the message; nothing where nobody reported. */
export function landedLines(run: Pick<Run, 'drill' | 'report'>): readonly string[] {
	const {report} = run;
	if (report === null) return [];
	const landed = migrationList(report.landedMigrations);
	const missing = migrationList(report.missingMigrations);
	switch (report.landed) {
		case 'everything':
			return [`*Landed:* everything (${count(report.landedMigrations.length, 'migration')}): ${landed}`];
		case 'nothing':
			return [
				stoppedByDrill(run)
					? '*Landed:* nothing. The target is untouched: the drill works on a restored copy alone.'
					: '*Landed:* nothing. The history is as it was before.',
			];
		case 'part':
			return [`*Landed:* ${landed}`, `*Did not land:* ${missing}`];
		case 'unknown':
			return [`*Landed:* unknown, a person must look. The history names: ${landed}`, `*The history lacks:* ${missing}`];
	}
}

/** Whether the lead may let it run again, and what that does; nothing where nobody reported. */
export function rerunLines(run: Pick<Run, 'drill' | 'report'>): readonly string[] {
	const {report} = run;
	return report === null ? [] : [`*Re-run:* ${rerunText(run, report)}`];
}

function rerunText(run: Pick<Run, 'drill' | 'report'>, report: RunReport): string {
	if (report.landed === 'everything') return 'safe – it applies nothing and verifies again what was mended.';
	if (!report.rerunSafe) return 'not safe – part of a migration may be in the database.';
	if (!stoppedByDrill(run)) return 'safe once the cause is gone – what is missing rolled back whole.';
	return isBackupBad(run)
		? 'safe – it backs up again, and the drill tries that backup.'
		: 'safe once the rows are mended – it backs up again, and the drill tries the script on them.';
}

/** Characters of migrations told by name: a failure has two lists of them, and both must leave room for what follows. */
const listCharacters = 700;

function migrationList(ids: readonly string[]): string {
	if (ids.length === 0) return 'none';
	const told = ids.slice(0, 8).map((id) => code(cut(id, 150)));
	const ends = told.map((_, index) => told.slice(0, index + 1).join(', ').length);
	const shown = told.filter((_, index) => index === 0 || (ends[index] ?? 0) <= listCharacters);
	return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ');
}
