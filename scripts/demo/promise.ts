import {setTimeout as sleep} from 'node:timers/promises';

/** A promise of the product's that did not hold: the play ends and names it. */
export class Broken extends Error {
	override readonly name = 'Broken';
}

/** Looks until `look` finds something; a promise that is not kept in time is broken. */
export async function promised<T>(
	what: string,
	look: () => Promise<T | null | undefined | false>,
	timeoutMs = 30_000,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	let trouble = '';
	while (Date.now() < deadline) {
		try {
			const found = await look();
			if (found !== null && found !== undefined && found !== false) return found;
		} catch (error) {
			trouble = error instanceof Error ? ` (${error.message})` : '';
		}
		await sleep(100);
	}
	throw new Broken(`${what}${trouble}`);
}

export function holds(what: string, condition: boolean): void {
	if (!condition) throw new Broken(what);
}
