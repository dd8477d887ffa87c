import {cp, mkdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import type * as Reading from '../../src/adapters/sql/read-script.ts';
import {defaultReviewPolicy} from '../../src/domain/review/policy.ts';
import type * as Reviewing from '../../src/domain/review/review.ts';
import {runProcess} from '../measure.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const cache = path.join(checkout, 'node_modules/.cache/lockstep-bench');
/** The linter measured beside Lockstep. Not a dependency: its lock entries leave other platforms out. */
const squawkVersion = '2.66.0';
const maxBytes = 10_000_000;

async function must(command: string, args: readonly string[]): Promise<void> {
	const {exitCode, stdout, stderr} = await runProcess(command, args);
	if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
}

/** Builds Lockstep as the package has it, and returns its entry. */
export async function builtLockstep(): Promise<string> {
	const tsc = path.join(checkout, 'node_modules/typescript/bin/tsc');
	const place = path.join(cache, 'lockstep');
	await mkdir(place, {recursive: true});
	await cp(path.join(checkout, 'package.json'), path.join(place, 'package.json'));
	const project = path.join(checkout, 'tsconfig.build.json');
	await must(process.execPath, [tsc, '--project', project, '--noCheck', '--outDir', path.join(place, 'dist')]);
	await must(process.execPath, [path.join(checkout, 'scripts/bundle-review.mjs'), path.join(place, 'dist')]);
	return path.join(place, 'dist/main.js');
}

/** A review without database by the built program's own modules, everything pending: sources under tsx are slower. */
export async function builtReview(entry: string): Promise<(bytes: Uint8Array) => void> {
	const modules = (file: string): Promise<unknown> => import(pathToFileURL(path.join(path.dirname(entry), file)).href);
	const {readScript} = (await modules('adapters/sql/read-script.js')) as typeof Reading;
	const {reviewScript} = (await modules('domain/review/review.js')) as typeof Reviewing;
	return (bytes) => {
		const read = readScript(bytes, maxBytes);
		if (read.kind === 'refusal') throw new Error(read.sentence);
		const {script, frame} = read;
		reviewScript({script, frame, appliedIds: [], facts: [], target: null, policy: defaultReviewPolicy});
	};
}

/** Installs squawk-cli beside it, and returns its program; null with the reason printed where it cannot be had. */
export async function installedSquawk(): Promise<string | null> {
	const place = path.join(cache, 'squawk');
	await mkdir(place, {recursive: true});
	try {
		await must('npm', [
			'install',
			'--no-save',
			'--no-audit',
			'--no-fund',
			'--prefix',
			place,
			`squawk-cli@${squawkVersion}`,
		]);
	} catch (error) {
		process.stdout.write(`squawk-cli ${squawkVersion} cannot be installed here: ${String(error)}\n`);
		return null;
	}
	const {platform, arch} = process;
	const suffix = platform === 'win32' ? '.exe' : '';
	// The program itself: its Node wrapper would be measured too.
	return path.join(place, `node_modules/@squawk-cli/${platform}-${arch}/bin/squawk${suffix}`);
}
