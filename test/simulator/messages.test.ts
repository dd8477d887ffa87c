import type {App, types} from '@slack/bolt';
import {afterEach, describe, expect, test} from 'vitest';
import {startHttpApp, startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const channel = 'C0DBMIGR001';
const blocks: types.KnownBlock[] = [
	{type: 'section', block_id: 'text', text: {type: 'mrkdwn', text: 'Go?'}},
	{
		type: 'actions',
		block_id: 'choices',
		elements: [
			{
				type: 'button',
				action_id: 'approve',
				value: 'digest-1',
				text: {type: 'plain_text', text: 'Approve'},
				confirm: {
					title: {type: 'plain_text', text: 'Sure?'},
					text: {type: 'plain_text', text: 'Really?'},
					confirm: {type: 'plain_text', text: 'Yes'},
					deny: {type: 'plain_text', text: 'No'},
				},
			},
			{
				type: 'static_select',
				action_id: 'reason',
				options: [{text: {type: 'plain_text', text: 'Too big'}, value: 'big'}],
			},
			{
				type: 'overflow',
				action_id: 'more',
				options: [{text: {type: 'plain_text', text: 'Withdraw'}, value: 'withdraw'}],
			},
		],
	},
];

const start = {socket: startSocketApp, http: startHttpApp};

describe.each(['socket', 'http'] as const)('a message over %s', (mode) => {
	test('is clicked and edited in place', async () => {
		running = await start[mode]({
			listen(app) {
				app.action('approve', async ({ack, body, client}) => {
					await ack();
					if (body.type !== 'block_actions' || body.message === undefined) return;
					const [action] = body.actions;
					const value = action?.type === 'button' ? action.value : '';
					await client.chat.update({
						channel: body.channel?.id ?? '',
						ts: body.message.ts,
						text: `<@${body.user.id}> approved ${value}`,
						blocks: [],
					});
				});
			},
		});
		const {app, client} = running;
		const {ts} = await app.client.chat.postMessage({channel, text: 'Go?', blocks});

		await client.as('priya').click({channel: 'db-migrations', text: 'Approve'});

		const edited = await client.as('dana').waitForMessage('db-migrations', (each) => each.text.includes('approved'));
		expect(edited).toMatchObject({ts, text: '<@U0PRIYA0001> approved digest-1', edited: true, blocks: []});
		await expect(client.as('omar').click({channel: 'db-migrations', text: 'Approve'})).rejects.toThrow('no element');
	});
});

test('choices in menus reach the app with the option chosen', async () => {
	const chosen: unknown[] = [];
	running = await startSocketApp({
		listen(app) {
			app.action(/reason|more/, async ({ack, action}) => {
				await ack();
				chosen.push('selected_option' in action ? action.selected_option?.value : null);
			});
		},
	});
	const {app, client} = running;
	const {ts = ''} = await app.client.chat.postMessage({channel, text: 'Top'});
	await app.client.chat.postMessage({channel, thread_ts: ts, text: 'Go?', blocks});

	await client.as('omar').select({channel: 'db-migrations', actionId: 'reason', value: 'big'});
	await client.as('omar').select({channel: 'db-migrations', actionId: 'more', value: 'Withdraw'});

	expect(chosen).toEqual(['big', 'withdraw']);
});

test('a click that the app does not answer fails for the person', async () => {
	running = await startSocketApp({
		timings: {acknowledgementLimit: 50},
		listen(app) {
			app.action('approve', async () => {});
		},
	});
	const {app, client} = running;
	await app.client.chat.postMessage({channel, text: 'Go?', blocks});
	await expect(client.as('omar').click({channel: 'db-migrations', actionId: 'approve'})).rejects.toMatchObject({
		code: 'operation_timeout',
	});
});

describe('a response_url', () => {
	function respondsOften(app: App, urls: string[]): void {
		app.command('/migrate', async ({ack, command}) => {
			urls.push(command.response_url);
			await ack();
		});
	}

	test('takes five answers, for the person alone or the whole channel', async () => {
		const urls: string[] = [];
		running = await startSocketApp({listen: (app) => respondsOften(app, urls)});
		const {client} = running;
		await client.as('dana').command('/migrate', '');

		const answers: unknown[] = [];
		for (let use = 1; use <= 6; use += 1) {
			const body = {text: `Answer ${use}`, ...(use === 5 ? {response_type: 'in_channel'} : {})};
			const response = await fetch(urls[0] ?? '', {
				method: 'POST',
				body: JSON.stringify(body),
				headers: {'content-type': 'application/json'},
			});
			answers.push([response.status, await response.text()]);
		}

		expect(answers.slice(0, 5)).toEqual(Array.from({length: 5}, () => [200, 'ok']));
		expect(answers[5]).toEqual([404, '{"ok":false,"error":"used_url"}']);
		expect(await client.as('dana').read('db-migrations')).toHaveLength(5);
		const seen = await client.as('omar').read('db-migrations');
		expect(seen.map((each) => each.text)).toEqual(['Answer 5']);
	});

	test('ends after its life', async () => {
		const urls: string[] = [];
		let later = 0;
		running = await startSocketApp({now: () => Date.now() + later, listen: (app) => respondsOften(app, urls)});
		await running.client.as('dana').command('/migrate', '');
		later = 30 * 60_000 + 1;
		const response = await fetch(urls[0] ?? '', {
			method: 'POST',
			body: '{"text":"Late"}',
			headers: {'content-type': 'application/json'},
		});
		expect(await response.json()).toEqual({ok: false, error: 'expired_url'});
	});

	test('replaces and deletes the ephemeral message that was clicked', async () => {
		running = await startSocketApp({
			listen(app) {
				app.command('/migrate', async ({ack}) => ack({text: 'Go?', blocks}));
				app.action('approve', async ({ack, respond, body}) => {
					await ack();
					expect(body).not.toHaveProperty('message');
					await respond({text: 'Done', blocks: blocks.slice(1), replace_original: true});
				});
				app.action('more', async ({ack, respond}) => {
					await ack();
					await respond({delete_original: true});
				});
			},
		});
		const dana = running.client.as('dana');
		await dana.command('/migrate', '');
		await dana.click({channel: 'db-migrations', actionId: 'approve'});
		const replaced = await dana.waitForMessage('db-migrations', (each) => each.text === 'Done');
		expect(replaced.ephemeral).toBe(true);
		await dana.select({channel: 'db-migrations', actionId: 'more', value: 'withdraw'});
		await expect.poll(async () => dana.read('db-migrations')).toEqual([]);
	});
});
