import {chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fetchPackages} from './debian-packages.mjs';
import {createOwnedDirectory, openToOtherUsers, removeOwnedDirectory} from './owned-directory.mjs';
import {runWithProgress, say} from './progress.mjs';

/**
 * Debian's packages are unpacked into a folder of our own and never installed, for root neither: installing would start
 * servers, and start them again at every boot, on a machine whose owner only wanted to try something.
 *
 * @typedef {'postgresql' | 'redis'} Server
 */

const titles = {postgresql: 'PostgreSQL', redis: 'Redis'};

/** Where each server's programs are inside its unpacked packages. */
const programFolders = {postgresql: /^usr\/lib\/postgresql\/\d+\/bin$/, redis: /^usr\/bin$/};

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
	};
}

/**
 * @param {string} root
 * @param {readonly Server[]} missing
 * @throws {SetupError}
 */
export async function unpackServers(root, missing) {
	const names = missing.map((server) => titles[server]).join(' and ');
	say(`setup: ${names} not found: unpacking Debian's packages into ${root} (nothing is installed or started)`);
	mkdirSync(root, {recursive: true});
	for (const server of missing) rmSync(path.join(root, server), {recursive: true, force: true});
	const work = createOwnedDirectory(root, 'unpacking');
	try {
		const folders = await fetchPackages(work, missing);
		for (const server of missing) await unpack(root, server, folders[server]);
	} finally {
		removeOwnedDirectory(work);
	}
}

/**
 * @param {string} root
 * @param {Server} server
 * @param {string} packages the folder with its .deb files
 */
async function unpack(root, server, packages) {
	const made = path.join(packages, 'made');
	mkdirSync(path.join(made, 'bin'), {recursive: true});
	const script = 'for package in "$1"/*.deb; do dpkg -x "$package" "$2" || exit; done';
	const tree = path.join(made, 'tree');
	await runWithProgress(`unpack ${titles[server]}`, ['sh', '-c', script, 'sh', packages, tree]);
	for (const folder of programFoldersIn(tree, server)) wrapPrograms(made, folder);
	openToAll(made);
	publish(made, path.join(root, server));
}

/**
 * @param {string} tree
 * @param {Server} server
 */
function programFoldersIn(tree, server) {
	const folders = readdirSync(tree, {recursive: true, encoding: 'utf8'});
	return folders.filter((folder) => programFolders[server].test(folder));
}

/**
 * The programs find their unpacked libraries through a wrapper of their own: LD_LIBRARY_PATH for the whole run would
 * reach programs that have nothing to do with it, and a program started with a clean environment would lose it.
 *
 * @param {string} made
 * @param {string} folder
 */
function wrapPrograms(made, folder) {
	const libraries = libraryFolders(path.join(made, 'tree')).map((library) => `"$here"/tree/${library}`);
	for (const program of readdirSync(path.join(made, 'tree', folder))) {
		const wrapper = [
			'#!/bin/sh',
			'here=${0%/*}/..',
			`LD_LIBRARY_PATH=${libraries.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
			'export LD_LIBRARY_PATH',
			`exec "$here"/tree/${folder}/${program} "$@"`,
			'',
		];
		writeFileSync(path.join(made, 'bin', program), wrapper.join('\n'), {mode: 0o755});
	}
}

/** @param {string} tree */
function libraryFolders(tree) {
	const roots = ['usr/lib', 'lib'].filter((root) => existsSync(path.join(tree, root)));
	return roots.flatMap((root) =>
		readdirSync(path.join(tree, root))
			.filter((name) => name.includes('-linux-'))
			.map((name) => `${root}/${name}`),
	);
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
