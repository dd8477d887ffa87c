import {parseTableName} from '../script/schema-change.ts';
import type {TableName} from '../script/table-name.ts';
import type {Effect} from '../schema-delta.ts';
import type {Severity} from './finding.ts';
import type {Review} from './review.ts';

/** What is gone, or no longer called so, after the rehearsal, though the text of the script does not show it. */
export interface Losses {
	readonly severity: Severity;
	/** As people read them: `table public.orders`, `column public.orders.note`. */
	readonly names: readonly string[];
}

type Known = Pick<Review, 'findings' | 'tables' | 'changes'>;

/** Kinds with values of their own: what goes with them cannot be written again. */
const valued = new Set(['table', 'foreign table', 'materialized view', 'column']);
/** Kinds that somebody's queries name. */
const named = new Set([
	...valued,
	'view',
	'sequence',
	'function',
	'procedure',
	'aggregate',
	'type',
	'schema',
	'extension',
]);

/** Where the text of the script does not show such an effect, a finding does: {@link dropsMissed}, {@link renamesMissed}. */
export function isLoss({action, kind}: Effect): boolean {
	return named.has(kind) && (action === 'dropped' || action === 'recreated' || action === 'renamed');
}

/** Dropped, or dropped and made again, so that what it held is gone. */
export function dropsMissed(effects: readonly Effect[], known: Known): readonly Losses[] {
	const remade = new Set(effects.filter(isRemade).map(({identity}) => identity));
	const gone = effects.filter(
		(effect) =>
			(effect.action === 'dropped' && named.has(effect.kind)) ||
			(isRemade(effect) && valued.has(effect.kind) && !remade.has(ownerOf(effect.identity))),
	);
	return lossesOf(
		gone.filter((effect) => !isDropShown(effect, known)),
		known,
		({identity}) => identity,
	);
}

/** Called otherwise than before. */
export function renamesMissed(effects: readonly Effect[], known: Known): readonly Losses[] {
	const renamed = effects.filter(({action, kind}) => action === 'renamed' && named.has(kind));
	return lossesOf(
		renamed.filter((effect) => !isRenameShown(effect, known)),
		known,
		({from, identity}) => `${from ?? ''} → ${identity}`,
	);
}

function isRemade({action}: Effect): boolean {
	return action === 'recreated';
}

/** Worst first. */
function lossesOf(effects: readonly Effect[], known: Known, nameOf: (effect: Effect) => string): readonly Losses[] {
	const severities = ['blocker', 'warning'] as const;
	return severities
		.map((severity) => ({
			severity,
			names: effects
				.filter((effect) => severityOf(effect, known) === severity)
				.map((effect) => `${effect.kind} ${nameOf(effect)}`),
		}))
		.filter(({names}) => names.length > 0);
}

/** A table that nobody has looked at may have rows. */
function severityOf({kind, identity, from}: Effect, {tables}: Known): Severity {
	if (!valued.has(kind)) return 'warning';
	const name = from ?? identity;
	const table = parseTableName(kind === 'column' ? ownerOf(name) : name);
	return table !== null && tables.some((known) => known.empty && maybeSame(known.table, table)) ? 'warning' : 'blocker';
}

function isDropShown({kind, identity}: Effect, known: Known): boolean {
	const place = placeOf(kind, identity);
	return known.changes.some(({change}) => {
		if (change.kind === 'drop-schema') return isInSchema(place, change.schema);
		if (change.kind === 'drop-table') return kind !== 'column' && isNamed(change.table, identity);
		if (change.kind === 'drop-column') return isColumn(place, change, known);
		if (change.kind !== 'other' || change.tag !== `DROP ${kind.toUpperCase()}`) return false;
		// Which one such a statement drops is not known; what a CASCADE takes along is told all the same.
		return !known.findings.some(({rule}) => rule === 'cascade');
	});
}

function isRenameShown({kind, from}: Effect, known: Known): boolean {
	const place = placeOf(kind, from ?? '');
	return known.changes.some(({change}) => {
		if (change.kind === 'rename-schema') return isInSchema(place, change.schema);
		if (change.kind === 'rename-table') return kind !== 'column' && isNamed(change.table, from ?? '');
		if (change.kind === 'rename-column') return isColumn(place, change, known);
		return change.kind === 'other' && kind !== 'table' && change.tag === `ALTER ${kind.toUpperCase()}`;
	});
}

interface NamedPlace {
	readonly kind: string;
	/** `shop.orders` of `shop.orders.total`. */
	readonly owner: string;
	/** Without quotes. */
	readonly own: string;
}

function placeOf(kind: string, identity: string): NamedPlace {
	const [owner, own] = splitLastName(identity);
	return {kind, owner, own};
}

function isInSchema({kind, owner, own}: NamedPlace, schema: string): boolean {
	if (kind === 'schema') return own === schema;
	const name = parseTableName(owner);
	return name?.name === schema && name.schema === null;
}

function isColumn(
	{kind, owner, own}: NamedPlace,
	{table, column}: {readonly table: TableName; readonly column: string},
	{changes}: Known,
): boolean {
	if (kind !== 'column' || own !== column) return false;
	// Its table may have been renamed before, in the same script.
	return (
		isNamed(table, owner) || changes.some(({change}) => change.kind === 'rename-table' && isNamed(change.table, owner))
	);
}

/** What the object belongs to, as its name says: `shop.orders` of `shop.orders.total`. */
function ownerOf(identity: string): string {
	return splitLastName(identity)[0];
}

/** `shop.orders."Total"` → `shop.orders` and `Total`, which is unquoted. */
function splitLastName(identity: string): readonly [owner: string, own: string] {
	const match = /^(?:(.*)\.)?(?:"((?:[^"]|"")*)"|([^".]+))$/su.exec(identity);
	return [match?.[1] ?? '', match?.[2]?.replaceAll('""', '"') ?? match?.[3] ?? identity];
}

function isNamed(table: TableName, identity: string): boolean {
	const name = parseTableName(identity);
	return name !== null && maybeSame(table, name);
}

/** A name without a schema may be any schema's. */
function maybeSame(a: TableName, b: TableName): boolean {
	return a.name === b.name && (a.schema === null || b.schema === null || a.schema === b.schema);
}
