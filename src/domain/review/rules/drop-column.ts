import {identifierText, tableText} from '../../script/schema-change.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook: columns are removed over two releases. */
export const dropColumn: Rule = {
	id: 'drop-column',
	item: 'no-destructive-drop',
	waivable: true,
	why: 'Its values are gone for good, and the version that runs now still selects the column: EF names every column in every query.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, onNewColumn, facts}) => {
			if (change.kind !== 'drop-column' || onNewTable || onNewColumn || facts?.exists === false) return null;
			const column = `${tableText(change.table)}.${identifierText(change.column)}`;
			const remedy = `Release a version without the property first, and drop the column in the release after that: ALTER TABLE ${tableText(change.table)} DROP COLUMN ${identifierText(change.column)};`;
			if (isEmpty(facts)) {
				return {severity: 'notice', message: `Drops column ${column}: the table holds no row.`, remedy};
			}
			const known = facts?.columns.find(({name}) => name === change.column);
			if (known?.allNull === true) {
				return {
					severity: 'notice',
					message: `Drops column ${column}: none of ${rowsText(facts)} holds a value.`,
					remedy,
				};
			}
			const holds = known?.allNull === false ? 'rows hold values; ' : '';
			const message = `Drops column ${column} (${holds}the table has ${rowsText(facts)}).`;
			return {severity: 'blocker', destructive: true, message, remedy};
		}),
};
