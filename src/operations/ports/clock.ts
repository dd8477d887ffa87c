/** Time as operations see it. */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
	/** Resolves after `ms`, or at once when the signal aborts. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
	/** Calls `work` every `ms` until the returned function is called. */
	every(ms: number, work: () => void): () => void;
	/** In [0, 1). */
	jitter(): number;
}
