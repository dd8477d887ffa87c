import {mkdir, realpath, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import {Failure} from '../../operations/ports/failure.ts';
import {findConfinement} from '../../platform/confinement.ts';
import {findPostgresServer, type PostgresServerTools} from '../../platform/postgres-tools.ts';
import {startCluster} from './cluster.ts';
import type {CopiedTarget} from './connection.ts';
import {findLendable, majorMissing, noAccount, type ScratchPlace} from './lendable.ts';
import {type ScratchLimits, type ScratchSettings, usualAccounts} from './scratch-settings.ts';
import type {Source} from './source.ts';
import {canCountStatements} from './statements.ts';
import type {CopyRefused} from './surroundings.ts';

/**
 * A configured server of the target's major, else one of the worker's own: whoever configures a server has a reason to,
 * such as an extension that stands there.
 */
export async function findPlace(settings: ScratchSettings, plan: PlacePlan): Promise<ScratchPlace | CopyRefused> {
	const {servers = [], toolFolders, accounts = usualAccounts} = settings;
	const {place, others} = await findLendable({...plan, servers, toolFolders, accounts});
	if (place !== null) return place;
	const major = Math.floor(plan.source.serverVersion / 10_000);
	const tools = await findPostgresServer(major, toolFolders);
	if (tools === null) return majorMissing(major, others);
	return {tools, open: async () => await startCheckedCluster(settings, tools, plan)};
}

export interface PlacePlan extends ScratchLimits {
	readonly target: CopiedTarget;
	readonly source: Source;
	readonly signal: AbortSignal;
}

/** @throws Failure scratch-unavailable */
export async function startCheckedCluster(
	settings: ScratchSettings,
	tools: PostgresServerTools,
	limits: Pick<ScratchLimits, 'tempFileBytes'>,
	more: Readonly<Record<string, string>> = {},
): ReturnType<typeof startCluster> {
	await requirePlace(settings);
	const accounts = settings.accounts ?? usualAccounts;
	const confinement = (await findConfinement(accounts)) ?? noAccount(accounts);
	return await startCluster({
		tools,
		confinement,
		parent: settings.directory,
		tempFileBytes: limits.tempFileBytes,
		countsStatements: canCountStatements(tools),
		settings: more,
	});
}

/** A script that broke out would stand in this folder. */
export async function requirePlace({directory, keepAwayFrom}: ScratchSettings): Promise<void> {
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
		if (place === kept || isWithin(place, kept) || isWithin(kept, place)) {
			throw new Failure(
				'scratch-unavailable',
				`${directory} must not lie in ${folder}, nor hold it: no script may read what lies there. Give scratch a directory of its own.`,
			);
		}
	}
}

function isWithin(place: string, folder: string): boolean {
	return place.startsWith(`${folder}${path.sep}`);
}

/** An empty server with its log. Bytes. */
const emptyServerBytes = 256 * 1024 ** 2;
/** A disk that is filled to its last byte stops others, too. */
const shareOfFree = 0.9;

/**
 * What the server may take on disk: all that the disk has to spare. A script may write every table anew, several times.
 *
 * @throws Failure scratch-unavailable
 */
export async function requireRoom({directory, limits}: ScratchSettings, databaseBytes: number): Promise<number> {
	const {bavail, bsize} = await statfs(directory);
	const free = Math.floor(bavail * bsize * shareOfFree);
	const needed = databaseBytes + emptyServerBytes;
	if (free < needed) {
		const [has, needs] = [free, needed].map((bytes) => Math.ceil(bytes / 1_000_000));
		throw new Failure('scratch-unavailable', `${directory} has ${has} MB to spare, and a drill needs ${needs} MB.`);
	}
	return Math.min(free, limits?.bytes ?? free);
}
