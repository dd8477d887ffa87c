/** Slack repeats a delivery within minutes; older keys need no place. */
const keepMs = 15 * 60_000;
const keepAtMost = 2000;

/** Remembers what was delivered to this process; what another process was given, the record makes idempotent. */
export interface Seen {
	/** True the first time a key is shown. */
	first(key: string): boolean;
}

export function createSeen(now: () => number): Seen {
	const keys = new Map<string, number>();

	function first(key: string): boolean {
		const at = now();
		const before = keys.get(key);
		if (before !== undefined && at - before < keepMs) return false;
		keys.delete(key);
		keys.set(key, at);
		// A Map keeps the order of insertion: the oldest is the first.
		for (const oldest of keys.keys()) {
			if (keys.size <= keepAtMost) break;
			keys.delete(oldest);
		}
		return true;
	}

	return {first};
}
