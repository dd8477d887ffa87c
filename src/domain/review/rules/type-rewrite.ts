import {identifierText, tableText, type AlterType} from '../../script/schema-change.ts';
import {isTimeZoneChange, textLimit, typeChange} from '../column-types.ts';
import type {ReviewedChange} from '../review-context.ts';
import {severityBySize} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, ALTER TABLE, Notes: which changes of a type rewrite the table. */
export const typeRewrite: Rule = {
	id: 'type-rewrite',
	item: null,
	waivable: true,
	severity: 'warning; blocker on a large table, notice on a small one',
	why: 'PostgreSQL writes every row and every index anew and lets nobody read or write the table meanwhile. A longer varchar, varchar to text, or a numeric with more digits and the same scale is done at once and is not reported.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ALTER COLUMN total TYPE bigint;',
		instead: `-- Fill it in batches, keep it in step with a trigger, and read it from the next release on.
ALTER TABLE orders ADD total_new bigint;`,
	},
	check: (context) =>
		objectToChanges(context, (reviewed) => {
			const {change, columnType, size} = reviewed;
			if (change.kind !== 'alter-type') return null;
			const effect = typeChange(columnType, change.type, change.using);
			const severity = effect === 'none' ? null : severityBySize(size, 'warning');
			if (severity === null) return null;
			const from = columnType === null ? '' : ` from ${columnType}`;
			const verb = effect === 'rewrite' ? 'rewrites' : 'may rewrite';
			return {
				severity,
				message: `Changing the type of ${identifierText(change.column)}${from} to ${change.type} ${verb} ${sizedTableOf(reviewed)}.`,
				remedy: remedy(reviewed, change),
			};
		}),
};

function remedy({columnType}: ReviewedChange, change: AlterType): string {
	const [table, column] = [tableText(change.table), identifierText(change.column)];
	const limit = change.using ? null : textLimit(columnType, change.type);
	if (limit !== null && columnType !== null) {
		const check = identifierText(`CK_${change.table.name}_${change.column}_length`);
		return `Leave the type and limit the length: ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (length(${column}) <= ${limit}) NOT VALID; and in the next migration ALTER TABLE ${table} VALIDATE CONSTRAINT ${check};`;
	}
	const next = identifierText(`${change.column}_new`);
	const steps = `Add a column beside it, fill it in batches, keep it in step with a trigger, and let the next release read it: ALTER TABLE ${table} ADD ${next} ${change.type};`;
	return isTimeZoneChange(columnType, change.type)
		? `${steps} Only a session whose TimeZone is UTC is spared the rewrite.`
		: steps;
}
