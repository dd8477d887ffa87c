import {identifierText, tableText, type DataChange} from '../../script/schema-change.ts';
import {columnKey} from '../column-history.ts';
import type {Severity} from '../finding.ts';
import {isHistoryChange, type ReviewedChange} from '../review-context.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';
import {sqlText} from '../sql-text.ts';

/** The runbook allows one thing that needs no WHERE: to fill a column that the same migration adds, on a table that is not large. */
export const updateWithoutWhere: Rule = {
	id: 'update-without-where',
	item: null,
	waivable: true,
	severity:
		'warning, blocker on a large table; none where it fills a column that the same migration adds to a table that is not large (notice where the size is unknown)',
	why: 'Every row is written anew and stays locked until the transaction ends, and the values that were there are gone.',
	example: {
		of: 'migration',
		sql: "UPDATE orders SET status = 'open';",
		instead: "UPDATE orders SET status = 'open' WHERE status IS NULL;",
	},
	check: (context) => {
		const added = new Map<string, string | null>();
		return objectToChanges(context, (reviewed, {migration, statement}) => {
			const {change, table, onNewTable} = reviewed;
			if (change.kind === 'add-column' && table !== null) added.set(columnKey(table, change.column), migration);
			if (change.kind !== 'data-change' || change.operation !== 'update' || !change.everyRow) return null;
			if (onNewTable || isHistoryChange(change, context.frame)) return null;
			const isFill =
				change.columns.length > 0 &&
				change.columns.every((column) => table !== null && added.get(columnKey(table, column)) === migration);
			const severity = severityOf(reviewed, isFill);
			if (severity === null) return null;
			const message = `${isFill ? 'Fills' : 'Overwrites'} ${columnsText(change)} in every row of ${sizedTableOf(reviewed)}.`;
			return {severity, message, remedy: remedyOf(change, statement.text, isFill)};
		});
	},
};

function severityOf({size}: ReviewedChange, isFill: boolean): Severity | null {
	if (size === 'empty') return null;
	if (size === 'large') return 'blocker';
	if (!isFill) return 'warning';
	return size === 'unknown' ? 'notice' : null;
}

function columnsText({columns}: DataChange): string {
	return columns.map((column) => identifierText(column)).join(', ');
}

function remedyOf({table, columns}: DataChange, statement: string, isFill: boolean): string {
	const [column = '…'] = columns;
	const name = tableText(table);
	if (isFill) {
		const open = `${identifierText(column)} IS NULL`;
		return `On a large table fill it in batches, each committed on its own, after this release: ${withWhere(statement, `ctid = ANY (ARRAY(SELECT ctid FROM ${name} WHERE ${open} LIMIT 5000))`)} until no row is left.`;
	}
	return `Say which rows: ${withWhere(statement, '…')}`;
}

/** A condition that is always true makes room for a real one. */
function withWhere(statement: string, condition: string): string {
	const plain = statement.replace(/\s+WHERE\s+(?:TRUE|(\d+|'[^']*')\s*=\s*\1)\s*;?\s*$/iu, '').trim();
	return sqlText(`${plain.replace(/;$/u, '')} WHERE ${condition}`);
}
