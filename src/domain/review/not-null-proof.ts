import {tableKey, type SchemaChange} from '../script/schema-change.ts';
import {columnKey} from './column-history.ts';
import type {ReviewContext, ReviewedChange} from './review-context.ts';
import type {TableFacts} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** The target knows that the column holds a value in every row: SET NOT NULL then reads no row. */
export function isProvenNotNull(facts: TableFacts | null, column: string): boolean {
	if (facts === null) return false;
	return (
		facts.columns.some(({name, notNull}) => name === column && notNull) ||
		facts.constraints.some(({validated, provesNotNull}) => validated && provesNotNull.includes(column))
	);
}

/** What proves at one point of the script that a column holds a value in every row. */
export interface NotNullProofs {
	isProven(reviewed: ReviewedChange, column: string): boolean;
	/** Told each pending change in its order. */
	follow(reviewed: ReviewedChange): void;
}

export function notNullProofs(context: ReviewContext): NotNullProofs {
	const proofs: Proofs = {validated: new Set(), removed: new Set(), columns: new Map()};
	const pending = new Set(context.pending);
	for (const at of context.statements) {
		if (pending.has(at)) continue;
		for (const change of at.statement.changes) if ('table' in change) follow(change, change.table, proofs);
	}
	// What an applied migration took away, the target's facts no longer have.
	proofs.removed.clear();
	return {
		isProven: ({table, facts}, column) => {
			if (table === null) return false;
			const key = columnKey(table, column);
			const own = [...(proofs.columns.get(key) ?? [])].some((constraint) => proofs.validated.has(constraint));
			return own || isProvenNotNull(withoutRemoved(facts, proofs), column);
		},
		follow: (reviewed) => follow(reviewed.change, reviewed.table, proofs),
	};
}

interface Proofs {
	/** Constraints that hold for every row. */
	readonly validated: Set<string>;
	/** Constraints, and columns whose NOT NULL, pending statements removed. */
	readonly removed: Set<string>;
	/** Column → the constraints that prove it. */
	readonly columns: Map<string, Set<string>>;
}

function follow(change: SchemaChange, table: TableName | null, proofs: Proofs): void {
	if (table === null) return;
	if (change.kind === 'create-table') {
		for (const {name, provesNotNull} of change.constraints) add(table, name ?? '', provesNotNull, true, proofs);
	}
	if (change.kind === 'add-constraint') {
		add(table, change.name ?? '', change.provesNotNull, !change.notValid, proofs);
	}
	if (change.kind === 'validate-constraint') proofs.validated.add(constraintKey(table, change.name));
	if (change.kind === 'drop-constraint') {
		const key = constraintKey(table, change.name);
		proofs.validated.delete(key);
		proofs.removed.add(key);
	}
	if (change.kind === 'set-not-null') {
		proofs.removed.delete(columnKey(table, change.column));
		add(table, `NOT NULL ${change.column}`, [change.column], true, proofs);
	}
	if (change.kind === 'drop-not-null') {
		proofs.validated.delete(constraintKey(table, `NOT NULL ${change.column}`));
		proofs.removed.add(columnKey(table, change.column));
	}
}

function add(
	table: TableName,
	name: string,
	columns: readonly string[],
	isValidated: boolean,
	{validated, columns: proven}: Proofs,
): void {
	const key = constraintKey(table, name);
	for (const column of columns) {
		const constraints = proven.get(columnKey(table, column)) ?? new Set();
		proven.set(columnKey(table, column), constraints.add(key));
	}
	if (isValidated && columns.length > 0) validated.add(key);
}

/** The target's word, but for what pending statements took away; and a constraint of its own that they validate. */
function withoutRemoved(facts: TableFacts | null, {removed, validated}: Proofs): TableFacts | null {
	if (facts === null) return null;
	const {table} = facts;
	return {
		...facts,
		columns: facts.columns.filter(({name}) => !removed.has(columnKey(table, name))),
		constraints: facts.constraints
			.filter(({name}) => !removed.has(constraintKey(table, name)))
			.map((item) => ({...item, validated: item.validated || validated.has(constraintKey(table, item.name))})),
	};
}

function constraintKey(table: TableName, name: string): string {
	return `${tableKey(table)} ${name}`;
}
