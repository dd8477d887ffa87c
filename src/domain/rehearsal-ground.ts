import {type CatalogObject, objectsByKey, rootOf, withDependents} from './catalog-object.ts';
import {
	compareEntries,
	type DeltaEntry,
	differs,
	type ObjectPair,
	pairsOf,
	placeOf,
	type SchemaDelta,
	schemaDelta,
} from './schema-delta.ts';

/** An object as it was before the script: the ground that a rehearsal stands on. */
export interface BaseObject {
	readonly kind: string;
	readonly identity: string;
	readonly definition: string;
	/** The script changes it, makes it anew or writes its rows. All others of the base depend on such a one, or are used by what is new. */
	readonly touched?: true;
	/** Of a partition, an inheriting table or a part of one: the table at their top. Else left out. */
	readonly root?: string;
	/** The table that it belongs to, where it has a {@link root}. */
	readonly of?: string;
}

/** What a script changes, and on what that stands. */
interface GroundOfChange {
	readonly base: readonly BaseObject[];
	readonly delta: SchemaDelta;
	readonly wordedOtherwise: readonly string[];
}

/**
 * What a script did to a copy, said of the target: its objects as the target itself words them, of all that the script
 * touches, of what depends on that, and of what the script's new objects use.
 *
 * @param target When it was copied.
 * @param before The copy.
 * @param after The copy, changed by the script.
 * @param written Names of tables whose rows it writes.
 */
export function groundOfChange(
	target: readonly CatalogObject[],
	before: readonly CatalogObject[],
	after: readonly CatalogObject[],
	written: readonly string[],
): GroundOfChange {
	const pairs = pairsOf(before, after).filter(isTouched);
	const onCopy = objectsByKey(before);
	const rowsWritten = new Set(written);
	const copied = schemaDelta(before, after);
	const notCopied = missedByCopy(target, before);
	const touched = new Set([
		...copied.map(placeAfter).filter((place) => notCopied.has(place)),
		...pairs
			.flatMap(({before: old, after: now}) => [
				old?.key,
				old?.parent,
				now?.parent,
				...tablesAbove(old),
				...tablesAbove(now),
			])
			.flatMap((key) => placesOf(key, onCopy)),
		...before.filter(({kind, identity}) => isTableKind(kind) && rowsWritten.has(identity)).map(placeOf),
	]);
	const used = new Set(pairs.flatMap(({after: now}) => now?.uses ?? []).flatMap((key) => placesOf(key, onCopy)));
	const standing = withDependents(keysAt(touched, target), target);
	const objects = objectsByKey(target);
	const known = target.filter((object) => standing.has(object.key) || used.has(placeOf(object)));
	const delta = copied.flatMap((entry) => asOnTarget(entry, notCopied)).toSorted(compareEntries);
	const onCopyByPlace = new Map(before.map((object) => [placeOf(object), object.definition]));
	return {
		base: known.map((object) => baseOf(object, objects, touched.has(placeOf(object)))),
		delta,
		wordedOtherwise: known
			.map((object) => ({place: placeOf(object), definition: object.definition}))
			.filter(({place, definition}) => (onCopyByPlace.get(place) ?? definition) !== definition)
			.map(({place}) => place),
	};
}

/**
 * What the target has and its copy has not, by place: a dump leaves out an index that is not valid, and a copy what reads
 * a foreign table.
 */
function missedByCopy(
	target: readonly CatalogObject[],
	copy: readonly CatalogObject[],
): ReadonlyMap<string, CatalogObject> {
	const copied = new Set(copy.map(placeOf));
	return new Map(target.map((object) => [placeOf(object), object] as const).filter(([place]) => !copied.has(place)));
}

/** Empty where nothing is to come. */
function placeAfter({kind, after}: DeltaEntry): string {
	return after === null ? '' : placeOf({kind, identity: after.identity});
}

/** What came on the copy alone is, on the target, made otherwise than it was there, or nothing at all. */
function asOnTarget(entry: DeltaEntry, notCopied: ReadonlyMap<string, CatalogObject>): SchemaDelta {
	const was = entry.before === null ? notCopied.get(placeAfter(entry)) : undefined;
	if (was === undefined) return [entry];
	if (was.definition === entry.after?.definition) return [];
	return [{...entry, before: {identity: was.identity, definition: was.definition}}];
}

/** What was dropped and made again exactly as it was is touched, too. */
function isTouched(pair: ObjectPair): boolean {
	return differs(pair) || pair.before?.key !== pair.after?.key;
}

/** Of a table the keys of what it is a partition of, among others: making one changes that, too. */
function tablesAbove(object: CatalogObject | null): readonly string[] {
	return object !== null && isTableKind(object.kind) ? object.uses : [];
}

function placesOf(key: string | null | undefined, objects: ReadonlyMap<string, CatalogObject>): readonly string[] {
	const object = objects.get(key ?? '');
	return object === undefined ? [] : [placeOf(object)];
}

export function keysAt(places: ReadonlySet<string>, objects: readonly CatalogObject[]): readonly string[] {
	return objects.filter((object) => places.has(placeOf(object))).map(({key}) => key);
}

function baseOf(object: CatalogObject, objects: ReadonlyMap<string, CatalogObject>, touched: boolean): BaseObject {
	const {kind, identity, definition, parent} = object;
	const root = rootOf(object, objects);
	const of = objects.get(parent ?? '')?.identity;
	return {
		kind,
		identity,
		definition,
		...(touched ? {touched: true} : {}),
		...(root === null ? {} : {root: root.identity, ...(of === undefined ? {} : {of})}),
	};
}

/** Tables whose partitions the script itself makes, attaches, detaches or drops. */
export function rootsRepartitioned(delta: SchemaDelta): ReadonlySet<string> {
	return new Set(
		delta.flatMap(({kind, before, after, root}) =>
			isTableKind(kind) && root !== undefined && (before === null || after === null) ? [root] : [],
		),
	);
}

export function isTableKind(kind: string): boolean {
	return kind === 'table' || kind === 'foreign table';
}

/** The partition that something with a {@link BaseObject.root} is or belongs to. */
export function partitionOf({
	kind,
	identity,
	of,
}: {
	readonly kind: string;
	readonly identity: string;
	readonly of?: string | null | undefined;
}): string {
	return isTableKind(kind) ? identity : (of ?? identity);
}

/** Partitions and inheriting tables of one look. */
export function partitionsOf(objects: readonly CatalogObject[]): readonly CatalogObject[] {
	const byKey = objectsByKey(objects);
	return objects.filter((object) => isTableKind(object.kind) && rootOf(object, byKey) !== null);
}

export interface Moved {
	readonly kind: string;
	readonly identity: string;
	/** Its definition then; null where it was not there. */
	readonly was: string | null;
	/** Its definition now; null where it is no more. */
	readonly is: string | null;
}

/**
 * What moved under a rehearsal: an object of its base that is no longer as it was, a new one that belongs to what the
 * script touches or depends on it, or one that the script is going to create. Compared by name: the two lists may be of
 * two databases. Partitions come and go every night: they move nothing, unless the script itself makes or drops some of
 * the same table.
 */
export function movedSince(
	{base, delta}: {readonly base: readonly BaseObject[]; readonly delta: SchemaDelta},
	now: readonly CatalogObject[],
): readonly Moved[] {
	const there = new Map(now.map((object) => [placeOf(object), object]));
	const own = rootsRepartitioned(delta);
	const partitions = new Set(partitionsOf(now).map(({identity}) => identity));
	const changed = base
		.filter((object) => object.root === undefined || own.has(object.root) || partitions.has(partitionOf(object)))
		.map((object) => ({...object, is: there.get(placeOf(object))?.definition ?? null}))
		.filter(({definition, is}) => definition !== is)
		.map(({kind, identity, definition, is}) => ({kind, identity, was: definition, is}));
	return [...changed, ...cameSince(base, delta, now)];
}

function cameSince(base: readonly BaseObject[], delta: SchemaDelta, now: readonly CatalogObject[]): readonly Moved[] {
	const known = new Set(base.map(placeOf));
	const touched = new Set(base.filter((object) => object.touched === true).map(placeOf));
	const standing = withDependents(keysAt(touched, now), now);
	const toCome = new Set(delta.flatMap(({kind, after}) => (after === null ? [] : [placeOf({kind, ...after})])));
	const own = rootsRepartitioned(delta);
	const objects = objectsByKey(now);
	return now
		.filter((object) => !known.has(placeOf(object)))
		.filter((object) => toCome.has(placeOf(object)) || standing.has(object.key))
		.filter((object) => {
			const root = rootOf(object, objects)?.identity;
			if (root === undefined || own.has(root) || toCome.has(placeOf(object))) return true;
			return known.has(placeOfPartition(object, objects));
		})
		.map(({kind, identity, definition}) => ({kind, identity, was: null, is: definition}));
}

function placeOfPartition(object: CatalogObject, objects: ReadonlyMap<string, CatalogObject>): string {
	if (isTableKind(object.kind)) return placeOf(object);
	const table = objects.get(object.parent ?? '');
	return table === undefined ? placeOf(object) : placeOf(table);
}
