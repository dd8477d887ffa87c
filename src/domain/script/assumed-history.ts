import type {EfFrame} from './ef-frame.ts';

/** What a person says about a script's pending migrations where no target is asked. Names are ids, or what follows their time. */
export type PendingChoice =
	| {readonly kind: 'all'}
	/** These are pending, and no others. */
	| {readonly kind: 'only'; readonly names: readonly string[]}
	/** What comes after this one in the script is pending. */
	| {readonly kind: 'since'; readonly name: string};

/** The choice does not fit the script: a sentence for the person. */
export interface UnusableChoice {
	readonly kind: 'unusable';
	readonly sentence: string;
}

/** The ids that a target's history would hold if what the person says of the script were so. */
export function assumedHistory(frame: EfFrame, choice: PendingChoice): readonly string[] | UnusableChoice {
	const ids = frame.migrations.map(({id}) => id);
	if (choice.kind === 'since') return appliedUpTo(choice.name, ids, frame);
	const pending = choice.kind === 'all' ? ids : idsOf(choice.names, ids);
	if (isUnusableChoice(pending)) return pending;
	// A script that reverts has left to do what the history holds.
	return frame.direction === 'down' ? pending : ids.filter((id) => !pending.includes(id));
}

export function isUnusableChoice(value: readonly string[] | UnusableChoice): value is UnusableChoice {
	return 'kind' in value;
}

function appliedUpTo(name: string, ids: readonly string[], frame: EfFrame): readonly string[] | UnusableChoice {
	if (frame.direction === 'down') {
		return unusable(
			'This script reverts migrations, so nothing in it comes after one: name what it reverts with --pending.',
		);
	}
	const id = idOf(name, ids);
	if (typeof id === 'string') return ids.slice(0, ids.indexOf(id) + 1);
	return isBefore(name, ids) ? [] : id;
}

/**
 * A script made by `dotnet ef migrations script FROM` leaves FROM out: it sorts before all that the script has, as does
 * EF's own `0`, which stands for the empty database.
 */
function isBefore(name: string, ids: readonly string[]): boolean {
	return (name === '0' || /^\d{14}_/u.test(name)) && ids.every((id) => name < id);
}

function idsOf(names: readonly string[], ids: readonly string[]): readonly string[] | UnusableChoice {
	const found: string[] = [];
	for (const name of names) {
		const id = idOf(name, ids);
		if (typeof id !== 'string') return id;
		found.push(id);
	}
	return ids.filter((id) => found.includes(id));
}

/** Exactly the id; else the only one that is called so, whatever the case: as `dotnet ef` takes names. */
function idOf(name: string, ids: readonly string[]): string | UnusableChoice {
	if (ids.includes(name)) return name;
	const called = ids.filter((id) => fold(id) === fold(name) || fold(nameOf(id)) === fold(name));
	const [only] = called;
	if (only !== undefined && called.length === 1) return only;
	if (called.length > 1) {
		return unusable(`Several migrations are called “${name}”: ${called.join(', ')}. Give the whole id.`);
	}
	return unusable(`The script has no migration “${name}”. ${suggestions(name, ids)}`);
}

/** `20260101000000_AddOrders` → `AddOrders`. */
function nameOf(id: string): string {
	return id.replace(/^\d+_/u, '');
}

function fold(text: string): string {
	return text.toLowerCase();
}

/** More ids than this are not listed; the nearest are. */
const listedIds = 8;
const nearestIds = 3;

function suggestions(name: string, ids: readonly string[]): string {
	if (ids.length <= listedIds) return `It has ${ids.join(', ')}.`;
	const nearest = ids
		.map((id) => ({id, distance: Math.min(distance(name, id), distance(name, nameOf(id)))}))
		.toSorted((left, right) => left.distance - right.distance)
		.slice(0, nearestIds)
		.map(({id}) => id);
	return `The nearest of its ${ids.length} are ${nearest.join(', ')}.`;
}

/** An EF id has at most 150 characters (its column's width): what is longer is compared by its beginning. */
const comparedCharacters = 150;

/** Levenshtein's: how many characters to add, to take away or to change. */
function distance(left: string, right: string): number {
	const from = fold(left.slice(0, comparedCharacters));
	const to = fold(right.slice(0, comparedCharacters));
	let previous = Array.from({length: to.length + 1}, (_, index) => index);
	for (let row = 1; row <= from.length; row += 1) {
		const current = [row];
		for (let column = 1; column <= to.length; column += 1) {
			const change = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
			current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
		}
		previous = current;
	}
	return previous[to.length] ?? 0;
}

function unusable(sentence: string): UnusableChoice {
	return {kind: 'unusable', sentence};
}
