export interface BenchOptions {
	/** Folder of scripts to measure on, besides generated ones; null: none given. */
	readonly corpus: string | null;
	/** Megabytes of rows to measure on; null: the bench's own. */
	readonly megabytes: number | null;
}
