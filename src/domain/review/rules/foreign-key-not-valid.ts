import {identifierText, tableText, type AddConstraint} from '../../script/schema-change.ts';
import {columnHistory} from '../column-history.ts';
import {constraintName, notValidSql, validateSql} from '../constraint-sql.ts';
import type {ReviewedChange, ReviewedStatement} from '../review-context.ts';
import {checkSeverity} from '../row-check.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/**
 * PostgreSQL documentation, ALTER TABLE: ADD FOREIGN KEY takes a SHARE ROW EXCLUSIVE lock on both tables, and Notes: the
 * rows are checked unless NOT VALID is given; VALIDATE CONSTRAINT holds nobody back.
 */
export const foreignKeyNotValid: Rule = {
	id: 'foreign-key-not-valid',
	item: null,
	waivable: true,
	severity:
		'warning; blocker on a large table, notice on a small one; for a column added empty in the same release at most notice',
	why: 'All rows are looked up while neither of the two tables can be written. Added NOT VALID it applies to new rows at once, and VALIDATE CONSTRAINT in a later transaction checks the old ones without holding anybody back.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD CONSTRAINT fk_orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);',
		instead: `-- And in the next migration: ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_customer;
ALTER TABLE orders ADD CONSTRAINT fk_orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;`,
	},
	check: (context) => {
		const columns = columnHistory();
		return objectToChanges(context, (reviewed, at) => {
			columns.follow(reviewed);
			const {change} = reviewed;
			if (change.kind !== 'add-constraint' || change.constraint !== 'foreign-key' || change.notValid) return null;
			const severity = checkSeverity(reviewed, change, columns);
			if (severity === null) return null;
			const references = change.references === null ? 'another table' : tableText(change.references);
			return {
				severity,
				message: `Adds foreign key ${identifierText(constraintName(change.table, change))} to ${sizedTableOf(reviewed)} and looks up every row in ${references} at once.`,
				remedy: remedy(reviewed, change, at),
			};
		});
	},
};

function remedy({facts}: ReviewedChange, change: AddConstraint, {statement}: ReviewedStatement): string {
	const sql = notValidSql(change, statement.text, statement.changes.length === 1);
	const steps = `Add it without the check, ${sql} and in the next migration ${validateSql(change)}`;
	return facts?.kind === 'partitioned-table'
		? `${steps} Before PostgreSQL 18 a partitioned table takes no NOT VALID: do both on each partition first, then add the key to the whole.`
		: steps;
}
