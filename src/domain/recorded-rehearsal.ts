import type {Rehearsal, RehearsalReport, RehearsedHistoryRow, Repetition, WholeRehearsal} from './rehearsal.ts';
import type {BaseObject} from './rehearsal-ground.ts';
import {isLoss} from './review/rehearsal-losses.ts';
import type {Effect, SchemaDelta} from './schema-delta.ts';

/** A rehearsal as the record keeps it: of these bytes, with these migrations pending. Safe as JSON. */
export interface RecordedRehearsal {
	readonly scriptSha256: string;
	/** Ids that were pending on the copy. */
	readonly pending: readonly string[];
	/** Epoch milliseconds. */
	readonly at: number;
	/** A named person let the script be rehearsed although nobody can read what it does. */
	readonly allowed: boolean;
	/** Hash of all that it changed there: what an approver approves. */
	readonly effectsHash: string;
	/** Bounded; what it stands on is kept beside it, as {@link RehearsalGround}. */
	readonly rehearsal: Rehearsal;
}

/**
 * What a rehearsal stands on and leads to: too long to be read with every request, so it is kept beside it. Safe as JSON.
 */
export interface RehearsalGround {
	readonly scriptSha256: string;
	/** Epoch milliseconds: the rehearsal that this is the ground of. */
	readonly at: number;
	/** On the target, right when it was copied: of all that the script touches and of what depends on it. */
	readonly base: readonly BaseObject[];
	/** On the copy. */
	readonly delta: SchemaDelta;
	/**
	 * `kind identity` of objects whose definition the copy writes otherwise than the target: dump and restore may put an
	 * expression into other words. Their texts cannot be compared.
	 */
	readonly wordedOtherwise: readonly string[];
	readonly historyBefore: readonly RehearsedHistoryRow[];
	readonly historyAfter: readonly RehearsedHistoryRow[];
}

/** The one that speaks for this script with these migrations pending, or null. */
export function rehearsalFor(
	recorded: RecordedRehearsal | null | undefined,
	scriptSha256: string,
	pending: readonly string[],
): RecordedRehearsal | null {
	if (recorded === null || recorded === undefined || recorded.scriptSha256 !== scriptSha256) return null;
	const same = recorded.pending.length === pending.length && recorded.pending.every((id, at) => id === pending[at]);
	return same ? recorded : null;
}

/**
 * The text whose hash says what a rehearsal changed: equal for a target that has not moved there. What partitions
 * inherit is left out: one that came overnight changes nothing that a person approved.
 */
export function effectsText(rehearsal: WholeRehearsal): string {
	if (rehearsal.kind === 'impossible') return JSON.stringify([rehearsal.kind, rehearsal.reason]);
	const own = rehearsal.delta.filter(({inherited}) => inherited !== true);
	return JSON.stringify([rehearsal.kind, rehearsal.effects, own]);
}

/** Of a ground as JSON, characters: every verification reads it. */
const longestGround = 20_000_000;

/**
 * What verification compares with. Null where there is nothing to go by: the script stopped on the copy or never ran
 * there, or the ground is too long to keep.
 */
export function groundOf(rehearsal: WholeRehearsal, scriptSha256: string, at: number): RehearsalGround | null {
	if (rehearsal.kind === 'impossible' || rehearsal.kind === 'failed') return null;
	const {base, delta, wordedOtherwise, historyBefore, historyAfter} = rehearsal;
	const ground = {scriptSha256, at, base, delta, wordedOtherwise, historyBefore, historyAfter};
	return JSON.stringify(ground).length > longestGround ? null : ground;
}

/** Entries of each list. */
const mostEntries = 500;
/** Of texts that a server or a script gave; characters. */
const longestText = 1000;
/** Of the diff; characters. */
const longestDiff = 24_000;

/** What of a rehearsal is kept with its request: every reading of the request brings it along. */
export function kept(rehearsal: Rehearsal): Rehearsal {
	if (rehearsal.kind === 'impossible') return rehearsal;
	const bounded = {
		on: {
			...rehearsal.on,
			leftOut: rehearsal.on.leftOut.slice(0, mostEntries),
			stubbedRoles: rehearsal.on.stubbedRoles.slice(0, mostEntries),
		},
		first: withoutOutput(rehearsal.first),
		second: rehearsal.second === null ? null : withoutOutput(rehearsal.second),
		effects: lossesFirst(rehearsal.effects).slice(0, mostEntries),
		schemaDiff: cutLines(rehearsal.schemaDiff),
		commands: [],
		rewrites: rehearsal.rewrites.slice(0, mostEntries),
		locks: rehearsal.locks.slice(0, mostEntries),
		locksUnseen: rehearsal.locksUnseen.slice(0, mostEntries),
		repeated: rehearsal.repeated.slice(0, mostEntries).map(cutRepetition),
		writesRunAgain: rehearsal.writesRunAgain?.slice(0, mostEntries).map(cutText) ?? null,
	};
	if (rehearsal.kind !== 'failed') return {kind: rehearsal.kind, ...bounded};
	return {kind: rehearsal.kind, ...bounded, error: cutError(rehearsal.error)};
}

/** Losses must not be cut off behind many other effects. Left as it is where nothing is cut. */
function lossesFirst(effects: readonly Effect[]): readonly Effect[] {
	if (effects.length <= mostEntries) return effects;
	return [...effects.filter(isLoss), ...effects.filter((effect) => !isLoss(effect))];
}

type Pass = RehearsalReport['first'];
type PassError = Exclude<Pass['error'], null>;

function withoutOutput(pass: Pass): Pass {
	const error = pass.error === null ? null : cutError(pass.error);
	return {...pass, error, output: '', warnings: pass.warnings.slice(0, 20).map(cutText)};
}

function cutError(error: PassError): PassError {
	const statement = error.statement === null ? null : cutText(error.statement);
	return {...error, message: cutText(error.message), statement};
}

function cutRepetition(repetition: Repetition): Repetition {
	switch (repetition.kind) {
		case 'error':
			return {...repetition, error: cutError(repetition.error)};
		case 'schema':
			return {...repetition, effects: lossesFirst(repetition.effects).slice(0, mostEntries)};
		case 'history':
			return {
				...repetition,
				added: repetition.added.slice(0, mostEntries),
				removed: repetition.removed.slice(0, mostEntries),
			};
		case 'rows':
		case 'rewrite':
			return repetition;
	}
}

function cutText(text: string): string {
	return wellFormed(text.length <= longestText ? text : `${text.slice(0, longestText)}…`);
}

/** Half of a pair is no text that a database takes. */
function wellFormed(text: string): string {
	return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

function cutLines(text: string): string {
	if (text.length <= longestDiff) return wellFormed(text);
	const end = text.lastIndexOf('\n', longestDiff);
	const left = text.slice(end < 0 ? longestDiff : end + 1).split('\n').length;
	return wellFormed(`${text.slice(0, end < 0 ? longestDiff : end)}\n… and ${left} more lines`);
}
