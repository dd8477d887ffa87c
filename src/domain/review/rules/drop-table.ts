import {tableText} from '../../script/schema-change.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook, checklist: "no destructive drop"; columns and tables go over two releases. */
export const dropTable: Rule = {
	id: 'drop-table',
	item: 'no-destructive-drop',
	waivable: true,
	why: 'The rows are gone for good, and the version that runs now fails on its next query.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, facts}) => {
			if (change.kind !== 'drop-table' || onNewTable || facts?.exists === false) return null;
			const table = tableText(change.table);
			const dependents = facts?.dependents ?? [];
			const remedy = `Release a version that no longer uses ${table} first, and drop it in the release after that. To keep the rows: CREATE TABLE ${tableText({...change.table, name: `${change.table.name}_archive`})} AS TABLE ${table};`;
			if (isEmpty(facts) && dependents.length === 0) {
				return {severity: 'notice', message: `Drops table ${table}: it holds no row.`, remedy};
			}
			const uses = dependents.length === 0 ? '' : `, used by ${dependents.join(', ')}`;
			const message = `Drops table ${table} (${rowsText(facts)}${uses}).`;
			return {severity: 'blocker', destructive: true, message, remedy};
		}),
};
