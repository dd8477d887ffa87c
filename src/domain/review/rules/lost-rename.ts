import {identifierText, tableKey, tableText, type AddColumn, type DropColumn} from '../../script/schema-change.ts';
import type {ReviewContext} from '../review-context.ts';
import {isEmpty} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** EF cannot tell a renamed property from a removed and an added one, and then writes DROP and ADD. */
export const lostRename: Rule = {
	id: 'lost-rename',
	item: 'no-destructive-rename',
	waivable: true,
	why: 'A column dropped and another added in one migration are often one renamed column: its values do not come along.',
	check: (context) => {
		const added = addedColumns(context);
		return objectToChanges(context, ({change, onNewTable, onNewColumn, facts}, {migration}) => {
			if (change.kind !== 'drop-column' || onNewTable || onNewColumn || isEmpty(facts)) return null;
			if (facts?.columns.find(({name}) => name === change.column)?.allNull === true) return null;
			const partner = added.get(groupKey(migration, change))?.find(({column}) => column !== change.column);
			if (partner === undefined) return null;
			const table = tableText(change.table);
			const [from, to] = [identifierText(change.column), identifierText(partner.column)];
			return {
				severity: 'warning',
				destructive: true,
				message: `Drops ${table}.${from} and adds ${table}.${to} in one migration: is it a rename?`,
				remedy: `If it is, write RenameColumn in the migration (ALTER TABLE ${table} RENAME COLUMN ${from} TO ${to};), or better copy and drop later: UPDATE ${table} SET ${to} = ${from};`,
			};
		});
	},
};

function addedColumns(context: ReviewContext): ReadonlyMap<string, readonly AddColumn[]> {
	const added = new Map<string, AddColumn[]>();
	for (const {changes, migration} of context.pending) {
		for (const {change} of changes) {
			if (change.kind !== 'add-column') continue;
			const key = groupKey(migration, change);
			added.set(key, [...(added.get(key) ?? []), change]);
		}
	}
	return added;
}

function groupKey(migration: string | null, change: AddColumn | DropColumn): string {
	return `${migration ?? ''} ${tableKey(change.table)}`;
}
