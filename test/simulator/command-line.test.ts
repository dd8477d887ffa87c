import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {connectToSimulator} from '../../simulator/client.ts';
import {manifestPath} from './running-app.ts';

test('the command line starts a simulator, says where it is, and ends on SIGTERM', async () => {
	const main = fileURLToPath(new URL('../../simulator/main.ts', import.meta.url));
	const child = spawn(process.execPath, ['--import', 'tsx', main, '--manifest', manifestPath], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = once(child, 'exit');
	const [line] = (await once(child.stdout, 'data')) as [Buffer];
	const told = JSON.parse(line.toString()) as Record<string, string>;

	const client = connectToSimulator(told['url'] ?? '');
	expect((await client.person('dana')).email).toBe('dana@example.com');
	expect((await client.channel('#db-migrations')).id).toBe('C0DBMIGR001');
	expect(told).toMatchObject({
		apiUrl: `${told['url']}/api/`,
		botToken: expect.stringMatching(/^xoxb-/) as unknown,
		appToken: expect.stringMatching(/^xapp-/) as unknown,
	});

	child.kill('SIGTERM');
	expect(await ended).toEqual([0, null]);
});
