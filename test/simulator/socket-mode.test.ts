import {afterEach, describe, expect, test} from 'vitest';
import {once} from 'node:events';
import type {App} from '@slack/bolt';
import {WebSocket} from 'ws';
import type {Simulator} from '../../simulator/server.ts';
import {startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

let running: RunningApp | undefined;

async function start(
	listen: (app: App) => void,
	more: Partial<Parameters<typeof startSocketApp>[0]> = {},
): Promise<RunningApp> {
	running = await startSocketApp({listen, ...more});
	return running;
}

afterEach(async () => {
	await running?.close();
	running = undefined;
});

describe('a command over Socket Mode', () => {
	test('shows the text of its acknowledgement to the person who typed it alone', async () => {
		const {client} = await start((app) => {
			app.command('/migrate', async ({ack, command}) => {
				await ack(`You said ${command.text} in ${command.channel_name}.`);
			});
		});

		const outcome = await client.as('dana').command('/migrate', 'help');

		expect(outcome).toEqual({kind: 'accepted'});
		const [message] = await client.as('dana').read('#db-migrations');
		expect(message).toMatchObject({
			text: 'You said help in db-migrations.',
			ephemeral: true,
			user: {name: 'lockstep'},
		});
		expect(await client.as('priya').read('db-migrations')).toEqual([]);
	});

	test('fails for the person with operation_timeout when nobody answers', async () => {
		const {client} = await start(
			(app) => {
				app.command('/migrate', async () => {});
			},
			{timings: {acknowledgementLimit: 100}},
		);

		const outcome = await client.as('dana').command('/migrate', 'request');

		expect(outcome).toMatchObject({kind: 'failed', error: 'operation_timeout'});
		const [message] = await client.as('dana').read('db-migrations');
		expect(message).toMatchObject({
			text: '/migrate failed with the error "operation_timeout"',
			user: {name: 'slackbot'},
		});
	});

	test('names people and channels by id where the manifest asks for it', async () => {
		const texts: string[] = [];
		const {client} = await start((app) => {
			app.command('/migrate', async ({ack, command}) => {
				texts.push(command.text);
				await ack();
			});
		});
		await client.as('dana').command('/migrate', 'ask @omar in #general or @nobody');
		expect(texts).toEqual(['ask <@U0OMAR00001|omar> in <#C0GENERAL01|general> or @nobody']);
	});

	test('that the app does not have is no command', async () => {
		const {client} = await start(() => {});
		expect(await client.as('dana').command('/deploy', '')).toMatchObject({
			kind: 'failed',
			error: 'not_a_command',
		});
	});

	test('fails at once when the app has no connection', async () => {
		const {client, app} = await start(() => {});
		await app.stop();
		expect(await client.as('dana').command('/migrate', '')).toMatchObject({
			error: 'dispatch_failed',
		});
	});
});

describe('a connection', () => {
	test('that drops before the answer has its payload sent again over the next one', async () => {
		const seen: string[] = [];
		const {client} = await start((app) => {
			app.command('/migrate', async ({ack, command}) => {
				seen.push(command.text);
				if (seen.length === 1) await client.misbehave({kind: 'drop_sockets'});
				else await ack('Now.');
			});
		});

		const outcome = await client.as('dana').command('/migrate', 'twice');

		expect(outcome).toEqual({kind: 'accepted'});
		expect(seen).toEqual(['twice', 'twice']);
	});

	test('is taken up again after Slack announced its end', async () => {
		const {client} = await start((app) => {
			app.command('/migrate', async ({ack}) => ack('Here.'));
		});
		await client.misbehave({kind: 'drop_sockets', announced: true});
		await expect.poll(async () => (await client.deliveries()).length + (await client.workspace()).connections).toBe(1);

		await client.waitForConnections(1);

		expect(await client.as('dana').command('/migrate', '')).toEqual({kind: 'accepted'});
	});
});

test('a payload can come twice, with the same trigger', async () => {
	const triggers: string[] = [];
	const {client} = await start((app) => {
		app.command('/migrate', async ({ack, command}) => {
			triggers.push(command.trigger_id);
			await ack();
		});
	});
	await client.misbehave({kind: 'duplicate_deliveries', times: 1});

	await client.as('dana').command('/migrate', '');

	await expect.poll(() => triggers.length).toBe(2);
	expect(triggers[0]).toBe(triggers[1]);
});

test('an event goes to the app where the manifest asks for it', async () => {
	const seen: unknown[] = [];
	const {client} = await start((app) => {
		app.event('message', async ({event}) => {
			seen.push(event);
		});
	});

	const ts = await client.as('dana').say('db-migrations', 'Good morning');

	await expect.poll(() => seen).toHaveLength(1);
	expect(seen[0]).toMatchObject({type: 'message', text: 'Good morning', ts, user: 'U0DANA00001'});
});

test('an app holds at most ten connections, and each payload reaches one of them', async () => {
	const {client, app, slack} = await start(() => {});
	await app.stop();
	await expect.poll(async () => (await client.workspace()).connections).toBe(0);
	const received: string[] = [];
	const refused: string[] = [];
	const sockets = await Promise.all(
		Array.from({length: 11}, async () => {
			const socket = new WebSocket(await socketUrl(slack));
			socket.on('message', (data: Buffer) => {
				const message = JSON.parse(data.toString()) as {type: string; reason?: string; envelope_id?: string};
				if (message.type === 'disconnect') refused.push(message.reason ?? '');
				if (message.envelope_id === undefined) return;
				received.push(message.envelope_id);
				socket.send(JSON.stringify({envelope_id: message.envelope_id}));
			});
			await once(socket, 'message');
			return socket;
		}),
	);

	for (let command = 0; command < 3; command += 1) await client.as('dana').command('/migrate', '');

	expect(refused).toEqual(['too_many_websockets']);
	expect(new Set(received).size).toBe(3);
	expect(received).toHaveLength(3);
	await Promise.all(
		sockets.map(async (socket) => {
			if (socket.readyState === WebSocket.CLOSED) return;
			const closed = once(socket, 'close');
			socket.close();
			await closed;
		}),
	);
});

async function socketUrl({apiUrl, appToken}: Simulator): Promise<string> {
	const headers = {authorization: `Bearer ${appToken}`};
	const response = await fetch(`${apiUrl}apps.connections.open`, {method: 'POST', headers});
	return ((await response.json()) as {url: string}).url;
}
