import {outsideWords} from './outside-words.ts';
import type {LeftOut, PassError} from './rehearsal.ts';

/** A table whose restored rows are not those that the backup's manifest counted. */
export interface RowsDiffer {
	/** `shop.orders` */
	readonly table: string;
	readonly inManifest: number;
	/** Null where the table is not there at all. */
	readonly restored: number | null;
}

/** What a drill went through before it ended; times in milliseconds. */
export interface DrillReport {
	/** Epoch milliseconds. */
	readonly at: number;
	readonly backup: string;
	/** `15.18` */
	readonly serverVersion: string;
	readonly restoredInMs: number;
	/** Tables whose rows were counted and compared with the manifest. */
	readonly tablesCompared: number;
	readonly rowsRestored: number;
	/** What the throw-away server has not. */
	readonly leftOut: readonly LeftOut[];
	/** Of the script; null where it was not begun. The prediction for production. */
	readonly scriptMs: number | null;
}

/** A backup restored to a throw-away server, and the script run there on the real rows. Safe as JSON. */
export type Drill =
	| ({readonly kind: 'passed'} & DrillReport)
	/** The script stopped on the real rows, as it would have in production. */
	| ({readonly kind: 'script-failed'; readonly error: PassError} & DrillReport)
	/** The script ran, and then a probe was not true: how each was answered. */
	| ({readonly kind: 'probes-failed'; readonly sentences: readonly string[]} & DrillReport)
	/** The backup does not hold what its manifest says: it is no backup to rely on. */
	| ({readonly kind: 'rows-differ'; readonly tables: readonly RowsDiffer[]} & DrillReport)
	/** The backup could not be restored: it is no backup to rely on. */
	| {readonly kind: 'restore-failed'; readonly at: number; readonly backup: string; readonly sentence: string}
	/** Not done, and why: said in Slack and in the audit. */
	| {readonly kind: 'skipped'; readonly at: number; readonly reason: DrillSkipped; readonly sentence: string};

export type DrillSkipped =
	/** The target's configuration wants none. */
	| 'off'
	/** Larger than the target's configuration lets be copied. */
	| 'too-large'
	| 'no-backup'
	/** A program took the backup, or it is shared and only its ciphertext or its bucket's copy is left. */
	| 'not-readable'
	/** A shared backup from before a change of the target's history: the script would meet there what it never will. */
	| 'outdated'
	/** Nobody can read what the script does, and no named person has let it run on a throw-away server. */
	| 'not-allowed'
	/** The target's major, or an extension, is not on this worker; no throw-away server can be made, or it has not the room. */
	| 'not-possible';

/** What production will take, predicted by the drill: null where nothing was measured. Milliseconds. */
export function predictedMs(drill: Drill | null | undefined): number | null {
	return drill?.kind === 'passed' || drill?.kind === 'probes-failed' ? drill.scriptMs : null;
}

/** Tables named in a sentence; the rest are counted. */
const tablesNamed = 5;
const probesNamed = 5;

/** What came of it, in a sentence or two for the step, the thread and the audit. */
export function drillSentence(drill: Drill): string {
	return outsideWords(sentenceOn(drill));
}

function sentenceOn(drill: Drill): string {
	switch (drill.kind) {
		case 'passed':
			return `${restored(drill)} The script took ${time(drill.scriptMs ?? 0)} there: expect about as long.${unanswered(drill)}`;
		case 'script-failed':
			return `On the restored backup the script stopped${place(drill.error)}: ${drill.error.message}${code(drill.error)}`;
		case 'probes-failed':
			return `On the restored backup the script ran to its end in ${time(drill.scriptMs ?? 0)}, but: ${drill.sentences.join(' ')}`;
		case 'rows-differ': {
			const more = drill.tables.length > tablesNamed ? `, and ${drill.tables.length - tablesNamed} more tables` : '';
			const named = drill.tables.slice(0, tablesNamed).map(differing).join(', ');
			return `${drill.backup} was restored with other rows than its manifest counts: ${named}${more}. It is no backup to rely on.`;
		}
		case 'restore-failed':
			return `${drill.backup} could not be restored: ${drill.sentence} It is no backup to rely on.`;
		case 'skipped':
			return `Skipped: ${drill.sentence}`;
	}
}

/** Probes that could not be asked there are asked of production all the same. */
function unanswered({leftOut}: DrillReport): string {
	const names = leftOut.filter(({kind}) => kind === 'probe').map(({name}) => `“${name}”`);
	if (names.length === 0) return '';
	const named = names.slice(0, probesNamed).join(', ');
	const more = names.length > probesNamed ? `, and ${names.length - probesNamed} more` : '';
	return ` Left to verification, for what the throw-away server has not: ${names.length === 1 ? 'the probe' : 'the probes'} ${named}${more}.`;
}

/** Entries of each list. */
const mostEntries = 200;
/** Of texts that a server or a script gave; characters. */
const longestText = 1000;

/** What of a drill is kept with its run: every reading of the request brings it along. */
export function keptDrill(drill: Drill): Drill {
	switch (drill.kind) {
		case 'restore-failed':
		case 'skipped':
			return {...drill, sentence: cut(drill.sentence, longestText)};
		case 'passed':
			return {...drill, leftOut: keptLeftOut(drill)};
		case 'script-failed': {
			const {message, statement} = drill.error;
			const error = {
				...drill.error,
				message: cut(message, longestText),
				statement: statement === null ? null : cut(statement, longestText),
			};
			return {...drill, leftOut: keptLeftOut(drill), error};
		}
		case 'probes-failed': {
			const sentences = drill.sentences.slice(0, mostEntries).map((sentence) => cut(sentence, longestText));
			return {...drill, leftOut: keptLeftOut(drill), sentences};
		}
		case 'rows-differ':
			return {...drill, leftOut: keptLeftOut(drill), tables: drill.tables.slice(0, mostEntries)};
	}
}

function keptLeftOut({leftOut}: DrillReport): readonly LeftOut[] {
	return leftOut
		.slice(0, mostEntries)
		.map(({kind, name, why}) => ({kind, name: cut(name, longestText), why: cut(why, longestText)}));
}

/** A cut may part a pair of surrogates, and the record takes no half of one. */
function cut(text: string, longest: number): string {
	const short = text.length <= longest ? text : `${text.slice(0, longest)}…`;
	return short.replaceAll(/\p{Surrogate}/gu, '\u{FFFD}');
}

function restored({restoredInMs, tablesCompared, rowsRestored}: DrillReport): string {
	const took = `Restored in ${time(restoredInMs)}`;
	if (tablesCompared === 0) return `${took}; its manifest counts no rows to compare with.`;
	const tables = tablesCompared === 1 ? '1 table' : `${tablesCompared} tables`;
	return `${took}, ${tables} and ${amount(rowsRestored)} as the manifest counts them.`;
}

function place({line, statement}: PassError): string {
	const first = statement?.split('\n').find((text) => text.trim() !== '') ?? null;
	return `${line === null ? '' : ` at line ${line}`}${first === null ? '' : ` (${cut(first.trim(), longestStatement)})`}`;
}

/** Characters of a statement in a sentence. */
const longestStatement = 120;

function code({sqlState, message}: PassError): string {
	if (sqlState !== '') return ` (SQLSTATE ${sqlState}).`;
	return message.endsWith('.') ? '' : '.';
}

function differing({table, inManifest, restored}: RowsDiffer): string {
	return `${table} ${restored === null ? 'is not there' : `has ${restored}`}, ${inManifest} counted`;
}

function amount(rows: number): string {
	if (rows >= 1_000_000) return `${(rows / 1_000_000).toFixed(1)} million rows`;
	return rows === 1 ? '1 row' : `${rows} rows`;
}

/** Milliseconds as `0.4 s`, `41 s`, `3 min 5 s`. */
function time(ms: number): string {
	const seconds = Math.max(0, ms) / 1000;
	if (seconds < 10) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** How production's apply compares with what the drill predicted; null where there was no prediction. */
export function comparedWithDrill(appliedMs: number, drill: Drill | null | undefined): string | null {
	const predicted = predictedMs(drill);
	return predicted === null ? null : `in ${time(appliedMs)}; the drill took ${time(predicted)}`;
}

/** What the server, or psql about it, said of a statement that it did not do. */
export type Refusal = Pick<PassError, 'sqlState' | 'message'>;

/**
 * SQLSTATEs that a throw-away server answers where it has not what the target has: a table, an object or a function, and
 * an extension without its files.
 */
const ofLack = ['42P01', '42704', '42883', '58P01', '0A000'];
/** Roles have fewer rights here than on the target: none makes roles, and not every predefined one has members. */
const insufficientPrivilege = '42501';
/** What is left out under these words is no object that a message could name. */
const kindsOfNoObject = ['setting', 'locale', 'statistics', 'probe'];

/**
 * Whether the script may have stopped for what the throw-away server has not, and not for the rows: then nothing is known
 * of production. Whatever the data themselves violate is never explained so.
 */
export function stoppedForLack({sqlState, message}: Refusal, leftOut: readonly LeftOut[]): boolean {
	if (sqlState === insufficientPrivilege || isLocaleMissing({sqlState, message})) return true;
	if (!ofLack.includes(sqlState)) return false;
	if (sqlState === '58P01' || sqlState === '0A000') return /extension/.test(message);
	return leftOut.some(({kind, name}) => !kindsOfNoObject.includes(kind) && mentions(message, name));
}

/** A server's collations are those of its machine. */
function isLocaleMissing({sqlState, message}: Refusal): boolean {
	if (sqlState === '42704') return message.startsWith('collation "');
	return sqlState === '22023' && /^could not (?:create locale|open collator)/.test(message);
}

/**
 * Resources, a server that was ended or has lost its disk.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const ofServer = /^(?:53|57P0)|^58030$/;
/** `temp_file_limit` is a limit that the drill sets; who exceeds it writes more than the disk has. */
const limitOfServer = '53400';
/** psql's and libpq's own words: no server gave a SQLSTATE. */
const ofConnection =
	/connection to (?:the )?server (?:was|has been) lost|server closed the connection|no connection to the server|could not (?:receive data from|send data to) (?:the )?server|^psql ended with/;

/**
 * Whether the throw-away server's own trouble ended the script: nothing is known of production. Not to be asked of an
 * error that a limit made.
 */
export function stoppedByServer({sqlState, message}: Refusal): boolean {
	if (sqlState === '') return ofConnection.test(message);
	return sqlState !== limitOfServer && ofServer.test(sqlState);
}

/** Of the drill's time, for the script. */
const leastShareLeft = 1 / 4;

/**
 * Why the script is not begun with the time that the restore left; null where it is enough. A script that is stopped for
 * the restore's slowness says nothing of production.
 *
 * @param remainingMs Milliseconds.
 * @param withinMs For restore and script together. Milliseconds.
 */
export function whyTooLate(remainingMs: number, withinMs: number): string | null {
	if (remainingMs >= withinMs * leastShareLeft) return null;
	const used = time(withinMs - Math.max(0, remainingMs));
	return `the restore took ${used} of the ${time(withinMs)} that the drill has, and less than a quarter is left for the script. Raise drill.withinMinutes.`;
}

/** `public.ledger` is `ledger` in a message, too; `deployer on elsewhere` is a user mapping for `elsewhere`. */
function mentions(message: string, name: string): boolean {
	const words = name.split(/[\s."]+/).filter((word) => word.length > 2 && !namesOfNothing.includes(word.toLowerCase()));
	return words.some((word) => message.includes(`"${word}"`) || message.includes(`.${word}"`));
}

/** What an object's command begins with. */
const namesOfNothing = [
	'create',
	'view',
	'table',
	'function',
	'public',
	'alter',
	'owner',
	'grant',
	'select',
	'materialized',
];
