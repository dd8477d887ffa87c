import {parseTableName, sameTable, tableKey, type SchemaChange} from '../script/schema-change.ts';
import type {ReviewContext} from './review-context.ts';
import type {TableFacts} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** Where an index stands that a statement names without its table (DROP INDEX). */
export interface IndexOwner {
	/** Null where nobody knows. */
	readonly table: TableName | null;
	readonly facts: TableFacts | null;
	/** An earlier pending statement built it. */
	readonly isNew: boolean;
}

/** What the statements so far tell about indexes: told each statement's changes after they were looked at. */
export interface IndexOwners {
	ownerOf(index: TableName): IndexOwner;
	follow(change: SchemaChange, isPending: boolean): void;
}

interface BuiltIndex {
	index: TableName;
	table: TableName;
	readonly isNew: boolean;
}

export function indexOwners(context: ReviewContext): IndexOwners {
	const target = targetIndexes(context);
	const built = new Map<string, BuiltIndex>();
	const find = (index: TableName): BuiltIndex | undefined => {
		const candidate = built.get(index.name);
		return candidate !== undefined && mayBeSame(candidate.index, index) ? candidate : undefined;
	};
	return {
		ownerOf: (index) => {
			const own = find(index);
			if (own?.isNew === true) return {table: own.table, facts: null, isNew: true};
			const known = target.get(index.name)?.find((candidate) => mayBeSame(candidate.index, index));
			if (known !== undefined) return {table: known.facts.table, facts: known.facts, isNew: false};
			if (own === undefined) return {table: null, facts: null, isNew: false};
			return {table: own.table, facts: context.factsOf(own.table), isNew: false};
		},
		follow: (change, isPending) => {
			if (change.kind === 'create-index' && change.name !== null) {
				const index = {schema: change.table.schema, name: change.name};
				built.set(change.name, {index, table: change.table, isNew: isPending});
			}
			if (change.kind === 'drop-index') built.delete(change.index.name);
			if (change.kind === 'rename-index') {
				const own = find(change.index);
				if (own === undefined) return;
				built.delete(change.index.name);
				built.set(change.to, {...own, index: {...own.index, name: change.to}});
			}
			// The target knows a table by the name from before the pending renames.
			if (change.kind === 'rename-table' && !isPending) moveAll(built, change.table, change.to);
		},
	};
}

function moveAll(built: ReadonlyMap<string, BuiltIndex>, from: TableName, to: TableName): void {
	for (const index of built.values()) if (sameTable(index.table, from)) index.table = to;
}

/** A name without a schema may be any schema's. */
function mayBeSame(left: TableName, right: TableName): boolean {
	return left.name === right.name && (left.schema === null || right.schema === null || left.schema === right.schema);
}

interface TargetIndex {
	readonly index: TableName;
	readonly facts: TableFacts;
}

/** By the index's name: those of all tables that the pending changes touch. */
function targetIndexes(context: ReviewContext): ReadonlyMap<string, readonly TargetIndex[]> {
	const seen = new Map<string, TableFacts>();
	for (const {changes} of context.pending) {
		for (const {facts} of changes) if (facts !== null) seen.set(tableKey(facts.table), facts);
	}
	const indexes = new Map<string, TargetIndex[]>();
	for (const facts of seen.values()) {
		for (const {name} of facts.indexes) {
			const index = parseTableName(name);
			if (index === null) continue;
			indexes.set(index.name, [...(indexes.get(index.name) ?? []), {index, facts}]);
		}
	}
	return indexes;
}
