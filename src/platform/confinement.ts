import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {runChild} from './child-process.ts';

/** Who a confined program runs as. */
export interface Account {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
}

/** How far a program that is not trusted is kept from the rest of the machine. */
export interface Confinement {
	/** Null: it runs as this process does, because only root can change that. */
	readonly account: Account | null;
	/** It has a network of its own, in which there is nobody. */
	readonly networkCut: boolean;
	/** What goes before the program's own name. */
	prefix(deathSignal: 'KILL' | 'QUIT'): readonly string[];
}

const programFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** A confined program's memory, for one of its processes. Bytes. */
const longestAddressSpace = 8 * 1024 ** 3;

export interface ConfinementNeeds {
	/** It talks to a server over the network, which is left to it then. */
	readonly network: boolean;
}

/**
 * Looks what this machine permits: another account needs root, a network of its own needs root or user namespaces, and
 * a container often has neither.
 *
 * @param accounts Names, the preferred first; only looked at where this process is root.
 * @returns Null where this process is root and none of the accounts is there: PostgreSQL refuses to run as root, and
 *   what a stranger wrote must not.
 * @see unshare(1), setpriv(1), prlimit(1)
 */
export async function findConfinement(
	accounts: readonly string[],
	needs: ConfinementNeeds = {network: false},
): Promise<Confinement | null> {
	const isRoot = process.getuid?.() === 0;
	const account = isRoot ? await findAccount(accounts) : null;
	if (isRoot && account === null) return null;
	const cutting = needs.network
		? null
		: await firstThatWorks(isRoot ? [['--net']] : [['--user', '--map-current-user', '--net']]);
	const setpriv = program('setpriv');
	const prlimit = program('prlimit');
	return {
		account,
		networkCut: cutting !== null,
		prefix: (deathSignal) => [
			...(cutting ?? []),
			...(prlimit === null ? [] : [prlimit, '--core=0', `--as=${longestAddressSpace}`, '--']),
			...(setpriv === null ? [] : [setpriv, ...privileges(account, deathSignal)]),
		],
	};
}

/** The death signal is set last: a change of the account clears it. */
function privileges(account: Account | null, deathSignal: string): readonly string[] {
	const change =
		account === null ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', '--no-new-privs'];
	return [...change, '--pdeathsig', deathSignal, '--'];
}

async function firstThatWorks(options: readonly (readonly string[])[]): Promise<readonly string[] | null> {
	const unshare = program('unshare');
	const nothing = program('true');
	if (unshare === null || nothing === null) return null;
	for (const option of options) {
		const {exitCode} = await runChild({file: unshare, args: [...option, '--', nothing], env: {}});
		if (exitCode === 0) return [unshare, ...option, '--'];
	}
	return null;
}

function program(name: string): string | null {
	if (process.platform !== 'linux') return null;
	return programFolders.map((folder) => `${folder}/${name}`).find((file) => existsSync(file)) ?? null;
}

async function findAccount(names: readonly string[]): Promise<Account | null> {
	const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
	for (const name of names) {
		const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? [];
		if (uid !== undefined && gid !== undefined && Number(uid) !== 0) return {name, uid: Number(uid), gid: Number(gid)};
	}
	return null;
}
