import {mkdir, realpath, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Rehearsal} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {RehearsalRequest, Scratch} from '../../operations/ports/scratch.ts';
import {findConfinement} from '../../platform/confinement.ts';
import {findPostgresServer, type PostgresServerTools} from '../../platform/postgres-tools.ts';
import {startCluster} from './cluster.ts';
import {type CopiedTarget, loginOf, saidBy} from './connection.ts';
import {sweepScratch} from './directory.ts';
import {dumpSchema} from './dump.ts';
import {rehearseOn} from './rehearse.ts';
import {readSource} from './source.ts';
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
	readonly limits?: Partial<ScratchLimits>;
}

export interface ScratchLimits {
	/** For one pass of the script. Milliseconds. */
	readonly passMs: number;
	/** On disk, for one server. */
	readonly bytes: number;
	/** On disk, for sorts and hashes of one of its processes. */
	readonly tempFileBytes: number;
}

/** One of Lockstep's own first; `postgres` last, because it may be a real server's. */
export const usualAccounts: readonly string[] = ['lockstep-scratch', 'nobody', 'postgres'];

const usualLimits: ScratchLimits = {passMs: 120_000, bytes: 2 * 1024 ** 3, tempFileBytes: 512 * 1024 ** 2};

/** Throw-away servers on this machine. Nothing is started before it is asked for. */
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
		sweep: async () => await sweepScratch(settings.directory),
	};
}

/** Failures and bugs pass as they are; what the throw-away server or the system refused is put into words. */
function failureOf(error: unknown): unknown {
	if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) return error;
	return new Failure('scratch-unavailable', `The throw-away server could not be used: ${saidBy(error)}`, {
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
	await requirePlace(settings);
	const source = await readSource(target, request.role, request.history);
	const major = Math.floor(source.serverVersion / 10_000);
	const tools = await findPostgresServer(major, settings.toolFolders);
	if (tools === null) return majorMissing(major);
	const limits = {...usualLimits, ...settings.limits};
	const countsStatements = canCountStatements(tools);
	// Neither needs the other, and each has a program of its own to wait for.
	const [cluster, dump] = await Promise.allSettled([
		startOne(settings, tools, limits, countsStatements),
		dumpSchema(tools, loginOf(target, 'backup'), request.signal),
	]);
	try {
		return await rehearseOn({
			cluster: valueOf(cluster),
			dump: valueOf(dump),
			countsStatements,
			target,
			source,
			request,
			limits: {milliseconds: limits.passMs, bytes: limits.bytes},
			beganAt,
		});
	} finally {
		if (dump.status === 'fulfilled') await dump.value.close();
		if (cluster.status === 'fulfilled') await cluster.value.stop();
	}
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
	const confinement = await findConfinement(settings.accounts ?? usualAccounts);
	if (confinement === null) {
		const names = (settings.accounts ?? usualAccounts).join(', ');
		throw new Failure(
			'scratch-unavailable',
			`PostgreSQL refuses to run as root, and this machine has none of the accounts ${names}. Make one of them.`,
		);
	}
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

function majorMissing(major: number): Rehearsal {
	return {
		kind: 'impossible',
		reason: 'major-missing',
		sentence: `The target runs PostgreSQL ${major}, whose server programs this worker has not. Install postgresql-${major} (the server, it need not run), or accept the request unrehearsed.`,
	};
}
