import {Failure} from '../../operations/ports/failure.ts';
import type {Scratch, SweptScratch} from '../../operations/ports/scratch.ts';
import {endpointOf} from '../../platform/postgres-connection.ts';
import {saidBy} from './connection.ts';
import {sweepScratch} from './directory.ts';
import {drillTarget, placeForCopy} from './drill-target.ts';
import {rehearseTarget} from './rehearse-target.ts';
import type {ScratchSettings} from './scratch-settings.ts';
import {sweepServer} from './server.ts';

/** Throw-away servers on this machine, and configured ones. Nothing is started before it is asked for. */
export function createScratch(settings: ScratchSettings): Scratch {
	return {
		rehearse: async (request) => await inWords(async () => await rehearseTarget(settings, request)),
		drill: async (request) => await inWords(async () => await drillTarget(settings, request)),
		placeForCopy: async (databaseBytes) => await inWords(async () => await placeForCopy(settings, databaseBytes)),
		sweep: async () => await sweep(settings),
	};
}

/** A configured server that does not answer is told of after the rest was swept. */
async function sweep({directory, servers = []}: ScratchSettings): Promise<SweptScratch> {
	const swept = await sweepScratch(directory);
	const found = (await Promise.allSettled(servers.map(sweepServer))).map(valueOf);
	return {...swept, servers: servers.filter((_, index) => found[index] === true).map(endpointOf)};
}

/** Failures and bugs pass as they are; what the scratch server or the system refused is put into words. */
async function inWords<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) throw error;
		throw new Failure('scratch-unavailable', `The scratch server could not be used: ${saidBy(error)}`, {cause: error});
	}
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
	if (settled.status === 'rejected') throw settled.reason;
	return settled.value;
}
