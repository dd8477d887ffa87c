import {identifierText, tableText, type SetNotNull} from '../../script/schema-change.ts';
import {columnHistory, type ColumnHistory} from '../column-history.ts';
import type {Severity} from '../finding.ts';
import {notNullProofs} from '../not-null-proof.ts';
import type {ReviewedChange} from '../review-context.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/**
 * Runbook: nullable → backfill → NOT NULL. PostgreSQL documentation, ALTER TABLE, SET NOT NULL: "if a valid CHECK
 * constraint exists … which proves no NULL can exist, then the table scan is skipped".
 */
export const setNotNull: Rule = {
	id: 'set-not-null',
	item: 'not-null-filled',
	waivable: true,
	severity:
		'warning; blocker on a large table, or where rows without a value are known of; none where the column is filled before and the table is not large',
	why: 'One row without a value makes PostgreSQL refuse the statement, and to find out it reads the whole table while nobody else can. A CHECK (… IS NOT NULL) that was validated before spares both.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ALTER COLUMN note SET NOT NULL;',
		instead: `-- In the next migration VALIDATE CONSTRAINT, then SET NOT NULL, which reads nothing, and DROP CONSTRAINT.
ALTER TABLE orders ADD CONSTRAINT ck_orders_note CHECK (note IS NOT NULL) NOT VALID;`,
	},
	check: (context) => {
		const columns = columnHistory();
		const proofs = notNullProofs(context);
		return objectToChanges(context, (reviewed) => {
			const {change, size} = reviewed;
			columns.follow(reviewed);
			const isProven = change.kind === 'set-not-null' && proofs.isProven(reviewed, change.column);
			proofs.follow(reviewed);
			if (change.kind !== 'set-not-null' || size === 'empty' || isProven) return null;
			return judge(reviewed, change, columns);
		});
	},
};

type Verdict = {readonly severity: Severity; readonly message: string; readonly remedy: string};

function judge(reviewed: ReviewedChange, change: SetNotNull, columns: ColumnHistory): Verdict | null {
	const {size} = reviewed;
	const table = sizedTableOf(reviewed);
	const column = identifierText(change.column);
	if (columns.isFilled(reviewed, change.column)) {
		// The runbook allows add, fill and SET NOT NULL in one migration of a table that is not large.
		if (size === 'small' || size === 'medium') return null;
		return {
			severity: size === 'large' ? 'blocker' : 'notice',
			message: `Setting ${column} NOT NULL reads all of ${table} under a lock.`,
			remedy: checkFirst(change),
		};
	}
	if (columns.isBare(reviewed, change.column)) {
		return {
			severity: 'blocker',
			message: `Sets ${column} of ${table} NOT NULL, and nothing fills it after it was added.`,
			remedy: fillFirst(change),
		};
	}
	const share = shareWithoutValue(reviewed, change);
	if (share !== null && share > 0) {
		return {
			severity: 'blocker',
			message: `Sets ${column} of ${table} NOT NULL, and ${percentText(share)} of the rows have no value.`,
			remedy: size === 'large' ? `Fill it in batches before the release. ${checkFirst(change)}` : fillFirst(change),
		};
	}
	return {
		severity: unfilledSeverity(reviewed, share),
		message: `Sets ${column} of ${table} NOT NULL without a validated CHECK, and nothing in the script fills it before.`,
		remedy: size === 'large' ? checkFirst(change) : `${fillFirst(change)} Or prove it first. ${checkFirst(change)}`,
	};
}

/** By the last ANALYZE; null is unknown. */
function shareWithoutValue({facts}: ReviewedChange, {column}: SetNotNull): number | null {
	return facts?.columns.find(({name}) => name === column)?.nullFraction ?? null;
}

function unfilledSeverity({size}: ReviewedChange, share: number | null): Severity {
	if (size === 'large') return 'blocker';
	return size === 'small' && share === 0 ? 'notice' : 'warning';
}

function percentText(share: number): string {
	return share < 0.01 ? 'less than 1 %' : `about ${Math.round(share * 100)} %`;
}

function fillFirst(change: SetNotNull): string {
	const [table, column] = [tableText(change.table), identifierText(change.column)];
	return `Fill it first: UPDATE ${table} SET ${column} = … WHERE ${column} IS NULL; ${setNotNullSql(change)}`;
}

function checkFirst(change: SetNotNull): string {
	const [table, column] = [tableText(change.table), identifierText(change.column)];
	const check = identifierText(`CK_${change.table.name}_${change.column}_not_null`);
	return `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID; and in the next migration ALTER TABLE ${table} VALIDATE CONSTRAINT ${check}; ${setNotNullSql(change)} ALTER TABLE ${table} DROP CONSTRAINT ${check};`;
}

function setNotNullSql({table, column}: SetNotNull): string {
	return `ALTER TABLE ${tableText(table)} ALTER COLUMN ${identifierText(column)} SET NOT NULL;`;
}
