import {tableKey} from '../script/schema-change.ts';
import type {ReviewedChange, ReviewedStatement} from './review-context.ts';

/**
 * Tells whether the change's own migration has emptied its table before: no row is left that could lose or get a value.
 * To be asked about every pending change, in the order of the file.
 */
export function followEmptied(): (reviewed: ReviewedChange, at: ReviewedStatement) => boolean {
	const emptied = new Map<string, string | null>();
	return ({change, table}, {statement, migration}) => {
		if (table === null) return false;
		// The name without a schema is public's in almost every database; who empties the other one is told so anyway.
		const key = tableKey({...table, schema: table.schema ?? 'public'});
		const isEmptied = emptied.has(key) && emptied.get(key) === migration;
		if (change.kind !== 'data-change') return isEmptied;
		const empties = change.operation === 'truncate' || (change.operation === 'delete' && change.everyRow);
		if (empties && statement.conditions.length === 0) emptied.set(key, migration);
		if (['insert', 'merge', 'copy'].includes(change.operation)) emptied.delete(key);
		return isEmptied;
	};
}
