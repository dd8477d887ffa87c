/** A failure waiting for a person. Times are epoch milliseconds. */
export interface Escalation {
	readonly id: number;
	readonly openedAt: number;
	readonly sentence: string;
	readonly pings: number;
	readonly nextPingAt: number | null;
	readonly acknowledgedBy: string | null;
	readonly acknowledgedAt: number | null;
}

export function isOpen(escalation: Escalation): boolean {
	return escalation.acknowledgedBy === null;
}

/** When the next ping is due: every `everyMinutes` until somebody acknowledges. */
export function nextPing(now: number, everyMinutes: number): number {
	return now + everyMinutes * 60_000;
}
