import type {KnownBlock} from '@slack/types';
import type {Run, RunReport, Step, StepState} from '../../../../domain/run.ts';
import type {Target} from '../../../../domain/target.ts';
import type {BackupRow, LastBackup} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {code, cut, escape, fitLines, moment} from '../../limits.ts';
import {count, duration, mention, size} from '../words.ts';

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
	const title = runs.length > 1 ? `*Run ${runs.length}* (${count(runs.length - 1, 'earlier run')})` : '*Run*';
	const lines = run.steps.map((step) => stepLine(step, run.report?.failure ?? null));
	const cancel = run.cancelAskedBy === null ? [] : [`${mention(run.cancelAskedBy)} asked to cancel.`];
	if (lines.length === 0 && cancel.length === 0) return [section('run', `${title}\nStarted ${moment(run.startedAt)}.`)];
	return [
		section(
			'run',
			fitLines([title, ...lines, ...cancel], 1500, (left) => `… and ${count(left, 'more line')}.`),
		),
	];
}

/** `told`: the failure, which stands above the steps already. */
function stepLine(step: Step, told: string | null): string {
	const note =
		step.note === null || step.note.trim() === '' || step.note === told ? '' : `. ${cut(escape(step.note), 250)}`;
	if (step.finishedAt === null) {
		return `${stepSigns[step.state]} ${step.name}: ${stepWords[step.state]} since ${moment(step.startedAt)}${note}`;
	}
	return `${stepSigns[step.state]} ${step.name}: ${stepWords[step.state]}, ${duration(step.finishedAt - step.startedAt)}${note}`;
}

/** The backup that belongs to the newest run which made one. */
export function backupLine(backups: readonly BackupRow[]): string | null {
	const backup = backups.at(-1);
	if (backup === undefined) return null;
	if (backup.kind === 'program') {
		return `${code(cut(backup.fileName, 200))}, taken by a program and not by pg_dump (*deviation from the runbook*), kept until ${moment(backup.keepUntil)}`;
	}
	return `${code(cut(backup.fileName, 200))}, ${size(backup.bytes)}, SHA-256 ${code(backup.sha256.slice(0, 12))}, kept until ${moment(backup.keepUntil)}`;
}

/**
 * What will be taken, while nothing is: an approver sees where the runbook is left, and whoever clicks *Run now* what a
 * restore would lose.
 */
export function backupPlan({backup}: Target, last: LastBackup | null): string {
	if (!backup.required) return 'Not asked for on this target';
	const program =
		backup.program == null
			? 'Taken by Lockstep before it applies'
			: `*Deviation from the runbook:* taken by ${code(cut(backup.program, 200))}, not by pg_dump, and not read back by Lockstep`;
	if (backup.reuseWithinMs == null || last === null) return program;
	const shared = `MR-${last.request}’s of ${moment(last.finishedAt)} is shared while it is younger than ${duration(backup.reuseWithinMs)}`;
	return `${program}; ${shared}, and a restore would then lose what was written since, MR-${last.request}’s own change among it`;
}

/** What landed, in words that stay true without the rest of the message. */
export function landedLines(report: RunReport): readonly string[] {
	const landed = migrationList(report.landedMigrations);
	const missing = migrationList(report.missingMigrations);
	switch (report.landed) {
		case 'everything':
			return [`*Landed:* everything (${count(report.landedMigrations.length, 'migration')}): ${landed}`];
		case 'nothing':
			return ['*Landed:* nothing. The history is as it was before.'];
		case 'part':
			return [`*Landed:* ${landed}`, `*Did not land:* ${missing}`];
		case 'unknown':
			return [`*Landed:* unknown, a person must look. The history names: ${landed}`, `*The history lacks:* ${missing}`];
	}
}

export function rerunLine(report: RunReport): string {
	if (report.landed === 'everything') return '*Re-run:* safe – it applies nothing and verifies again what was mended.';
	return report.rerunSafe
		? '*Re-run:* safe once the cause is gone – what is missing rolled back whole.'
		: '*Re-run:* not safe – part of a migration may be in the database.';
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
