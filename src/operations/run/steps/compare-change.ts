import {compareDeltas, isGrantTo} from '../../../domain/delta-comparison.ts';
import {changeSentences, elsewhereLines} from '../../../domain/delta-words.ts';
import {
	type CatalogObject,
	type DeltaEntry,
	diffText,
	type SchemaDelta,
	schemaDelta,
} from '../../../domain/schema-delta.ts';
import type {VerificationPolicy} from '../../../domain/target.ts';
import type {RequestRecord, RunGround} from '../../ports/record.ts';
import {told} from './told.ts';

/** Changes that a sentence names: the file in the thread has all. */
const changesSaid = 3;
/** Lines about changes elsewhere. */
const elsewhereSaid = 5;
/** Of the difference: every reading of the request brings it along. Characters. */
const longestDifference = 24_000;

/** How what was made compares with what was rehearsed. */
export interface ComparedChange {
	readonly faults: readonly string[];
	readonly warnings: readonly string[];
	/** For the file in the thread; null where nothing differs. */
	readonly difference: string | null;
	/** Identities of what came elsewhere meanwhile and belongs to another role than the script's: somebody else made it. */
	readonly strangers: ReadonlySet<string>;
}

interface ChangeToCompare {
	readonly before: RunGround;
	readonly now: readonly CatalogObject[];
	/** What verified runs of other requests rehearsed and made since: no fault of this one's. */
	readonly others: readonly SchemaDelta[];
	readonly policy: VerificationPolicy;
	/** That the script assumes; null: it stays the login, and nobody can be told from it. */
	readonly role: string | null;
	/** Names of the target's event triggers: see {@link eventTriggersOf}. */
	readonly eventTriggers: readonly string[];
}

/** Names of the target's event triggers, which no copy has: what they do when the script runs was not rehearsed. */
export function eventTriggersOf({rehearsal}: Pick<RequestRecord, 'rehearsal'>): readonly string[] {
	const played = rehearsal?.rehearsal;
	if (played === undefined || played.kind === 'impossible') return [];
	return played.on.leftOut.filter(({kind}) => kind === 'event trigger').map(({name}) => name);
}

/** Null where nothing was rehearsed that could be compared with. */
export function compareChange({
	before,
	now,
	others,
	policy,
	role,
	eventTriggers,
}: ChangeToCompare): ComparedChange | null {
	if (before.rehearsed === null) return null;
	const {missing, unexpected, grants, elsewhere} = compareDeltas(before.rehearsed, before.objects, now);
	const isOthers = isOutcomeOf(others);
	const toApp = grants.filter((entry) => isGrantTo(entry, policy.appRoles));
	const onNew =
		eventTriggers.length === 0
			? []
			: grants.filter(isOnNew(before.rehearsed.delta)).filter((entry) => !toApp.includes(entry));
	const warned = new Set([...toApp, ...onNew]);
	const own = [...unexpected, ...grants.filter((entry) => !warned.has(entry))].filter((entry) => !isOthers(entry));
	const notRehearsed = eventTriggersSentence(eventTriggers);
	// What a new partition inherits is told with its table.
	const away = elsewhere.filter((entry) => !isOthers(entry) && entry.inherited !== true);
	return {
		faults: [
			...changesFault(missing, [
				'rehearsed change is not there as rehearsed',
				'rehearsed changes are not there as rehearsed',
			]),
			...changesFault(own, ['change was not rehearsed', 'changes were not rehearsed']),
		].map((fault, index, {length}) => (index === length - 1 ? `${fault}${notRehearsed}` : fault)),
		warnings: [
			...toApp.map((entry) => `Given meanwhile, and not by the script: ${told(changeSentences([entry], 1).join(''))}.`),
			...onNew.map(
				(entry) =>
					`Given on what the script made, and not by the script: ${told(changeSentences([entry], 1).join(''))}.${notRehearsed}`,
			),
			...elsewhereLines(away, policy.ignore, elsewhereSaid).map(
				(line) => `Changed elsewhere meanwhile, and not rehearsed: ${told(line)}.`,
			),
		],
		difference: differenceText(missing, own),
		strangers: new Set(elsewhere.flatMap((entry) => madeByAnother(entry, role))),
	};
}

/**
 * What keeps an earlier run from being verified keeps this one, too: the gate would open over it. Of that run's change what
 * was otherwise than rehearsed right before this run, and is so still; as faults.
 *
 * @param earlier How the target stood before that run, and what was rehearsed for it.
 * @param before The target right before this run.
 */
export function stillOtherwise(
	request: number,
	earlier: RunGround,
	{before, now, others}: Pick<ChangeToCompare, 'now' | 'others'> & {readonly before: readonly CatalogObject[]},
): readonly string[] {
	if (earlier.rehearsed === null) return [];
	const isOthers = isOutcomeOf(others);
	const {missing, unexpected} = compareDeltas(earlier.rehearsed, earlier.objects, before);
	const made = new Set(schemaDelta(earlier.objects, now).map(changeText));
	const stays = [
		...missing.filter((entry) => !made.has(changeText(entry))),
		...unexpected.filter((entry) => made.has(changeText(entry)) && !isOthers(entry)),
	];
	const words = `change that MR-${request} left otherwise than rehearsed is so still`;
	return changesFault(stays, [words, `changes that MR-${request} left otherwise than rehearsed are so still`]);
}

/** Of a run that landed in part: what of the rehearsed change is not there; null where nothing is known or missing. */
export function missingOf(before: RunGround | null, now: readonly CatalogObject[]): string | null {
	if (before === null || before.rehearsed === null) return null;
	return differenceText(compareDeltas(before.rehearsed, before.objects, now).missing, []);
}

function madeByAnother({before, after}: DeltaEntry, role: string | null): readonly string[] {
	if (before !== null || after === null || role === null) return [];
	const owner = /(?:^|\n)owner (.*)$/u.exec(after.definition)?.[1];
	return owner === undefined || owner === role ? [] : [after.identity];
}

/**
 * What another request's rehearsal came to, too. How it was before is left out: that rehearsal tells it in its copy's
 * words.
 */
function isOutcomeOf(others: readonly SchemaDelta[]): (entry: DeltaEntry) => boolean {
	const known = new Set(others.flatMap((delta) => delta.map(outcomeText)));
	return (entry) => known.has(outcomeText(entry));
}

function outcomeText({kind, before, after}: DeltaEntry): string {
	return JSON.stringify([kind, before?.identity, after?.identity, after?.definition]);
}

/** At something that the script itself made. */
function isOnNew(rehearsed: SchemaDelta): (entry: DeltaEntry) => boolean {
	const made = new Set(
		rehearsed.flatMap(({kind, before, after}) =>
			before === null && after !== null && kind !== 'grant' && kind !== 'comment' ? [after.identity] : [],
		),
	);
	return ({of}) => of !== null && made.has(of);
}

/** Empty where there is none. */
function eventTriggersSentence(names: readonly string[]): string {
	if (names.length === 0) return '';
	const [which, were] = names.length === 1 ? ['An event trigger', 'was'] : ['Event triggers', 'were'];
	const rest = names.length - changesSaid;
	const listed = `${names.slice(0, changesSaid).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
	return ` ${which} of the target (${told(listed)}) ${were} not rehearsed.`;
}

function changeText({kind, before, after}: DeltaEntry): string {
	return JSON.stringify([kind, before?.identity, before?.definition, after?.identity, after?.definition]);
}

function changesFault(changes: SchemaDelta, [one, many]: readonly [string, string]): readonly string[] {
	if (changes.length === 0) return [];
	const sentences = changeSentences(changes, changesSaid).map(told).join('; ');
	return [`${changes.length === 1 ? `one ${one}` : `${changes.length} ${many}`}: ${sentences}.`];
}

function differenceText(missing: SchemaDelta, unexpected: SchemaDelta): string | null {
	const parts = [
		...(missing.length === 0 ? [] : [`Rehearsed, and not found so:\n${diffText(missing, longestDifference / 2)}`]),
		...(unexpected.length === 0 ? [] : [`Found, and not rehearsed:\n${diffText(unexpected, longestDifference / 2)}`]),
	];
	return parts.length === 0 ? null : parts.join('\n\n');
}
