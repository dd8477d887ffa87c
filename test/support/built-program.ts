import {execFile} from 'node:child_process';
import {cp, mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes in an existing folder what the image and the package hold: the built program and its production dependencies,
 * no sources, and none of the development tools that would read them. Its program is `bin/lockstep`.
 */
export async function buildProgram(place: string): Promise<void> {
	for (const name of ['bin', 'schema']) {
		await cp(path.join(checkout, name), path.join(place, name), {recursive: true});
	}
	await linkProductionDependencies(place);
	await buildInto(path.join(place, 'dist'));
}

/** Also gives the folder the checkout's package.json. */
async function linkProductionDependencies(place: string): Promise<void> {
	const text = await readFile(path.join(checkout, 'package.json'), 'utf8');
	const {dependencies} = JSON.parse(text) as {dependencies: Record<string, string>};
	await writeFile(path.join(place, 'package.json'), text);
	for (const name of Object.keys(dependencies)) {
		const link = path.join(place, 'node_modules', name);
		await mkdir(path.dirname(link), {recursive: true});
		await symlink(path.join(checkout, 'node_modules', name), link);
	}
}

/** Builds what `npm run build` builds into `dist`, whatever the types say: those are another check's affair. */
async function buildInto(dist: string): Promise<void> {
	const tsc = path.join(checkout, 'node_modules/typescript/bin/tsc');
	const options = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', dist];
	await run(process.execPath, [tsc, ...options], {cwd: checkout});
	await run(process.execPath, [path.join(checkout, 'scripts/bundle-review.mjs'), dist]);
}
