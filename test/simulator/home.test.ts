import type {App, types} from '@slack/bolt';
import {afterEach, describe, expect, test} from 'vitest';
import {narrowManifestPath, startHttpApp, startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const dana = 'U0DANA00001';

function homeWith(text: string): types.HomeView {
	return {
		type: 'home',
		callback_id: 'overview',
		external_id: 'home-of-dana',
		blocks: [
			{type: 'section', block_id: 'text', text: {type: 'mrkdwn', text}},
			{
				type: 'actions',
				block_id: 'actions',
				elements: [{type: 'button', action_id: 'refresh', text: {type: 'plain_text', text: 'Refresh'}, value: 'now'}],
			},
			{
				type: 'input',
				block_id: 'filter',
				label: {type: 'plain_text', text: 'Filter'},
				element: {
					type: 'static_select',
					action_id: 'value',
					options: ['open', 'closed'].map((name) => ({text: {type: 'plain_text', text: name}, value: name})),
				},
			},
		],
	};
}

const start = {socket: startSocketApp, http: startHttpApp};

describe.each(['socket', 'http'] as const)('the Home tab over %s', (mode) => {
	test('is published when it is opened, and its button tells the app what stands there', async () => {
		const heard: unknown[] = [];
		const clicks: unknown[] = [];
		running = await start[mode]({
			listen(app) {
				app.event('app_home_opened', async ({client, event}) => {
					heard.push(event);
					if (event.tab === 'home') await client.views.publish({user_id: event.user, view: homeWith('Hello')});
				});
				app.action('refresh', async ({ack, body, client}) => {
					await ack();
					clicks.push(body);
					await client.views.publish({user_id: body.user.id, view: homeWith('Hello again')});
				});
			},
		});
		const person = running.client.as('dana');
		expect(await person.home()).toBeNull();
		await person.openHome();
		const first = await person.waitForHome();
		expect(first).toMatchObject({type: 'home', callback_id: 'overview', title: null, submit: null});
		expect(await running.client.as('priya').home()).toBeNull();

		await person.select({home: true, blockId: 'filter', value: 'closed'});
		await person.click({home: true, text: 'Refresh'});
		const next = await person.waitForHome((home) => JSON.stringify(home).includes('Hello again'));
		expect(next.id).toBe(first.id);
		expect(next['hash']).not.toBe(first['hash']);
		await person.openHome();
		await person.openHome('messages');
		await expect.poll(() => heard.length).toBe(3);

		expect(heard).toMatchObject([
			{type: 'app_home_opened', user: dana, tab: 'home', channel: expect.stringMatching(/^D/) as unknown},
			{tab: 'home', view: {id: first.id, type: 'home'}},
			{tab: 'messages'},
		]);
		expect(heard[0]).not.toHaveProperty('view');
		expect(heard[2]).not.toHaveProperty('view');
		expect(clicks).toMatchObject([
			{
				type: 'block_actions',
				container: {type: 'view', view_id: first.id},
				view: {id: first.id, state: {values: {filter: {value: {selected_option: {value: 'closed'}}}}}},
				actions: [{type: 'button', action_id: 'refresh', block_id: 'actions', value: 'now'}],
			},
		]);
		expect(clicks[0]).not.toHaveProperty('message');
		expect(clicks[0]).not.toHaveProperty('response_url');
	});
});

describe('views.publish', () => {
	async function published(app: App, more: object, view: object = homeWith('Hello')): Promise<unknown> {
		return app.client.views.publish({user_id: dana, view: view as types.HomeView, ...more}).then(
			({ok}) => ok,
			(error: {data: {error: string}}) => error.data.error,
		);
	}

	test('is refused where the app has no Home tab', async () => {
		running = await startSocketApp({manifestPath: narrowManifestPath, listen: () => {}});
		expect(await published(running.app, {})).toBe('not_enabled');
		await expect(running.client.as('dana').openHome()).rejects.toThrow('The app has no Home tab.');
	});

	test('takes a Home tab alone, within the limits of one, by its hash', async () => {
		running = await startSocketApp({listen: () => {}});
		const {app} = running;
		expect(await published(app, {user_id: 'U0NOBODY001'})).toBe('invalid_arguments');
		expect(await published(app, {}, {...homeWith(''), type: 'modal'})).toBe('invalid_arguments');
		expect(await published(app, {}, {...homeWith('Hi'), title: {type: 'plain_text', text: 'Hi'}})).toBe(
			'invalid_arguments',
		);
		const divider = {type: 'divider'};
		expect(await published(app, {}, {type: 'home', blocks: Array(101).fill(divider)})).toBe('invalid_arguments');
		expect(await published(app, {}, {type: 'home', blocks: Array(100).fill(divider)})).toBe(true);
		expect(await published(app, {hash: 'old'})).toBe('hash_conflict');
		expect(await published(app, {})).toBe(true);
		expect(await published(app, {user_id: 'U0PRIYA0001'})).toBe('duplicate_external_id');
		await app.client.views.update({external_id: 'home-of-dana', view: homeWith('By its name')});
		expect(JSON.stringify(await running.client.as('dana').home())).toContain('By its name');
	});

	test('is found in the log by the view that it made', async () => {
		running = await startSocketApp({listen: () => {}});
		await published(running.app, {});
		const home = await running.client.as('dana').home();
		const calls = await running.client.calls();
		expect(calls.find((each) => each.method === 'views.publish')?.subjects).toEqual([{view: home?.id}]);
	});
});
