import {type Rehearsal, type RehearsalReport, type Repetition, stoppingLocks} from '../rehearsal.ts';
import {parseTableName} from '../script/schema-change.ts';
import type {TableName} from '../script/table-name.ts';
import type {Finding} from './finding.ts';
import {dropsMissed, type Losses, renamesMissed} from './rehearsal-losses.ts';
import {
	dropObserved,
	lockObserved,
	rehearsalFailed,
	type RehearsalRule,
	renameObserved,
	rewriteObserved,
	unrehearsed,
} from './rehearsal-rules.ts';
import type {Review, ReviewedTable} from './review.ts';

/** What is known of the script and the live tables before the rehearsal. */
export type BeforeRehearsal = Pick<Review, 'findings' | 'tables' | 'changes'>;

/**
 * What a rehearsal adds to the review: that it failed or could not be, that the script is not idempotent, and what the
 * static rules have missed. What they have found already is not said twice.
 */
export function rehearsalFindings(rehearsal: Rehearsal, review: BeforeRehearsal): readonly Finding[] {
	if (rehearsal.kind === 'impossible') return [notRehearsed(rehearsal.sentence)];
	return [
		...(rehearsal.kind === 'failed' ? [failed(rehearsal)] : []),
		...(rehearsal.kind === 'not-idempotent' ? [notIdempotent(rehearsal.repeated)] : []),
		...(rehearsal.kind === 'passed' ? writesAgain(rehearsal) : []),
		...dropsMissed(rehearsal.effects, review).map((losses) =>
			lossFinding(dropObserved, losses, 'is gone, or made anew,'),
		),
		...renamesMissed(rehearsal.effects, review).map((losses) =>
			lossFinding(renameObserved, losses, 'has another name'),
		),
		...rewritesMissed(rehearsal, review),
		...locksMissed(rehearsal, review),
	];
}

function notRehearsed(sentence: string): Finding {
	return {
		...from(unrehearsed),
		severity: 'blocker',
		message: `The script was not rehearsed: ${sentence}`,
	};
}

function failed({error}: Extract<Rehearsal, {kind: 'failed'}>): Finding {
	const {sqlState, message, mayBeForLackOfRows} = error;
	const code = sqlState === '' ? '' : ` (${sqlState})`;
	const missing = mayBeForLackOfRows ? ' The copy has no rows: the row it refers to may be there in production.' : '';
	return {
		...from(rehearsalFailed),
		severity: mayBeForLackOfRows ? 'warning' : 'blocker',
		place: {line: error.line ?? 1, column: 1},
		statement: error.statement ?? '',
		message: `On a copy of the target's schema the script stops${code}: ${message}.${missing}`,
	};
}

function notIdempotent(repeated: readonly Repetition[]): Finding {
	return {
		...nowhere,
		rule: 'not-idempotent',
		severity: 'blocker',
		waivable: false,
		message: `Applied a second time to the same copy, the script changes something: ${repeated.map(wordsOf).join('; ')}.`,
		why: 'Runbook: scripts are safe to run again. After a failure this one cannot be.',
		remedy: 'Put every statement into a migration and generate the script with --idempotent.',
	};
}

function wordsOf(repetition: Repetition): string {
	switch (repetition.kind) {
		case 'error':
			return `it stops with an error, ${repetition.error.message}`;
		case 'schema':
			return repetition.effects.map(({action, kind, identity}) => `${kind} ${identity} is ${action}`).join(', ');
		case 'history':
			return `the history changes: ${[...repetition.added.map((id) => `+ ${id}`), ...repetition.removed.map((id) => `- ${id}`)].join(', ')}`;
		case 'rows':
			return repetition.before === repetition.after
				? `rows of ${repetition.table} change`
				: `${repetition.table} has ${repetition.after} rows instead of ${repetition.before}`;
		case 'rewrite':
			return `${repetition.table} is written anew`;
	}
}

/** The copy is all but empty: a second UPDATE finds nothing there, and much in production. */
function writesAgain({writesRunAgain}: RehearsalReport): readonly Finding[] {
	const [statement] = writesRunAgain ?? [];
	if (writesRunAgain === null || statement === undefined) return [];
	return [
		{
			...nowhere,
			rule: 'not-idempotent',
			severity: 'warning',
			waivable: false,
			statement,
			message: `Applied a second time, the script writes rows again, in ${writesRunAgain.length === 1 ? 'one statement' : `${writesRunAgain.length} statements`}. On the copy there was nothing to write; production has rows.`,
			why: 'Runbook: scripts are safe to run again.',
			remedy: 'Put the statement into a migration, so that its guard lets it run once.',
		},
	];
}

/** Names told in a finding; the diff has them all. */
const namedLosses = 10;

function lossFinding(rule: RehearsalRule, {severity, names}: Losses, whatHappened: string): Finding {
	const left = names.length - namedLosses;
	const told = `${names.slice(0, namedLosses).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
	return {
		...from(rule),
		severity,
		destructive: true,
		// An answer of the checklist answers for these, not for others.
		statement: `-- ${told}`,
		message: `After the rehearsal ${whatHappened} what the text of the script does not name: ${told}.`,
	};
}

const rewriteRules = new Set(['type-rewrite', 'volatile-default']);

/**
 * Bytes a second at which a table and its indexes are written anew: a serial restore of 917 MB took 15.2 s on two
 * cores. A guess, to tell seconds from hours.
 */
const rewriteSpeed = 60 * 1024 ** 2;

function rewritesMissed({rewrites}: RehearsalReport, {findings, tables}: BeforeRehearsal): readonly Finding[] {
	return rewrites.flatMap(({table, existedBefore, reasons}) => {
		const known = knownTable(table, tables);
		if (!existedBefore || known?.empty === true) return [];
		const name = parseTableName(table)?.name ?? table;
		if (findings.some(({rule, statement}) => rewriteRules.has(rule) && statement.includes(name))) return [];
		const bytes = known?.bytes ?? null;
		const time = bytes === null ? '' : `, about ${Math.max(1, Math.round(bytes / rewriteSpeed))} s at 60 MB/s`;
		return [
			{
				...from(rewriteObserved),
				severity: known?.large === true ? ('blocker' as const) : ('warning' as const),
				message: `In the rehearsal PostgreSQL wrote ${table} anew (${reasons.join(', ')})${time}.`,
			},
		];
	});
}

/** Tables that the review has looked at are spoken of there. */
function locksMissed({locks}: RehearsalReport, {tables}: BeforeRehearsal): readonly Finding[] {
	return stoppingLocks(locks)
		.filter(({relation}) => knownTable(relation, tables) === null)
		.map(({relation, mode}) => ({
			...from(lockObserved),
			severity: 'warning' as const,
			message: `In the rehearsal a transaction held ${mode} on ${relation}, which the text of the script does not show.`,
		}));
}

/** What the review knows of the table that the rehearsal calls so, or null. */
export function knownTable(identity: string, tables: readonly ReviewedTable[]): ReviewedTable | null {
	const name = parseTableName(identity);
	if (name === null) return null;
	return tables.find(({table}) => isSame(table, name)) ?? null;
}

/** A name without a schema may be any schema's. */
function isSame(a: TableName, b: TableName): boolean {
	return a.name === b.name && (a.schema === null || b.schema === null || a.schema === b.schema);
}

const nowhere = {
	destructive: false,
	item: null,
	migration: null,
	place: {line: 1, column: 1},
	furtherPlaces: [],
	statement: '',
} as const;

function from({id, item, waivable, why, remedy}: RehearsalRule) {
	return {...nowhere, rule: id, item, waivable, why, remedy};
}
