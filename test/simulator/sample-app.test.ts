import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {connectToSimulator} from '../../simulator/client.ts';
import type {SimulatorClient} from '../../simulator/client.ts';
import {startSimulator} from '../../simulator/server.ts';

// An app that has nothing to do with the product, in a workspace that has nothing to do with it.

const workspace = {
	team: {id: 'T0BAKERY001', name: 'Bakery', domain: 'bakery'},
	app: {id: 'A0STANDUP01', name: 'Standup', botId: 'B0STANDUP01', botUserId: 'U0STANDUP01'},
	people: [
		{id: 'U0INES00001', name: 'ines', realName: 'Ines Pereira', email: 'ines@example.com', timeZone: 'Europe/Lisbon'},
		{id: 'U0KOFI00001', name: 'kofi', realName: 'Kofi Mensah', email: 'kofi@example.com', timeZone: 'Africa/Accra'},
	],
	channels: [
		{id: 'C0OVENS0001', name: 'ovens', members: ['ines', 'kofi']},
		{id: 'C0RECIPES01', name: 'recipes', members: ['ines', 'kofi'], appIsMember: false},
	],
	userGroups: [],
};

let slack: SimulatorClient;
let stop: () => Promise<void>;

beforeEach(async () => {
	const manifestPath = fileURLToPath(new URL('./sample-app/manifest.yml', import.meta.url));
	const simulator = await startSimulator({manifestPath, workspace, delivery: {mode: 'socket'}});
	const program = fileURLToPath(new URL('./sample-app/app.ts', import.meta.url));
	const app = spawn(process.execPath, ['--import', 'tsx', program], {
		stdio: ['ignore', 'pipe', 'inherit'],
		env: {
			PATH: process.env['PATH'],
			SLACK_BOT_TOKEN: simulator.botToken,
			SLACK_APP_TOKEN: simulator.appToken,
			SLACK_API_URL: simulator.apiUrl,
		},
	});
	const ended = once(app, 'exit');
	await Promise.race([once(app.stdout, 'data'), ended]);
	slack = connectToSimulator(simulator.url);
	stop = async () => {
		app.kill('SIGKILL');
		await ended;
		await simulator.close();
	};
});

afterEach(async () => stop());

/** Fills the form in that is open in front of the person. */
async function tell(name: string, text: string, file?: {filename: string; bytes: Buffer}): Promise<void> {
	const person = slack.as(name);
	await person.waitForView();
	await person.suggest({text: 'On what?', query: 'at'});
	await person.fill({
		'What did you do?': text,
		'With whom?': 'U0KOFI00001',
		'On what?': 'atoll',
		...(file === undefined ? {} : {Proof: file}),
	});
	expect(await person.submit()).toEqual({kind: 'closed'});
}

describe('an app of somebody else', () => {
	test('opens a form, reads what was put in, downloads the file, posts and reacts', async () => {
		const ines = slack.as('ines');
		await ines.command('/standup', 'Baked', {channel: 'ovens'});
		const form = await ines.waitForView();
		expect(form).toMatchObject({title: {text: 'Standup'}, state: {values: {done: {text: {value: 'Baked'}}}}});
		const offered = await ines.suggest({text: 'On what?', query: 'o'});
		expect(offered.options.map((each) => each['value'])).toEqual(['atoll', 'borealis', 'cobalt']);

		expect(await ines.submit()).toMatchObject({kind: 'errors', by: 'slack'});
		await ines.fill({'What did you do?': ' ', 'With whom?': 'U0KOFI00001', 'On what?': 'cobalt'});
		expect(await ines.submit()).toMatchObject({kind: 'errors', by: 'app', errors: {done: 'A little more, please.'}});
		await tell('ines', 'Baked bread', {filename: 'bread.jpg', bytes: Buffer.from('crust')});

		const posted = await slack.as('kofi').waitForMessage('ovens', (each) => each.reactions.length > 0);
		expect(posted).toMatchObject({
			text: '<@U0INES00001> worked on Atoll: Baked bread',
			user: {name: 'standup'},
			reactions: [{name: 'tada', count: 1, mine: false, people: ['U0STANDUP01']}],
		});
		expect(JSON.stringify(posted.blocks)).toContain('<@U0INES00001> with <@U0KOFI00001>: Baked bread');
		expect(JSON.stringify(posted.blocks)).toContain('Proof: bread.jpg (5 bytes)');
	});

	test('lists in its Home tab what was told, and a button there opens the form', async () => {
		const ines = slack.as('ines');
		await ines.openHome();
		await ines.waitForHome((home) => JSON.stringify(home).includes('Nobody has told anything yet.'));
		await ines.click({home: true, text: 'Tell something'});
		await tell('ines', 'Swept the floor');
		const home = await ines.waitForHome((each) => JSON.stringify(each).includes('Swept'));
		expect(JSON.stringify(home)).toContain('• <@U0INES00001>, Atoll: Swept the floor');
		// The form was opened in no channel, so that the answer is a direct message.
		const [message] = await ines.directMessages();
		expect(message).toMatchObject({text: '<@U0INES00001> worked on Atoll: Swept the floor'});
	});

	test('thanks for a message in a channel that it has to join first', async () => {
		const ts = await slack.as('kofi').say('recipes', 'Add more salt');
		await slack.as('ines').shortcut('thanks', {channel: 'recipes', ts});
		const thanked = await slack.as('kofi').waitForMessage('recipes', (each) => each.reactions.length > 0);
		expect(thanked.reactions).toMatchObject([{name: 'raised_hands', people: ['U0STANDUP01']}]);
		await expect
			.poll(async () => (await slack.as('kofi').directMessages()).map((each) => each.text))
			.toEqual(['<@U0INES00001> thanks you.']);
		const calls = await slack.calls();
		const changes = calls.filter((each) => /^(reactions|conversations|chat)\./.test(each.method));
		expect(changes.map(({method, answer}) => [method, answer['error'] ?? 'ok'])).toEqual([
			['reactions.add', 'not_in_channel'],
			['conversations.join', 'ok'],
			['reactions.add', 'ok'],
			['chat.postMessage', 'ok'],
		]);
	});

	test('answers a mention in its thread', async () => {
		const ts = await slack.as('kofi').say('ovens', '<@U0STANDUP01> how many?');
		const answer = await slack.as('kofi').waitForMessage('ovens', (each) => each.byApp);
		expect(answer).toMatchObject({text: 'There are 0 standups.', threadTs: ts});
	});

	test('comes back after its connection was cut', {timeout: 30_000}, async () => {
		const ines = slack.as('ines');
		await slack.misbehave({kind: 'drop_sockets', announced: false});
		await expect.poll(async () => (await slack.workspace()).connections).toBe(0);
		expect(await ines.command('/standup', '', {channel: 'ovens'})).toMatchObject({
			kind: 'failed',
			error: 'dispatch_failed',
		});
		await slack.waitForConnections(1, 20_000);
		await ines.command('/standup', '', {channel: 'ovens'});
		await tell('ines', 'Came back');
		await ines.waitForMessage('ovens', (each) => each.text.includes('Came back'));
	});
});
