import {ancestorOf, type CatalogObject, objectsByKey, rootOf} from './catalog-object.ts';

export type {CatalogObject} from './catalog-object.ts';

export interface DeltaSide {
	readonly identity: string;
	readonly definition: string;
}

/** One object before and after: null where it was not, or is no more. */
export interface DeltaEntry {
	readonly kind: string;
	/** What it belongs to, as that is called afterwards; null where it stands alone. */
	readonly of: string | null;
	readonly before: DeltaSide | null;
	readonly after: DeltaSide | null;
	/** Where it is a partition, an inheriting table or a part of one: the table at their top. Else left out. */
	readonly root?: string;
	/** It came along with the same change of the table that its own is a partition of. Else left out. */
	readonly inherited?: true;
}

/** All that differs between two looks at one database. Ordered by kind and identity: equal deltas are equal as JSON. */
export type SchemaDelta = readonly DeltaEntry[];

export interface Effect {
	/** `recreated`: dropped, and made again under its name: what a table or a column held is gone all the same. */
	readonly action: 'created' | 'altered' | 'dropped' | 'renamed' | 'recreated';
	readonly kind: string;
	/** As it is called now; of what was dropped, as it was called. */
	readonly identity: string;
	/** Of what was renamed: as it was called before; else null. */
	readonly from: string | null;
}

/** One object in two looks at a database: null where it was not, or is no more. */
export interface ObjectPair {
	readonly before: CatalogObject | null;
	readonly after: CatalogObject | null;
}

/** What changed between two looks at one database. */
export function schemaDelta(before: readonly CatalogObject[], after: readonly CatalogObject[]): SchemaDelta {
	return changedPairs(before, after).map(({entry}) => entry);
}

export interface ChangedPair extends ObjectPair {
	readonly entry: DeltaEntry;
}

/** The entries of {@link schemaDelta}, each with its object. */
export function changedPairs(
	before: readonly CatalogObject[],
	after: readonly CatalogObject[],
): readonly ChangedPair[] {
	const pairs = pairsOf(before, after).filter(differs);
	const changed = keysOf(pairs);
	const looks = {before: objectsByKey(before), after: objectsByKey(after)};
	return pairs
		.map((pair) => ({...pair, entry: entryOf(pair, looks, changed)}))
		.toSorted((a, b) => compareEntries(a.entry, b.entry));
}

/** The order of a {@link SchemaDelta}. */
export function compareEntries(a: DeltaEntry, b: DeltaEntry): number {
	return compareText(placeOfEntry(a), placeOfEntry(b));
}

/**
 * What a person should know of it: columns, indexes and the like of a table that came or went are not told one by one,
 * and neither is the new name of a column whose table was renamed, nor what a table's partitions inherit from it, nor the
 * partitions of a partitioned table that came or went, nor the sequence that a column owns and brings or takes along.
 */
export function effectsOf(before: readonly CatalogObject[], after: readonly CatalogObject[]): readonly Effect[] {
	const pairs = pairsOf(before, after);
	const looks = {before: objectsByKey(before), after: objectsByKey(after)};
	const changed = keysOf(pairs.filter(differs));
	const came = new Set(pairs.flatMap((pair) => (pair.before === null && pair.after !== null ? [pair.after.key] : [])));
	const went = new Set(pairs.flatMap((pair) => (pair.after === null && pair.before !== null ? [pair.before.key] : [])));
	const along = keysOf(pairs.filter((pair) => isPartitionAlong(pair, looks)));
	const numbered = {
		came: new Set(
			pairs.flatMap(({before: old, after: now}) => (mayBringSequence(old, now) ? [now?.parent ?? ''] : [])),
		),
		went: new Set(
			pairs.flatMap(({before: old, after: now}) => (mayBringSequence(now, old) ? [old?.parent ?? ''] : [])),
		),
	};
	return pairs
		.filter(({before: old, after: now}) => !isIn(came, now?.parent) && !isIn(went, old?.parent))
		.filter(
			({before: old, after: now}) => ![old?.key, old?.parent, now?.key, now?.parent].some((key) => isIn(along, key)),
		)
		.filter((pair) => !isSequenceAlong(pair, numbered))
		.filter((pair) => !isInherited(pair, looks, changed))
		.flatMap(effectOf)
		.toSorted((a, b) => compareText(`${a.kind} ${a.identity}`, `${b.kind} ${b.identity}`));
}

interface Looks {
	readonly before: ReadonlyMap<string, CatalogObject>;
	readonly after: ReadonlyMap<string, CatalogObject>;
}

function keysOf(pairs: readonly ObjectPair[]): ReadonlySet<string> {
	return new Set(
		pairs.flatMap(({before, after}) => [before, after].flatMap((object) => (object === null ? [] : [object.key]))),
	);
}

function isInherited({before, after}: ObjectPair, looks: Looks, changed: ReadonlySet<string>): boolean {
	const from = after === null ? ancestorOf(before, looks.before) : ancestorOf(after, looks.after);
	return from !== null && changed.has(from.key);
}

/** Came, went or was made anew as its partitioned table did. What a `CASCADE` takes along of inheriting tables is no such. */
function isPartitionAlong({before, after}: ObjectPair, looks: Looks): boolean {
	if (before?.key === after?.key) return false;
	return (
		(before === null || hasPartitioned(before, looks.before, looks.after)) &&
		(after === null || hasPartitioned(after, looks.after, looks.before))
	);
}

/** It is a partition in this look of a table that is not in the other. */
function hasPartitioned(
	{kind, uses}: CatalogObject,
	here: ReadonlyMap<string, CatalogObject>,
	there: ReadonlyMap<string, CatalogObject>,
): boolean {
	if (kind !== 'table' && kind !== 'foreign table') return false;
	return uses.some((key) => {
		const other = here.get(key);
		return other?.kind === 'table' && !there.has(key) && /^partition by /mu.test(other.definition);
	});
}

/** A column that is only there in the one look, or only there an identity: a sequence of its own comes along. */
function mayBringSequence(without: CatalogObject | null, having: CatalogObject | null): boolean {
	if (having?.kind !== 'column') return false;
	return without === null || (isIdentity(having) && !isIdentity(without));
}

function isIdentity({definition}: CatalogObject): boolean {
	return /\bgenerated (?:always|by default) as identity\b/u.test(definition);
}

/**
 * A sequence that came or went with a column that owns it. The catalog tells only which table's column that is.
 *
 * @param tables Keys of those where such a column came or went.
 */
function isSequenceAlong(
	{before, after}: ObjectPair,
	tables: {readonly came: ReadonlySet<string>; readonly went: ReadonlySet<string>},
): boolean {
	if (before === null) return after?.kind === 'sequence' && isIn(tables.came, after.parent);
	return after === null && before.kind === 'sequence' && isIn(tables.went, before.parent);
}

function isIn(keys: ReadonlySet<string>, key: string | null | undefined): boolean {
	return key !== null && key !== undefined && keys.has(key);
}

function effectOf({before, after}: ObjectPair): readonly Effect[] {
	const kind = after?.kind ?? before?.kind ?? '';
	if (before === null) return after === null ? [] : [{action: 'created', kind, identity: after.identity, from: null}];
	if (after === null) return [{action: 'dropped', kind, identity: before.identity, from: null}];
	const {identity} = after;
	const effects: Effect[] = [];
	if (isRenamed(before, after)) effects.push({action: 'renamed', kind, identity, from: before.identity});
	if (before.definition !== after.definition) effects.push({action: 'altered', kind, identity, from: null});
	if (before.key !== after.key && (before.definition === after.definition || holdsValues.has(kind))) {
		effects.push({action: 'recreated', kind, identity, from: null});
	}
	return effects;
}

/** Kinds that hold rows or values: one made anew under the same name has lost them, however it is defined now. */
const holdsValues: ReadonlySet<string> = new Set(['table', 'column', 'materialized view']);

/** Its own name or schema changed, not that of what it belongs to. */
function isRenamed(before: CatalogObject, after: CatalogObject): boolean {
	return before.identity !== after.identity && (before.parent === null || before.name !== after.name);
}

/** The same object by its key; one dropped and made again under the same name counts as the same, too. */
export function pairsOf(before: readonly CatalogObject[], after: readonly CatalogObject[]): readonly ObjectPair[] {
	const byKey = new Map(after.map((object) => [object.key, object]));
	const byName = new Map(after.map((object) => [placeOf(object), object]));
	const keysBefore = new Set(before.map(({key}) => key));
	const matched = new Set<CatalogObject>();
	const old = before.map((object): ObjectPair => {
		const same = byKey.get(object.key);
		const namesake = byName.get(placeOf(object));
		const now = same ?? (namesake !== undefined && !keysBefore.has(namesake.key) ? namesake : null);
		if (now !== null) matched.add(now);
		return {before: object, after: now};
	});
	return [
		...old,
		...after.filter((object) => !matched.has(object)).map((object): ObjectPair => ({before: null, after: object})),
	];
}

/** What tells it from all other objects of its database. */
export function placeOf({kind, identity}: {readonly kind: string; readonly identity: string}): string {
	return `${kind} ${identity}`;
}

export function differs({before, after}: ObjectPair): boolean {
	return before?.identity !== after?.identity || before?.definition !== after?.definition;
}

function entryOf(pair: ObjectPair, looks: Looks, changed: ReadonlySet<string>): DeltaEntry {
	const {before, after} = pair;
	const parent = after?.parent ?? before?.parent ?? '';
	const root =
		(after === null ? null : rootOf(after, looks.after)) ?? (before === null ? null : rootOf(before, looks.before));
	return {
		kind: after?.kind ?? before?.kind ?? '',
		of: (looks.after.get(parent) ?? looks.before.get(parent))?.identity ?? null,
		before: sideOf(before),
		after: sideOf(after),
		...(root === null ? {} : {root: root.identity}),
		...(isInherited(pair, looks, changed) ? {inherited: true} : {}),
	};
}

function sideOf(object: CatalogObject | null): DeltaSide | null {
	return object === null ? null : {identity: object.identity, definition: object.definition};
}

function placeOfEntry({kind, before, after}: DeltaEntry): string {
	return `${kind} ${before?.identity ?? ''} ${after?.identity ?? ''}`;
}

/** By code units: the same order on every machine. */
function compareText(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}

/**
 * The delta as people read it: lines that went with a minus, lines that came with a plus, under the object's name.
 *
 * @param limit Characters; what is left out is counted in the last line.
 */
export function diffText(delta: SchemaDelta, limit: number): string {
	const kept: string[] = [];
	let size = 0;
	for (const [index, entry] of delta.entries()) {
		const hunk = hunkOf(entry);
		size += hunk.length + 1;
		if (size > limit) return [...kept, `… and ${delta.length - index} more changes`].join('\n');
		kept.push(hunk);
	}
	return kept.join('\n');
}

function hunkOf({kind, before, after}: DeltaEntry): string {
	const names = [...new Set([before?.identity, after?.identity].filter((name) => name !== undefined))];
	const old = linesOf(before);
	const now = linesOf(after);
	const {head, tail} = commonEnds(old, now);
	return [
		`@@ ${kind} ${names.join(' → ')} @@`,
		...context(old.slice(0, head), 'end'),
		...old.slice(head, old.length - tail).map((line) => `-${line}`),
		...now.slice(head, now.length - tail).map((line) => `+${line}`),
		...context(old.slice(old.length - tail), 'start'),
	].join('\n');
}

/** Unchanged lines beside a change that are shown, as in any unified diff. */
const shownContext = 3;

function context(lines: readonly string[], nearest: 'start' | 'end'): readonly string[] {
	const near = nearest === 'end' ? lines.slice(-shownContext) : lines.slice(0, shownContext);
	return near.map((line) => ` ${line}`);
}

function linesOf(side: DeltaSide | null): readonly string[] {
	return side === null ? [] : side.definition.split('\n');
}

function commonEnds(old: readonly string[], now: readonly string[]): {readonly head: number; readonly tail: number} {
	const shortest = Math.min(old.length, now.length);
	let head = 0;
	while (head < shortest && old[head] === now[head]) head++;
	let tail = 0;
	while (tail < shortest - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
	return {head, tail};
}
