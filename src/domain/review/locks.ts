import type {AddConstraint, SchemaChange} from '../script/schema-change.ts';
import {hasValues} from './column-history.ts';
import {typeChange} from './column-types.ts';
import type {ReviewedChange} from './review-context.ts';
import {isProvenNotNull} from './not-null-proof.ts';
import {worstVolatility} from './volatility.ts';

/**
 * True where the change takes an ACCESS EXCLUSIVE lock on its table: neither readers nor writers get in until COMMIT.
 * PostgreSQL documentation, "Explicit Locking" and ALTER TABLE. Not so a foreign key and a trigger (SHARE ROW
 * EXCLUSIVE), VALIDATE CONSTRAINT (SHARE UPDATE EXCLUSIVE) and CREATE INDEX (SHARE). Dropping a whole table is left out:
 * who waits for it waits for nothing.
 */
export function locksOutReaders(change: SchemaChange): boolean {
	if (change.kind === 'add-constraint') return change.constraint !== 'foreign-key';
	if (change.kind === 'data-change') return change.operation === 'truncate';
	if (change.kind === 'other') return change.table !== null && ['CLUSTER', 'LOCK TABLE'].includes(change.tag);
	return readerLocks.has(change.kind);
}

const readerLocks: ReadonlySet<SchemaChange['kind']> = new Set([
	'rename-table',
	'add-column',
	'drop-column',
	'rename-column',
	'alter-type',
	'set-not-null',
	'drop-not-null',
	'set-default',
	'drop-constraint',
]);

/** Why adding the column writes every row, or null where only the catalogue changes. */
export interface ColumnRewrite {
	/** `gives each row its own gen_random_uuid()`. */
	readonly reason: string;
	/** False where it depends on a function that only the target knows. */
	readonly sure: boolean;
}

/** PostgreSQL 11: the first whose ADD COLUMN keeps a constant default in the catalogue (release notes 11, E.23.3). */
const keepsDefaults = 110_000;

/**
 * PostgreSQL documentation, ALTER TABLE, Notes: "Adding a column with a volatile DEFAULT …, a stored generated column,
 * an identity column … will cause the entire table and its indexes to be rewritten. Adding a virtual generated column
 * never requires a rewrite."
 *
 * @param serverVersion as `server_version_num`; null is taken for a recent one
 */
export function columnRewrite(change: SchemaChange, serverVersion: number | null): ColumnRewrite | null {
	if (change.kind !== 'add-column' || change.generated === 'virtual') return null;
	if (change.generated !== null) return {reason: generatedReasons[change.generated], sure: true};
	const worst = worstVolatility(change.defaultCalls);
	if (worst !== null) return {reason: `gives each row its own ${worst.call}()`, sure: worst.sure};
	const isOld = serverVersion !== null && serverVersion < keepsDefaults;
	return isOld && hasValues(change) ? {reason: 'writes its default into each row', sure: true} : null;
}

const generatedReasons = {
	identity: 'numbers each row (an identity column)',
	serial: 'numbers each row (a serial column)',
	stored: 'computes a value for each row (a stored generated column)',
} as const;

/** What takes the longer the more rows there are, to be followed by the table: `builds an index on`; null where nothing does. */
export function workOf(reviewed: ReviewedChange, serverVersion: number | null): string | null {
	const {change, columnType, facts} = reviewed;
	if (change.kind === 'create-index') return change.concurrently || change.only ? null : 'builds an index on';
	if (change.kind === 'add-constraint') return constraintWork(change);
	if (change.kind === 'validate-constraint') return 'validates a constraint of';
	if (change.kind === 'set-not-null') {
		return isProvenNotNull(facts, change.column) ? null : 'looks for rows without a value in';
	}
	if (change.kind === 'alter-type') {
		return typeChange(columnType, change.type, change.using) === 'none' ? null : 'rewrites';
	}
	if (change.kind === 'add-column') {
		return columnRewrite(change, serverVersion) === null ? null : 'rewrites';
	}
	return change.kind === 'data-change' && !change.namedRows ? dataWork[change.operation] : null;
}

function constraintWork({constraint, usingIndex, notValid}: AddConstraint): string | null {
	const hasIndex = constraint === 'primary-key' || constraint === 'unique' || constraint === 'exclude';
	if (hasIndex) return usingIndex ? null : 'builds an index on';
	return notValid ? null : 'checks every row of';
}

const dataWork = {
	insert: 'adds rows to',
	update: 'updates rows of',
	delete: 'deletes rows of',
	merge: 'merges rows into',
	copy: 'copies rows into',
	// all at once, however many
	truncate: null,
} as const;
