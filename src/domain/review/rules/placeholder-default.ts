import {
	identifierText,
	tableText,
	type AddColumn,
	type AddConstraint,
	type CreateIndex,
	type SchemaChange,
} from '../../script/schema-change.ts';
import {columnKey} from '../column-history.ts';
import {followEmptied} from '../emptied-tables.ts';
import {placeholderOf, type Placeholder} from '../placeholder.ts';
import type {ReviewContext, ReviewedChange, ReviewedStatement} from '../review-context.ts';
import {object, type Objection, type Rule} from '../rule.ts';
import {listText} from '../sql-text.ts';
import {worstVolatility} from '../volatility.ts';

/**
 * PostgreSQL documentation, ALTER TABLE: rows that are there get the default. EF asks for one whenever a NOT NULL column
 * is added, and without an answer writes the type's zero.
 */
export const placeholderDefault: Rule = {
	id: 'placeholder-default',
	item: 'not-null-filled',
	waivable: true,
	severity:
		"warning for a zero GUID, -infinity, the year 1, and any default on a column that then gets a foreign key, UNIQUE or CHECK; notice for '', 0, FALSE",
	why: 'The rows that are there get a value that nobody gave them: it looks like data, or breaks the constraint that comes after it.',
	example: {
		of: 'migration',
		sql: "ALTER TABLE orders ADD customer_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';",
		instead:
			'ALTER TABLE orders ADD customer_id uuid; UPDATE orders SET customer_id = gen_random_uuid() WHERE customer_id IS NULL; ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;',
	},
	check: (context) => {
		const placed = placedChanges(context);
		const later = laterChanges(placed);
		const additions = placed.flatMap((item) => additionOf(item, later) ?? []);
		return [
			...additions.flatMap((addition) =>
				addition.constraint === null ? [] : [constrained(addition, addition.constraint)],
			),
			...together(additions, 'false-value').map((group) => falseValues(group)),
			...together(additions, 'plain').map((group) => plainValues(group)),
		];
	},
};

interface PlacedChange {
	readonly at: ReviewedStatement;
	readonly reviewed: ReviewedChange;
	readonly position: number;
	/** The same migration has deleted all of the table's rows before. */
	readonly isEmptied: boolean;
}

function placedChanges({pending}: ReviewContext): readonly PlacedChange[] {
	const isEmptied = followEmptied();
	return pending
		.flatMap((at) => at.changes.map((reviewed) => ({at, reviewed})))
		.map(({at, reviewed}, position) => ({at, reviewed, position, isEmptied: isEmptied(reviewed, at)}));
}

/** What happens to the columns, by their keys and in the order of the file. */
interface LaterChanges {
	readonly fills: ReadonlyMap<string, readonly PlacedChange[]>;
	readonly constraints: ReadonlyMap<string, readonly PlacedConstraint[]>;
}

interface PlacedConstraint {
	readonly position: number;
	readonly text: string;
	/** No two rows may have the same values. */
	readonly unique: boolean;
	/** It is about one column alone. */
	readonly isAlone: boolean;
}

function laterChanges(placed: readonly PlacedChange[]): LaterChanges {
	const fills = new Map<string, PlacedChange[]>();
	const constraints = new Map<string, PlacedConstraint[]>();
	for (const item of placed) {
		const {change, table} = item.reviewed;
		if (table === null) continue;
		if (change.kind === 'data-change' && change.operation === 'update') {
			for (const column of change.columns) append(fills, columnKey(table, column), item);
		}
		const constraint = constraintOf(change);
		if (constraint === null) continue;
		const {text, unique, columns} = constraint;
		const placed = {position: item.position, text, unique, isAlone: columns.length === 1};
		for (const column of new Set(columns)) append(constraints, columnKey(table, column), placed);
	}
	return {fills, constraints};
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
	const list = lists.get(key);
	if (list === undefined) lists.set(key, [item]);
	else list.push(item);
}

interface ColumnConstraint {
	readonly text: string;
	readonly columns: readonly string[];
	readonly unique: boolean;
}

function constraintOf(change: SchemaChange): ColumnConstraint | null {
	if (change.kind === 'create-index') return uniqueIndex(change);
	return change.kind === 'add-constraint' ? tableConstraint(change) : null;
}

/** Of a partial index nobody here knows whether it holds the rows that are there. */
function uniqueIndex({unique, partial, columns, name}: CreateIndex): ColumnConstraint | null {
	if (!unique || partial || columns.includes(null)) return null;
	const named = name === null ? '' : ` ${identifierText(name)}`;
	return {text: `the unique index${named}`, columns: columns.flatMap((column) => column ?? []), unique: true};
}

function tableConstraint({constraint, name, columns}: AddConstraint): ColumnConstraint | null {
	const text = constraintTexts[constraint];
	if (text === null) return null;
	const named = name === null ? '' : ` ${identifierText(name)}`;
	return {text: `${text}${named}`, columns, unique: constraint === 'unique' || constraint === 'primary-key'};
}

const constraintTexts: Readonly<Record<AddConstraint['constraint'], string | null>> = {
	'foreign-key': 'the foreign key',
	unique: 'the UNIQUE constraint',
	'primary-key': 'the primary key',
	check: 'the CHECK',
	exclude: null,
	'not-null': null,
};

/** A column that gets a default which says nothing of its rows. */
interface Addition {
	readonly at: ReviewedStatement;
	readonly change: AddColumn;
	readonly placeholder: Placeholder | null;
	/**
	 * `the foreign key fk_orders`; null where none follows that the default could break. UNIQUE over several columns may
	 * hold, for the others tell the rows apart; so does it with a value made for each row.
	 */
	readonly constraint: string | null;
}

function additionOf({at, reviewed, position, isEmptied}: PlacedChange, later: LaterChanges): Addition | null {
	const {change, table} = reviewed;
	if (change.kind !== 'add-column' || table === null || change.defaultText === null) return null;
	if (isEmptied || isHarmless(reviewed)) return null;
	const key = columnKey(table, change.column);
	const fill = firstAfter(position, later.fills.get(key));
	if (fill !== null && fill.at.migration === at.migration) return null;
	const constraint = firstAfter(position, later.constraints.get(key));
	const isInTime = constraint !== null && (fill === null || constraint.position < fill.position);
	const breaks =
		isInTime && (!constraint.unique || (constraint.isAlone && worstVolatility(change.defaultCalls) === null));
	const placeholder = placeholderOf(change.defaultText);
	return {
		at,
		change,
		placeholder: placeholder?.kind === 'plain' && !change.notNull ? null : placeholder,
		constraint: breaks ? constraint.text : null,
	};
}

/** No row gets the default: there is none, or the column is there already. */
function isHarmless({change, size, facts}: ReviewedChange): boolean {
	if (size === 'empty') return true;
	if (change.kind !== 'add-column' || change.generated !== null) return true;
	return change.ifNotExists && facts?.columns.some(({name}) => name === change.column) === true;
}

/** By halves: a hostile script may hold any number of them. */
function firstAfter<Item extends {readonly position: number}>(
	position: number,
	items: readonly Item[] = [],
): Item | null {
	let [low, high] = [0, items.length];
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if ((items[middle]?.position ?? 0) > position) high = middle;
		else low = middle + 1;
	}
	return items[low] ?? null;
}

function constrained({at, change}: Addition, constraint: string): Objection {
	const name = nameOf(change);
	return object(at, {
		severity: 'warning',
		message: `Every row that is there gets ${change.defaultText ?? ''} in ${name}, and then ${constraint} asks whether that is right.`,
		remedy: remedyOf([change]),
	});
}

/** Of one migration, told once: a flag for soft deletion comes to all tables together. What a constraint says is left out. */
function together(additions: readonly Addition[], kind: Placeholder['kind']): readonly (readonly Addition[])[] {
	const groups = new Map<string, Addition[]>();
	for (const addition of additions) {
		if (addition.constraint !== null || addition.placeholder?.kind !== kind) continue;
		append(groups, addition.at.migration ?? '', addition);
	}
	return [...groups.values()];
}

function falseValues(group: readonly Addition[]): Objection {
	return grouped(group, 'warning', `Rows that are there get a value that stands for none: ${valuesText(group)}.`);
}

function plainValues(group: readonly Addition[]): Objection {
	return grouped(
		group,
		'notice',
		`Rows that are there get a plain default, which has to be true of them: ${valuesText(group)}.`,
	);
}

function grouped(group: readonly Addition[], severity: 'warning' | 'notice', message: string): Objection {
	const [first] = group;
	const remedy = remedyOf(group.map(({change}) => change));
	const judgement = {severity, message, remedy};
	if (first !== undefined) return object(first.at, judgement);
	return {...judgement, migration: null, place: {line: 1, column: 1}, statement: ''};
}

function valuesText(group: readonly Addition[]): string {
	return listText(group.map(({change, placeholder}) => `${nameOf(change)} (${placeholder?.text ?? ''})`));
}

function nameOf({table, column}: AddColumn): string {
	return `${tableText(table)}.${identifierText(column)}`;
}

function remedyOf(changes: readonly AddColumn[]): string {
	const [first] = changes;
	if (first === undefined) return '';
	const [table, column] = [tableText(first.table), identifierText(first.column)];
	const notNull = first.notNull ? ` ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;` : '';
	const more = changes.length > 1 ? ' (and so for the others)' : '';
	return `Where it is not true of the rows that are there, add the column nullable, fill it and then close it${more}: ALTER TABLE ${table} ADD ${column} ${first.type}; UPDATE ${table} SET ${column} = … WHERE ${column} IS NULL;${notNull}`;
}
