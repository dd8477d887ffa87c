import type {App, types} from '@slack/bolt';
import {afterEach, describe, expect, test} from 'vitest';
import {startHttpApp, startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

type View = types.ModalView;

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const requestView: View = {
	type: 'modal',
	callback_id: 'request',
	private_metadata: 'kept',
	title: {type: 'plain_text', text: 'Request'},
	submit: {type: 'plain_text', text: 'Send'},
	notify_on_close: true,
	blocks: [
		{
			type: 'input',
			block_id: 'target',
			label: {type: 'plain_text', text: 'Target'},
			element: {
				type: 'static_select',
				action_id: 'value',
				options: ['shop', 'billing'].map((name) => ({text: {type: 'plain_text', text: name}, value: name})),
			},
		},
		{
			type: 'input',
			block_id: 'script',
			label: {type: 'plain_text', text: 'Script'},
			element: {type: 'file_input', action_id: 'value', filetypes: ['sql'], max_files: 1},
		},
		{
			type: 'input',
			block_id: 'author',
			optional: true,
			label: {type: 'plain_text', text: 'Author'},
			element: {type: 'users_select', action_id: 'value', initial_user: 'U0DANA00001'},
		},
		{
			type: 'input',
			block_id: 'when',
			optional: true,
			label: {type: 'plain_text', text: 'When'},
			element: {type: 'datetimepicker', action_id: 'value'},
		},
		{
			type: 'input',
			block_id: 'why',
			label: {type: 'plain_text', text: 'Why'},
			element: {type: 'plain_text_input', action_id: 'value', max_length: 20},
		},
	],
};

const checkingView: View = {
	type: 'modal',
	title: {type: 'plain_text', text: 'Checking'},
	blocks: [{type: 'section', block_id: 'wait', text: {type: 'plain_text', text: 'One moment'}}],
};

function opensRequest(app: App): void {
	app.command('/migrate', async ({ack, client, command}) => {
		await ack();
		await client.views.open({trigger_id: command.trigger_id, view: requestView});
	});
}

const start = {socket: startSocketApp, http: startHttpApp};

describe.each(['socket', 'http'] as const)('a modal over %s', (mode) => {
	test('is filled, refused field by field, updated, and its file downloaded', async () => {
		const files: unknown[] = [];
		running = await start[mode]({
			listen(app) {
				opensRequest(app);
				app.view('request', async ({ack, client, view}) => {
					const values = view.state.values;
					if (values['target']?.['value']?.selected_option?.value !== 'shop') {
						await ack({response_action: 'errors', errors: {target: 'Only shop today.'}});
						return;
					}
					await ack({response_action: 'update', view: checkingView});
					const [file] = values['script']?.['value']?.files ?? [];
					const {file: info} = await client.files.info({file: file?.id ?? ''});
					const headers = {authorization: `Bearer ${client.token ?? ''}`};
					const content = await (await fetch(info?.url_private_download ?? '', {headers})).text();
					files.push({content, author: values['author']?.['value']?.selected_user});
					const text = `Read ${content.length} bytes.`;
					const blocks: View['blocks'] = [{type: 'section', text: {type: 'mrkdwn', text}}];
					await client.views.update({view_id: view.id, view: {...checkingView, blocks}});
				});
			},
		});
		const dana = running.client.as('dana');
		await dana.command('/migrate', 'request');
		const opened = await dana.waitForView();
		expect(opened).toMatchObject({callback_id: 'request', private_metadata: 'kept'});
		expect(await running.client.as('priya').view()).toBeNull();

		expect(await dana.submit()).toMatchObject({
			kind: 'errors',
			by: 'slack',
			errors: {target: 'Please complete this required field.'},
		});
		await dana.fill({
			Target: 'billing',
			Script: {filename: 'shop.sql', bytes: Buffer.from('SELECT 1;')},
			When: 1_900_000_000,
			why: 'Because.',
		});
		expect(await dana.submit()).toEqual({kind: 'errors', by: 'app', errors: {target: 'Only shop today.'}});
		await dana.fill({target: 'shop'});
		expect(await dana.submit()).toMatchObject({kind: 'updated'});
		await dana.waitForView((view) => JSON.stringify(view['blocks']).includes('Read 9 bytes.'));

		expect(files).toEqual([{content: 'SELECT 1;', author: 'U0DANA00001'}]);
		await dana.closeView();
		expect(await dana.view()).toBeNull();
	});
});

describe('a modal', () => {
	test('refuses what a person could not put in', async () => {
		running = await startSocketApp({listen: opensRequest});
		const dana = running.client.as('dana');
		await dana.command('/migrate', '');
		await dana.waitForView();

		await expect(dana.fill({target: 'nowhere'})).rejects.toThrow('There is no option nowhere');
		const text = {filename: 'notes.txt', bytes: Buffer.from('x')};
		await expect(dana.fill({script: text})).rejects.toThrow('not one of the file types sql');
		await dana.fill({why: 'x'.repeat(21)});
		expect(await dana.submit()).toMatchObject({errors: {why: 'Please enter at most 20 characters.'}});
	});

	test('tells the app when it is closed, where it asked to', async () => {
		const closed: unknown[] = [];
		running = await startSocketApp({
			listen(app) {
				opensRequest(app);
				app.view({callback_id: 'request', type: 'view_closed'}, async ({ack, body}) => {
					await ack();
					closed.push(body);
				});
			},
		});
		const dana = running.client.as('dana');
		await dana.command('/migrate', '');
		await dana.waitForView();
		await dana.closeView();
		expect(closed).toMatchObject([{type: 'view_closed', is_cleared: false, view: {callback_id: 'request'}}]);
	});

	test('lies on others, three at most', async () => {
		const answers: unknown[] = [];
		const view: View = {
			...checkingView,
			callback_id: 'deep',
			submit: {type: 'plain_text', text: 'Deeper'},
		};
		running = await startSocketApp({
			listen(app) {
				app.command('/migrate', async ({ack, client, command}) => {
					await ack();
					await client.views.open({trigger_id: command.trigger_id, view});
				});
				app.view('deep', async ({ack}) => ack({response_action: 'push', view}));
			},
		});
		const dana = running.client.as('dana');
		await dana.command('/migrate', '');
		await dana.waitForView();
		for (let depth = 0; depth < 3; depth += 1) answers.push((await dana.submit()).kind);
		expect(answers).toEqual(['pushed', 'pushed', 'failed']);
		await dana.closeView();
		expect(await dana.view()).not.toBeNull();
	});

	test.each([
		['an answer too late', {timings: {acknowledgementLimit: 50}}, async () => {}],
		[
			'errors that name no input',
			{},
			async ({ack}: {ack: (answer: object) => Promise<void>}) =>
				ack({response_action: 'errors', errors: {nowhere: 'No.'}}),
		],
		[
			'a view that breaks a limit',
			{},
			async ({ack}: {ack: (answer: object) => Promise<void>}) =>
				ack({
					response_action: 'update',
					view: {...checkingView, title: {type: 'plain_text', text: 'x'.repeat(25)}},
				}),
		],
	])('shows trouble after %s', async (_what, more, answer) => {
		running = await startSocketApp({
			...more,
			listen(app) {
				app.command('/migrate', async ({ack, client, command}) => {
					await ack();
					const submit = {type: 'plain_text' as const, text: 'Send'};
					await client.views.open({
						trigger_id: command.trigger_id,
						view: {...checkingView, callback_id: 'trouble', submit},
					});
				});
				app.view('trouble', answer as never);
			},
		});
		const dana = running.client.as('dana');
		await dana.command('/migrate', '');
		await dana.waitForView();
		expect(await dana.submit()).toMatchObject({
			kind: 'failed',
			shown: 'We had some trouble connecting. Try again?',
		});
	});
});

describe('a trigger', () => {
	test('opens one modal, and none after its life', async () => {
		const triggers: string[] = [];
		let later = 0;
		running = await startSocketApp({
			now: () => Date.now() + later,
			listen(app) {
				app.command('/migrate', async ({ack, command}) => {
					triggers.push(command.trigger_id);
					await ack();
				});
			},
		});
		const {client, app} = running;
		const open = async (trigger_id: string | undefined): Promise<unknown> =>
			app.client.views.open({trigger_id: trigger_id ?? '', view: checkingView}).then(
				({ok}) => ok,
				(error: {data: {error: string}}) => error.data.error,
			);
		await client.as('dana').command('/migrate', '');
		expect(await open(triggers[0])).toBe(true);
		expect(await open(triggers[0])).toBe('exchanged_trigger_id');
		await client.as('dana').command('/migrate', '');
		later = 3001;
		expect(await open(triggers[1])).toBe('expired_trigger_id');
		expect(await open('made.up')).toBe('invalid_trigger_id');
	});

	test('a stale hash is a conflict, a closed view is not found', async () => {
		running = await startSocketApp({
			listen(app) {
				opensRequest(app);
				app.view({callback_id: 'request', type: 'view_closed'}, async ({ack}) => ack());
			},
		});
		const {client, app} = running;
		await client.as('dana').command('/migrate', '');
		const {id} = await client.as('dana').waitForView();
		const update = app.client.views.update({view_id: id, hash: 'old', view: requestView});
		await expect(update).rejects.toMatchObject({data: {error: 'hash_conflict'}});
		await client.as('dana').closeView();
		const late = app.client.views.update({view_id: id, view: requestView});
		await expect(late).rejects.toMatchObject({data: {error: 'not_found'}});
	});
});
