import {mkdir, realpath, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Rehearsal} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {RehearsalRequest, Scratch, SweptScratch} from '../../operations/ports/scratch.ts';
import {findConfinement} from '../../platform/confinement.ts';
import {endpointOf} from '../../platform/postgres-connection.ts';
import {findPostgresServer, type PostgresServerTools} from '../../platform/postgres-tools.ts';
import {startCluster} from './cluster.ts';
import {type CopiedTarget, loginOf, saidBy} from './connection.ts';
import type {CopyRefused} from './copy.ts';
import {sweepScratch} from './directory.ts';
import {dumpSchema} from './dump.ts';
import {whileLent} from './lent.ts';
import {findLendable, majorMissing, noAccount, type ScratchPlace} from './lendable.ts';
import {rehearseOn} from './rehearse.ts';
import {type ScratchServer, sweepServer} from './server.ts';
import {readSource, type Source} from './source.ts';
import {canCountStatements} from './statements.ts';

export interface ScratchSettings {
	readonly targets: readonly CopiedTarget[];
	/** Folders with PostgreSQL's programs, looked into before the distribution's own. */
	readonly toolFolders: readonly string[];
	/** Where throw-away servers keep their files: a short path that the account may pass through. */
	readonly directory: string;
	/** Folders that hold backups, secrets or configuration: scratch lies in none of them, and none of them in scratch. */
	readonly keepAwayFrom: readonly string[];
	/** Whom servers run as where the worker is root, the preferred first; {@link usualAccounts} where not given. */
	readonly accounts?: readonly string[];
	/** Of each major one or several, each for Lockstep alone; they go before throw-away servers. */
	readonly servers?: readonly ScratchServer[];
	readonly limits?: Partial<ScratchLimits>;
}

export interface ScratchLimits {
	/** For one pass of the script. Milliseconds. */
	readonly passMs: number;
	/** On disk, for one server; for one copy on a configured one. */
	readonly bytes: number;
	/** On disk, for sorts and hashes of one of its processes. */
	readonly tempFileBytes: number;
	/** For a configured server that other rehearsals have. Milliseconds. */
	readonly waitMs: number;
}

/** One of Lockstep's own first; `postgres` last, because it may be a real server's. */
export const usualAccounts: readonly string[] = ['lockstep-scratch', 'nobody', 'postgres'];

const usualLimits: ScratchLimits = {
	passMs: 120_000,
	bytes: 2 * 1024 ** 3,
	tempFileBytes: 512 * 1024 ** 2,
	waitMs: 120_000,
};

/** Throw-away servers on this machine, and configured ones. Nothing is started or touched before it is asked for. */
export function createScratch(settings: ScratchSettings): Scratch {
	return {
		rehearse: async (request) => {
			try {
				return await rehearse(settings, request);
			} catch (error) {
				throw failureOf(error);
			}
		},
		drill: () => Promise.reject(new Failure('scratch-unavailable', 'This worker makes no drills.')),
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
function failureOf(error: unknown): unknown {
	if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) return error;
	return new Failure('scratch-unavailable', `The scratch server could not be used: ${saidBy(error)}`, {
		cause: error,
	});
}

async function rehearse(settings: ScratchSettings, request: RehearsalRequest): Promise<Rehearsal> {
	const beganAt = performance.now();
	const target = settings.targets.find(({name}) => name === request.target);
	if (target === undefined) {
		throw new Failure('target-unreachable', `No target named ${request.target} is configured for this worker.`);
	}
	if (request.signal.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
	const source = await readSource(target, request.role, request.history);
	const limits = {...usualLimits, ...settings.limits};
	const place = await findPlace(settings, {...request, ...limits, target, source});
	if ('reason' in place) return place;
	// Neither needs the other, and each has something of its own to wait for.
	const [opened, dump] = await Promise.allSettled([
		place.open(),
		dumpSchema(place.tools, loginOf(target, 'backup'), request.signal),
	]);
	try {
		const cluster = valueOf(opened);
		return await whileLent(
			cluster,
			request.signal,
			async (signal) =>
				await rehearseOn({
					cluster,
					dump: valueOf(dump),
					countsStatements: cluster.countsStatements,
					target,
					source,
					request: {...request, signal},
					limits: {milliseconds: limits.passMs, bytes: limits.bytes},
					beganAt,
				}),
		);
	} finally {
		if (dump.status === 'fulfilled') await dump.value.close();
		if (opened.status === 'fulfilled') {
			await opened.value.stop();
			await opened.value.lent?.giveBack();
		}
	}
}

/**
 * A configured server of the target's major, else one of the worker's own: whoever configures a server has a reason to,
 * such as an extension that stands there.
 */
async function findPlace(settings: ScratchSettings, plan: PlacePlan): Promise<ScratchPlace | CopyRefused> {
	const {servers = [], toolFolders, accounts = usualAccounts} = settings;
	const {place, others} = await findLendable({...plan, servers, toolFolders, accounts});
	if (place !== null) return place;
	const major = Math.floor(plan.source.serverVersion / 10_000);
	const tools = await findPostgresServer(major, toolFolders);
	if (tools === null) return majorMissing(major, others);
	return {tools, open: async () => await startOne(settings, tools, plan, canCountStatements(tools))};
}

interface PlacePlan extends ScratchLimits {
	readonly target: CopiedTarget;
	readonly source: Source;
	readonly signal: AbortSignal;
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
	if (settled.status === 'rejected') throw settled.reason;
	return settled.value;
}

async function startOne(
	settings: ScratchSettings,
	tools: PostgresServerTools,
	limits: ScratchLimits,
	countsStatements: boolean,
): ReturnType<typeof startCluster> {
	await requirePlace(settings);
	const accounts = settings.accounts ?? usualAccounts;
	const confinement = (await findConfinement(accounts)) ?? noAccount(accounts);
	return await startCluster({
		tools,
		confinement,
		parent: settings.directory,
		tempFileBytes: limits.tempFileBytes,
		countsStatements,
	});
}

/** A script that broke out would stand in this folder. */
async function requirePlace({directory, keepAwayFrom}: ScratchSettings): Promise<void> {
	await mkdir(directory, {recursive: true, mode: 0o711});
	const place = await realpath(directory);
	const own = process.getuid?.() ?? 0;
	const {uid} = await stat(place);
	// Whoever owns the folder could put something else in a server's place.
	if (uid !== own && uid !== 0) {
		throw new Failure(
			'scratch-unavailable',
			`${directory} belongs to another user. Give scratch a directory of its own.`,
		);
	}
	for (const folder of keepAwayFrom) {
		const kept = await realpath(folder).catch(() => path.resolve(folder));
		if (isWithin(place, kept) || place === kept) {
			throw new Failure(
				'scratch-unavailable',
				`Throw-away servers must not lie in ${folder}, which holds what no script may read. Give scratch a directory of its own.`,
			);
		}
	}
}

function isWithin(place: string, folder: string): boolean {
	return place.startsWith(`${folder}${path.sep}`);
}
