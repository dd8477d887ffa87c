/**
 * A schema as a canonical list: one entry for each thing that has a definition of its own. A table's columns,
 * constraints, indexes, triggers, policies, grants and comments are entries beside it.
 */
export interface CatalogObject {
	/** `table`, `column`, `constraint`, `index`, `grant` … */
	readonly kind: string;
	/** With schema and parents, quoted as SQL would write it: `shop.orders.total`. Unique within its kind. */
	readonly identity: string;
	/** Its own name, without schema and parents. */
	readonly name: string;
	/** Tells a renamed object from one dropped and another created; means nothing in another database. */
	readonly key: string;
	/** The key of what it stands or falls with; null where it stands alone. */
	readonly parent: string | null;
	/**
	 * Keys of what it would break without, beyond its parent: the tables of a view, the table that a foreign key points to,
	 * a partition's table, a trigger's function. What stands in the text of a function's body is not known.
	 */
	readonly uses: readonly string[];
	/** Identical text, identical object. */
	readonly definition: string;
}

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
}

/** All that differs between two looks at one database. Ordered by kind and identity: equal deltas are equal as JSON. */
export type SchemaDelta = readonly DeltaEntry[];

export interface Effect {
	/** `recreated`: dropped, and made again exactly as it was: a table's rows are gone all the same. */
	readonly action: 'created' | 'altered' | 'dropped' | 'renamed' | 'recreated';
	readonly kind: string;
	/** As it is called now; of what was dropped, as it was called. */
	readonly identity: string;
	/** Of what was renamed: as it was called before; else null. */
	readonly from: string | null;
}

interface Pair {
	readonly before: CatalogObject | null;
	readonly after: CatalogObject | null;
}

/** What changed between two looks at one database. */
export function schemaDelta(before: readonly CatalogObject[], after: readonly CatalogObject[]): SchemaDelta {
	const names = new Map([...before, ...after].map(({key, identity}) => [key, identity]));
	return pairsOf(before, after)
		.filter(differs)
		.map((pair) => entryOf(pair, names))
		.toSorted(byPlace);
}

/**
 * What a person should know of it: columns, indexes and the like of a table that came or went are not told one by one,
 * and neither is the new name of a column whose table was renamed.
 */
export function effectsOf(before: readonly CatalogObject[], after: readonly CatalogObject[]): readonly Effect[] {
	const pairs = pairsOf(before, after);
	const came = new Set(pairs.flatMap((pair) => (pair.before === null && pair.after !== null ? [pair.after.key] : [])));
	const went = new Set(pairs.flatMap((pair) => (pair.after === null && pair.before !== null ? [pair.before.key] : [])));
	return pairs
		.filter(({before: old, after: now}) => !isIn(came, now?.parent) && !isIn(went, old?.parent))
		.flatMap(effectOf)
		.toSorted((a, b) => compareText(`${a.kind} ${a.identity}`, `${b.kind} ${b.identity}`));
}

function isIn(keys: ReadonlySet<string>, key: string | null | undefined): boolean {
	return key !== null && key !== undefined && keys.has(key);
}

function effectOf({before, after}: Pair): readonly Effect[] {
	const kind = after?.kind ?? before?.kind ?? '';
	if (before === null) return after === null ? [] : [{action: 'created', kind, identity: after.identity, from: null}];
	if (after === null) return [{action: 'dropped', kind, identity: before.identity, from: null}];
	const {identity} = after;
	const effects: Effect[] = [];
	if (isRenamed(before, after)) effects.push({action: 'renamed', kind, identity, from: before.identity});
	if (before.definition !== after.definition) effects.push({action: 'altered', kind, identity, from: null});
	else if (before.key !== after.key) effects.push({action: 'recreated', kind, identity, from: null});
	return effects;
}

/** Its own name or schema changed, not that of what it belongs to. */
function isRenamed(before: CatalogObject, after: CatalogObject): boolean {
	return before.identity !== after.identity && (before.parent === null || before.name !== after.name);
}

/** The same object by its key; one dropped and made again under the same name counts as the same, too. */
function pairsOf(before: readonly CatalogObject[], after: readonly CatalogObject[]): readonly Pair[] {
	const byKey = new Map(after.map((object) => [object.key, object]));
	const byName = new Map(after.map((object) => [placeOf(object), object]));
	const keysBefore = new Set(before.map(({key}) => key));
	const matched = new Set<CatalogObject>();
	const old = before.map((object): Pair => {
		const same = byKey.get(object.key);
		const namesake = byName.get(placeOf(object));
		const now = same ?? (namesake !== undefined && !keysBefore.has(namesake.key) ? namesake : null);
		if (now !== null) matched.add(now);
		return {before: object, after: now};
	});
	return [
		...old,
		...after.filter((object) => !matched.has(object)).map((object): Pair => ({before: null, after: object})),
	];
}

function placeOf({kind, identity}: {readonly kind: string; readonly identity: string}): string {
	return `${kind} ${identity}`;
}

function differs({before, after}: Pair): boolean {
	return before?.identity !== after?.identity || before?.definition !== after?.definition;
}

function entryOf({before, after}: Pair, names: ReadonlyMap<string, string>): DeltaEntry {
	const of = names.get(after?.parent ?? before?.parent ?? '') ?? null;
	return {kind: after?.kind ?? before?.kind ?? '', of, before: sideOf(before), after: sideOf(after)};
}

function sideOf(object: CatalogObject | null): DeltaSide | null {
	return object === null ? null : {identity: object.identity, definition: object.definition};
}

function byPlace(a: DeltaEntry, b: DeltaEntry): number {
	return compareText(placeOfEntry(a), placeOfEntry(b));
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

/** How a change that was made compares with the one that was rehearsed. */
export interface DeltaComparison {
	/** Rehearsed, and not found or found otherwise. */
	readonly missing: SchemaDelta;
	/** Not rehearsed, at an object that the rehearsal touched or at one that belongs to it. */
	readonly unexpected: SchemaDelta;
	/** Changed meanwhile by somebody else, away from what was rehearsed. */
	readonly elsewhere: SchemaDelta;
}

/** Whether a target changed exactly as rehearsed: nothing missing, nothing unexpected. */
export function compareDeltas(rehearsed: SchemaDelta, made: SchemaDelta): DeltaComparison {
	const expected = new Set(rehearsed.map(textOf));
	const found = new Set(made.map(textOf));
	const touched = new Set(rehearsed.flatMap(namesOf));
	const other = made.filter((entry) => !expected.has(textOf(entry)));
	const isTouched = (entry: DeltaEntry): boolean => namesOf(entry).some((name) => touched.has(name));
	return {
		missing: rehearsed.filter((entry) => !found.has(textOf(entry))),
		unexpected: other.filter(isTouched),
		elsewhere: other.filter((entry) => !isTouched(entry)),
	};
}

function textOf({kind, before, after}: DeltaEntry): string {
	return JSON.stringify([kind, before?.identity, before?.definition, after?.identity, after?.definition]);
}

/** Of an index its table's name, too: whoever touched the one touched the other. */
function namesOf({of, before, after}: DeltaEntry): readonly string[] {
	return [of, before?.identity, after?.identity].filter((name) => name !== undefined && name !== null);
}

/** An object as it was before the script: the ground that a rehearsal stands on. */
export interface BaseObject {
	readonly kind: string;
	readonly identity: string;
	readonly definition: string;
}

/** Of all that a script changed, and of all that belongs to it or it belongs to: how it was before. */
export function baseOf(before: readonly CatalogObject[], after: readonly CatalogObject[]): readonly BaseObject[] {
	const touched = new Set(
		pairsOf(before, after)
			.filter((pair) => differs(pair) || pair.before?.key !== pair.after?.key)
			.flatMap(({before: old, after: now}) => [old?.key, old?.parent, now?.parent])
			.filter((key) => key !== undefined && key !== null),
	);
	return before
		.filter(({key, parent}) => touched.has(key) || (parent !== null && touched.has(parent)))
		.map(({kind, identity, definition}) => ({kind, identity, definition}));
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
 * What moved under a rehearsal: an object of its base that is no longer as it was, a new one that belongs to a table of
 * the base, or one that the script is going to create. Compared by name: the two lists may be of two databases.
 */
export function movedSince(
	{base, delta}: {readonly base: readonly BaseObject[]; readonly delta: SchemaDelta},
	now: readonly CatalogObject[],
): readonly Moved[] {
	const there = new Map(now.map((object) => [placeOf(object), object]));
	const known = new Set(base.map(placeOf));
	const names = new Set(base.map(({identity}) => identity));
	const identities = new Map(now.map(({key, identity}) => [key, identity]));
	const toCome = new Set(
		delta.flatMap(({kind, before, after}) => (before === null && after !== null ? [placeOf({kind, ...after})] : [])),
	);
	const changed = base
		.map((object) => ({...object, is: there.get(placeOf(object))?.definition ?? null}))
		.filter(({definition, is}) => definition !== is)
		.map(({kind, identity, definition, is}) => ({kind, identity, was: definition, is}));
	const came = now
		.filter((object) => !known.has(placeOf(object)))
		.filter((object) => toCome.has(placeOf(object)) || names.has(identities.get(object.parent ?? '') ?? ''))
		.map(({kind, identity, definition}) => ({kind, identity, was: null, is: definition}));
	return [...changed, ...came];
}
