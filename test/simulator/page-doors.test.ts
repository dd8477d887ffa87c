import {request} from 'node:http';
import {fileURLToPath} from 'node:url';
import type {App} from '@slack/bolt';
import {afterEach, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../simulator/json.ts';
import type {CheckedGalleryEntry, Desktop, Inspection, MoodNow} from '../../simulator/local/desktop.ts';
import type {CallEntry, DeliveryEntry} from '../../simulator/log.ts';
import type {ReadMessage} from '../../simulator/people/read.ts';
import {startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

const manifestPath = fileURLToPath(new URL('./page-manifest.yml', import.meta.url));
const channel = 'C0DBMIGR001';
const dana = 'U0DANA00001';

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

async function start(listen: (app: App) => void = () => {}): Promise<RunningApp> {
	running = await startSocketApp({manifestPath, listen});
	return running;
}

function url(path: string): string {
	return `${running?.slack.url ?? ''}/_local${path}`;
}

async function get<T>(path: string): Promise<T> {
	return answerOf<T>(await fetch(url(path)));
}

async function send<T>(method: 'POST' | 'PUT', path: string, body: unknown = {}): Promise<T> {
	const headers = {'content-type': 'application/json'};
	return answerOf<T>(await fetch(url(path), {method, headers, body: JSON.stringify(body)}));
}

async function answerOf<T>(response: Response): Promise<T> {
	const answer: unknown = await response.json();
	if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
	return answer as T;
}

async function unreadOf(person: string, name = 'db-migrations'): Promise<string> {
	const {channels} = await get<Desktop>(`/people/${person}/desktop`);
	const found = channels.find((each) => each.name === name);
	return `${found?.unread} unread, ${found?.mentions} mentions`;
}

describe('the doors', () => {
	/** fetch keeps Host to itself. */
	async function statusOf(path: string, headers: Record<string, string>): Promise<number> {
		const {hostname, port} = new URL(running?.slack.url ?? '');
		return new Promise((resolve, reject) => {
			const asked = request({hostname, port, path, headers}, (response) => {
				response.resume();
				response.on('end', () => resolve(response.statusCode ?? 0));
			});
			asked.on('error', reject).end();
		});
	}

	test.each<[who: string, headers: (port: string) => Record<string, string>, status: number]>([
		['a program', () => ({}), 200],
		['the page', (port) => ({host: `localhost:${port}`, origin: `http://localhost:${port}`}), 200],
		['the page by its number', (port) => ({origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin'}), 200],
		['a person who typed the address', () => ({'sec-fetch-site': 'none'}), 200],
		['a page of another site', () => ({origin: 'https://evil.example'}), 403],
		['a page without an origin', () => ({origin: 'null'}), 403],
		['a page of another server on this machine', () => ({origin: 'http://localhost:3000'}), 403],
		['a picture in a page of another site', () => ({'sec-fetch-site': 'cross-site'}), 403],
		['a page that gave this machine a name of its own', (port) => ({host: `evil.example:${port}`}), 403],
	])('answer %s', async (_who, headers, status) => {
		const {slack} = await start();
		const {port} = new URL(slack.url);
		expect(await statusOf('/_local/workspace', headers(port))).toBe(status);
		expect(await statusOf('/%5flocal/workspace', headers(port))).toBe(status);
	});

	test('say why they refuse', async () => {
		await start();
		const answer = await fetch(url('/workspace'), {headers: {origin: 'https://evil.example'}});
		expect(await answer.json()).toEqual({
			error: 'forbidden',
			message: 'The local Slack takes nothing from pages of https://evil.example.',
		});
	});

	test('let a link on another page lead to a message', async () => {
		await start();
		expect(await statusOf('/archives/C0DBMIGR001/p1', {'sec-fetch-site': 'cross-site'})).toBe(200);
		expect(await statusOf('/archives/C0DBMIGR001/p1', {host: 'evil.example'})).toBe(403);
	});
});

describe('the desktop', () => {
	test('shows what one person has in front of them', async () => {
		await start();
		const desktop = await get<Desktop>('/people/dana/desktop');
		expect(desktop).toMatchObject({
			team: {name: 'Shop'},
			app: {botUserId: 'U0LOCKSTEP1', hasHome: true},
			me: {id: dana, timeZone: 'Europe/London'},
			commands: [{command: '/migrate', description: 'Anything', usageHint: '[what]'}],
			shortcuts: [
				{kind: 'global', name: 'Start something', callbackId: 'start', description: 'Starts it'},
				{kind: 'message', name: 'Look at this', callbackId: 'look', description: 'Looks at it'},
			],
			views: [],
			home: null,
			connections: 1,
		});
		expect(desktop.channels.map(({name, kind, appIsMember}) => [name, kind, appIsMember])).toEqual([
			['db-migrations', 'public', true],
			['general', 'public', false],
			['lockstep', 'direct', true],
		]);
		expect(desktop.people).toHaveLength(10);
		expect(desktop.userGroups[0]?.members).toEqual(['U0PRIYA0001', 'U0OMAR00001']);
	});

	test('shows channels of that person alone', async () => {
		await start();
		const {channels} = await get<Desktop>('/people/stef/desktop');
		expect(channels.map((each) => each.name)).toEqual(['db-migrations', 'lockstep']);
	});

	test('shows the modals in front of them and the home that was published to them', async () => {
		const {app, client} = await start((each) => {
			each.command('/migrate', async ({ack, body}) => {
				await ack();
				const title = {type: 'plain_text', text: 'Hello'} as const;
				await each.client.views.open({trigger_id: body.trigger_id, view: {type: 'modal', title, blocks: []}});
			});
		});
		await app.client.views.publish({user_id: dana, view: {type: 'home', callback_id: 'home', blocks: []}});
		await client.as('dana').command('/migrate', '');
		await client.as('dana').waitForView();
		const desktop = await get<Desktop>('/people/dana/desktop');
		expect(desktop.views).toMatchObject([{type: 'modal', title: {text: 'Hello'}, state: {values: {}}}]);
		expect(desktop.home).toMatchObject({type: 'home', callback_id: 'home'});
		expect(await get<Desktop>('/people/omar/desktop')).toMatchObject({views: [], home: null});
	});
});

describe('unread messages', () => {
	test('are those of others, until they were looked at', async () => {
		const {client} = await start();
		await client.as('dana').say('db-migrations', 'One');
		const ts = await client.as('dana').say('db-migrations', 'Two');
		expect(await unreadOf('omar')).toBe('2 unread, 0 mentions');
		expect(await unreadOf('dana')).toBe('0 unread, 0 mentions');

		const before = await get<Desktop>('/people/omar/desktop');
		await send('POST', `/people/omar/channels/${channel}/read`, {ts});
		const after = await get<Desktop>('/people/omar/desktop');
		expect(await unreadOf('omar')).toBe('0 unread, 0 mentions');
		expect(after.revision).toBeGreaterThan(before.revision);
		expect(await unreadOf('priya')).toBe('2 unread, 0 mentions');
	});

	test('stay read, and looking again changes nothing', async () => {
		const {client} = await start();
		const first = await client.as('dana').say('db-migrations', 'One');
		const second = await client.as('dana').say('db-migrations', 'Two');
		await send('POST', `/people/omar/channels/${channel}/read`, {ts: second});
		const {revision} = await get<Desktop>('/people/omar/desktop');
		await send('POST', `/people/omar/channels/${channel}/read`, {ts: second});
		await send('POST', `/people/omar/channels/${channel}/read`, {ts: first});
		expect((await get<Desktop>('/people/omar/desktop')).revision).toBe(revision);
		expect(await unreadOf('omar')).toBe('0 unread, 0 mentions');
	});

	test('in a thread count for those who wrote in it or are mentioned in it', async () => {
		const {client} = await start();
		const threadTs = await client.as('dana').say('db-migrations', 'Who looks?');
		await client.as('omar').say('db-migrations', 'I do.', {threadTs});
		await client.as('sam').say('db-migrations', `Ask <@U0LENA00001>`, {threadTs});
		for (const person of ['dana', 'omar', 'lena', 'priya']) {
			await send('POST', `/people/${person}/channels/${channel}/read`, {ts: threadTs});
		}
		expect(await unreadOf('dana')).toBe('2 unread, 0 mentions');
		expect(await unreadOf('omar')).toBe('1 unread, 0 mentions');
		expect(await unreadOf('lena')).toBe('2 unread, 1 mentions');
		expect(await unreadOf('priya')).toBe('0 unread, 0 mentions');
	});

	test.each([
		['a name', {text: `<@${dana}> look`}],
		['a name with a label', {text: `<@${dana}|dana> look`}],
		['everybody here', {text: '<!here> look'}],
		['a group of theirs', {text: '<!subteam^S0DANAS0001> look'}],
		['a name in blocks', {text: 'x', blocks: [{type: 'section', text: {type: 'mrkdwn', text: `For <@${dana}>`}}]}],
		[
			'a name in rich text',
			{
				text: 'x',
				blocks: [
					{type: 'rich_text', elements: [{type: 'rich_text_section', elements: [{type: 'user', user_id: dana}]}]},
				],
			},
		],
	])('mention a person by %s', async (how, message) => {
		const {app, client} = await start();
		if (how === 'a group of theirs') {
			await client.setUserGroup('leads', ['dana']);
			const groups = (await get<Desktop>('/people/dana/desktop')).userGroups;
			const leads = groups.find((each) => each.handle === 'leads')?.id ?? '';
			message.text = message.text.replace('S0DANAS0001', leads);
		}
		await app.client.chat.postMessage({channel, ...message} as Parameters<typeof app.client.chat.postMessage>[0]);
		expect(await unreadOf('dana')).toBe('1 unread, 1 mentions');
	});

	test('do not mention those whom they do not name', async () => {
		const {client} = await start();
		await client.as('omar').say('db-migrations', '<@U0LENA00001> <!subteam^S0ONCALL001> U0DANA00001 @dana here');
		expect(await unreadOf('dana')).toBe('1 unread, 0 mentions');
		expect(await unreadOf('lena')).toBe('1 unread, 1 mentions');
		expect(await unreadOf('sam')).toBe('1 unread, 1 mentions');
	});

	test('that only one person sees count for them, and direct messages are all for them', async () => {
		const {app} = await start();
		await app.client.chat.postEphemeral({channel, user: dana, text: 'Only you'});
		const {channel: im} = await app.client.conversations.open({users: dana});
		await app.client.chat.postMessage({channel: im?.id ?? '', text: 'Hello'});
		expect(await unreadOf('dana')).toBe('1 unread, 0 mentions');
		expect(await unreadOf('omar')).toBe('0 unread, 0 mentions');
		expect(await unreadOf('dana', 'lockstep')).toBe('1 unread, 1 mentions');
	});
});

describe('what a person does', () => {
	test('opening the home tells the app', async () => {
		const opened: unknown[] = [];
		await start((app) => {
			app.event('app_home_opened', async ({event}) => {
				opened.push([event.user, event.tab]);
			});
		});
		await send('POST', '/people/dana/home');
		await expect.poll(() => opened).toEqual([[dana, 'home']]);
	});

	test('shortcuts reach the app, with the message where there is one', async () => {
		const used: unknown[] = [];
		const {client} = await start((app) => {
			app.shortcut({type: 'shortcut', callback_id: 'start'}, async ({ack}) => {
				await ack();
				used.push('start');
			});
			app.shortcut({type: 'message_action', callback_id: 'look'}, async ({ack, shortcut}) => {
				await ack();
				used.push(shortcut.message.text);
			});
		});
		const ts = await client.as('omar').say('db-migrations', 'Look at me');
		expect(await send('POST', '/people/dana/shortcuts', {callbackId: 'start'})).toEqual({kind: 'accepted'});
		expect(await send('POST', '/people/dana/shortcuts', {callbackId: 'look', channel, ts})).toEqual({kind: 'accepted'});
		expect(used).toEqual(['start', 'Look at me']);
		await expect(send('POST', '/people/dana/shortcuts', {callbackId: 'look', channel, ts: '1.000000'})).rejects.toThrow(
			'There is no message 1.000000.',
		);
	});

	test('reactions are put under a message and taken away', async () => {
		const {client} = await start();
		const ts = await client.as('omar').say('db-migrations', 'Done');
		const react = async (person: string, on: boolean): Promise<unknown> => {
			await send('POST', `/people/${person}/reactions`, {channel, ts, name: 'tada', on});
			const [message] = await get<(ReadMessage & {readonly reactions: unknown})[]>(
				`/people/dana/channels/${channel}/messages`,
			);
			return message?.reactions;
		};
		expect(await react('dana', true)).toMatchObject([{name: 'tada', count: 1, mine: true}]);
		expect(await react('omar', true)).toMatchObject([{name: 'tada', count: 2, mine: true}]);
		expect(await react('dana', false)).toMatchObject([{name: 'tada', count: 1, mine: false}]);
	});

	test('a menu on a message asks the app for its options', async () => {
		const {app} = await start((each) => {
			each.options('pick', async ({ack, payload}) => {
				const text = {type: 'plain_text' as const, text: `About ${payload.value}`};
				await ack({options: [{text, value: 'one'}]});
			});
		});
		const pick = {type: 'external_select', action_id: 'pick', min_query_length: 1} as const;
		const {ts} = await app.client.chat.postMessage({
			channel,
			text: 'Pick',
			blocks: [{type: 'actions', block_id: 'menus', elements: [pick]}],
		});
		const asked = {channel, ts, blockId: 'menus', actionId: 'pick', query: 'cats'};
		expect(await send('POST', '/people/dana/suggestions', asked)).toEqual({
			options: [{text: {type: 'plain_text', text: 'About cats'}, value: 'one'}],
			optionGroups: [],
		});
	});

	test('a button on the home tells the app', async () => {
		const pressed: unknown[] = [];
		const {app} = await start((each) => {
			each.action('press', async ({ack, body}) => {
				await ack();
				pressed.push(body.type === 'block_actions' ? body.view?.type : undefined);
			});
		});
		const press = {type: 'button', action_id: 'press', text: {type: 'plain_text', text: 'Press'}} as const;
		const place = {home: true, blockId: 'buttons', actionId: 'press'};
		await expect(send('POST', '/people/dana/actions', place)).rejects.toThrow('The app has published no Home to dana.');
		await app.client.views.publish({
			user_id: dana,
			view: {type: 'home', blocks: [{type: 'actions', block_id: 'buttons', elements: [press]}]},
		});
		expect(await send('POST', '/people/dana/actions', place)).toEqual({kind: 'accepted'});
		expect(pressed).toEqual(['home']);
	});
});

describe('what lies behind', () => {
	const press = {type: 'button', action_id: 'press', text: {type: 'plain_text', text: 'Press'}} as const;
	const blocks = [{type: 'actions' as const, block_id: 'buttons', elements: [press]}];

	test('a message are its calls, what the app was told of it, and its limits', async () => {
		const {app, client} = await start((each) => {
			each.action('press', async ({ack}) => ack());
		});
		await app.client.chat.postMessage({channel, text: 'Another'});
		const {ts} = await app.client.chat.postMessage({channel, text: 'First', blocks});
		await client.as('dana').click({channel, actionId: 'press'});
		await app.client.chat.update({channel, ts: ts ?? '', text: 'Second', blocks});
		await expect(app.client.chat.update({channel, ts: ts ?? '', text: 'x'.repeat(5000)})).rejects.toThrow(
			'msg_too_long',
		);
		await app.client.conversations.replies({channel, ts: ts ?? ''});

		const found = await get<Inspection>(`/inspect?person=dana&channel=${channel}&ts=${ts}`);
		expect(found.payload).toEqual({text: 'Second', blocks});
		expect(found.calls.map((each) => [each.method, each.answer['ok']])).toEqual([
			['chat.postMessage', true],
			['chat.update', true],
			['chat.update', false],
		]);
		expect(found.deliveries).toMatchObject([
			{payload: {event: {type: 'message', ts}}},
			{payload: {type: 'block_actions', user: {id: dana}}, outcome: 'acknowledged'},
			{payload: {event: {subtype: 'message_changed', message: {ts}}}},
		]);
		expect(found.limits).toContainEqual({name: 'Longest button text', used: 5, limit: 75});
		expect(found.problems).toEqual([]);
	});

	test('an answer to a click are the calls through its response_url', async () => {
		const {app, client} = await start((each) => {
			each.action('press', async ({ack, respond}) => {
				await ack();
				await respond({replace_original: true, text: 'Pressed'});
			});
		});
		const {ts} = await app.client.chat.postMessage({channel, text: 'First', blocks});
		await client.as('dana').click({channel, actionId: 'press'});
		await client.as('dana').waitForMessage(channel, (each) => each.text === 'Pressed');
		const {calls} = await get<Inspection>(`/inspect?person=dana&channel=${channel}&ts=${ts}`);
		expect(calls.map((each) => each.method)).toEqual(['chat.postMessage', 'response_url']);
	});

	test('a message that only one person sees stays hidden from others', async () => {
		const {app} = await start();
		const {message_ts: ts} = await app.client.chat.postEphemeral({channel, user: dana, text: 'Only you'});
		const found = await get<Inspection>(`/inspect?person=dana&channel=${channel}&ts=${ts}`);
		expect(found.calls.map((each) => each.method)).toEqual(['chat.postEphemeral']);
		await expect(get(`/inspect?person=omar&channel=${channel}&ts=${ts}`)).rejects.toThrow('409');
	});

	test('a modal and a home are their calls, too', async () => {
		const title = {type: 'plain_text', text: 'Hello'} as const;
		const view = {type: 'modal', callback_id: 'hello', private_metadata: 'abc', title, blocks} as const;
		const {app, client} = await start((each) => {
			each.command('/migrate', async ({ack, body}) => {
				await ack();
				await each.client.views.open({trigger_id: body.trigger_id, view});
			});
			each.action('press', async ({ack}) => ack());
		});
		await app.client.views.publish({user_id: dana, view: {type: 'home', blocks}});
		await client.as('dana').command('/migrate', '');
		const {id} = await client.as('dana').waitForView();
		await client.as('dana').click({actionId: 'press'});

		const modal = await get<Inspection>(`/inspect?person=dana&view=${id}`);
		expect(modal.payload).toMatchObject({callback_id: 'hello'});
		expect(modal.calls.map((each) => each.method)).toEqual(['views.open']);
		expect(modal.deliveries.map((each) => each.payload['type'])).toEqual(['block_actions']);
		expect(modal.limits).toContainEqual({name: 'Private metadata', used: 3, limit: 3000});
		const home = await get<Inspection>('/inspect?person=dana&home=1');
		expect(home.calls.map((each) => each.method)).toEqual(['views.publish']);
		expect(home.limits).toContainEqual({name: 'Blocks', used: 1, limit: 100});
		await expect(get(`/inspect?person=omar&view=${id}`)).rejects.toThrow('omar has no modal');
	});

	test('everything are numbered calls and deliveries, which can be read from where one left off', async () => {
		const {app, client} = await start((each) => {
			each.command('/migrate', async ({ack}) => ack());
		});
		const all = await get<CallEntry[]>('/calls');
		expect(all.map((each) => each.number)).toEqual(all.map((_each, index) => index + 1));
		await app.client.api.test();
		await client.as('dana').command('/migrate', '');
		const last = all.at(-1)?.number ?? 0;
		expect(await get<CallEntry[]>(`/calls?after=${last}`)).toMatchObject([{number: last + 1, method: 'api.test'}]);
		expect(await get<DeliveryEntry[]>('/deliveries?after=0')).toMatchObject([{number: 1, type: 'slash_commands'}]);
		expect(await get<DeliveryEntry[]>('/deliveries?after=1')).toEqual([]);
	});
});

describe('misbehaviour', () => {
	test('is told as it is now', async () => {
		const {app} = await start();
		const calm: MoodNow = {rules: [], down: false, duplicates: 0, rateLimits: false};
		expect(await get('/misbehaviours')).toEqual(calm);
		await send('POST', '/misbehaviours', {
			kind: 'slack_error',
			method: 'chat.postMessage',
			error: 'fatal_error',
			times: 2,
		});
		await send('POST', '/misbehaviours', {kind: 'rate_limits', on: true});
		await expect(app.client.chat.postMessage({channel, text: 'Hello'})).rejects.toThrow('fatal_error');
		expect(await get('/misbehaviours')).toMatchObject({
			rules: [{rule: {kind: 'slack_error', method: 'chat.postMessage'}, left: 1}],
			rateLimits: true,
		});
		await send('POST', '/misbehaviours', {kind: 'none'});
		expect(await get('/misbehaviours')).toEqual(calm);
	});
});

describe('the gallery', () => {
	const title = {type: 'plain_text', text: 'Much too long for a title'};
	const message = {id: 'a/short', title: 'A message', variant: 'short', kind: 'message', payload: {text: 'Hi'}};

	test('is empty, then holds what was put there, with what Slack would say', async () => {
		await start();
		expect(await get('/gallery')).toEqual([]);
		const modal = {
			id: 'b/long',
			title: 'A modal',
			variant: 'long',
			kind: 'modal',
			payload: {type: 'modal', title, blocks: []},
		};
		await send('PUT', '/gallery', [message, modal]);
		const shown = await get<CheckedGalleryEntry[]>('/gallery');
		expect(shown).toMatchObject([
			{...message, problems: []},
			{...modal, problems: [{message: 'must be less than 25 characters', pointer: '/view/title/text'}]},
		]);
		expect(shown[0]?.limits).toContainEqual({name: 'Text when posted, characters', used: 2, limit: 40_000});
		await send('PUT', '/gallery', []);
		expect(await get('/gallery')).toEqual([]);
	});

	test('takes no entry of a kind that does not exist', async () => {
		await start();
		await expect(send('PUT', '/gallery', [{...message, kind: 'poster'}])).rejects.toThrow('400');
	});
});

describe('a file', () => {
	test.each<[filename: string, type: string, shown: string]>([
		['a.png', 'image/png', 'inline'],
		['a.JPEG', 'image/jpeg', 'inline'],
		['a.gif', 'image/gif', 'inline'],
		['a.webp', 'image/webp', 'inline'],
		['a.svg', 'image/svg+xml', 'inline'],
		['a.sql', 'text/plain; charset=utf-8', 'inline'],
		['a.html', 'application/octet-stream', 'attachment'],
		['a', 'application/octet-stream', 'attachment'],
	])('called %s is %s', async (filename, type, shown) => {
		await start();
		const base64 = Buffer.from('<svg/>').toString('base64');
		const {id} = await send<{id: string}>('POST', '/people/dana/files', {filename, base64});
		const answer = await fetch(url(`/files/${id}`));
		const {headers} = answer;
		expect(await answer.text()).toBe('<svg/>');
		expect(headers.get('content-type')).toBe(type);
		expect(headers.get('x-content-type-options')).toBe('nosniff');
		expect(headers.get('content-disposition')).toBe(`${shown}; filename*=UTF-8''${filename}`);
		expect(headers.get('content-security-policy')).toContain('sandbox');
	});

	test('may have any name', async () => {
		await start();
		const body: JsonObject = {filename: 'naïve "plan" (1).sql', base64: ''};
		const {id} = await send<{id: string}>('POST', '/people/dana/files', body);
		const {headers} = await fetch(url(`/files/${id}`));
		expect(headers.get('content-disposition')).toBe("inline; filename*=UTF-8''na%C3%AFve%20%22plan%22%20%281%29.sql");
	});
});
