import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {databaseServer} from '../support/databases.ts';
import {findPostgresTools, knowsRestrict, listPostgresTools} from '../../src/platform/postgres-tools.ts';

let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'tools-'));
});

afterAll(async () => {
	await rm(folder, {recursive: true});
});

test("the server's own major is taken, else the nearest newer one, never an older one", async () => {
	const folders = [(await databaseServer()).binDirectory];
	const all = await listPostgresTools(folders);
	const newest = Math.max(...all.map(({major}) => major));
	expect((await findPostgresTools(newest, folders))?.major).toBe(newest);
	expect((await findPostgresTools(1, folders))?.major).toBe(Math.min(...all.map(({major}) => major)));
	expect(await findPostgresTools(newest + 1, folders)).toBeNull();
});

test('a folder that was given may hold wrappers, as packages unpacked without root need them', async () => {
	const own = path.join(folder, 'wrapped');
	await mkdir(own);
	await writeFile(path.join(own, 'psql'), '#!/bin/sh\necho "psql (PostgreSQL) 99.1"\n');
	expect(await findPostgresTools(99, [own])).toBeNull();
	await chmod(path.join(own, 'psql'), 0o755);
	expect(await findPostgresTools(99, [own])).toMatchObject({major: 99, version: '99.1'});
});

test('programs that were exchanged are asked again', async () => {
	const own = path.join(folder, 'exchanged');
	await mkdir(own);
	for (const version of ['97.1', '97.2', '98.0']) {
		await rm(path.join(own, 'psql'), {force: true});
		await writeFile(path.join(own, 'psql'), `#!/bin/sh\necho "psql (PostgreSQL) ${version}"\n`, {mode: 0o755});
		expect(await findPostgresTools(97, [own])).toMatchObject({version});
	}
});

test('what is not PostgreSQL is passed over', async () => {
	const own = path.join(folder, 'other');
	await mkdir(own);
	await writeFile(path.join(own, 'psql'), '#!/bin/sh\necho "hello"\nexit 1\n');
	await chmod(path.join(own, 'psql'), 0o755);
	expect(await listPostgresTools([own])).not.toContainEqual(expect.objectContaining({psql: path.join(own, 'psql')}));
});

test('given folders come first, with the programs or with a folder per major', async () => {
	const [usual] = await listPostgresTools([(await databaseServer()).binDirectory]);
	if (usual === undefined) throw new Error('no PostgreSQL here');
	const own = path.join(folder, String(usual.major), 'bin');
	await mkdir(own, {recursive: true});
	await writeFile(path.join(own, 'psql'), `#!/bin/sh\nexec '${usual.psql}' "$@"\n`, {mode: 0o755});
	expect((await findPostgresTools(usual.major, [folder]))?.psql).toBe(path.join(own, 'psql'));
	expect((await findPostgresTools(usual.major, [own]))?.psql).toBe(path.join(own, 'psql'));
});

test.each([
	['15.13', false],
	['15.14', true],
	['14.19', true],
	['17.5', false],
	['18.0', true],
	['18beta1', true],
])('psql %s knows \\restrict: %s', (version, expected) => {
	const tools = {major: Number.parseInt(version), version, psql: '', pgDump: '', pgRestore: ''};
	expect(knowsRestrict(tools)).toBe(expected);
});
