import {tableText, type DataChange} from '../../script/schema-change.ts';
import {isHistoryChange, type ReviewContext, type ReviewedChange} from '../review-context.ts';
import {countText, rowsText, sizeOf} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sqlText} from '../sql-text.ts';
import type {TableFacts} from '../table-facts.ts';
import type {TableName} from '../../script/table-name.ts';

/** PostgreSQL documentation, "Routine Vacuuming" and "Explicit Locking": each row written is a new version, locked until the end. */
export const largeDataChange: Rule = {
	id: 'large-data-change',
	item: null,
	waivable: true,
	severity: "warning on a large table, blocker above the target's dataChangeRows",
	why: 'One statement over many rows keeps them locked until the transaction ends, holds back VACUUM, and is all lost when it fails near the end.',
	example: {
		of: 'migration',
		sql: "UPDATE orders SET status = 'closed' WHERE status = 'done';",
		instead: 'Change the rows in batches, each committed on its own, outside of the migration.',
	},
	check: (context) =>
		objectToChanges(context, (reviewed, {statement}) => {
			const {change} = reviewed;
			if (change.kind !== 'data-change' || isOthersBusiness(change, statement.text, reviewed.facts)) return null;
			if (isHistoryChange(change, context.frame)) return null;
			const largest = largestOf(change, reviewed, context);
			if (largest === null) return null;
			const rows = largest.facts.empty ? 0 : largest.facts.estimatedRows;
			const limit = context.policy.dataChangeRows;
			const isBeyond = rows !== null && rows > limit;
			const beyond = isBeyond ? `, more than the ${countText(limit)} that one statement may` : '';
			return {
				severity: isBeyond ? 'blocker' : 'warning',
				message: `${verbs[change.operation]} ${tableText(change.table)} over the rows of ${tableText(largest.table)} (${rowsText(largest.facts)}${beyond}) in one transaction.`,
				remedy: remedyOf(change, largest.table, statement.text),
			};
		}),
};

const verbs: Readonly<Record<DataChange['operation'], string>> = {
	insert: 'Inserts into',
	update: 'Updates',
	delete: 'Deletes from',
	merge: 'Merges into',
	truncate: 'Empties',
	copy: 'Copies into',
};

/** Every row of a table is what rules of their own speak of; what VALUES or a key name one by one is little. */
function isOthersBusiness(change: DataChange, statement: string, facts: TableFacts | null): boolean {
	if (change.operation === 'truncate' || change.operation === 'copy') return true;
	if (change.operation === 'update' || change.operation === 'delete') {
		return change.everyRow || (change.namedRows && namesKey(statement, facts));
	}
	return change.namedRows;
}

/** `WHERE status = 'open'` names its rows as `WHERE id = 7` does: whether they are few, a unique index tells. */
function namesKey(statement: string, facts: TableFacts | null): boolean {
	if (facts === null) return true;
	const condition = statement.replaceAll(/'(?:[^']|'')*'/gu, "''").replace(/^[\s\S]*\bWHERE\b/iu, '');
	const names = condition.match(/"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/gu) ?? [];
	const compared = new Set(
		names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase())),
	);
	return facts.indexes.some(
		({unique, valid, partial, columns}) =>
			unique && valid && !partial && columns.every((column) => column !== null && compared.has(column)),
	);
}

interface LargeTable {
	readonly table: TableName;
	readonly facts: TableFacts;
}

/** The largest table that the statement goes through; null where none is large, as far as the target was asked. */
function largestOf(change: DataChange, reviewed: ReviewedChange, context: ReviewContext): LargeTable | null {
	const own = change.operation === 'insert' ? [] : tableWithFacts(reviewed.table, reviewed.facts);
	const isFedByOthers = change.operation === 'insert' || change.operation === 'merge';
	const read = isFedByOthers ? change.reads.flatMap((table) => tableWithFacts(table, context.factsOf(table))) : [];
	const large = [...own, ...read].filter(({facts}) => sizeOf(facts, context.policy) === 'large');
	return large.toSorted((left, right) => rowsFirst(right) - rowsFirst(left))[0] ?? null;
}

function tableWithFacts(table: TableName | null, facts: TableFacts | null): readonly LargeTable[] {
	return table === null || facts === null ? [] : [{table, facts}];
}

function rowsFirst({facts}: LargeTable): number {
	return facts.estimatedRows ?? 0;
}

function remedyOf(change: DataChange, largest: TableName, statement: string): string {
	if (change.operation === 'insert' || change.operation === 'merge') {
		return `Do it before or after the release, in ranges of the key of ${tableText(largest)}, each committed on its own: ${sqlText(statement)}, with … WHERE id BETWEEN 1 AND 10000, and so on.`;
	}
	const table = tableText(change.table);
	return `Do it before or after the release, in batches, each committed on its own, until no row is left: ${sqlText(statement).replace(/;$/u, '')} AND ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE … LIMIT 5000));`;
}
