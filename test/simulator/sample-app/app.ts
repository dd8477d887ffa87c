import {App, LogLevel} from '@slack/bolt';
import type {types} from '@slack/bolt';

// An app like any other: it knows Slack's documentation, and nothing of the Slack it talks to.

type Standup = {readonly person: string; readonly text: string; readonly project: string};

const projects = ['Atlas', 'Atoll', 'Borealis', 'Cobalt'];
const standups: Standup[] = [];

const app = new App({
	token: process.env['SLACK_BOT_TOKEN'] ?? '',
	appToken: process.env['SLACK_APP_TOKEN'] ?? '',
	socketMode: true,
	logLevel: LogLevel.ERROR,
	clientOptions: {slackApiUrl: process.env['SLACK_API_URL'] ?? 'https://slack.com/api/'},
});

app.command('/standup', async ({ack, client, command}) => {
	await ack();
	const {trigger_id, channel_id, text} = command;
	await client.views.open({trigger_id, view: form(channel_id, text)});
});

app.action('tell', async ({ack, body, client}) => {
	await ack();
	if (body.type !== 'block_actions') return;
	await client.views.open({trigger_id: body.trigger_id, view: form(body.user.id, '')});
});

app.options('project', async ({ack, options}) => {
	const typed = options.value.toLowerCase();
	const found = projects.filter((each) => each.toLowerCase().includes(typed));
	await ack({options: found.map((each) => ({text: plain(each), value: each.toLowerCase()}))});
});

app.view('standup', async ({ack, body, client, view}) => {
	const {values} = view.state;
	const text = values['done']?.['text']?.value ?? '';
	if (text.trim().length < 3) {
		await ack({response_action: 'errors', errors: {done: 'A little more, please.'}});
		return;
	}
	await ack();
	const project = values['project']?.['project']?.selected_option?.text.text ?? '';
	const partner = values['partner']?.['person']?.selected_user;
	const [file] = values['proof']?.['files']?.files ?? [];
	const proof = file === undefined ? 'none' : `${file.name} (${await sizeOf(file.url_private_download)} bytes)`;
	const {channel, ts} = await client.chat.postMessage({
		channel: view.private_metadata,
		text: `<@${body.user.id}> worked on ${project}: ${text}`,
		blocks: [
			{type: 'header', text: plain(`Standup: ${project}`)},
			{type: 'section', text: {type: 'mrkdwn', text: `<@${body.user.id}> with <@${partner ?? ''}>: ${text}`}},
			{type: 'context', elements: [{type: 'mrkdwn', text: `Proof: ${proof}`}]},
		],
	});
	await client.reactions.add({channel: channel ?? '', timestamp: ts ?? '', name: 'tada'});
	standups.push({person: body.user.id, text, project});
	await client.views.publish({user_id: body.user.id, view: home()});
});

app.event('app_home_opened', async ({client, event}) => {
	if (event.tab === 'home') await client.views.publish({user_id: event.user, view: home()});
});

app.event('app_mention', async ({event, say}) => {
	await say({text: `There are ${standups.length} standups.`, thread_ts: event.thread_ts ?? event.ts});
});

app.shortcut({callback_id: 'thanks', type: 'message_action'}, async ({ack, client, shortcut}) => {
	await ack();
	const {channel, message_ts, message, user} = shortcut;
	const thanks = {channel: channel.id, timestamp: message_ts, name: 'raised_hands'};
	try {
		await client.reactions.add(thanks);
	} catch (error) {
		if (!isSlackError(error) || error.data.error !== 'not_in_channel') throw error;
		await client.conversations.join({channel: channel.id});
		await client.reactions.add(thanks);
	}
	await client.chat.postMessage({channel: message.user ?? user.id, text: `<@${user.id}> thanks you.`});
});

await app.start();
console.log('ready');
process.once('SIGTERM', () => void app.stop());

function form(channel: string, text: string): types.ModalView {
	return {
		type: 'modal',
		callback_id: 'standup',
		private_metadata: channel,
		title: plain('Standup'),
		submit: plain('Tell'),
		blocks: [
			input('done', 'What did you do?', {type: 'plain_text_input', action_id: 'text', initial_value: text}),
			input('partner', 'With whom?', {type: 'users_select', action_id: 'person'}),
			input('project', 'On what?', {type: 'external_select', action_id: 'project', min_query_length: 1}),
			{...input('proof', 'Proof', {type: 'file_input', action_id: 'files', max_files: 1}), optional: true},
		],
	};
}

function home(): types.HomeView {
	const lines = standups.map((each) => `• <@${each.person}>, ${each.project}: ${each.text}`);
	return {
		type: 'home',
		blocks: [
			{type: 'section', text: {type: 'mrkdwn', text: lines.join('\n') || 'Nobody has told anything yet.'}},
			{type: 'actions', elements: [{type: 'button', action_id: 'tell', text: plain('Tell something')}]},
		],
	};
}

function input(id: string, label: string, element: types.InputBlock['element']): types.InputBlock {
	return {type: 'input', block_id: id, label: plain(label), element};
}

function plain(text: string): types.PlainTextElement {
	return {type: 'plain_text', text};
}

async function sizeOf(url: string | undefined): Promise<number> {
	const response = await fetch(url ?? '', {headers: {authorization: `Bearer ${process.env['SLACK_BOT_TOKEN'] ?? ''}`}});
	return (await response.arrayBuffer()).byteLength;
}

function isSlackError(error: unknown): error is {readonly data: {readonly error: string}} {
	return error instanceof Error && 'data' in error;
}
