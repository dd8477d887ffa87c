import {chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fetchPackages} from './debian-packages.mjs';
import {createOwnedDirectory, openToOtherUsers, removeOwnedDirectory} from './owned-directory.mjs';
import {runWithProgress, say} from './progress.mjs';

/**
 * Debian's packages are unpacked into a folder of our own and never installed, for root neither: installing would start
 * servers, and start them again at every boot, on a machine whose owner only wanted to try something.
 *
 * @typedef {'postgresql' | 'redis' | 'chromium' | 'fonts'} Part
 */

/** Of each part its name, and where its programs are inside its unpacked packages. @type {Record<Part, {title: string, programs: RegExp}>} */
const contents = {
	postgresql: {title: 'PostgreSQL', programs: /^usr\/lib\/postgresql\/\d+\/bin\/[^/]+$/},
	redis: {title: 'Redis', programs: /^usr\/bin\/[^/]+$/},
	chromium: {title: 'Chromium', programs: /^usr\/lib\/chromium\/chromium(-headless-shell)?$/},
	fonts: {title: 'fonts', programs: /^$/},
};

/**
 * Where set-up unpacks to, whether or not it has done so.
 *
 * @param {string} checkout
 */
export function unpackedAt(checkout) {
	// PostgreSQL refuses to run as root, and the user it runs as instead cannot read a checkout under /root.
	const hidden = process.getuid?.() === 0 && !openToOtherUsers(checkout);
	const root = hidden ? '/var/cache/lockstep' : path.join(checkout, '.setup');
	return {
		root,
		postgresBin: path.join(root, 'postgresql', 'bin'),
		redisServer: path.join(root, 'redis', 'bin', 'redis-server'),
		chromiumBin: path.join(root, 'chromium', 'bin'),
		fonts: path.join(root, 'fonts', 'tree', 'usr', 'share', 'fonts'),
	};
}

/**
 * @param {string} root
 * @param {readonly Part[]} missing
 * @throws {SetupError}
 */
export async function unpackParts(root, missing) {
	const names = missing.map((part) => contents[part].title).join(' and ');
	say(`setup: ${names} not found: unpacking Debian's packages into ${root} (nothing is installed or started)`);
	mkdirSync(root, {recursive: true});
	for (const part of missing) rmSync(path.join(root, part), {recursive: true, force: true});
	const work = createOwnedDirectory(root, 'unpacking');
	try {
		const folders = await fetchPackages(work, missing);
		for (const [part, packages] of folders) await unpack(root, part, packages);
	} finally {
		removeOwnedDirectory(work);
	}
}

/**
 * @param {string} root
 * @param {Part} part
 * @param {string} packages the folder with its .deb files
 */
async function unpack(root, part, packages) {
	const made = path.join(packages, 'made');
	mkdirSync(path.join(made, 'bin'), {recursive: true});
	const script = 'for package in "$1"/*.deb; do dpkg -x "$package" "$2" || exit; done';
	const tree = path.join(made, 'tree');
	await runWithProgress(`unpack ${contents[part].title}`, ['sh', '-c', script, 'sh', packages, tree]);
	wrapPrograms(made, programsIn(tree, part));
	openToAll(made);
	publish(made, path.join(root, part));
}

/**
 * @param {string} tree
 * @param {Part} part
 */
function programsIn(tree, part) {
	const files = readdirSync(tree, {recursive: true, encoding: 'utf8'});
	return files.filter((file) => contents[part].programs.test(file));
}

/**
 * The programs find their unpacked libraries through a wrapper of their own: LD_LIBRARY_PATH for the whole run would
 * reach programs that have nothing to do with it, and a program started with a clean environment would lose it.
 *
 * @param {string} made
 * @param {readonly string[]} programs
 */
function wrapPrograms(made, programs) {
	const libraries = libraryFolders(path.join(made, 'tree')).map((library) => `"$here"/tree/${library}`);
	for (const program of programs) {
		const wrapper = [
			'#!/bin/sh',
			'here=${0%/*}/..',
			`LD_LIBRARY_PATH=${libraries.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
			'export LD_LIBRARY_PATH',
			`exec "$here"/tree/${program} "$@"`,
			'',
		];
		writeFileSync(path.join(made, 'bin', path.basename(program)), wrapper.join('\n'), {mode: 0o755});
	}
}

/** Some packages keep private libraries one folder deeper, where they look by an absolute path. @param {string} tree */
function libraryFolders(tree) {
	const roots = ['usr/lib', 'lib'].filter((root) => existsSync(path.join(tree, root)));
	const shared = roots.flatMap((root) =>
		readdirSync(path.join(tree, root))
			.filter((name) => name.includes('-linux-'))
			.map((name) => `${root}/${name}`),
	);
	const libraries = shared.flatMap((folder) =>
		readdirSync(path.join(tree, folder), {recursive: true, encoding: 'utf8'})
			.filter((file) => /^[^/]+\/lib[^/]+\.so[^/]*$/.test(file))
			.map((file) => `${folder}/${path.dirname(file)}`),
	);
	return [...shared, ...new Set(libraries)];
}

/** A strict umask must not hide the programs from the user that PostgreSQL runs as. @param {string} made */
function openToAll(made) {
	for (const folder of [made, path.join(made, 'bin'), path.join(made, 'tree')]) {
		chmodSync(folder, 0o755);
	}
	for (const program of readdirSync(path.join(made, 'bin'))) {
		chmodSync(path.join(made, 'bin', program), 0o755);
	}
}

/**
 * @param {string} made
 * @param {string} place
 */
function publish(made, place) {
	try {
		renameSync(made, place);
	} catch (error) {
		// Another set-up in the same checkout was quicker; what it made is as good.
		if (!existsSync(place)) throw error;
	}
}
