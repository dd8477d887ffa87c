import type {Probe} from '../../domain/target.ts';
import {askQuestions} from '../../platform/postgres-probes.ts';
import {type TargetSettings, withReading} from './connection.ts';

/**
 * Asks each probe as the applying login, in the role that scripts run as, in one read-only transaction with the reading
 * time limit for each.
 *
 * @returns A sentence for each probe that is not true.
 */
export async function askProbes(settings: TargetSettings, probes: readonly Probe[]): Promise<readonly string[]> {
	if (probes.length === 0) return [];
	const faults = await withReading(settings, 'role', async (client) => await askQuestions(client, probes));
	return faults.map(({sentence}) => sentence);
}
