/** A browser has six connections to a server, for all of its tabs: so many of them may be held by waiting. */
const SLOTS = 4;

/** Runs the work; `held` tells whether this tab may hold a connection while it waits, for as long as the work takes. */
export function inPollSlot<T>(work: (held: boolean) => Promise<T>, slot: number = 0): Promise<T> {
	if (slot === SLOTS) return work(false);
	return navigator.locks.request(`changes ${slot}`, {ifAvailable: true}, async (lock) =>
		lock === null ? inPollSlot(work, slot + 1) : work(true),
	);
}
