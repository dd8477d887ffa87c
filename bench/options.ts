export interface BenchOptions {
	/** Folder of scripts to measure on, besides generated ones; null: none given. */
	readonly corpus: string | null;
}
