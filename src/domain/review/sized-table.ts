import {tableOf, tableText} from '../script/schema-change.ts';
import type {ReviewedChange} from './review-context.ts';
import {rowsText} from './rows.ts';
import type {TableFacts} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** `orders (about 1,204 rows)`, or `orders (of unknown size)` where no database was asked. */
export function sizedTable(table: TableName, facts: TableFacts | null): string {
	return `${tableText(table)} (${facts === null ? 'of unknown size' : rowsText(facts)})`;
}

/** The same of the table that a change is about, under the name that the script has for it there. */
export function sizedTableOf({change, facts}: ReviewedChange): string {
	const table = tableOf(change);
	return table === null ? 'the database' : sizedTable(table, facts);
}
