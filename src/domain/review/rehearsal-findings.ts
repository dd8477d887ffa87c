import {type Rehearsal, type RehearsalReport, type Repetition, stoppingLocks} from '../rehearsal.ts';
import {parseTableName} from '../script/schema-change.ts';
import type {TableName} from '../script/table-name.ts';
import type {Finding} from './finding.ts';
import type {Review, ReviewedTable} from './review.ts';

/** What is known of the script and the live tables before the rehearsal. */
export type BeforeRehearsal = Pick<Review, 'findings' | 'tables'>;

/**
 * What a rehearsal adds to the review: that it failed or could not be, that the script is not idempotent, and what the
 * static rules have missed. What they have found already is not said twice.
 */
export function rehearsalFindings(rehearsal: Rehearsal, review: BeforeRehearsal): readonly Finding[] {
	if (rehearsal.kind === 'impossible') return [unrehearsed(rehearsal.sentence)];
	return [
		...(rehearsal.kind === 'failed' ? [failed(rehearsal)] : []),
		...(rehearsal.kind === 'not-idempotent' ? [notIdempotent(rehearsal.repeated)] : []),
		...(rehearsal.kind === 'passed' ? writesAgain(rehearsal) : []),
		...rewritesMissed(rehearsal, review),
		...locksMissed(rehearsal, review),
	];
}

function unrehearsed(sentence: string): Finding {
	return {
		...nowhere,
		rule: 'unrehearsed',
		severity: 'blocker',
		waivable: true,
		message: `The script was not rehearsed: ${sentence}`,
		why: 'Nobody has seen what it does. Verification can then only look at the history and at what it touches, not compare with what was rehearsed.',
		remedy: 'Make the rehearsal possible, or let a person whom the target names accept it as it is, with a reason.',
	};
}

function failed({error}: Extract<Rehearsal, {kind: 'failed'}>): Finding {
	const {sqlState, message, mayBeForLackOfRows} = error;
	const code = sqlState === '' ? '' : ` (${sqlState})`;
	const missing = mayBeForLackOfRows ? ' The copy has no rows: the row it refers to may be there in production.' : '';
	return {
		...nowhere,
		rule: 'rehearsal-failed',
		severity: mayBeForLackOfRows ? 'warning' : 'blocker',
		waivable: true,
		place: {line: error.line ?? 1, column: 1},
		statement: error.statement ?? '',
		message: `On a copy of the target's schema the script stops${code}: ${message}.${missing}`,
		why: 'What fails on a copy of the schema fails in production, after the backup and with half of it applied where a migration is not one transaction.',
		remedy: 'Mend the migration and generate the script again; where the target has moved, review it again.',
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
				...nowhere,
				rule: 'rewrite-observed',
				severity: known?.large === true ? ('blocker' as const) : ('warning' as const),
				waivable: true,
				message: `In the rehearsal PostgreSQL wrote ${table} anew (${reasons.join(', ')})${time}.`,
				why: 'While a table is written anew nobody can read or write it. The rules did not see this in the text of the script.',
				remedy: 'Add a column beside it and fill it in batches; see the rule type-rewrite.',
			},
		];
	});
}

/** Tables that the review has looked at are spoken of there. */
function locksMissed({locks}: RehearsalReport, {tables}: BeforeRehearsal): readonly Finding[] {
	return stoppingLocks(locks)
		.filter(({relation}) => knownTable(relation, tables) === null)
		.map(({relation, mode}) => ({
			...nowhere,
			rule: 'lock-observed',
			severity: 'warning' as const,
			waivable: true,
			message: `In the rehearsal a transaction held ${mode} on ${relation}, which the text of the script does not show.`,
			why: 'Until it commits, writers wait, and with AccessExclusiveLock readers, too.',
			remedy: 'Look for what touches the table: a function, a trigger, a foreign key, an EXECUTE.',
		}));
}

function knownTable(identity: string, tables: readonly ReviewedTable[]): ReviewedTable | null {
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
