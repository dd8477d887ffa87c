import {identifierText, type AddConstraint} from '../../script/schema-change.ts';
import {columnHistory, type ColumnHistory} from '../column-history.ts';
import {constraintName, notValidSql, validateSql} from '../constraint-sql.ts';
import type {Severity} from '../finding.ts';
import type {ReviewedChange} from '../review-context.ts';
import {checkSeverity} from '../row-check.ts';
import {severityBySize} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, ALTER TABLE, Notes: adding a CHECK or NOT NULL constraint scans the table unless NOT VALID. */
export const checkNotValid: Rule = {
	id: 'check-not-valid',
	item: null,
	waivable: true,
	severity:
		'warning; blocker on a large table, notice on a small one; for a column added empty in the same release at most notice',
	why: 'All rows are read while nobody can read or write the table. Added NOT VALID it applies to new rows at once, and VALIDATE CONSTRAINT in a later transaction checks the old ones without holding anybody back.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0);',
		instead: `-- And in the next migration: ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total;
ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0) NOT VALID;`,
	},
	check: (context) => {
		const columns = columnHistory();
		return objectToChanges(context, (reviewed, {statement}) => {
			columns.follow(reviewed);
			const {change, facts} = reviewed;
			if (change.kind !== 'add-constraint' || change.notValid) return null;
			if (change.constraint !== 'check' && change.constraint !== 'not-null') return null;
			const isKnown = (name: string): boolean =>
				facts?.columns.some((column) => column.name === name && column.notNull) === true;
			if (change.constraint === 'not-null' && change.columns.every(isKnown)) return null;
			const severity = severityOf(reviewed, change, columns);
			if (severity === null) return null;
			const kind = change.constraint === 'check' ? 'check' : 'NOT NULL';
			const sql = notValidSql(change, statement.text, statement.changes.length === 1);
			return {
				severity,
				message: `Adds ${kind} constraint ${identifierText(constraintName(change.table, change))} to ${sizedTableOf(reviewed)} and checks every row at once.`,
				remedy: `Add it without the check, ${sql} and in the next migration ${validateSql(change)}`,
			};
		});
	},
};

/** An empty column passes a CHECK, but never NOT NULL. */
function severityOf(reviewed: ReviewedChange, change: AddConstraint, columns: ColumnHistory): Severity | null {
	if (change.constraint === 'check') return checkSeverity(reviewed, change, columns);
	if (reviewed.size === 'empty') return null;
	const isBare = change.columns.some((column) => columns.isBare(reviewed, column));
	return isBare ? 'blocker' : severityBySize(reviewed.size, 'warning');
}
