/** A table as the script names it; schema null where it relies on the search path. */
export interface TableName {
	readonly schema: string | null;
	readonly name: string;
}

/** A table to ask the target about. */
export interface TouchedTable extends TableName {
	/** Columns that the script drops: whether any row holds a value there is asked exactly. */
	readonly droppedColumns?: readonly string[];
}

/** What the target says about one table, read in one round trip for all tables that the pending migrations touch. */
export interface TableFacts {
	readonly table: TableName;
	readonly exists: boolean;
	/** Planner's estimate, partitions summed; null is unknown and counts as large. */
	readonly estimatedRows: number | null;
	/** Exactly: no row at all. */
	readonly empty: boolean;
	readonly bytes: number;
	readonly columns: readonly ColumnFacts[];
	/** Views, foreign keys, functions that depend on the table, as readable names. */
	readonly dependents: readonly string[];
	/** Sequential and index scans since the statistics were reset, and when that was; null where unknown. */
	readonly scans: number | null;
	readonly statisticsSince: Date | null;
}

export interface ColumnFacts {
	readonly name: string;
	readonly notNull: boolean;
	/** True where no row holds a value; asked exactly for the columns that the script drops; null where not asked. */
	readonly allNull: boolean | null;
}
