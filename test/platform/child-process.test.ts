import {readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {leashExit, runChild, startLeashed} from '../../src/platform/child-process.ts';
import {openNamelessFile} from '../../src/platform/nameless-file.ts';

describe('a child', () => {
	test('gets its own environment and nothing of ours', async () => {
		const {stdout} = await runChild({file: '/usr/bin/env', args: [], env: {ONLY: 'this'}});
		expect(stdout.trim().split('\n').toSorted()).toEqual(['LC_ALL=C.UTF-8', 'ONLY=this']);
	});

	test('reads a file without a name, as often as it likes', async () => {
		const file = await openNamelessFile('hidden');
		const result = await runChild({file: '/bin/cat', args: ['/dev/fd/3', '/dev/fd/3'], env: {}, files: [file]});
		expect(result).toMatchObject({exitCode: 0, stdout: 'hiddenhidden'});
		expect((await file.stat()).mode & 0o777).toBe(0o600);
		await file.close();
	});

	test('keeps only the end of its output', async () => {
		const {stdout} = await runChild({file: '/usr/bin/seq', args: ['100000'], env: {}, keepOutput: 14});
		expect(stdout).toBe('\n99999\n100000\n');
	});

	test('that cannot be started, fails or is aborted is a result', async () => {
		expect(await runChild({file: '/no/such/program', args: [], env: {}})).toMatchObject({exitCode: 127});
		expect(await runChild({file: '/bin/false', args: [], env: {}})).toMatchObject({exitCode: 1, aborted: false});
		expect(await runChild({file: '/bin/sleep', args: ['30'], env: {}, signal: AbortSignal.timeout(100)})).toMatchObject(
			{exitCode: null, signal: 'SIGTERM', aborted: true},
		);
		expect(await runChild({file: '/bin/sleep', args: ['30'], env: {}, signal: AbortSignal.abort()})).toMatchObject({
			aborted: true,
		});
	});
});

describe('a child on the leash', () => {
	test('passes output, files and exit code through', async () => {
		const file = await openNamelessFile('of the program');
		const pieces: string[] = [];
		const child = startLeashed(
			{
				file: '/bin/sh',
				args: ['-c', 'cat /dev/fd/3; echo oops >&2; exit 3'],
				env: {},
				files: [file],
				onOutput: ({stream, text}) => pieces.push(`${stream}: ${text}`),
			},
			5000,
		);
		expect(await child.result).toMatchObject({exitCode: 3, stdout: 'of the program', stderr: 'oops\n'});
		expect(pieces.toSorted()).toEqual(['stderr: oops\n', 'stdout: of the program']);
		await file.close();
	});

	test('starts fast', async () => {
		const startedAt = performance.now();
		await startLeashed({file: '/bin/true', args: [], env: {}}, 5000).result;
		expect(performance.now() - startedAt).toBeLessThan(1500);
	});

	test('is killed at the deadline, with its exit told apart', async () => {
		const startedAt = performance.now();
		const {exitCode, stdout} = await startLeashed(
			{file: '/bin/sh', args: ['-c', 'echo $$; exec sleep 30'], env: {}},
			400,
		).result;
		expect(exitCode).toBe(leashExit.deadlinePassed);
		expect(performance.now() - startedAt).toBeLessThan(3000);
		expect(isAlive(Number(stdout))).toBe(false);
	});

	test('lives as long as the deadline is moved', async () => {
		const child = startLeashed({file: '/bin/sleep', args: ['0.9'], env: {}}, 400);
		const beating = setInterval(() => child.extend(400), 100);
		expect(await child.result).toMatchObject({exitCode: 0});
		clearInterval(beating);
		child.extend(400);
	});

	test('a deadline already passed kills at once, and one moved back counts', async () => {
		expect(await startLeashed({file: '/bin/sleep', args: ['30'], env: {}}, -1).result).toMatchObject({
			exitCode: leashExit.deadlinePassed,
		});
		const child = startLeashed({file: '/bin/sleep', args: ['30'], env: {}}, 60_000);
		await delay(200);
		child.extend(0);
		expect(await child.result).toMatchObject({exitCode: leashExit.deadlinePassed});
	});

	test('is killed on demand', async () => {
		const child = startLeashed({file: '/bin/sleep', args: ['30'], env: {}}, 60_000);
		child.kill();
		expect(await child.result).toMatchObject({exitCode: leashExit.ownerGone});
	});

	test('hands on the signal that ended it, and says when nothing could start', async () => {
		expect(await startLeashed({file: '/bin/sh', args: ['-c', 'kill -SEGV $$'], env: {}}, 5000).result).toMatchObject({
			signal: 'SIGSEGV',
		});
		expect(await startLeashed({file: '/no/such', args: [], env: {}}, 5000).result).toMatchObject({exitCode: 127});
	});
});

function isAlive(pid: number): boolean {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
	} catch {
		return false;
	}
}
