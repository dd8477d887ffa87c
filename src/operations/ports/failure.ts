/**
 * Why the outside world did not do its part. Adapters translate foreign errors into these once, at their border;
 * operations decide by `code`, people read `message`. Messages never hold secrets.
 */
export type FailureCode =
	| 'target-unreachable'
	| 'target-login-failed'
	| 'target-permission'
	| 'target-busy'
	/** The server refused a statement of Lockstep's own. */
	| 'target-failed'
	| 'tools-missing'
	| 'tools-too-old'
	| 'backup-unreadable'
	| 'backup-failed'
	| 'disk-full'
	| 'process-failed'
	/** No throw-away server could be made here, or it ended by itself; no configured one can be used. */
	| 'scratch-unavailable'
	/** The configured scratch server is another rehearsal's, or was lost on the way: another try may have it. */
	| 'scratch-busy'
	| 'slack-unreachable'
	| 'slack-refused'
	| 'slack-rate-limited'
	| 'queue-unreachable'
	| 'record-unreachable'
	| 'cancelled';

export class Failure extends Error {
	readonly code: FailureCode;
	/** Milliseconds after which the other side said to try again; null where it did not say. */
	readonly retryInMs: number | null;

	constructor(code: FailureCode, message: string, options?: {readonly cause?: unknown; readonly retryInMs?: number}) {
		super(message, options);
		this.name = 'Failure';
		this.code = code;
		this.retryInMs = options?.retryInMs ?? null;
	}
}
