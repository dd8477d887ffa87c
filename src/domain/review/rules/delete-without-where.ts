import {tableText} from '../../script/schema-change.ts';
import {isHistoryChange} from '../review-context.ts';
import {isEmpty} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, DELETE: "If the WHERE clause is absent, the effect is to delete all rows in the table." */
export const deleteWithoutWhere: Rule = {
	id: 'delete-without-where',
	item: null,
	waivable: true,
	severity: 'blocker; notice on an empty table',
	why: 'Every row of the table is gone for good; most often a condition was forgotten.',
	example: {
		of: 'migration',
		sql: 'DELETE FROM orders;',
		instead: "DELETE FROM orders WHERE status = 'imported';",
	},
	check: (context) =>
		objectToChanges(context, (reviewed) => {
			const {change, onNewTable, facts} = reviewed;
			if (change.kind !== 'data-change' || change.operation !== 'delete' || !change.everyRow) return null;
			if (onNewTable || facts?.exists === false || isHistoryChange(change, context.frame)) return null;
			const table = tableText(change.table);
			const remedy = `Say which rows: DELETE FROM ${table} WHERE …; if really all must go, say so in the request, and take them in batches outside of the release.`;
			if (isEmpty(facts)) {
				return {severity: 'notice', message: `Deletes every row of ${table}: it holds none.`, remedy};
			}
			return {
				severity: 'blocker',
				destructive: true,
				message: `Deletes every row of ${sizedTableOf(reviewed)}.`,
				remedy,
			};
		}),
};
