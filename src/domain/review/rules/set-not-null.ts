import {identifierText, sameTable, tableText, type SetNotNull} from '../../script/schema-change.ts';
import type {ReviewContext, ReviewedStatement} from '../review-context.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook: nullable → backfill → NOT NULL. */
export const setNotNull: Rule = {
	id: 'set-not-null',
	item: 'not-null-filled',
	waivable: true,
	why: 'One row without a value makes PostgreSQL refuse the statement, and the whole table is read to find out.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, onNewColumn, facts}, at) => {
			if (change.kind !== 'set-not-null' || onNewTable || isEmpty(facts)) return null;
			if (facts?.columns.find(({name}) => name === change.column)?.notNull === true) return null;
			if (isFilledBefore(change, at, context)) return null;
			const [table, column] = [tableText(change.table), identifierText(change.column)];
			return {
				severity: onNewColumn ? 'blocker' : 'warning',
				message: `Sets ${table}.${column} NOT NULL, and nothing before it in the script fills the rows without a value (${rowsText(facts)}).`,
				remedy: `Fill it first: UPDATE ${table} SET ${column} = … WHERE ${column} IS NULL; ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;`,
			};
		}),
};

/** An UPDATE of the column, or its own default when it was added, earlier among the pending statements. */
function isFilledBefore(change: SetNotNull, at: ReviewedStatement, context: ReviewContext): boolean {
	const before = context.pending.slice(0, context.pending.indexOf(at));
	return before.some(({changes}) =>
		changes.some(({change: earlier}) => {
			if (earlier.kind === 'add-column') {
				return earlier.hasDefault && earlier.column === change.column && sameTable(earlier.table, change.table);
			}
			if (earlier.kind !== 'data-change' || earlier.operation !== 'update') return false;
			return earlier.columns.includes(change.column) && sameTable(earlier.table, change.table);
		}),
	);
}
