import {identifierText, tableText, tableKey, type AddColumn, type DropColumn} from '../../script/schema-change.ts';
import {typeChange} from '../column-types.ts';
import {followEmptied} from '../emptied-tables.ts';
import {likeness} from '../name-likeness.ts';
import type {ReviewContext, ReviewedChange, ReviewedStatement} from '../review-context.ts';
import {isEmpty} from '../rows.ts';
import {object, type Rule} from '../rule.ts';

/** EF cannot tell a renamed property from a removed and an added one, and then writes DROP and ADD. */
export const lostRename: Rule = {
	id: 'lost-rename',
	item: 'no-destructive-rename',
	waivable: true,
	severity: 'warning, blocker where the types match; none where the column holds no value',
	why: 'A column dropped and another added in one migration are often one renamed column: its values do not come along.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders ADD remark text;',
		instead: 'ALTER TABLE orders RENAME COLUMN note TO remark;',
	},
	check: (context) => {
		const losses = lossesOf(context);
		const partners = pairsOf(losses);
		return losses.flatMap((loss) => {
			const partner = partners.get(loss);
			if (partner === undefined) return [];
			const severity = matches(loss.type, partner) ? 'blocker' : 'warning';
			const message = messageOf(loss.change, partner);
			return [object(loss.at, {severity, destructive: true, message, remedy: remedyOf(loss.change, partner)})];
		});
	},
};

/** A column with values that goes, and the columns that come in its place. */
interface Loss {
	readonly at: ReviewedStatement;
	readonly change: DropColumn;
	readonly type: string | null;
	readonly candidates: readonly AddColumn[];
}

function lossesOf(context: ReviewContext): readonly Loss[] {
	const {added, copied} = columnsMade(context);
	const isEmptied = followEmptied();
	return context.pending.flatMap((at) =>
		at.changes.flatMap((reviewed) => {
			const hasRows = !isEmptied(reviewed, at);
			const {change, table, onNewTable, onNewColumn, facts, columnType} = reviewed;
			if (change.kind !== 'drop-column' || table === null || onNewTable || onNewColumn || isEmpty(facts)) return [];
			if (!hasRows || facts?.columns.find(({name}) => name === change.column)?.allNull === true) return [];
			const group = groupKey(at.migration, reviewed);
			const candidates = added.get(group) ?? [];
			if (candidates.some(({column}) => copied.has(copyKey(group, change.column, column)))) return [];
			return [{at, change, type: columnType, candidates}];
		}),
	);
}

/** The likeliest pairs first: one column takes the place of one other, not of several. */
function pairsOf(losses: readonly Loss[]): ReadonlyMap<Loss, AddColumn> {
	const pairs = losses
		.flatMap((loss) => loss.candidates.map((added) => ({loss, added, rank: rankOf(loss, added)})))
		.toSorted((left, right) => right.rank - left.rank);
	const partners = new Map<Loss, AddColumn>();
	const taken = new Set<AddColumn>();
	for (const {loss, added} of pairs) {
		if (partners.has(loss) || taken.has(added)) continue;
		partners.set(loss, added);
		taken.add(added);
	}
	return partners;
}

interface ColumnsMade {
	/** Migration and table → the columns added there. */
	readonly added: ReadonlyMap<string, readonly AddColumn[]>;
	/** Copies from a dropped column to another: `UPDATE t SET new = old`. */
	readonly copied: ReadonlySet<string>;
}

function columnsMade({pending}: ReviewContext): ColumnsMade {
	const added = new Map<string, AddColumn[]>();
	const copied = new Set<string>();
	const dropped = droppedColumns(pending);
	for (const {changes, migration, statement} of pending) {
		for (const reviewed of changes) {
			const {change} = reviewed;
			const key = groupKey(migration, reviewed);
			// A generated column cannot take over anybody's values.
			if (change.kind === 'add-column' && change.generated === null) {
				const same = added.get(key);
				if (same === undefined) added.set(key, [change]);
				else same.push(change);
			}
			if (change.kind !== 'data-change' || change.operation !== 'update') continue;
			const read = namesIn(statement.text, dropped.get(key) ?? new Set());
			for (const to of change.columns) for (const from of read) copied.add(copyKey(key, from, to));
		}
	}
	return {added, copied};
}

function droppedColumns(pending: ReviewContext['pending']): ReadonlyMap<string, ReadonlySet<string>> {
	const dropped = new Map<string, Set<string>>();
	for (const {changes, migration} of pending) {
		for (const reviewed of changes) {
			if (reviewed.change.kind !== 'drop-column') continue;
			const key = groupKey(migration, reviewed);
			dropped.set(key, (dropped.get(key) ?? new Set()).add(reviewed.change.column));
		}
	}
	return dropped;
}

/** Those of the names that an UPDATE mentions; which of its columns takes which value does not matter here. */
function namesIn(text: string, names: ReadonlySet<string>): ReadonlySet<string> {
	if (names.size === 0) return names;
	const words = text.match(/"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/gu) ?? [];
	const read = words.map((word) =>
		word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase(),
	);
	return new Set(read.filter((word) => names.has(word)));
}

function groupKey(migration: string | null, {table}: ReviewedChange): string {
	return `${migration ?? ''} ${table === null ? '' : tableKey(table)}`;
}

function copyKey(group: string, from: string, to: string): string {
	return JSON.stringify([group, from, to]);
}

/** Of the same type first, then by name. */
function rankOf({change, type}: Loss, added: AddColumn): number {
	return (matches(type, added) ? 2 : 0) + likeness(change.column, added.column);
}

/** Every value of the old column would be one of the new column as it stands. */
function matches(type: string | null, {type: to}: AddColumn): boolean {
	return type !== null && typeChange(type, to, false) === 'none';
}

function messageOf({table, column}: DropColumn, partner: AddColumn): string {
	const [name, from, to] = [tableText(table), identifierText(column), identifierText(partner.column)];
	if (from === to) return `Drops ${name}.${from} and adds it again in one migration: its values are lost.`;
	return `Drops ${name}.${from} and adds ${name}.${to} (${partner.type}) in one migration: is it a rename?`;
}

function remedyOf({table, column}: DropColumn, partner: AddColumn): string {
	const [name, from, to] = [`ALTER TABLE ${tableText(table)}`, identifierText(column), identifierText(partner.column)];
	if (from === to) {
		return `Change the column instead: ${name} ALTER COLUMN ${from} TYPE ${partner.type} USING ${from}::${partner.type};`;
	}
	return `If it is, write RenameColumn in the migration: ${name} RENAME COLUMN ${from} TO ${to}; or better add it now, copy, and drop the old one in the next release: ${name} ADD ${to} ${partner.type}; UPDATE ${tableText(table)} SET ${to} = ${from} WHERE ${to} IS NULL;`;
}
