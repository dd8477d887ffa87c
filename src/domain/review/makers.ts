import {tableKey, tableOf, type SchemaChange} from '../script/schema-change.ts';
import {columnKey} from './column-history.ts';

/** The pending migrations that made the table and the column of a change; null where the target has them already. */
export interface Makers {
	readonly table: string | null;
	readonly column: string | null;
	/** False where the table was made with IF NOT EXISTS: it may have been there before. */
	readonly isSure: boolean;
}

interface Maker {
	readonly migration: string;
	readonly isSure: boolean;
}

/** Tells who made what: to be asked about every pending change, in the order of the file. */
export function followMakers(): (change: SchemaChange, migration: string | null) => Makers {
	const makers = new Map<string, Maker>();
	return (change, migration) => {
		const made = makersOf(change, makers);
		if (migration !== null) learn(change, migration, makers);
		return made;
	};
}

function makersOf(change: SchemaChange, makers: ReadonlyMap<string, Maker>): Makers {
	const named = tableOf(change);
	const table = named === null ? undefined : makers.get(tableKey(named));
	const column = named !== null && 'column' in change ? makers.get(columnKey(named, change.column)) : undefined;
	return {table: table?.migration ?? null, column: column?.migration ?? null, isSure: table?.isSure ?? false};
}

function learn(change: SchemaChange, migration: string, makers: Map<string, Maker>): void {
	if (change.kind === 'create-table') {
		makers.set(tableKey(change.table), {migration, isSure: !change.ifNotExists});
	}
	if (change.kind === 'drop-table') makers.delete(tableKey(change.table));
	if (change.kind === 'rename-table') move(makers, tableKey(change.table), tableKey(change.to));
	if (change.kind === 'add-column') {
		makers.set(columnKey(change.table, change.column), {migration, isSure: !change.ifNotExists});
	}
	if (change.kind === 'rename-column') {
		move(makers, columnKey(change.table, change.column), columnKey(change.table, change.to));
	}
}

function move(makers: Map<string, Maker>, from: string, to: string): void {
	const maker = makers.get(from);
	makers.delete(from);
	if (maker !== undefined) makers.set(to, maker);
}
