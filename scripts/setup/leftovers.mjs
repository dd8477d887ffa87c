import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';

const graceMs = 2000;

/**
 * Ends what a run left running, known by the run directory in its environment: when a command is interrupted its
 * grandchildren may outlive it.
 *
 * @param {string} runDirectory
 */
export async function endLeftovers(runDirectory) {
	const mark = `LOCKSTEP_RUN_DIRECTORY=${runDirectory}`;
	const deadline = Date.now() + graceMs;
	for (const pid of running(mark)) signal(pid, 'SIGTERM');
	while (running(mark).length > 0 && Date.now() < deadline) await sleep(50);
	for (const pid of running(mark)) signal(pid, 'SIGKILL');
}

/** @param {string} mark */
function running(mark) {
	const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	return processes.filter((pid) => environment(pid).includes(mark)).map(Number);
}

/**
 * Empty for a process that has ended, and for one that is not ours to read.
 *
 * @param {string} pid
 */
function environment(pid) {
	try {
		return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
	} catch {
		return [];
	}
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function signal(pid, name) {
	try {
		process.kill(pid, name);
	} catch {
		// It has ended by itself.
	}
}
