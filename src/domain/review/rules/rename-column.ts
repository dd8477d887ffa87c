import {identifierText, tableKey, tableText, type RenameColumn} from '../../script/schema-change.ts';
import {columnKey} from '../column-history.ts';
import {followMakers} from '../makers.ts';
import type {ReviewContext, ReviewedChange} from '../review-context.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook, checklist: "no destructive rename". */
export const renameColumn: Rule = {
	id: 'rename-column',
	item: 'no-destructive-rename',
	waivable: true,
	severity:
		'blocker; notice where the table is empty, or an earlier pending migration made the table or the column; none where the same migration adds the old column again and a trigger keeps it in step',
	why: 'The version that runs now names the old column in its queries until the new one is deployed: they fail in between.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders RENAME COLUMN note TO remark;',
		instead: 'ALTER TABLE orders ADD remark text;',
	},
	check: (context) => {
		const makersOf = followMakers();
		const kept = keptInStep(context);
		return objectToChanges(context, (reviewed, {migration}) => {
			const {change, onNewTable, onNewColumn, facts} = reviewed;
			const makers = makersOf(change, migration);
			if (change.kind !== 'rename-column' || change.column === change.to || facts?.exists === false) return null;
			const maker = onNewColumn ? makers.column : makers.table;
			const isNew = onNewTable || onNewColumn;
			if (isNew && (maker === null || maker === migration)) return null;
			if (kept(reviewed, change.column, migration)) return null;
			const table = tableText(change.table);
			const renames = `Renames column ${table}.${identifierText(change.column)} to ${identifierText(change.to)}`;
			const remedy = remedyOf(change, reviewed.columnType);
			if (isNew) {
				const what = onNewColumn ? 'column' : 'table';
				return {severity: 'notice', message: `${renames}: migration ${maker ?? ''} makes the ${what}.`, remedy};
			}
			if (isEmpty(facts)) return {severity: 'notice', message: `${renames}: the table holds no row.`, remedy};
			const message = `${renames} (${facts === null ? 'a table of unknown size' : rowsText(facts)}).`;
			return {severity: 'blocker', destructive: true, message, remedy};
		});
	},
};

function remedyOf({table, column, to}: RenameColumn, type: string | null): string {
	const [name, from, target] = [tableText(table), identifierText(column), identifierText(to)];
	return `Keep the column's name in the model: .HasColumnName("${column}"); or add the new one beside it, write both for one release, and drop ${from} in the next: ALTER TABLE ${name} ADD ${target} ${type ?? '…'}; UPDATE ${name} SET ${target} = ${from} WHERE ${target} IS NULL;`;
}

/** The old column added again and a trigger on the table, both in the rename's own migration. */
function keptInStep(
	context: ReviewContext,
): (reviewed: ReviewedChange, column: string, migration: string | null) => boolean {
	const added = new Set<string>();
	const triggers = new Set<string>();
	for (const {changes, migration} of context.pending) {
		for (const {change, table} of changes) {
			if (table === null) continue;
			// A column of a name that is taken can only be added after the rename.
			if (change.kind === 'add-column') added.add(`${migration ?? ''} ${columnKey(table, change.column)}`);
			if (change.kind === 'create-trigger') triggers.add(`${migration ?? ''} ${tableKey(table)}`);
		}
	}
	return ({table}, column, migration) =>
		table !== null &&
		added.has(`${migration ?? ''} ${columnKey(table, column)}`) &&
		triggers.has(`${migration ?? ''} ${tableKey(table)}`);
}
