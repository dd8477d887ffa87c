import {identifierText, tableText} from '../../script/schema-change.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook, checklist: "no destructive rename". */
export const renameColumn: Rule = {
	id: 'rename-column',
	item: 'no-destructive-rename',
	waivable: true,
	why: 'The version that runs now names the old column in its queries until the new one is deployed: they fail in between.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, onNewColumn, facts}) => {
			if (change.kind !== 'rename-column' || onNewTable || onNewColumn || facts?.exists === false) return null;
			const table = tableText(change.table);
			const [from, to] = [identifierText(change.column), identifierText(change.to)];
			const remedy = `Add ${to}, copy, write both for one release, and drop ${from} in the next: ALTER TABLE ${table} ADD ${to} …; UPDATE ${table} SET ${to} = ${from}; or keep the column's name in the model: .HasColumnName("${change.column}").`;
			if (isEmpty(facts)) {
				return {
					severity: 'notice',
					message: `Renames column ${table}.${from} to ${to}: the table holds no row.`,
					remedy,
				};
			}
			const message = `Renames column ${table}.${from} to ${to} (${rowsText(facts)}).`;
			return {severity: 'blocker', destructive: true, message, remedy};
		}),
};
