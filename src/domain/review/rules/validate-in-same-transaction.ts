import {transactionKey} from '../../script/parsed-script.ts';
import {identifierText, tableKey, tableText} from '../../script/schema-change.ts';
import type {TableName} from '../../script/table-name.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, ALTER TABLE, Notes, and "Explicit Locking": a lock is held until the transaction ends. */
export const validateInSameTransaction: Rule = {
	id: 'validate-in-same-transaction',
	item: null,
	waivable: true,
	severity: 'warning; notice on a small table',
	why: 'ADD … NOT VALID takes a strong lock for a moment, and VALIDATE checks every row under a weak one. In one transaction the strong lock stays until the check is done, so nothing is won by NOT VALID.',
	example: {
		of: 'migration',
		sql: `ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total;`,
		instead: `-- And in the next migration: ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total;
ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0) NOT VALID;`,
	},
	check: (context) => {
		/** Constraint → the transaction that added it NOT VALID. */
		const added = new Map<string, string>();
		const isWholeScript = context.frame.transactions === 'whole-script';
		return objectToChanges(context, (reviewed, {statement}) => {
			const {change, table, size} = reviewed;
			const transaction = transactionKey(statement);
			if (table === null || size === 'empty') return null;
			if (change.kind === 'add-constraint' && change.notValid && change.name !== null) {
				added.set(keyOf(table, change.name), transaction);
			}
			if (change.kind !== 'validate-constraint') return null;
			if (added.get(keyOf(table, change.name)) !== transaction) return null;
			const name = identifierText(change.name);
			const sql = `ALTER TABLE ${tableText(change.table)} VALIDATE CONSTRAINT ${name};`;
			return {
				severity: size === 'small' ? 'notice' : 'warning',
				message: `Validates ${name} of ${sizedTableOf(reviewed)} in the transaction that adds it NOT VALID.`,
				remedy: isWholeScript
					? `Validate it in the next release, with a script of its own, for this script is one transaction: ${sql}`
					: `Validate it in the next migration, which has a transaction of its own: ${sql}`,
			};
		});
	},
};

function keyOf(table: TableName, constraint: string): string {
	return `${tableKey(table)} ${constraint}`;
}
