import {createHmac} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {createSlackApp} from '../../../src/adapters/slack/app.ts';
import {fakeActions, startApp, startLocalSlack} from './local-slack.ts';

describe('Socket Mode', () => {
	test.each([true, false])('connects again by itself after the socket drops (announced: %s)', async (announced) => {
		const local = await startApp('socket');
		await local.people.misbehave({kind: 'drop_sockets', announced});
		await until(async () => (await connectionsOpened(local)) === 2 && local.app.ready());
		await local.people.waitForConnections(1, 5000);
		await local.people.as('dana').command('/migrate', 'withdraw MR-1');
		await local.people.as('dana').waitForMessage('db-migrations', ({text}) => text.includes('MR-12 is done.'));
		await local.close();
	});

	test('goes on trying while Slack is down, and connects when it is back', async () => {
		const local = await startApp('socket');
		await local.people.misbehave({kind: 'down', on: true});
		await until(() => !local.app.ready());
		await sleep(1500);
		await local.people.misbehave({kind: 'down', on: false});
		await local.people.waitForConnections(1, 10_000);
		await local.close();
	});

	test('starts while Slack is down', async () => {
		const local = await startLocalSlack();
		await local.people.misbehave({kind: 'down', on: true});
		const app = socketApp(local, local.slack.appToken);
		await app.start();
		expect(app.ready()).toBe(false);
		await local.people.misbehave({kind: 'down', on: false});
		await local.people.waitForConnections(1, 10_000);
		await app.stop();
		await local.close();
	});

	test('stops in the middle of a reconnect without an unhandled rejection', async () => {
		const local = await startApp('socket');
		await local.people.misbehave({kind: 'down', on: true});
		await until(() => !local.app.ready());
		await local.app.stop();
		await local.people.misbehave({kind: 'down', on: false});
		await sleep(1500);
		expect((await local.people.workspace()).connections).toBe(0);
		await local.slack.close();
	});

	test('says at once when Slack refuses the token', async () => {
		const local = await startLocalSlack();
		await expect(socketApp(local, 'xapp-wrong').start()).rejects.toMatchObject({
			code: 'slack-refused',
			message: expect.stringContaining('invalid_auth') as string,
		});
		await local.close();
	});
});

describe('signed HTTP', () => {
	const body = 'command=%2Fmigrate&text=withdraw+MR-1&user_id=U0DANA00001&trigger_id=1.2.3&channel_id=C0DBMIGR001';
	const now = Math.floor(Date.now() / 1000);
	const table = [
		['a good signature', now, 'right', '/slack/events', 200],
		['a wrong signature', now, 'wrong', '/slack/events', 401],
		['a timestamp of ten minutes ago', now - 600, 'right', '/slack/events', 401],
		['a timestamp in ten minutes', now + 600, 'right', '/slack/events', 401],
		['a timestamp that is no number', 'NaN', 'right', '/slack/events', 401],
		['another path', now, 'right', '/elsewhere', 404],
	] as const;

	test.each(table)('%s is answered as it should be', async (_name, timestamp, signature, path, status) => {
		const local = await startApp('http');
		const secret = signature === 'right' ? local.slack.signingSecret : 'not the secret';
		const hash = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
		const response = await fetch(`http://127.0.0.1:${local.port}${path}`, {
			method: 'POST',
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				'x-slack-request-timestamp': String(timestamp),
				'x-slack-signature': `v0=${hash}`,
			},
			body,
		});
		expect(response.status).toBe(status);
		const calls = status === 200 ? 1 : 0;
		await until(() => local.fake.calls.length >= calls);
		expect(local.fake.calls).toHaveLength(calls);
		await local.close();
	});

	test('a port that is taken is a sentence', async () => {
		const local = await startApp('http');
		const second = createSlackApp({
			transport: {mode: 'http', signingSecret: 'x', port: local.port, host: '127.0.0.1'},
			client: local.client,
			botToken: local.slack.botToken,
			apiUrl: local.slack.apiUrl,
			actions: local.fake.actions,
			log: local.log,
		});
		await expect(second.start()).rejects.toMatchObject({
			message: expect.stringContaining(`Cannot listen on 127.0.0.1:${local.port}`) as string,
		});
		await local.close();
	});
});

function socketApp(
	local: Awaited<ReturnType<typeof startLocalSlack>>,
	appToken: string,
): ReturnType<typeof createSlackApp> {
	return createSlackApp({
		transport: {mode: 'socket', appToken},
		client: local.client,
		botToken: local.slack.botToken,
		apiUrl: local.slack.apiUrl,
		actions: fakeActions().actions,
		log: local.log,
	});
}

async function connectionsOpened({
	people,
}: Pick<Awaited<ReturnType<typeof startLocalSlack>>, 'people'>): Promise<number> {
	return (await people.calls()).filter(({method}) => method === 'apps.connections.open').length;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 10_000;
	while (!(await holds())) {
		if (Date.now() > deadline) throw new Error('It did not come to hold within 10 s.');
		await sleep(20);
	}
}
