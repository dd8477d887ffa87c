import type {KnownBlock} from '@slack/types';
import type {RecordedRehearsal} from '../../../../domain/recorded-rehearsal.ts';
import {type Rehearsal, type RehearsalReport, stoppingLocks} from '../../../../domain/rehearsal.ts';
import {knownTable} from '../../../../domain/review/rehearsal-findings.ts';
import type {Review} from '../../../../domain/review/review.ts';
import type {Effect} from '../../../../domain/schema-delta.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {fitMessage, section} from '../../blocks.ts';
import {code, codeBlock, cut, escape} from '../../limits.ts';
import {count, duration, endedStates, name, type Rendered, size} from '../words.ts';

/** Names told; beyond them only their number. */
const named = 4;

/** What the script did to a copy, in five lines at most, as long as somebody may still decide about it. */
export function rehearsalBlocks({request, rehearsal}: RequestRecord): readonly KnownBlock[] {
	if (rehearsal === null || rehearsal === undefined || request.review === null || endedStates.includes(request.state)) {
		return [];
	}
	return [section('rehearsal', `*Rehearsal:* ${linesOf(rehearsal.rehearsal, request.review).join('\n')}`)];
}

function linesOf(rehearsal: Rehearsal, review: Review): readonly string[] {
	switch (rehearsal.kind) {
		case 'impossible':
			return [`▲ not done. ${cut(escape(rehearsal.sentence), 600)}`];
		case 'failed': {
			const {message, line, statement} = rehearsal.error;
			const at = line === null ? '' : ` at line ${line}`;
			return [
				`✖ on ${copyOf(rehearsal)} it stopped${at}: ${cut(escape(message), 400)}`,
				...(statement === null ? [] : [code(cut(statement, 300))]),
			];
		}
		case 'not-idempotent':
			return [
				`✖ ran twice on ${copyOf(rehearsal)}, and *the second time changed something*.`,
				...reportLines(rehearsal, review),
			];
		case 'passed':
			return [
				`✔ ran twice on ${copyOf(rehearsal)}, the second time changed nothing.`,
				...reportLines(rehearsal, review),
			];
	}
}

function copyOf({on}: RehearsalReport): string {
	return `a copy of the schema (PostgreSQL ${cut(escape(on.serverVersion), 40)})`;
}

function reportLines(report: RehearsalReport, review: Review): readonly string[] {
	const {first, second, effects, rewrites, locks, on} = report;
	const times = [first, ...(second === null ? [] : [second])].map(({milliseconds}) => duration(milliseconds));
	const rewritten = rewrites.filter(({existedBefore}) => existedBefore).map(({table}) => rewriteText(table, review));
	// The strongest one of each comes last, and stays.
	const strongest = new Map(stoppingLocks(locks).map(({relation, mode}) => [relation, mode]));
	const held = [...strongest].map(([relation, mode]) => `${code(cut(relation, 120))} (${cut(escape(mode), 40)})`);
	const left = on.leftOut.map((thing) => `${cut(escape(thing.kind), 40)} ${code(cut(thing.name, 120))}`);
	return [
		`${effectsText(effects)} · took ${times.join(', then ')}`,
		`Tables written anew: ${listed(rewritten, 'nothing')}`,
		`Locks that keep others waiting: ${listed(held, 'nothing')}`,
		...(left.length === 0 ? [] : [`Not on the copy: ${listed(left, 'nothing')}`]),
	];
}

const actions = [
	'created',
	'altered',
	'renamed',
	'recreated',
	'dropped',
] as const satisfies readonly Effect['action'][];

const actionWords: {readonly [action in Effect['action']]: string} = {
	created: 'creates',
	altered: 'alters',
	renamed: 'renames',
	recreated: 'makes anew',
	dropped: '*drops*',
};

/** `Creates 1 table, 2 indexes · alters 1 column`. */
function effectsText(effects: readonly Effect[]): string {
	const parts = actions.flatMap((action) => {
		const kinds = effects.filter((effect) => effect.action === action).map(({kind}) => cut(escape(kind), 40));
		const counts = [...new Set(kinds)].map((kind) =>
			count(kinds.filter((other) => other === kind).length, kind, manyOf(kind)),
		);
		return counts.length === 0 ? [] : [`${actionWords[action]} ${cut(counts.join(', '), 300)}`];
	});
	const text = parts.length === 0 ? 'changes no schema' : parts.join(' · ');
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function manyOf(one: string): string {
	if (/[sx]$/u.test(one)) return `${one}es`;
	return one.endsWith('y') ? `${one.slice(0, -1)}ies` : `${one}s`;
}

/** With the live table's size: the copy has no rows. */
function rewriteText(table: string, review: Review): string {
	const bytes = knownTable(table, review.tables)?.bytes ?? null;
	return `${code(cut(table, 120))}${bytes === null ? '' : ` (${size(bytes)})`}`;
}

function listed(texts: readonly string[], none: string): string {
	if (texts.length === 0) return none;
	const left = texts.length - named;
	return `${texts.slice(0, named).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

/** Characters of a diff in one block, and blocks of it. */
const diffCharacters = 2400;
const diffBlocks = 3;

/** What the script changed on the copy, as a diff, for the thread. */
export function rehearsalMessage(record: RequestRecord): Rendered {
	const {number} = record.request;
	const text = `${name(number)}: what it changed on a copy of the schema`;
	const lines = diffOf(record.rehearsal ?? null).split('\n');
	const chunks = chunk(lines);
	const shown = chunks.slice(0, diffBlocks);
	const left = lines.length - shown.reduce((sum, part) => sum + part.length, 0);
	return {
		text,
		blocks: fitMessage([
			{worth: 9, blocks: [section('rehearsal-title', '*What it changed on a copy of the schema*')]},
			...shown.map((part, index) => ({
				worth: 8 - index,
				blocks: [section(`rehearsal-${index}`, codeBlock(part.join('\n'), 2900))],
			})),
			{worth: 7, blocks: left > 0 ? [section('rehearsal-rest', `… and ${count(left, 'more line')}.`)] : []},
		]),
	};
}

function diffOf(recorded: RecordedRehearsal | null): string {
	const diff = recorded === null || recorded.rehearsal.kind === 'impossible' ? '' : recorded.rehearsal.schemaDiff;
	return diff === '' ? '(nothing)' : diff;
}

/** Whole lines, as many in a block as Slack takes once they are escaped. */
function chunk(lines: readonly string[]): readonly (readonly string[])[] {
	const chunks: string[][] = [];
	let length = 0;
	for (const line of lines) {
		const shown = cut(line, 400);
		const escaped = shown.length + 1 + 4 * (shown.match(/[&<>]/gu)?.length ?? 0);
		const last = chunks.at(-1);
		if (last === undefined || length + escaped > diffCharacters) {
			chunks.push([shown]);
			length = escaped;
		} else {
			last.push(shown);
			length += escaped;
		}
	}
	return chunks;
}
