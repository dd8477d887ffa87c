import {afterEach, describe, expect, test} from 'vitest';
import {startHttpApp, startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const start = {socket: startSocketApp, http: startHttpApp};

describe.each(['socket', 'http'] as const)('a shortcut over %s', (mode) => {
	test('of the whole workspace opens a modal', async () => {
		const used: unknown[] = [];
		running = await start[mode]({
			listen(app) {
				app.shortcut({callback_id: 'start', type: 'shortcut'}, async ({ack, client, shortcut}) => {
					await ack();
					used.push(shortcut);
					await client.views.open({
						trigger_id: shortcut.trigger_id,
						view: {type: 'modal', title: {type: 'plain_text', text: 'Started'}, blocks: []},
					});
				});
			},
		});
		const dana = running.client.as('dana');
		await dana.shortcut('start');
		expect(await dana.waitForView()).toMatchObject({title: {text: 'Started'}});
		expect(used).toMatchObject([{type: 'shortcut', callback_id: 'start', user: {id: 'U0DANA00001', username: 'dana'}}]);
		for (const field of ['channel', 'message', 'response_url']) expect(used[0]).not.toHaveProperty(field);
	});

	test('on a message tells the app the message with its files, and answers through the response_url', async () => {
		const used: unknown[] = [];
		running = await start[mode]({
			listen(app) {
				app.shortcut({callback_id: 'note', type: 'message_action'}, async ({ack, respond, shortcut}) => {
					await ack();
					used.push(shortcut);
					await respond('Noted.');
				});
			},
		});
		const dana = running.client.as('dana');
		const file = {filename: 'plan.txt', bytes: Buffer.from('The plan')};
		// The app is no member of #general.
		const ts = await dana.say('general', 'Look', {files: [file]});
		await running.client.as('omar').shortcut('note', {channel: 'general', ts});
		const answer = await running.client.as('omar').waitForMessage('general', (each) => each.text === 'Noted.');
		expect(answer.ephemeral).toBe(true);
		expect(used).toMatchObject([
			{
				type: 'message_action',
				callback_id: 'note',
				message_ts: ts,
				channel: {id: 'C0GENERAL01', name: 'general'},
				user: {id: 'U0OMAR00001'},
				message: {type: 'message', user: 'U0DANA00001', ts, text: 'Look', files: [{name: 'plan.txt', size: 8}]},
			},
		]);
		const delivered = (await running.client.deliveries()).find((each) => each.payload['type'] === 'message_action');
		expect(delivered).toMatchObject({
			person: 'U0OMAR00001',
			outcome: 'acknowledged',
			subjects: [{channel: 'C0GENERAL01', ts}],
		});
		const answered = (await running.client.calls()).find((each) => each.method === 'response_url');
		expect(answered?.subjects).toEqual([{channel: 'C0GENERAL01', ts: answer.ts}]);
	});
});

describe('a shortcut', () => {
	test('is there only where the manifest and the channel let the person use it', async () => {
		running = await startSocketApp({listen: () => {}});
		const {client, app} = running;
		const dana = client.as('dana');
		const ts = await dana.say('general', 'Look');
		await expect(dana.shortcut('nothing')).rejects.toThrow('no global shortcut nothing');
		await expect(dana.shortcut('note')).rejects.toThrow('no global shortcut note');
		await expect(dana.shortcut('start', {channel: 'general', ts})).rejects.toThrow('no message shortcut start');
		await expect(client.as('stef').shortcut('note', {channel: 'general', ts})).rejects.toThrow('not in general');
		await app.client.chat.postEphemeral({channel: 'C0DBMIGR001', user: 'U0DANA00001', text: 'For you'});
		const whisper = await dana.waitForMessage('db-migrations', (each) => each.text === 'For you');
		const on = {channel: 'db-migrations', ts: whisper.ts};
		await expect(dana.shortcut('note', on)).rejects.toThrow('only one person sees');
	});

	test('that nobody answers fails for the person', async () => {
		running = await startSocketApp({listen: () => {}, timings: {acknowledgementLimit: 50}});
		await expect(running.client.as('dana').shortcut('start')).rejects.toMatchObject({code: 'operation_timeout'});
	});
});
