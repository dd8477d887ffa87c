import {LeaseLost} from './lease.ts';
import {Failure} from '../ports/failure.ts';
import type {RunContext} from './run-context.ts';

const attempts = 5;
const firstWaitMs = 500;

/**
 * Reads what must not stay unknown for a blip's sake: tries again while the target cannot be reached, for about eight
 * seconds and no longer than the lease lasts. Throws the last Failure.
 */
export async function patiently<T>(run: RunContext, work: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			const passing = error instanceof Failure && (error.code === 'target-unreachable' || error.code === 'target-busy');
			if (run.lease.lost()) throw new LeaseLost(`MR-${run.number}: the lease ended`);
			if (!passing || attempt === attempts) throw error;
			await run.world.clock.sleep(firstWaitMs * 2 ** (attempt - 1), new AbortController().signal);
		}
	}
}
