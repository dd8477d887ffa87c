import type {Escalation} from '../../../../domain/escalation.ts';
import type {Run} from '../../../../domain/run.ts';
import type {Target} from '../../../../domain/target.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {actions, button, fitMessage, header, section} from '../../blocks.ts';
import {actionIds, encode} from '../../ids.ts';
import {codeBlock, cut, escape, fitLines, link, moment} from '../../limits.ts';
import {isBackupBad, stoppedByDrill} from '../drilled.ts';
import {backupLine, landedLines, rerunLines} from '../message/run.ts';
import {count, mention, mentions, name, type Rendered} from '../words.ts';

export interface EscalationWords {
	readonly record: RequestRecord;
	readonly target: Target;
	readonly escalation: Escalation;
	/** Slack ids of leads and on-call, e-mail addresses looked up. */
	readonly called: readonly string[];
}

/** A failure waiting for a person: what is true now, what Lockstep did already, the next step. */
export function escalationMessage(words: EscalationWords): Rendered {
	const {record, escalation} = words;
	const {number, target} = record.request;
	const shape = escalation.acknowledgedBy === null ? '✖' : '☑';
	const run = record.runs.at(-1) ?? null;
	const happened = run !== null && stoppedByDrill(run) ? 'stopped by its drill' : 'failed';
	const open = happened === 'failed' ? 'needs a person now' : `${happened}, needs a person`;
	const state = escalation.acknowledgedBy === null ? open : `${happened}, acknowledged`;
	const blocks = fitMessage([
		{worth: 10, blocks: [header('escalation-title', `${shape} ${name(number)} ${state} · ${cut(target, 60)}`)]},
		{worth: 10, blocks: [section('escalation-called', calledText(words))]},
		{worth: 9, blocks: [section('escalation-now', nowText(words))]},
		{worth: 8, blocks: [section('escalation-done', doneText(record))]},
		{worth: 9, blocks: [section('escalation-next', nextText(words))]},
		{worth: 7, blocks: restoreBlocks(record, run)},
		{worth: 9, blocks: acknowledgeBlocks(number, escalation)},
	]);
	return {
		text: `${name(number)} on ${cut(escape(target), 80)} ${state}: ${cut(escape(escalation.sentence), 600)}`,
		blocks,
	};
}

function calledText({escalation, called, target}: EscalationWords): string {
	if (escalation.acknowledgedBy !== null) {
		const at = escalation.acknowledgedAt === null ? '' : ` ${moment(escalation.acknowledgedAt)}`;
		return `*Acknowledged* by ${mention(escalation.acknowledgedBy)}${at}. Nobody is called any more.`;
	}
	const again = `Called again every ${count(target.policy.escalateEveryMinutes, 'minute')} until somebody acknowledges.`;
	return `${mentions(called)}: please look. ${again}`;
}

function nowText({record, escalation}: EscalationWords): string {
	const run = record.runs.at(-1) ?? null;
	const lines = [
		`*What is true now*\n${cut(escape(escalation.sentence), 900)}`,
		...(run === null ? [] : [...landedLines(run), ...rerunLines(run)]),
	];
	return fitLines(lines, 2800, (left) => `… and ${count(left, 'more line')}.`);
}

function doneText(record: RequestRecord): string {
	const {app, version} = record.request;
	const run = record.runs.at(-1) ?? null;
	const backup = backupLine(record.backups, run);
	return [
		'*What Lockstep has done*',
		`• The deploy gate of ${cut(escape(app), 100)} ${cut(escape(version), 100)} is shut.`,
		`• Nothing is tried again until the lead decides.`,
		backup === null ? '• There is no backup of this request.' : `• Backup: ${backup}`,
	].join('\n');
}

function nextText({record, target, escalation}: EscalationWords): string {
	const run = record.runs.at(-1) ?? null;
	const steps = [
		...(escalation.acknowledgedBy === null ? ['Acknowledge below.'] : []),
		'Do not deploy.',
		...(run !== null && stoppedByDrill(run) ? drillDecision(run) : [decision(record, run)]),
	];
	const list = steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
	const runbook = hasNothingToRestore(run)
		? ''
		: `\n${link(target.restoreRunbook, 'Restore runbook')} of ${cut(escape(target.name), 100)}`;
	return `*Next step*\n${list}${runbook}`;
}

function decision({backups}: RequestRecord, run: Run | null): string {
	if (run?.report?.rerunSafe === true) {
		return 'The lead allows a re-run or closes the request, on the request’s message.';
	}
	return `${backups.length === 0 ? 'Fix forward: there is no backup to restore' : 'Restore or fix forward'}; the lead then closes the request, on its message.`;
}

function drillDecision(run: Run): readonly string[] {
	return isBackupBad(run)
		? [
				'Find out what is wrong with the backup: the target has no good one of this run.',
				'The lead then allows a re-run, which backs up and drills again, or closes the request, on its message.',
			]
		: [
				'Mend the rows it stopped on, or write a script that suits them.',
				'The lead then allows a re-run, or closes the request for a new one, on its message.',
			];
}

function hasNothingToRestore(run: Run | null): boolean {
	return run?.report?.landed === 'nothing';
}

function restoreBlocks(record: RequestRecord, run: Run | null): ReturnType<typeof section>[] {
	const backup = record.backups.at(-1);
	if (backup === undefined || hasNothingToRestore(run)) return [];
	return [
		section(
			'escalation-restore',
			`*Restore command* (on a machine that reaches the backups)\n${codeBlock(backup.restoreCommand, 2000)}`,
		),
	];
}

function acknowledgeBlocks(number: number, escalation: Escalation): ReturnType<typeof actions>[] {
	if (escalation.acknowledgedBy !== null) return [];
	const value = encode({number, escalation: escalation.id});
	return [
		actions('escalation-actions', [
			button({action: actionIds.acknowledge, text: 'Acknowledge', value, style: 'primary'}),
		]),
	];
}
