import {readdir, readFile, readlink, stat} from 'node:fs/promises';

/** One process, told from any other that had or will have its number. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Clock ticks from the machine's start to its own, as text; empty where the system does not tell. */
	readonly startedAt: string;
	/** The machine's start and the namespace that the number belongs to: in another one it means another process. */
	readonly world: string;
}

/** @see proc(5) */
export async function ownIdentity(): Promise<ProcessIdentity> {
	return {pid: process.pid, startedAt: await startOf(process.pid), world: await ownWorld()};
}

/** Whether that process lives; `unknown` where its number is not of this machine's, or of another container's. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | 'unknown'> {
	if (identity.world !== (await ownWorld())) return 'unknown';
	if (!(await hasNumber(identity.pid))) return false;
	return (await startOf(identity.pid)) === identity.startedAt;
}

/** Processes of this account that work in the folder or below it: nobody else's can be among them. */
export async function processesWorkingIn(folder: string, uid: number): Promise<readonly number[]> {
	const names = await readdir('/proc').catch(() => []);
	const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
	const inside = await Promise.all(
		numbers.map(async (pid) => {
			const place = await readlink(`/proc/${pid}/cwd`).catch(() => '');
			const isInside = place === folder || place.startsWith(`${folder}/`);
			return isInside && (await stat(`/proc/${pid}`).catch(() => null))?.uid === uid;
		}),
	);
	return numbers.filter((_, index) => inside[index] === true);
}

async function hasNumber(pid: number): Promise<boolean> {
	if (process.platform === 'linux') return (await startOf(pid)) !== '';
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

/** The 22nd field; the second, the program's name, may hold spaces and brackets. A zombie has ended. */
async function startOf(pid: number): Promise<string> {
	const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
}

async function ownWorld(): Promise<string> {
	const [boot, namespace] = await Promise.all([
		readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
		readlink('/proc/self/ns/pid').catch(() => ''),
	]);
	return `${boot.trim()} ${namespace}`;
}
