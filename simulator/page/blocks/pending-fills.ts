/** Something a person typed that is not yet with the server. */
export type Pending = () => Promise<void>;

const pending = new Map<string, Set<Pending>>();

/** Registers what must be sent before the surface's form is; the returned function takes it back. */
export function addPendingFill(surfaceId: string, send: Pending): () => void {
	const waiting = pending.get(surfaceId) ?? new Set<Pending>();
	pending.set(surfaceId, waiting);
	waiting.add(send);
	return () => {
		waiting.delete(send);
		if (waiting.size === 0 && pending.get(surfaceId) === waiting) pending.delete(surfaceId);
	};
}

/**
 * Sends everything that is typed but not yet sent, of one surface (by its id) or of all, and waits for what is on its
 * way. Call it before a submit. Rejects with the first error: the form would go without the last words.
 */
export async function flushFills(surfaceId?: string): Promise<void> {
	const chosen = surfaceId === undefined ? [...pending.values()] : [pending.get(surfaceId) ?? new Set<Pending>()];
	await Promise.all(chosen.flatMap((each) => [...each]).map((send) => send()));
}
