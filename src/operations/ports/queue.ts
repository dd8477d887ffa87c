/** A job holds ids only; whoever takes it reads the record again. */
export type Job =
	| {readonly kind: 'review'; readonly number: number; readonly pool: string}
	/** `after` is the claim whose lease has ended; absent where no worker has the run yet. */
	| {readonly kind: 'run'; readonly number: number; readonly pool: string; readonly after?: number | undefined}
	| {readonly kind: 'escalate'; readonly number: number; readonly escalation: number}
	| {readonly kind: 'remind'; readonly number: number}
	| {readonly kind: 'notice-moved'; readonly number: number}
	| {readonly kind: 'publish'; readonly number: number}
	/** Backups past keeping of the pool's targets. */
	| {readonly kind: 'keep-backups'; readonly pool: string}
	| {readonly kind: 'reconcile'};

export interface JobQueue {
	/**
	 * Hints that something is due. Never throws: the reconciler finds what a lost hint left. False when the queue could
	 * not be reached.
	 */
	hint(job: Job): Promise<boolean>;
}
