import {mkdir, realpath, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import type {WholeRehearsal} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {CopyPlace, Drilled, DrillRequest, RehearsalRequest, Scratch} from '../../operations/ports/scratch.ts';
import {findConfinement} from '../../platform/confinement.ts';
import {findPostgresServer, type PostgresServerTools} from '../../platform/postgres-tools.ts';
import {startCluster} from './cluster.ts';
import {type CopiedTarget, saidBy} from './connection.ts';
import {makePrivateDirectory, sweepScratch} from './directory.ts';
import {drillOn, skipped} from './drill.ts';
import {rehearseOn} from './rehearse.ts';
import {readSource} from './source.ts';
import {openSource, type SourceSchema, type SourceSnapshot} from './source-snapshot.ts';
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
	/** Hears when rows of a target are copied to this machine, and when they are gone from it. */
	readonly onCopy?: (said: 'rows copied' | 'rows removed', detail: CopiedRows) => void;
}

export interface CopiedRows {
	/** Null where only the worker's own copy of a dump lies there. */
	readonly target: string | null;
	readonly directory: string;
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
		drill: async (request) => {
			try {
				return await drill(settings, request);
			} catch (error) {
				throw failureOf(error);
			}
		},
		placeForCopy: async (databaseBytes) => {
			try {
				return await placeForCopy(settings, databaseBytes);
			} catch (error) {
				throw failureOf(error);
			}
		},
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

async function rehearse(settings: ScratchSettings, request: RehearsalRequest): Promise<WholeRehearsal> {
	const beganAt = performance.now();
	const target = targetOf(settings, request.target);
	if (request.signal.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
	await requirePlace(settings);
	const opened = await openSource(target, request.role, request.history);
	try {
		const major = Math.floor(opened.source.serverVersion / 10_000);
		const tools = await findPostgresServer(major, settings.toolFolders);
		return tools === null
			? majorMissing(major)
			: await rehearseWith({settings, request, target, opened, tools, beganAt});
	} finally {
		await opened.close();
	}
}

interface Preparations {
	readonly settings: ScratchSettings;
	readonly request: RehearsalRequest;
	readonly target: CopiedTarget;
	readonly opened: SourceSnapshot;
	readonly tools: PostgresServerTools;
	/** performance.now() */
	readonly beganAt: number;
}

async function rehearseWith({
	settings,
	request,
	target,
	opened,
	tools,
	beganAt,
}: Preparations): Promise<WholeRehearsal> {
	const limits = {...usualLimits, ...settings.limits};
	const countsStatements = canCountStatements(tools);
	// Neither needs the other, and each has a program of its own to wait for.
	const [cluster, schema] = await Promise.allSettled([
		startOne(settings, tools, limits, countsStatements),
		readSchema(opened, tools, request.signal),
	]);
	try {
		return await rehearseOn({
			cluster: valueOf(cluster),
			...valueOf(schema),
			countsStatements,
			target,
			source: opened.source,
			request,
			limits: {milliseconds: limits.passMs, bytes: limits.bytes},
			beganAt,
		});
	} finally {
		if (schema.status === 'fulfilled') await schema.value.dump.close();
		if (cluster.status === 'fulfilled') await cluster.value.stop();
	}
}

function targetOf(settings: ScratchSettings, name: string): CopiedTarget {
	const target = settings.targets.find((candidate) => candidate.name === name);
	if (target !== undefined) return target;
	throw new Failure('target-unreachable', `No target named ${name} is configured for this worker.`);
}

/** What a restore and a script on real rows need more of than one on an empty schema. */
const settingsForRows = {shared_buffers: '256MB', max_wal_size: '1GB', maintenance_work_mem: '256MB'};

async function drill(settings: ScratchSettings, request: DrillRequest): Promise<Drilled> {
	const beganAt = performance.now();
	const at = Date.now();
	const target = targetOf(settings, request.target);
	if (request.signal.aborted) throw new Failure('cancelled', 'The drill was cancelled.');
	await requirePlace(settings);
	const bytes = await requireRoom(settings, request.databaseBytes);
	const source = await readSource(target, request.role, request.history);
	const major = Math.floor(source.serverVersion / 10_000);
	const tools = await findPostgresServer(major, settings.toolFolders);
	if (tools === null) {
		return skipped({at}, 'not-possible', `this worker has no server programs of PostgreSQL ${major}.`);
	}
	const limits = {...usualLimits, ...settings.limits, tempFileBytes: bytes};
	const cluster = await startOne(settings, tools, limits, canCountStatements(tools), settingsForRows);
	const copied = {target: target.name, directory: cluster.directory};
	settings.onCopy?.('rows copied', copied);
	try {
		return await drillOn({cluster, target, source, request, bytes, at, beganAt});
	} finally {
		await cluster.stop();
		settings.onCopy?.('rows removed', copied);
	}
}

async function placeForCopy(settings: ScratchSettings, databaseBytes: number): Promise<CopyPlace> {
	await requirePlace(settings);
	await requireRoom(settings, 2 * databaseBytes);
	const {root, remove} = await makePrivateDirectory(settings.directory);
	const copied = {target: null, directory: root};
	settings.onCopy?.('rows copied', copied);
	return {
		file: path.join(root, 'plain.dump'),
		remove: async () => {
			await remove();
			settings.onCopy?.('rows removed', copied);
		},
	};
}

/** An empty server with its log. Bytes. */
const emptyServerBytes = 256 * 1024 ** 2;
/** A disk that is filled to its last byte stops others, too. */
const shareOfFree = 0.9;

/**
 * What the server may take on disk: twice the target's size, for a script that writes the largest table anew, as far as
 * the disk has it.
 *
 * @throws Failure scratch-unavailable
 */
async function requireRoom({directory, limits}: ScratchSettings, databaseBytes: number): Promise<number> {
	const {bavail, bsize} = await statfs(directory);
	const free = Math.floor(bavail * bsize * shareOfFree);
	const needed = databaseBytes + emptyServerBytes;
	if (free < needed) {
		const [has, needs] = [free, needed].map((bytes) => Math.ceil(bytes / 1_000_000));
		throw new Failure('scratch-unavailable', `${directory} has ${has} MB to spare, and a drill needs ${needs} MB.`);
	}
	return Math.min(free, 2 * databaseBytes + 4 * emptyServerBytes, limits?.bytes ?? free);
}

/** The target is let go of as soon as it is read. */
async function readSchema(
	opened: SourceSnapshot,
	tools: PostgresServerTools,
	signal: AbortSignal,
): Promise<SourceSchema> {
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

async function startOne(
	settings: ScratchSettings,
	tools: PostgresServerTools,
	limits: ScratchLimits,
	countsStatements: boolean,
	more: Readonly<Record<string, string>> = {},
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
		settings: more,
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

function majorMissing(major: number): WholeRehearsal {
	return {
		kind: 'impossible',
		reason: 'major-missing',
		sentence: `The target runs PostgreSQL ${major}, whose server programs this worker has not. Install postgresql-${major} (the server, it need not run), or accept the request unrehearsed.`,
	};
}
