import {spawn} from 'node:child_process';

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((left, right) => left - right);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Milliseconds of each of `runs` calls, after `warmUp` calls that do not count. */
export function timesOf(work: () => void, {runs, warmUp}: {readonly runs: number; readonly warmUp: number}): number[] {
	for (let count = 0; count < warmUp; count += 1) work();
	return Array.from({length: runs}, () => {
		const started = performance.now();
		work();
		return performance.now() - started;
	});
}

export interface ProcessRun {
	readonly ms: number;
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface ProcessOptions {
	/** This process's own where not given. */
	readonly env?: NodeJS.ProcessEnv;
	/** Another account, where this process is root's. */
	readonly uid?: number;
	readonly gid?: number;
	readonly cwd?: string;
}

/** One whole process, from spawn to exit, its output read. */
export function runProcess(
	command: string,
	args: readonly string[],
	options: ProcessOptions = {},
): Promise<ProcessRun> {
	return new Promise((resolve, reject) => {
		const started = performance.now();
		const child = spawn(command, args, {...options, stdio: ['ignore', 'pipe', 'pipe']});
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
		child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
		child.once('error', reject);
		child.once('close', (exitCode) =>
			resolve({
				ms: performance.now() - started,
				exitCode,
				stdout: Buffer.concat(stdout).toString('utf8'),
				stderr: Buffer.concat(stderr).toString('utf8'),
			}),
		);
	});
}

/** Runs processes in turns, so that what disturbs the machine disturbs all of them; the median of each. */
export async function processMedians(
	commands: readonly (readonly [command: string, ...args: readonly string[]])[],
	runs: number,
): Promise<readonly number[]> {
	const times: number[][] = commands.map(() => []);
	for (let round = 0; round < runs; round += 1) {
		for (const [index, [command, ...args]] of commands.entries()) {
			times[index]?.push((await runProcess(command, args)).ms);
		}
	}
	return times.map((values) => median(values));
}

/** Preloaded into a Node process: tells its highest memory, in MB, when it ends. */
const memoryTeller =
	"data:text/javascript,process.on('exit',()=>process.stderr.write(`\\npeak ${process.resourceUsage().maxRSS/1024}\\n`))";

/** Highest resident memory of a Node process, in MB. */
export async function peakMegabytes(args: readonly string[]): Promise<number> {
	const {stderr} = await runProcess(process.execPath, ['--import', memoryTeller, ...args]);
	const peak = /\npeak (?<megabytes>[\d.]+)\n/u.exec(stderr)?.groups?.['megabytes'];
	if (peak === undefined) throw new Error(`The process did not tell its memory: ${stderr}`);
	return Number(peak);
}
