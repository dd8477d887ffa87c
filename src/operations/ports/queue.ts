/** A job holds ids only; whoever takes it reads the record again. */
export type Job =
	| {readonly kind: 'review'; readonly number: number; readonly pool: string}
	| {readonly kind: 'run'; readonly number: number; readonly pool: string}
	| {readonly kind: 'escalate'; readonly number: number; readonly escalation: number}
	| {readonly kind: 'publish'; readonly number: number}
	| {readonly kind: 'reconcile'};

export interface JobQueue {
	/**
	 * Hints that something is due. Never throws: the reconciler finds what a lost hint left. False when the queue could
	 * not be reached.
	 */
	hint(job: Job): Promise<boolean>;
}
