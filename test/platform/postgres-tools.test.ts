import {chmod, copyFile, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {findPostgresTools, knowsRestrict, listPostgresTools} from '../../src/platform/postgres-tools.ts';

let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'tools-'));
});

afterAll(async () => {
	await rm(folder, {recursive: true});
});

test("the server's own major is taken, else the nearest newer one, never an older one", async () => {
	const all = await listPostgresTools([]);
	const newest = Math.max(...all.map(({major}) => major));
	expect((await findPostgresTools(newest, []))?.major).toBe(newest);
	expect((await findPostgresTools(1, []))?.major).toBe(Math.min(...all.map(({major}) => major)));
	expect(await findPostgresTools(newest + 1, [])).toBeNull();
});

test('a wrapper script is not taken for a program', async () => {
	const wrapper = path.join(folder, 'psql');
	await writeFile(wrapper, '#!/bin/sh\necho "psql (PostgreSQL) 99.1"\n');
	await chmod(wrapper, 0o755);
	expect(await findPostgresTools(99, [folder])).toBeNull();
});

test('given folders come first, with the programs or with a folder per major', async () => {
	const [usual] = await listPostgresTools([]);
	if (usual === undefined) throw new Error('no PostgreSQL here');
	const own = path.join(folder, String(usual.major), 'bin');
	await mkdir(own, {recursive: true});
	await copyFile(usual.psql, path.join(own, 'psql'));
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
