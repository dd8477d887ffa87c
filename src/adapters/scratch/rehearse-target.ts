import type {WholeRehearsal} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {RehearsalRequest} from '../../operations/ports/scratch.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import type {CopiedTarget} from './connection.ts';
import type {ScratchPlace} from './lendable.ts';
import {whileLent} from './lent.ts';
import {rehearseOn} from './rehearse.ts';
import {findPlace} from './scratch-place.ts';
import {type ScratchLimits, type ScratchSettings, targetOf, usualLimits} from './scratch-settings.ts';
import {openSource, type SourceSchema, type SourceSnapshot} from './source-snapshot.ts';

/** Reads the target, finds a server for its copy, and rehearses there. */
export async function rehearseTarget(settings: ScratchSettings, request: RehearsalRequest): Promise<WholeRehearsal> {
	const beganAt = performance.now();
	const target = targetOf(settings, request.target);
	if (request.signal.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
	const limits = {...usualLimits, ...settings.limits};
	const opened = await openSource(target, request.role, request.history);
	try {
		const {source} = opened;
		const place = await findPlace(settings, {...limits, target, source, signal: request.signal});
		if ('reason' in place) return place;
		return await rehearseAt(place, {request, target, opened, limits, beganAt});
	} finally {
		await opened.close();
	}
}

interface Preparations {
	readonly request: RehearsalRequest;
	readonly target: CopiedTarget;
	readonly opened: SourceSnapshot;
	readonly limits: ScratchLimits;
	/** performance.now() */
	readonly beganAt: number;
}

async function rehearseAt(
	place: ScratchPlace,
	{request, target, opened, limits, beganAt}: Preparations,
): Promise<WholeRehearsal> {
	// Neither needs the other, and each has something of its own to wait for.
	const [server, schema] = await Promise.allSettled([place.open(), readSchema(opened, place.tools, request.signal)]);
	try {
		const cluster = valueOf(server);
		return await whileLent(
			cluster,
			request.signal,
			async (signal) =>
				await rehearseOn({
					cluster,
					...valueOf(schema),
					countsStatements: cluster.countsStatements,
					target,
					source: opened.source,
					request: {...request, signal},
					limits: {milliseconds: limits.passMs, bytes: limits.bytes},
					beganAt,
				}),
		);
	} finally {
		if (schema.status === 'fulfilled') await schema.value.dump.close();
		if (server.status === 'fulfilled') {
			await server.value.stop();
			await server.value.lent?.giveBack();
		}
	}
}

/** The target is let go of as soon as it is read. */
async function readSchema(opened: SourceSnapshot, tools: PostgresTools, signal: AbortSignal): Promise<SourceSchema> {
	try {
		return await opened.readSchema(tools, signal);
	} finally {
		await opened.close();
	}
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
	if (settled.status === 'rejected') throw settled.reason;
	return settled.value;
}
