/** One entry of a request's audit: who did what, chained to the one before by its hash. */
export interface AuditEvent {
	readonly request: number;
	/** 1, 2, 3 … without a gap. */
	readonly sequence: number;
	readonly kind: string;
	/** Slack user id, or `lockstep` where nobody asked. */
	readonly actor: string;
	/** Epoch milliseconds. */
	readonly at: number;
	readonly detail: AuditDetail;
}

export type AuditDetail = {readonly [key: string]: string | number | boolean | null | readonly string[]};

/** The first event's predecessor. */
export const chainStart = '0'.repeat(64);

/** The text whose SHA-256 is the event's hash. Keys are sorted, so that a round trip through jsonb changes nothing. */
export function chainText(previousHash: string, event: AuditEvent): string {
	const detail = Object.entries(event.detail).toSorted(([a], [b]) => (a < b ? -1 : 1));
	return JSON.stringify([previousHash, event.request, event.sequence, event.kind, event.actor, event.at, detail]);
}
