import type {KnownBlock} from '@slack/types';
import type {Finding} from '../../../../domain/review/finding.ts';
import type {PendingStatement, Review} from '../../../../domain/review/review.ts';
import type {Run} from '../../../../domain/run.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {fitMessage, section} from '../../blocks.ts';
import {code, codeBlock, cut, escape, fitItems, fitLines} from '../../limits.ts';
import {findingCounts, findingLine, worstFirst, ownWords} from '../message/finding.ts';
import {stoppedByDrill} from '../drilled.ts';
import {drillLines} from '../message/drill.ts';
import {landedLines} from '../message/run.ts';
import {madeOtherwiseBlocks} from './made-otherwise.ts';
import {count, duration, mention, name, type Rendered, size} from '../words.ts';

/** Characters of SQL in one block, and blocks of SQL in the message: what Slack shows without scrolling for minutes. */
export const sqlCharacters = 2600;
export const sqlBlocks = 3;

/** The pending statements unwrapped, then every finding that fits. */
export function detailsMessage(record: RequestRecord, statements: readonly PendingStatement[]): Rendered {
	const {review, number} = record.request;
	const chunks = chunk(statements.map((statement) => statementText(statement)));
	const shown = chunks.slice(0, sqlBlocks);
	const left = statements.length - shown.reduce((sum, part) => sum + part.statements, 0);
	const title = `*What takes effect:* ${count(statements.length, 'statement')} of ${count(review?.pending.length ?? 0, 'pending migration')}`;
	const rest =
		left > 0
			? [section('details-rest', `… and ${count(left, 'more statement')}: read the script’s file in this thread.`)]
			: [];
	return {
		text: `${name(number)}: what takes effect`,
		blocks: fitMessage([
			{worth: 9, blocks: [section('details-title', title)]},
			...shown.map((part, index) => ({
				worth: 8 - index,
				blocks: [section(`details-${index}`, codeBlock(part.text, 2900))],
			})),
			{worth: 7, blocks: rest},
			{worth: 6, blocks: findingsBlocks(review)},
		]),
	};
}

function statementText(statement: PendingStatement): string {
	const conditions = statement.conditions.map((condition) => `-- only ${condition}\n`).join('');
	return `-- ${statement.migration}, line ${statement.place.line}\n${conditions}${statement.sql.trim()}`;
}

function chunk(texts: readonly string[]): readonly {readonly text: string; readonly statements: number}[] {
	const chunks: {text: string; statements: number}[] = [];
	for (const text of texts) {
		const last = chunks.at(-1);
		if (last === undefined || last.text.length + text.length > sqlCharacters) {
			chunks.push({text: cut(text, sqlCharacters), statements: 1});
		} else {
			last.text += `\n\n${text}`;
			last.statements += 1;
		}
	}
	return chunks;
}

export function findingsBlocks(review: Review | null): readonly KnownBlock[] {
	if (review === null || review.findings.length === 0) return [];
	const text = fitItems(
		worstFirst(review.findings),
		(finding) => `${lineWithWhy(finding)}\n`,
		2800,
		(left) => `… and ${count(left, 'more finding')}.`,
	);
	return [section('details-findings', `*Findings:* ${findingCounts(review.findings)}\n${text.trimEnd()}`)];
}

function lineWithWhy(finding: Finding): string {
	const why = finding.why.trim() === '' ? '' : `\nWhy: ${ownWords(finding.why)}`;
	return `${findingLine(finding)}${why}`;
}

/** After a run: what landed, which tables it touched, the history's last rows, warnings, durations. */
export function resultMessage(record: RequestRecord, runId: number | null): Rendered {
	const run = record.runs.findLast(({id}) => runId === null || id === runId) ?? null;
	const sign = run?.outcome === 'verified' ? '✔' : run?.outcome === 'failed' ? '✖' : '⏸';
	const text = `${sign} ${name(record.request.number)} ${outcomeWords(run)}`;
	if (run === null || run.report === null) {
		return {text, blocks: [section('result', `${text}. There is no report of this run.`)]};
	}
	return {
		text,
		blocks: fitMessage([
			{worth: 10, blocks: [section('result', resultText(text, run, verdictText(record, run)))]},
			{worth: 9, blocks: madeOtherwiseBlocks('result-otherwise', run)},
			{worth: 8, blocks: tablesBlocks(run)},
			{worth: 7, blocks: historyBlocks(run)},
			{worth: 6, blocks: warningBlocks(run)},
			{worth: 5, blocks: outputBlocks(run)},
			{worth: 4, blocks: restoreBlocks(record, run)},
		]),
	};
}

function outcomeWords(run: Run | null): string {
	if (run !== null && stoppedByDrill(run)) return 'was stopped by its drill, the target is untouched';
	if (run?.outcome === 'verified') return 'verified';
	return run?.outcome === 'failed' ? 'failed' : 'did not go on';
}

/** After a failure the escalation has it. */
function restoreBlocks({backups}: RequestRecord, run: Run): readonly KnownBlock[] {
	const backup = backups.find((taken) => taken.run === run.id);
	if (backup === undefined || run.outcome === 'failed') return [];
	const command = codeBlock(backup.restoreCommand, 2000);
	return [section('result-restore', `*Restores what was before it, beside the database:*\n${command}`)];
}

function resultText(title: string, run: Run, verdict: string): string {
	const report = run.report;
	if (report === null) return title;
	const whole = run.finishedAt === null ? '' : ` in ${duration(run.finishedAt - run.startedAt)}`;
	const steps = run.steps
		.filter(({name: step, finishedAt}) => finishedAt !== null && !(step === 'drill' && run.drill?.kind === 'skipped'))
		.map((step) => `${step.name} ${duration((step.finishedAt ?? step.startedAt) - step.startedAt)}`)
		.join(', ');
	const lines = [
		`*${title}*${whole}${verdict}`,
		// What failed and what landed stands in the escalation right above.
		...(run.outcome === 'failed' ? [] : landedLines(run)),
		...(steps === '' ? [] : [`*Steps:* ${steps}`]),
		...drillText(run),
		...verifiedText(run),
	];
	return fitLines(lines, 2900, () => '…');
}

/** What was predicted and what it then took stand side by side. */
function drillText({drill, steps}: Run): readonly string[] {
	if (drill == null) return [];
	const apply = steps.find(({name: step}) => step === 'apply');
	const took = apply?.finishedAt == null ? '' : `, ${duration(apply.finishedAt - apply.startedAt)} on the target`;
	return [`*Drill:* ${drillLines(drill, false).join('\n')}${drill.kind === 'passed' ? took : ''}`];
}

/** What *verified* means of this run: whether it was compared with a rehearsal. */
function verifiedText({outcome, steps}: Run): readonly string[] {
	const note = steps.findLast(({name: step}) => step === 'verify')?.note ?? '';
	return outcome !== 'verified' || note.trim() === '' ? [] : [`*Verified:* ${cut(escape(note), 500)}`];
}

/** The requester hears that it is done; who failed is called by the escalation. */
function verdictText({request}: RequestRecord, run: Run): string {
	if (run.outcome !== 'verified') return '';
	const version = `${cut(escape(request.app), 80)} ${cut(escape(request.version), 80)}`;
	return `. ${mention(request.requester)}: ${version} may be deployed as far as this request is concerned.`;
}

function tablesBlocks(run: Run): readonly KnownBlock[] {
	const tables = run.report?.tables ?? [];
	if (tables.length === 0) return [section('result-tables', '*Tables touched:* none')];
	const lines = tables.map((table) => `• ${code(cut(table, 150))}`);
	return [
		section(
			'result-tables',
			fitLines(
				[`*Tables touched:* ${tables.length}`, ...lines],
				1500,
				(left) => `… and ${left} more; the file in this thread has all tables.`,
			),
		),
	];
}

function historyBlocks(run: Run): readonly KnownBlock[] {
	const rows = (run.report?.lastHistory ?? []).slice(0, 5);
	if (rows.length === 0) return [];
	const lines = rows.map((row) => `• ${code(cut(row.migrationId, 150))} ${code(cut(row.productVersion, 40))}`);
	return [section('result-history', ['*Last rows of the history,* newest first', ...lines].join('\n'))];
}

function warningBlocks(run: Run): readonly KnownBlock[] {
	const warnings = run.report?.warnings ?? [];
	if (warnings.length === 0) return [];
	const lineOf = (warning: string): string => `▲ ${cut(escape(warning), 400)}`;
	const lines = fitItems(warnings, lineOf, 1400, (left) => `… and ${left} more.`);
	return [section('result-warnings', `*${count(warnings.length, 'warning')}*\n${lines}`)];
}

/** psql's last words, where the run failed. */
function outputBlocks(run: Run): readonly KnownBlock[] {
	const output = run.outcome === 'failed' ? withoutRows(run.report?.output.trim() ?? '') : '';
	if (output === '') return [];
	const tail = output.length > 1500 ? `…${output.slice(-1500)}` : output;
	const where = stoppedByDrill(run) ? ', in the drill' : '';
	return [section('result-output', `*psql’s last output${where}*\n${codeBlock(tail, 2800)}`)];
}

/** A DETAIL quotes rows, and rows hold personal data: it stays in the record, and the channel is told that it is there. */
function withoutRows(output: string): string {
	return output
		.split('\n')
		.map((line) => (line.startsWith('DETAIL:') ? 'DETAIL:  kept in the record, it may quote rows' : line))
		.join('\n');
}

/** The comment under which the script's file is uploaded. */
export function scriptComment(record: RequestRecord, sha256: string, bytes: number): string {
	return `Script of ${name(record.request.number)}, ${size(bytes)}, as it will run.\nSHA-256 ${code(sha256)}`;
}

export function tablesComment(record: RequestRecord): string {
	return `All tables of ${cut(escape(record.request.target), 100)} after ${name(record.request.number)}, every schema.`;
}

export function findingsComment(record: RequestRecord): string {
	const {review, number} = record.request;
	return `All findings of ${name(number)}: ${findingCounts(review?.findings ?? [])}.`;
}
