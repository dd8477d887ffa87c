import {inject} from 'vitest';

/** Asks global-setup.ts for something of the whole run's, which is made at the first question. */
export async function ask<T>(what: 'postgres' | 'record' | 'redis' | 'program'): Promise<T> {
	const response = await fetch(`${inject('serversUrl')}/${what}`);
	if (!response.ok) throw new Error(await response.text());
	return (await response.json()) as T;
}
