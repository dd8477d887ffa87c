import {tableText} from '../../script/schema-change.ts';
import {isHistoryChange} from '../review-context.ts';
import {isEmpty} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, TRUNCATE: all rows at once, under an ACCESS EXCLUSIVE lock, without firing DELETE triggers. */
export const truncate: Rule = {
	id: 'truncate',
	item: null,
	waivable: true,
	severity: 'blocker; notice on an empty table',
	why: 'All rows are gone for good, no DELETE trigger sees them go, and every reader waits until the transaction ends.',
	example: {
		of: 'migration',
		sql: 'TRUNCATE orders;',
		instead: "DELETE FROM orders WHERE status = 'imported';",
	},
	check: (context) =>
		objectToChanges(context, (reviewed) => {
			const {change, onNewTable, facts} = reviewed;
			if (change.kind !== 'data-change' || change.operation !== 'truncate') return null;
			if (onNewTable || facts?.exists === false || isHistoryChange(change, context.frame)) return null;
			const table = tableText(change.table);
			const copy = tableText({...change.table, name: `${change.table.name}_before`});
			const remedy = `Name the rows that must go: DELETE FROM ${table} WHERE …; if really all must, keep a copy for the way back: CREATE TABLE ${copy} AS TABLE ${table};`;
			if (isEmpty(facts)) return {severity: 'notice', message: `Empties table ${table}: it holds no row.`, remedy};
			return {severity: 'blocker', destructive: true, message: `Empties table ${sizedTableOf(reviewed)}.`, remedy};
		}),
};
