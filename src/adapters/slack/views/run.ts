import type {KnownBlock} from '@slack/types';
import type {Run, RunReport, Step, StepState} from '../../../domain/run.ts';
import type {BackupRow} from '../../../operations/ports/record.ts';
import {section} from '../blocks.ts';
import {code, cut, escape, fitLines, moment} from '../limits.ts';
import {count, duration, mention, size} from './words.ts';

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
	const lines = run.steps.map((step) => stepLine(step));
	const cancel = run.cancelAskedBy === null ? [] : [`${mention(run.cancelAskedBy)} asked to cancel.`];
	if (lines.length === 0 && cancel.length === 0) return [section('run', `${title}\nStarted ${moment(run.startedAt)}.`)];
	return [
		section(
			'run',
			fitLines([title, ...lines, ...cancel], 1500, (left) => `… and ${count(left, 'more line')}.`),
		),
	];
}

function stepLine(step: Step): string {
	const note = step.note === null || step.note.trim() === '' ? '' : `. ${cut(escape(step.note), 250)}`;
	if (step.finishedAt === null) {
		return `${stepSigns[step.state]} ${step.name}: ${stepWords[step.state]} since ${moment(step.startedAt)}${note}`;
	}
	return `${stepSigns[step.state]} ${step.name}: ${stepWords[step.state]}, ${duration(step.finishedAt - step.startedAt)}${note}`;
}

/** The backup that belongs to the newest run which made one. */
export function backupLine(backups: readonly BackupRow[]): string | null {
	const backup = backups.at(-1);
	if (backup === undefined) return null;
	return `${code(cut(backup.fileName, 200))}, ${size(backup.bytes)}, SHA-256 ${code(backup.sha256.slice(0, 12))}, kept until ${moment(backup.keepUntil)}`;
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
	return report.rerunSafe
		? '*Re-run:* safe – what is missing rolled back whole.'
		: '*Re-run:* not safe – part of a migration may be in the database.';
}

function migrationList(ids: readonly string[]): string {
	if (ids.length === 0) return 'none';
	const shown = ids.slice(0, 8).map((id) => code(cut(id, 150)));
	return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ');
}
