import {identifierText, tableKey, type AddColumn} from '../script/schema-change.ts';
import type {ReviewedChange} from './review-context.ts';
import type {TableName} from '../script/table-name.ts';

/**
 * What the pending statements so far made of the columns: told each change after it was judged, so that every change is
 * judged by what the ones before it left.
 */
export interface ColumnHistory {
	/** Added nullable and without a default, and not filled since: no row holds a value. */
	isBare(reviewed: ReviewedChange, column: string): boolean;
	/** Filled by an UPDATE, or by its own default when it was added. */
	isFilled(reviewed: ReviewedChange, column: string): boolean;
	follow(reviewed: ReviewedChange): void;
}

export function columnHistory(): ColumnHistory {
	const added = new Map<string, AddColumn>();
	const filled = new Set<string>();
	return {
		isBare: (reviewed, column) => {
			const addition = added.get(keyOf(reviewed, column));
			return addition !== undefined && !hasValues(addition) && !filled.has(keyOf(reviewed, column));
		},
		isFilled: (reviewed, column) => filled.has(keyOf(reviewed, column)),
		follow: (reviewed) => {
			const {change} = reviewed;
			if (change.kind === 'add-column') {
				added.set(keyOf(reviewed, change.column), change);
				if (hasValues(change)) filled.add(keyOf(reviewed, change.column));
			}
			if (change.kind === 'data-change' && (change.operation === 'update' || change.operation === 'merge')) {
				for (const column of change.columns) filled.add(keyOf(reviewed, column));
			}
			if (change.kind === 'rename-column') {
				const [from, to] = [keyOf(reviewed, change.column), keyOf(reviewed, change.to)];
				const addition = added.get(from);
				if (addition !== undefined) added.set(to, addition);
				if (filled.has(from)) filled.add(to);
			}
		},
	};
}

/** PostgreSQL fills the column itself when it adds it. */
export function hasValues({hasDefault, generated}: AddColumn): boolean {
	return hasDefault || generated !== null;
}

function keyOf({table}: ReviewedChange, column: string): string {
	return columnKey(table ?? {schema: null, name: ''}, column);
}

export function columnKey(table: TableName, column: string): string {
	return `${tableKey(table)}.${identifierText(column)}`;
}
