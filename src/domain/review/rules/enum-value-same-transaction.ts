import {transactionKey} from '../../script/parsed-script.ts';
import {tableKey, tableText, type AddEnumValue} from '../../script/schema-change.ts';
import type {ReviewedStatement} from '../review-context.ts';
import {object, type Objection, type Rule} from '../rule.ts';

/**
 * PostgreSQL documentation, ALTER TYPE, Notes: "If ALTER TYPE … ADD VALUE … is executed inside a transaction block, the new
 * value cannot be used until after the transaction has been committed", SQLSTATE 55P04; unless the type itself was
 * created in that transaction. Who uses it is only guessed by the value's text, so it may be waived.
 */
export const enumValueSameTransaction: Rule = {
	id: 'enum-value-same-transaction',
	item: null,
	waivable: true,
	severity: 'blocker',
	why: 'PostgreSQL refuses to use a new enum value before the transaction that adds it has committed ("unsafe use of new value").',
	example: {
		of: 'migration',
		sql: "ALTER TYPE order_status ADD VALUE 'returned'; UPDATE orders SET status = 'returned' WHERE id = 7;",
		instead: "ALTER TYPE order_status ADD VALUE 'returned';",
	},
	check: ({pending, frame}) => {
		const enums = new Set<string>();
		/** By the literal that a statement would write. */
		const values = new Map<string, AddEnumValue>();
		const objections: Objection[] = [];
		let transaction = '';
		for (const at of pending) {
			const key = transactionKey(at.statement);
			if (key !== transaction) values.clear();
			transaction = key;
			for (const [literal, added] of usedValues(at, values)) {
				values.delete(literal);
				objections.push(objection(at, added, frame.transactions === 'whole-script'));
			}
			for (const {change} of at.changes) {
				if (change.kind === 'create-enum') enums.add(`${key} ${tableKey(change.type)}`);
				if (change.kind !== 'add-enum-value' || enums.has(`${key} ${tableKey(change.type)}`)) continue;
				values.set(literalText(change.value), change);
			}
		}
		return objections;
	},
};

/** A neighbour's name in another ADD VALUE, a comment and the body of a routine that nobody calls yet are no use. */
function usedValues(
	{statement, changes}: ReviewedStatement,
	values: ReadonlyMap<string, AddEnumValue>,
): ReadonlyMap<string, AddEnumValue> {
	const used = new Map<string, AddEnumValue>();
	if (values.size === 0) return used;
	if (changes.some(({change}) => change.kind === 'add-enum-value' || change.kind === 'create-enum')) return used;
	if (statement.tag === 'ALTER TYPE' || statement.tag.startsWith('COMMENT')) return used;
	if (/^CREATE (?:FUNCTION|PROCEDURE)$/u.test(statement.tag) && /\bplpgsql\b/iu.test(statement.text)) return used;
	for (const [literal] of statement.text.matchAll(/'(?:[^']|'')*'/gu)) {
		const added = values.get(literal);
		if (added !== undefined) used.set(literal, added);
	}
	return used;
}

function literalText(value: string): string {
	return `'${value.replaceAll("'", "''")}'`;
}

function objection(at: ReviewedStatement, {type, value}: AddEnumValue, isWholeScript: boolean): Objection {
	const sql = `ALTER TYPE ${tableText(type)} ADD VALUE ${literalText(value)};`;
	const where = isWholeScript
		? 'EF 9 puts the whole script into one transaction: add the value in a release before this one'
		: 'Add the value in a migration of its own before this one, or in an earlier release';
	return object(at, {
		severity: 'blocker',
		message: `Uses '${value}' in the transaction that adds it to ${tableText(type)}.`,
		remedy: `${where}: ${sql}`,
	});
}
