import {access, constants, readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {runChild} from './child-process.ts';

/** PostgreSQL's client programs of one major version. */
export interface PostgresTools {
	readonly major: number;
	/** As the program says it: `15.18`. */
	readonly version: string;
	readonly psql: string;
	readonly pgDump: string;
	readonly pgRestore: string;
}

/** Where distributions keep a folder per major: Debian and PGDG on Debian, PGDG on Red Hat. */
const distributionFolders: readonly {readonly parent: string; readonly entry: RegExp}[] = [
	{parent: '/usr/lib/postgresql', entry: /^\d+$/},
	{parent: '/usr', entry: /^pgsql-\d+$/},
];

/**
 * Client programs for a server's major: of the very major, else of the nearest newer one, because pg_dump refuses a
 * server newer than itself and a much newer one writes settings that an older server does not know.
 *
 * @param folders Folders to look into before the distribution's own: each holds the programs, or one folder per major.
 * @returns Null where neither the major nor a newer one is there.
 */
export async function findPostgresTools(major: number, folders: readonly string[]): Promise<PostgresTools | null> {
	const fitting = (await listPostgresTools(folders)).filter((tools) => tools.major >= major);
	return fitting.toSorted((a, b) => a.major - b.major)[0] ?? null;
}

/** The server's programs of one major, beside its client programs in the distribution's server package. */
export interface PostgresServerTools extends PostgresTools {
	readonly initdb: string;
	readonly postgres: string;
}

/**
 * Server programs of exactly this major: another one takes other syntax and rewrites other tables.
 *
 * @param folders As for {@link findPostgresTools}.
 * @returns Null where they are not there.
 */
export async function findPostgresServer(
	major: number,
	folders: readonly string[],
): Promise<PostgresServerTools | null> {
	for (const tools of await listPostgresTools(folders)) {
		const [initdb, postgres] = ['initdb', 'postgres'].map((name) => path.join(path.dirname(tools.psql), name));
		if (tools.major !== major || initdb === undefined || postgres === undefined) continue;
		if ((await canRun(initdb)) && (await canRun(postgres))) return {...tools, initdb, postgres};
	}
	return null;
}

/** Every set of client programs, given folders first; never PATH, where Debian has a wrapper that picks a version of its own. */
export async function listPostgresTools(folders: readonly string[]): Promise<readonly PostgresTools[]> {
	const found = await Promise.all((await candidateFolders(folders)).map(readTools));
	return found.filter((tools) => tools !== null);
}

async function candidateFolders(folders: readonly string[]): Promise<readonly string[]> {
	const given = await Promise.all(folders.map(async (folder) => [folder, ...(await foldersByMajor(folder, /^\d+$/))]));
	const usual = await Promise.all(
		distributionFolders.map(async ({parent, entry}) => await foldersByMajor(parent, entry)),
	);
	return [...new Set([...given.flat(), ...usual.flat()])];
}

async function foldersByMajor(parent: string, entry: RegExp): Promise<readonly string[]> {
	const names = await readdir(parent).catch(() => []);
	return names.filter((name) => entry.test(name)).map((name) => path.join(parent, name, 'bin'));
}

async function readTools(folder: string): Promise<PostgresTools | null> {
	const psql = path.join(folder, 'psql');
	if (!(await canRun(psql))) return null;
	const version = await versionOf(psql);
	if (version === null) return null;
	return {
		major: Number.parseInt(version),
		version,
		psql,
		pgDump: path.join(folder, 'pg_dump'),
		pgRestore: path.join(folder, 'pg_restore'),
	};
}

/** What a psql said of itself, as long as its file is the same one: it is asked before every backup and every run. */
const versions = new Map<string, {readonly file: string; readonly version: string}>();

async function versionOf(psql: string): Promise<string | null> {
	const {ino, size, mtimeMs, ctimeMs} = await stat(psql);
	const file = [ino, size, mtimeMs, ctimeMs].join(' ');
	const known = versions.get(psql);
	if (known?.file === file) return known.version;
	const {stdout} = await runChild({file: psql, args: ['--version'], env: {}});
	const version = /\(PostgreSQL\) (\d+[\w.]*)/.exec(stdout)?.[1];
	// One that could not be started now may start later.
	if (version === undefined) return null;
	versions.set(psql, {file, version});
	return version;
}

async function canRun(file: string): Promise<boolean> {
	return await access(file, constants.X_OK).then(
		() => true,
		() => false,
	);
}

/** The first minors in which psql knows `\restrict`, per major (release notes of August 2025). */
const firstRestricting: Readonly<Record<number, number>> = {13: 22, 14: 19, 15: 14, 16: 10, 17: 6};

/**
 * Whether this psql can be forbidden backslash commands.
 *
 * @see https://www.postgresql.org/docs/17/app-psql.html
 */
export function knowsRestrict(tools: PostgresTools): boolean {
	const first = firstRestricting[tools.major];
	const minor = Number(/^\d+\.(\d+)/.exec(tools.version)?.[1] ?? 0);
	return tools.major >= 18 || (first !== undefined && minor >= first);
}
