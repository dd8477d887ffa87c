import {type CatalogObject, withDependents} from './catalog-object.ts';
import {
	type BaseObject,
	isTableKind,
	keysAt,
	partitionOf,
	partitionsOf,
	rootsRepartitioned,
} from './rehearsal-ground.ts';
import {changedPairs, type ChangedPair, type DeltaEntry, placeOf, type SchemaDelta} from './schema-delta.ts';

/** How a change that was made compares with the one that was rehearsed. */
export interface DeltaComparison {
	/** Rehearsed, and not found or found otherwise. */
	readonly missing: SchemaDelta;
	/** Not rehearsed, at an object that the rehearsal touched or at one that belongs to it or depends on it. */
	readonly unexpected: SchemaDelta;
	/** Rights given, not rehearsed, at such an object: somebody may have done so by hand. See {@link isGrantTo}. */
	readonly grants: SchemaDelta;
	/**
	 * Changed meanwhile by somebody else, away from what was rehearsed; partitions that came or went are here, too, unless
	 * the script itself makes or drops some of the same table. See `elsewhereLines`.
	 */
	readonly elsewhere: SchemaDelta;
}

/** What a rehearsal told of the change. */
interface RehearsedChange {
	readonly base: readonly BaseObject[];
	readonly delta: SchemaDelta;
	readonly wordedOtherwise: readonly string[];
}

/**
 * Whether a target changed exactly as rehearsed: nothing missing, nothing unexpected.
 *
 * @param before The target right before apply.
 * @param after The target now.
 */
export function compareDeltas(
	rehearsed: RehearsedChange,
	before: readonly CatalogObject[],
	after: readonly CatalogObject[],
): DeltaComparison {
	const ground = prepared(rehearsed);
	const staying = stayingPartitions(before, after);
	const expected = expectedOnTarget(ground, staying);
	const made = changedPairs(before, after);
	const foundFor = new Map(made.map(({entry}) => [namesOf(entry), entry]));
	const met = new Set(
		expected.filter((entry) => {
			const found = foundFor.get(namesOf(entry));
			return found !== undefined && isSame(entry, found, ground.worded);
		}),
	);
	const names = new Set([...met].map(namesOf));
	const others = made.filter(({entry}) => !names.has(namesOf(entry)));
	const isReached = reachOf(ground, before, after);
	const isNear = (pair: ChangedPair): boolean => isReached(pair) && !isForeignPartition(pair.entry, ground, staying);
	const near = others
		.filter(isNear)
		.map(({entry}) => entry)
		.filter((entry) => !isOnlyReworded(entry, ground));
	return {
		missing: expected.filter((entry) => !met.has(entry)),
		unexpected: near.filter((entry) => !gives(entry)),
		grants: near.filter(gives),
		elsewhere: others.filter((pair) => !isNear(pair)).map(({entry}) => entry),
	};
}

/** The rehearsed change, ready to be asked. */
interface Ground {
	readonly delta: SchemaDelta;
	/** Places of the base and their definitions. */
	readonly definitions: ReadonlyMap<string, string>;
	/** Places of the base that the script changes or makes anew. */
	readonly touched: ReadonlySet<string>;
	/** Places that the copy worded otherwise. */
	readonly worded: ReadonlySet<string>;
	/** Names of the base's partitions, before and after. */
	readonly partitions: ReadonlySet<string>;
	/** See {@link rootsRepartitioned}. */
	readonly repartitioned: ReadonlySet<string>;
}

function prepared({base, delta, wordedOtherwise}: RehearsedChange): Ground {
	return {
		delta,
		definitions: new Map(base.map((object) => [placeOf(object), object.definition])),
		touched: new Set(base.filter(({touched}) => touched === true).map(placeOf)),
		worded: new Set(wordedOtherwise),
		partitions: new Set([
			...base.filter(({kind, root}) => isTableKind(kind) && root !== undefined).map(({identity}) => identity),
			...partitionsRenamed(delta),
		]),
		repartitioned: rootsRepartitioned(delta),
	};
}

/** Names of partitions of both looks, a renamed one's both names: one that came or went in between is somebody else's. */
function stayingPartitions(before: readonly CatalogObject[], after: readonly CatalogObject[]): ReadonlySet<string> {
	const [old, now] = [partitionsOf(before), partitionsOf(after)];
	return new Set([...namesKnown(old, now), ...namesKnown(now, old)]);
}

/** Of those that the other list has under their name or their key. */
function namesKnown(partitions: readonly CatalogObject[], others: readonly CatalogObject[]): readonly string[] {
	const known = new Set(others.flatMap(({identity, key}) => [identity, key]));
	return partitions.filter(({identity, key}) => known.has(identity) || known.has(key)).map(({identity}) => identity);
}

/** New names of partitions that the script renames. */
function partitionsRenamed(delta: SchemaDelta): readonly string[] {
	return delta.flatMap(({kind, before, after, root}) =>
		isTableKind(kind) && root !== undefined && before !== null && after !== null && before.identity !== after.identity
			? [after.identity]
			: [],
	);
}

/** The rehearsed delta as it must look on the target: in its own words, without partitions that it no longer has. */
function expectedOnTarget(
	{delta, definitions, worded, partitions, repartitioned}: Ground,
	staying: ReadonlySet<string>,
): SchemaDelta {
	return delta
		.filter((entry) => {
			if (entry.root === undefined || repartitioned.has(entry.root)) return true;
			const partition = partitionOfEntry(entry);
			return !partitions.has(partition) || staying.has(partition);
		})
		.map((entry) => {
			if (entry.before === null) return entry;
			const definition = definitions.get(placeOf({kind: entry.kind, ...entry.before})) ?? entry.before.definition;
			return {...entry, before: {...entry.before, definition}};
		})
		.filter((entry) => isReallyChanged(entry, worded));
}

/** What was dropped and made again may end in the very words that the target has and the copy had not. */
function isReallyChanged({kind, before, after}: DeltaEntry, worded: ReadonlySet<string>): boolean {
	if (before === null || after === null || !worded.has(placeOf({kind, ...before}))) return true;
	return before.identity !== after.identity || before.definition !== after.definition;
}

function partitionOfEntry({kind, of, before, after}: DeltaEntry): string {
	return partitionOf({kind, of, identity: (before ?? after)?.identity ?? ''});
}

function namesOf({kind, before, after}: DeltaEntry): string {
	return JSON.stringify([kind, before?.identity, after?.identity]);
}

function isSame(expected: DeltaEntry, made: DeltaEntry, worded: ReadonlySet<string>): boolean {
	const {kind, before, after} = expected;
	if (before?.definition !== made.before?.definition) return false;
	if (after?.definition === made.after?.definition) return true;
	if (before === null || after === null || !worded.has(placeOf({kind, ...before}))) return false;
	// Texts say nothing here, and both are changed: by the name, or in the words.
	return before.identity !== after.identity || made.before?.definition !== made.after?.definition;
}

/** Made anew by the script, and now in the copy's words: there nothing changed. */
function isOnlyReworded({kind, before, after}: DeltaEntry, {touched, worded}: Ground): boolean {
	if (before === null || after === null || before.identity !== after.identity) return false;
	const place = placeOf({kind, ...before});
	return worded.has(place) && touched.has(place);
}

/** Whether a change stands at what the rehearsal touched, belongs to it or depends on it. */
function reachOf(
	{delta, touched}: Ground,
	before: readonly CatalogObject[],
	after: readonly CatalogObject[],
): (pair: ChangedPair) => boolean {
	const made = new Set(delta.flatMap(({kind, after: side}) => (side === null ? [] : [placeOf({kind, ...side})])));
	const old = withDependents(keysAt(touched, before), before);
	// What was renamed keeps its key.
	const now = withDependents([...old, ...keysAt(touched, after), ...keysAt(made, after)], after);
	return (pair) =>
		(pair.before !== null && old.has(pair.before.key)) || (pair.after !== null && now.has(pair.after.key));
}

/** At a partition that came or went since the rehearsal, of a table whose partitions are not the script's affair. */
function isForeignPartition(
	entry: DeltaEntry,
	{partitions, repartitioned}: Ground,
	staying: ReadonlySet<string>,
): boolean {
	if (entry.root === undefined || repartitioned.has(entry.root)) return false;
	const name = partitionOfEntry(entry);
	return !staying.has(name) || !partitions.has(name);
}

/** A right given, none taken. */
function gives({kind, before, after}: DeltaEntry): boolean {
	if (kind !== 'grant' || after === null) return false;
	const now = after.definition.split(', ');
	return (before?.definition.split(', ') ?? []).every((right) => now.includes(right));
}

/** The entry is a grant to one of these roles. */
export function isGrantTo({kind, before, after}: DeltaEntry, roles: readonly string[]): boolean {
	const identity = (after ?? before)?.identity ?? '';
	return kind === 'grant' && roles.some((role) => identity.endsWith(` to ${role}`));
}
