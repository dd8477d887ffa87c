import {Failure} from '../../operations/ports/failure.ts';
import {findConfinement} from '../../platform/confinement.ts';
import {findPostgresTools, knowsRestrict, type PostgresTools} from '../../platform/postgres-tools.ts';
import type {Cluster} from './cluster.ts';
import type {CopyRefused} from './surroundings.ts';
import {type BorrowPlan, borrowServer, knowServers, placeOf, type ScratchServer} from './server.ts';

/** Where a rehearsal is to be. */
export interface ScratchPlace {
	/** Client programs that fit the target and the server. */
	readonly tools: PostgresTools;
	/**
	 * Makes the server, or takes it.
	 *
	 * @throws Failure scratch-unavailable, scratch-busy, cancelled
	 */
	open(): Promise<Cluster>;
}

export interface LendablePlan extends Omit<BorrowPlan, 'tools' | 'confinement'> {
	/** All that are configured. */
	readonly servers: readonly ScratchServer[];
	readonly toolFolders: readonly string[];
	readonly accounts: readonly string[];
}

export interface Lendable {
	/** Null where no server of the target's major is configured, or none answers. */
	readonly place: ScratchPlace | null;
	/** What came of the other servers, as sentences. */
	readonly others: readonly string[];
}

/**
 * Looks among the configured servers for those of the target's major. None is taken yet.
 *
 * @throws Failure
 */
export async function findLendable(plan: LendablePlan): Promise<Lendable> {
	const major = Math.floor(plan.source.serverVersion / 10_000);
	const known = await knowServers(plan.servers);
	const servers = known.filter((one) => 'major' in one && one.major === major).map(({server}) => server);
	const others = known.flatMap((one) => {
		if ('failure' in one) return [one.failure.message];
		return one.major === major ? [] : [`T${placeOf(one.server).slice(1)} runs PostgreSQL ${one.major}.`];
	});
	return {others, place: servers.length === 0 ? null : await placeOn({...plan, servers}, major)};
}

async function placeOn(plan: LendablePlan, major: number): Promise<ScratchPlace> {
	const tools = await findPostgresTools(major, plan.toolFolders);
	if (tools?.major !== major) {
		throw new Failure(
			'tools-missing',
			`This worker has no client programs of PostgreSQL ${major} to rehearse with. Install postgresql-client-${major}.`,
		);
	}
	// A network of its own cuts off addresses, not a socket in the file system.
	const network = plan.servers.some(({host}) => !host.startsWith('/'));
	const confinement = (await findConfinement(plan.accounts, {network})) ?? noAccount(plan.accounts);
	if (!confinement.networkCut && !knowsRestrict(tools)) {
		throw new Failure(
			'tools-too-old',
			`psql ${tools.version} cannot be forbidden its own commands, and has to reach the scratch server over the network. Update postgresql-client-${major} on this worker.`,
		);
	}
	return {tools, open: async () => await borrowServer({...plan, tools, confinement})};
}

/** @throws Failure scratch-unavailable */
export function noAccount(accounts: readonly string[]): never {
	throw new Failure(
		'scratch-unavailable',
		`PostgreSQL refuses to run as root, and this machine has none of the accounts ${accounts.join(', ')}. Make one of them.`,
	);
}

/** @param others What came of the configured servers, as sentences. */
export function majorMissing(major: number, others: readonly string[]): CopyRefused {
	return {
		kind: 'impossible',
		reason: 'major-missing',
		sentence: [
			`The target runs PostgreSQL ${major}, whose server programs this worker has not.`,
			...others,
			`Install postgresql-${major} (the server, it need not run), name a PostgreSQL ${major} for Lockstep alone in worker.scratchServers, or accept the request unrehearsed.`,
		].join(' '),
	};
}
