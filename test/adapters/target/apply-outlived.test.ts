import {type ChildProcess, spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {ApplyOutcome, ApplyRequest} from '../../../src/operations/ports/targets.ts';
import {databaseServer} from '../../support/databases.ts';
import type {WorkerTask} from './applying-worker.ts';
import {createProduction, eventually, type Production} from './production.ts';

/** Twenty transactions, a quarter of a second each. */
const steps = Array.from(
	{length: 20},
	(_, index) => `BEGIN; INSERT INTO landed VALUES (${index}); SELECT pg_sleep(0.25); COMMIT;`,
);
const loose = steps.join('\n').replaceAll(/BEGIN;|COMMIT;/g, '');
const workers: ChildProcess[] = [];

let shop: Production;

beforeAll(async () => {
	shop = await createProduction();
	await shop.query(`CREATE TABLE landed (step int); GRANT ALL ON landed TO ${shop.settings.user}`);
});

afterEach(async () => {
	for (const worker of workers.splice(0)) {
		worker.kill('SIGCONT');
		worker.kill('SIGKILL');
	}
	await shop.target.endApply();
	await shop.query('TRUNCATE landed');
});

describe('a worker that is killed', () => {
	test.each([
		['transactions, psql -q', steps.join('\n'), true],
		['transactions, psql without -q', steps.join('\n'), false],
		['statements without transactions, psql -q', loose, true],
		['statements without transactions, psql without -q', loose, false],
	])('takes psql and its session with it: nothing more lands of %s', async (_, script, quiet) => {
		const worker = await startWorker(script, {}, quiet);
		await eventually(async () => (await landed()) >= 2);
		worker.kill('SIGKILL');
		await expectNothingMore(2000);
		expect(psqlProcesses()).toEqual([]);
	});

	test('leaves a long statement that the server aborts and rolls back', async () => {
		const worker = await startWorker('INSERT INTO landed SELECT 1 FROM pg_sleep(4);', {});
		await eventually(async () => (await sessions()).length === 1);
		worker.kill('SIGKILL');
		await eventually(async () => (await sessions()).length === 0, 3000);
		expect(await landed()).toBe(0);
	});

	test('leaves a lock that its successor gets at once, and then sees the truth', async () => {
		const worker = await startWorker(steps.join('\n'), {});
		await eventually(async () => (await landed()) >= 1);
		worker.kill('SIGKILL');
		const seen = await shop.target.withOrphanEnded(async () => await landed());
		await delay(1000);
		expect(await landed()).toBe(seen);
	});
});

describe('a worker that is stopped past its lease', () => {
	test('loses psql to the leash: nothing more lands, not even when it goes on', async () => {
		const worker = await startWorker(steps.join('\n'), {leashMs: 1000});
		await eventually(async () => (await landed()) >= 2);
		worker.kill('SIGSTOP');
		await eventually(async () => (await sessions()).length === 0, 4000);
		await expectNothingMore(500);
		worker.kill('SIGCONT');
		expect(await outcomeOf(worker)).toMatchObject({
			kind: 'ended',
			sentence: expect.stringContaining('no sign of life for 1000 ms'),
		});
		await expectNothingMore(500);
	});

	test('does not end the session of its successor when it goes on', async () => {
		const worker = await startWorker(steps.join('\n'), {leashMs: 1000});
		await eventually(async () => (await landed()) >= 1);
		worker.kill('SIGSTOP');
		await eventually(async () => (await sessions()).length === 0, 4000);
		const successor = await startWorker('SELECT pg_sleep(3);', {requestNumber: 43});
		await eventually(async () => (await sessions()).length === 1);
		worker.kill('SIGCONT');
		expect(await outcomeOf(worker)).toMatchObject({kind: 'ended'});
		expect(await outcomeOf(successor)).toMatchObject({kind: 'completed'});
	});

	test('is not saved by being stopped together with its process group', async () => {
		const worker = await startWorker(steps.join('\n'), {leashMs: 1000});
		await eventually(async () => (await landed()) >= 2);
		process.kill(-(worker.pid ?? 0), 'SIGSTOP');
		await eventually(async () => (await sessions()).length === 0, 4000);
		process.kill(-(worker.pid ?? 0), 'SIGCONT');
		expect(await outcomeOf(worker)).toMatchObject({kind: 'ended'});
	});

	test('is ended by the server when the whole machine stands still, psql and leash too', async () => {
		const worker = await startWorker(steps.join('\n'), {leashMs: 1000});
		await eventually(async () => (await landed()) >= 2);
		const everything = [worker.pid ?? 0, ...processesWith('leash.mjs'), ...psqlProcesses()];
		expect(everything.length).toBeGreaterThanOrEqual(3);
		for (const pid of everything) process.kill(pid, 'SIGSTOP');
		await eventually(async () => (await sessions()).length === 0, 5000);
		const before = await landed();
		for (const pid of everything.toReversed()) process.kill(pid, 'SIGCONT');
		expect(await outcomeOf(worker)).toMatchObject({kind: 'ended'});
		expect(await landed()).toBe(before);
	});
});

test('a leash that is killed takes psql with it', async () => {
	const worker = await startWorker(steps.join('\n'), {});
	await eventually(async () => (await landed()) >= 1);
	for (const pid of processesWith('leash.mjs')) process.kill(pid, 'SIGKILL');
	expect(await outcomeOf(worker)).toMatchObject({kind: 'ended'});
	expect(psqlProcesses()).toEqual([]);
});

async function startWorker(script: string, changed: Partial<ApplyRequest>, quiet = true): Promise<ChildProcess> {
	const request = await shop.request(script, changed);
	const task: WorkerTask = {
		settings: {...shop.settings, quiet},
		toolFolder: (await databaseServer()).binDirectory,
		script,
		request,
	};
	const file = fileURLToPath(new URL('applying-worker.ts', import.meta.url));
	const worker = spawn(process.execPath, ['--import', 'tsx', file], {
		stdio: ['pipe', 'pipe', 'inherit'],
		detached: true,
	});
	worker.stdin?.end(JSON.stringify(task));
	workers.push(worker);
	return worker;
}

async function outcomeOf(worker: ChildProcess): Promise<ApplyOutcome> {
	if (worker.stdout === null) throw new Error('the worker has no output');
	return JSON.parse(await text(worker.stdout)) as ApplyOutcome;
}

async function landed(): Promise<number> {
	const [row] = await shop.query<{count: number}>('SELECT count(*)::int FROM landed');
	return row?.count ?? 0;
}

async function expectNothingMore(withinMs: number): Promise<void> {
	// What was being committed at that very moment may still arrive.
	await delay(300);
	const before = await landed();
	await delay(withinMs);
	expect(await landed()).toBe(before);
	expect(before).toBeLessThan(steps.length);
}

async function sessions(): Promise<readonly unknown[]> {
	return await shop.query(
		`SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'lockstep MR-%' AND datname = current_database()`,
	);
}

/** psql of this test's database only: others may test at the same time. */
function psqlProcesses(): readonly number[] {
	return processesWith('--file=/dev/fd/5').filter(
		(pid) => read(pid, 'cmdline').split('\0')[0]?.endsWith('/psql') === true,
	);
}

function processesWith(argument: string): readonly number[] {
	const own = `PGDATABASE=${shop.settings.database}`;
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((pid) => read(pid, 'cmdline').includes(argument) && read(pid, 'environ').includes(own));
}

function read(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return '';
	}
}
