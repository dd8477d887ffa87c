const dayMs = 86_400_000;

/** The runbook keeps a backup at least this many days. */
export const leastKeepDays = 7;

/** Until when a backup is kept; epoch milliseconds. */
export function keepUntil(finishedAt: number, keepDays: number): number {
	return finishedAt + Math.max(keepDays, leastKeepDays) * dayMs;
}
