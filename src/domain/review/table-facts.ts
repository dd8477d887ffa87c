import type {ConstraintKind} from '../script/schema-change.ts';
import type {TableName} from '../script/table-name.ts';

/** A table to ask the target about. */
export interface TouchedTable extends TableName {
	/** Columns that the script drops: whether any row holds a value there, and who uses them, is asked exactly. */
	readonly droppedColumns?: readonly string[];
}

/** What the target says about one table, read in one round trip for all tables that the pending migrations touch. */
export interface TableFacts {
	readonly table: TableName;
	readonly exists: boolean;
	readonly kind: TableKind;
	/** Planner's estimate, partitions summed; null is unknown and counts as large. */
	readonly estimatedRows: number | null;
	/** Exactly: no row at all. */
	readonly empty: boolean;
	/** Indexes and TOAST included. */
	readonly bytes: number;
	readonly columns: readonly ColumnFacts[];
	readonly indexes: readonly IndexFacts[];
	readonly constraints: readonly ConstraintFacts[];
	readonly dependents: readonly Dependent[];
	/** Null where the target keeps no statistics of the table. */
	readonly use: TableUse | null;
}

export type TableKind = 'table' | 'partitioned-table' | 'view' | 'materialized-view' | 'foreign-table';

/**
 * Reads and writes since statistics are counted. Lockstep's own questions are not among the reads, nor is one scan for
 * each index that was built; a pg_dump is.
 */
export interface TableUse {
	/** Sequential and index scans. */
	readonly reads: number;
	/** Rows inserted, updated and deleted. */
	readonly writes: number;
	/** Null: never reset since the database was made, or not told. */
	readonly since: Date | null;
	/** Last scan; PostgreSQL 16 and later, else null. */
	readonly lastRead: Date | null;
}

export interface ColumnFacts {
	readonly name: string;
	/** As format_type() writes it: `character varying(20)`. */
	readonly type: string;
	readonly notNull: boolean;
	/** True where no row holds a value; asked exactly for the columns that the script drops; null where not asked. */
	readonly allNull: boolean | null;
	/** Share of rows without a value by the last ANALYZE, 0 to 1; null where never analysed or not to be read. */
	readonly nullFraction: number | null;
	/** Statements that name it, from pg_stat_statements, for columns that the script drops; null is unknown, never unused. */
	readonly use: ColumnUse | null;
}

export interface ColumnUse {
	/** Calls of statements that name both the table and the column. */
	readonly calls: number;
	readonly since: Date | null;
}

export interface IndexFacts {
	/** As regclass writes it: with its schema where that is not on the search path. */
	readonly name: string;
	readonly valid: boolean;
	readonly unique: boolean;
	readonly partial: boolean;
	/** Key columns in their order; null stands for an expression. */
	readonly columns: readonly (string | null)[];
}

export interface ConstraintFacts {
	readonly name: string;
	readonly kind: ConstraintKind;
	readonly validated: boolean;
	readonly columns: readonly string[];
	/** Columns that it proves to hold a value: `CHECK (c IS NOT NULL)`, alone or joined by AND. */
	readonly provesNotNull: readonly string[];
}

/** What would break, or lose its source, when the table or the column goes. */
export interface Dependent {
	readonly kind: 'view' | 'materialized view' | 'foreign key' | 'function' | 'trigger' | 'publication';
	/** Readable: `shop.totals`, `fk_lines of lines`. */
	readonly name: string;
	/** The table's columns that it uses; empty where it uses the table as a whole. */
	readonly columns: readonly string[];
}
