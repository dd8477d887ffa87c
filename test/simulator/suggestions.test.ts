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

function option(name: string): types.PlainTextOption {
	return {text: {type: 'plain_text', text: `Project ${name}`}, value: name};
}

const one: types.ExternalSelect = {type: 'external_select', action_id: 'project'};
const several: types.MultiExternalSelect = {type: 'multi_external_select', action_id: 'projects', min_query_length: 0};

const blocks: types.KnownBlock[] = [
	{type: 'actions', block_id: 'pick', elements: [one]},
	{type: 'section', block_id: 'pick-many', text: {type: 'mrkdwn', text: 'More'}, accessory: several},
];

function offers(app: App, asked: unknown[]): void {
	app.options('project', async ({ack, options}) => {
		asked.push(options);
		await ack({options: ['atlas', 'atoll'].filter((each) => each.startsWith(options.value)).map(option)});
	});
	app.options('projects', async ({ack, options}) => {
		asked.push(options);
		const label = {type: 'plain_text' as const, text: 'Projects'};
		await ack({option_groups: [{label, options: [option(`${options.value}-one`), option(`${options.value}-two`)]}]});
	});
}

const start = {socket: startSocketApp, http: startHttpApp};

describe.each(['socket', 'http'] as const)('an external select over %s', (mode) => {
	test('on a message offers what the app gives, and only that can be chosen', async () => {
		const asked: unknown[] = [];
		const chosen: unknown[] = [];
		running = await start[mode]({
			listen(app) {
				offers(app, asked);
				app.action(/^projects?$/, async ({ack, action}) => {
					await ack();
					chosen.push(action);
				});
			},
		});
		const {app, client} = running;
		const {ts} = await app.client.chat.postMessage({channel, text: 'Pick', blocks});
		const dana = client.as('dana');
		const place = {channel: 'db-migrations', actionId: 'project'};
		await expect(dana.suggest({...place, query: 'at'})).rejects.toThrow('Type at least 3 characters.');
		expect(await dana.suggest({...place, query: 'atl'})).toEqual({options: [option('atlas')], optionGroups: []});
		await expect(dana.select({...place, value: 'atoll'})).rejects.toThrow('There is no option atoll');
		await expect(client.as('omar').select({...place, value: 'atlas'})).rejects.toThrow('There is no option atlas');
		await dana.select({...place, value: 'atlas'});

		const many = {channel: 'db-migrations', actionId: 'projects'};
		expect((await dana.suggest({...many, query: ''})).optionGroups).toHaveLength(1);
		await dana.suggest({...many, query: 'x'});
		await dana.select({...many, value: ['-one', 'x-two']});

		expect(asked[0]).toMatchObject({
			type: 'block_suggestion',
			block_id: 'pick',
			action_id: 'project',
			value: 'atl',
			container: {type: 'message', message_ts: ts, channel_id: channel},
			channel: {id: channel},
			user: {id: 'U0DANA00001'},
		});
		expect(asked[0]).not.toHaveProperty('trigger_id');
		expect(chosen).toMatchObject([
			{type: 'external_select', selected_option: option('atlas')},
			{type: 'multi_external_select', selected_options: [option('-one'), option('x-two')]},
		]);
	});

	test('in a modal and in the Home tab tells the app the view', async () => {
		const asked: unknown[] = [];
		const submitted: unknown[] = [];
		running = await start[mode]({
			listen(app) {
				offers(app, asked);
				app.command('/migrate', async ({ack, client, command}) => {
					await ack();
					await client.views.publish({user_id: command.user_id, view: {type: 'home', blocks}});
					await client.views.open({
						trigger_id: command.trigger_id,
						view: {
							type: 'modal',
							callback_id: 'choose',
							title: {type: 'plain_text', text: 'Choose'},
							submit: {type: 'plain_text', text: 'Go'},
							blocks: [{type: 'input', block_id: 'which', label: {type: 'plain_text', text: 'Project'}, element: one}],
						},
					});
				});
				app.view('choose', async ({ack, view}) => {
					await ack();
					submitted.push(view.state.values);
				});
			},
		});
		const dana = running.client.as('dana');
		await dana.command('/migrate', '');
		const modal = await dana.waitForView();
		await dana.suggest({text: 'Project', query: 'ato'});
		await dana.fill({Project: 'atoll'});
		await dana.submit();
		await dana.suggest({home: true, actionId: 'project', query: 'atl'});
		const home = await dana.home();
		expect(submitted).toMatchObject([{which: {project: {type: 'external_select', selected_option: option('atoll')}}}]);
		expect(asked).toMatchObject([
			{container: {type: 'view', view_id: modal.id}, view: {id: modal.id, type: 'modal'}, value: 'ato'},
			{container: {type: 'view', view_id: home?.id}, view: {type: 'home'}, value: 'atl'},
		]);
	});
});

test.each([
	['nothing', {}, 'must define either `options` or `option_groups`'],
	['more than 100 options', {options: Array.from({length: 101}, (_, index) => option(`${index}`))}, 'no more than 100'],
	['a text too long', {options: [{...option('a'), value: 'x'.repeat(151)}]}, 'less than 151'],
])('an answer with %s is not offered', async (_what, answer, problem) => {
	running = await startSocketApp({
		listen(app) {
			app.options('project', async ({ack}) => ack(answer as never));
		},
	});
	await running.app.client.chat.postMessage({channel, text: 'Pick', blocks});
	const place = {channel: 'db-migrations', actionId: 'project', query: 'abc'};
	await expect(running.client.as('dana').suggest(place)).rejects.toThrow(problem);
});
