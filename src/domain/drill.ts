import type {LeftOut, PassError} from './rehearsal.ts';

/** A table whose restored rows are not those that the backup's manifest counted. */
export interface RowsDiffer {
	/** `shop.orders` */
	readonly table: string;
	readonly inManifest: number;
	/** Null where the table is not there at all. */
	readonly restored: number | null;
}

/** What a drill went through before it ended; times in milliseconds. */
export interface DrillReport {
	/** Epoch milliseconds. */
	readonly at: number;
	readonly backup: string;
	/** `15.18` */
	readonly serverVersion: string;
	readonly restoredInMs: number;
	/** Tables whose rows were counted and compared with the manifest. */
	readonly tablesCompared: number;
	readonly rowsRestored: number;
	/** What the throw-away server has not. */
	readonly leftOut: readonly LeftOut[];
	/** Of the script; null where it was not begun. The prediction for production. */
	readonly scriptMs: number | null;
}

/** A backup restored to a throw-away server, and the script run there on the real rows. Safe as JSON. */
export type Drill =
	| ({readonly kind: 'passed'} & DrillReport)
	/** The script stopped on the real rows, as it would have in production. */
	| ({readonly kind: 'script-failed'; readonly error: PassError} & DrillReport)
	/** The script ran, and then a probe was not true: how each was answered. */
	| ({readonly kind: 'probes-failed'; readonly sentences: readonly string[]} & DrillReport)
	/** The backup does not hold what its manifest says: it is no backup to rely on. */
	| ({readonly kind: 'rows-differ'; readonly tables: readonly RowsDiffer[]} & DrillReport)
	/** The backup could not be restored: it is no backup to rely on. */
	| {readonly kind: 'restore-failed'; readonly at: number; readonly backup: string; readonly sentence: string}
	/** Not done, and why: said in Slack and in the audit. */
	| {readonly kind: 'skipped'; readonly at: number; readonly reason: DrillSkipped; readonly sentence: string};

export type DrillSkipped =
	/** The target's configuration wants none. */
	| 'off'
	/** Larger than the target's configuration lets be copied. */
	| 'too-large'
	| 'no-backup'
	/** A program took the backup, or it is shared and only its ciphertext or its bucket's copy is left. */
	| 'not-readable'
	/** The target's major, or an extension, is not on this worker; no throw-away server can be made. */
	| 'not-possible';

/** What production will take, predicted by the drill: null where nothing was measured. Milliseconds. */
export function predictedMs(drill: Drill | null | undefined): number | null {
	return drill?.kind === 'passed' || drill?.kind === 'probes-failed' ? drill.scriptMs : null;
}
