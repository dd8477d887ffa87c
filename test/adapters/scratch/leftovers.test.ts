import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, readdir, readFile, readlink, rmdir, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, describe, expect, test} from 'vitest';
import {createScratch} from '../../../src/adapters/scratch/scratch.ts';
import type {Scratch} from '../../../src/operations/ports/scratch.ts';
import {processesWorkingIn} from '../../../src/platform/process-identity.ts';
import {databaseServer} from '../../support/databases.ts';
import {eventually} from '../target/production.ts';
import {makeScratchPlace} from './rehearsing.ts';

const workers: ChildProcess[] = [];

let place: string;
let scratch: Scratch;

beforeAll(async () => {
	place = await makeScratchPlace();
	scratch = createScratch({targets: [], toolFolders: [], directory: place, keepAwayFrom: []});
});

afterEach(async () => {
	for (const worker of workers.splice(0)) worker.kill('SIGKILL');
	await eventually(async () => {
		await scratch.sweep();
		return (await readdir(place)).length === 0;
	});
});

describe('a worker that is killed', () => {
	test('takes its server with it, and the next one removes its files', async () => {
		const {worker, root} = await startWorker();
		worker.kill('SIGKILL');
		await once(worker, 'exit');
		await eventually(async () => (await serverProcesses(root)).length === 0);
		expect(await readdir(place)).toEqual([path.basename(root)]);
		expect(await scratch.sweep()).toEqual({directories: [root], processes: 0, servers: []});
		expect(await readdir(place)).toEqual([]);
	});

	test('leaves a server that does not hear the signal: the next one ends it', async () => {
		const {worker, root} = await startWorker();
		const running = await serverProcesses(root);
		expect(running.length).toBeGreaterThan(1);
		for (const pid of running) process.kill(pid, 'SIGSTOP');
		worker.kill('SIGKILL');
		await once(worker, 'exit');
		expect(await serverProcesses(root)).toEqual(running);
		expect(await scratch.sweep()).toEqual({directories: [root], processes: running.length, servers: []});
		expect(await serverProcesses(root)).toEqual([]);
	});
});

describe('what is swept', () => {
	test('is never of a living worker', async () => {
		const {root} = await startWorker();
		expect(await scratch.sweep()).toEqual({directories: [], processes: 0, servers: []});
		expect((await serverProcesses(root)).length).toBeGreaterThan(1);
	});

	test('is the directory of a dead worker whose number another process bears now', async () => {
		const root = await writeNote({pid: process.pid, startedAt: '1', world: await ownWorld()});
		expect((await scratch.sweep()).directories).toEqual([root]);
	});

	test('is that of another container only after a long silence', async () => {
		const root = await writeNote({pid: 1, startedAt: '1', world: 'another'});
		expect((await scratch.sweep()).directories).toEqual([]);
		const longAgo = new Date(Date.now() - 3_600_000);
		await utimes(path.join(root, 'owner.json'), longAgo, longAgo);
		expect((await scratch.sweep()).directories).toEqual([root]);
	});

	test('is nothing without a note, however old, and nothing of another name', async () => {
		const others = ['lockstep-scratch-unsaid', 'something-else'].map((name) => path.join(place, name));
		const longAgo = new Date(0);
		for (const folder of others) {
			await mkdir(folder);
			await utimes(folder, longAgo, longAgo);
		}
		expect((await scratch.sweep()).directories).toEqual([]);
		await writeFile(
			path.join(others[0] ?? '', 'owner.json'),
			JSON.stringify({pid: 1, startedAt: '1', world: await ownWorld()}),
		);
		expect((await scratch.sweep()).directories).toEqual([others[0]]);
		await rmdir(others[1] ?? '');
	});
});

async function startWorker(): Promise<{readonly worker: ChildProcess; readonly root: string}> {
	const program = fileURLToPath(new URL('scratch-worker.ts', import.meta.url));
	const worker = spawn(process.execPath, ['--import', 'tsx', program, place, (await databaseServer()).binDirectory], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	workers.push(worker);
	const [said] = (await once(worker.stdout, 'data')) as [Buffer];
	return {worker, root: path.dirname(said.toString().trim())};
}

async function serverProcesses(root: string): Promise<readonly number[]> {
	const folder = path.join(root, 'c');
	const owner = await stat(folder).catch(() => null);
	return owner === null ? [] : await processesWorkingIn(folder, owner.uid);
}

async function writeNote(note: object): Promise<string> {
	const root = path.join(place, 'lockstep-scratch-noted');
	await mkdir(root);
	await writeFile(path.join(root, 'owner.json'), JSON.stringify(note));
	return root;
}

async function ownWorld(): Promise<string> {
	const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
	return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
}
