import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync} from 'node:fs';
import path from 'node:path';
import {SetupError} from './error.mjs';
import {runWithProgress} from './progress.mjs';

/** @typedef {import('./unpack-packages.mjs').Part} Part */

/**
 * What these packages depend on and never touch when they run as we run them: the Perl of Debian's cluster scripts,
 * and the compiler behind PostgreSQL's `jit` and the drivers of graphics cards, which is loaded only when it is used.
 */
const neverLoaded = /^lib(c-l10n|gdbm|llvm|perl|z3|.*-perl$)/;

/** The packages of each part, besides the libraries they need. @type {Record<Part, (options: string[]) => string[]>} */
const ownPackages = {
	postgresql: postgresPackages,
	redis: () => ['redis-server', 'redis-tools'],
	chromium: chromiumPackages,
	fonts: () => ['fonts-dejavu-core', 'fonts-noto-color-emoji'],
};

/** Whether this is a system whose packages we know how to fetch. */
export function hasDebianPackages() {
	return ['apt-get', 'apt-cache', 'dpkg'].every((tool) => canRun(tool));
}

/**
 * Downloads the packages of parts and of the libraries that this machine lacks. apt gets lists and caches of its own,
 * so that this works without root and changes nothing of the system's.
 *
 * @param {string} work
 * @param {readonly Part[]} parts
 * @returns {Promise<Map<Part, string>>} for each part the folder with its .deb files
 * @throws {SetupError}
 */
export async function fetchPackages(work, parts) {
	const options = aptOptions(work);
	await runWithProgress("read the distribution's list of packages", ['apt-get', ...options, 'update']);
	const folders = new Map(parts.map((part) => [part, path.join(work, part)]));
	for (const [part, folder] of folders) {
		mkdirSync(folder);
		const packages = packagesOf(part, options);
		const doing = `download ${packages[0]} and ${packages.length - 1} packages that it needs`;
		await runWithProgress(doing, ['apt-get', ...options, 'download', ...packages], {
			cwd: folder,
		});
	}
	return folders;
}

/** @param {string} work */
function aptOptions(work) {
	const [lists, cache] = [path.join(work, 'lists'), path.join(work, 'cache')];
	for (const folder of [lists, cache]) mkdirSync(path.join(folder, 'partial'), {recursive: true});
	mkdirSync(path.join(cache, 'archives', 'partial'), {recursive: true});
	chmodSync(work, 0o755);
	return ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'Debug::NoLocking=true'];
}

/**
 * @param {Part} part
 * @param {string[]} options
 */
function packagesOf(part, options) {
	const own = ownPackages[part](options);
	const plan = ask('apt-get', [...options, '--simulate', '--no-install-recommends', 'install', ...own]);
	const planned = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
	const libraries = planned.filter((name) => name.startsWith('lib') && !neverLoaded.test(name));
	return [...new Set([...own, ...libraries])];
}

/** @param {string[]} options */
function postgresPackages(options) {
	const depends = ask('apt-cache', [...options, 'depends', 'postgresql']);
	const major = /Depends: postgresql-(\d+)/.exec(depends)?.[1];
	if (!major) throw new SetupError("setup: the distribution's lists know no package postgresql");
	return [`postgresql-${major}`, `postgresql-client-${major}`];
}

/**
 * Debian's headless shell needs a third of the libraries of the browser with windows. Ubuntu has neither: its package
 * chromium-browser is empty and fetches a snap.
 *
 * @param {string[]} options
 */
function chromiumPackages(options) {
	const known = ask('apt-cache', [...options, 'policy', 'chromium-headless-shell', 'chromium']);
	for (const name of ['chromium-headless-shell', 'chromium']) {
		if (new RegExp(`^${name}:\\n.*\\n  Candidate: [^(]`, 'm').test(known)) return [name, 'chromium-common'];
	}
	throw new SetupError("setup: the distribution's lists know no package chromium");
}

/**
 * @param {string} tool
 * @param {string[]} args
 */
function ask(tool, args) {
	try {
		return execFileSync(tool, args, {
			encoding: 'utf8',
			env: {...process.env, LC_ALL: 'C'},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	} catch (error) {
		throw new SetupError(`setup: ${/** @type {Error} */ (error).message}`);
	}
}

/** @param {string} tool */
function canRun(tool) {
	try {
		execFileSync(tool, ['--version'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}
