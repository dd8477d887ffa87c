import type {JsonObject} from '../../json.ts';
import {everyForm, mrkdwn, option, picture, plain, wordsOf} from './sample-texts.ts';

const targets = [
	option('orders-eu', 'orders-eu', 'PostgreSQL 16 in Frankfurt'),
	option('orders-us', 'orders-us', 'PostgreSQL 15 in Ohio'),
	option('billing', 'billing'),
];

const regions = [
	{label: plain('Europe'), options: [option('Frankfurt', 'fra'), option('Dublin', 'dub')]},
	{label: plain('America'), options: [option('Ohio', 'cmh'), option('São Paulo', 'gru')]},
];

const checks = [
	{text: mrkdwn('*Backup* is in its place'), value: 'backup', description: mrkdwn('Read back in full, `sha256` kept')},
	{text: mrkdwn('*Window* is agreed'), value: 'window'},
	{text: plain(wordsOf(75)), value: 'long', description: plain(wordsOf(75))},
];

const confirm = {
	title: plain('Run it now?'),
	text: mrkdwn('Three migrations go to *orders-eu*. This cannot be taken back.'),
	confirm: plain('Run it'),
	deny: plain('Not yet'),
	style: 'danger',
};

/** More options than a menu shows at once. */
const hundred = Array.from({length: 100}, (_each, index) => option(`Migration ${index + 1}`, `m${index + 1}`));

/** Buttons in every style, with every extra. */
export const buttons: readonly JsonObject[] = [
	{type: 'button', action_id: 'button-plain', text: plain('Plain'), value: 'plain'},
	{
		type: 'button',
		action_id: 'button-primary',
		text: plain('Approve :white_check_mark:'),
		style: 'primary',
		value: '1',
	},
	{type: 'button', action_id: 'button-danger', text: plain('Run now'), style: 'danger', value: 'now', confirm},
	{
		type: 'button',
		action_id: 'button-link',
		text: plain('Read the runbook'),
		url: 'https://example.com/runbook',
		accessibility_label: 'Read the runbook on another site',
	},
	{type: 'button', action_id: 'button-long', text: plain(wordsOf(75))},
	{
		type: 'workflow_button',
		action_id: 'workflow',
		text: plain('Start the workflow'),
		workflow: {trigger: {url: 'https://example.com/trigger'}},
	},
];

/** Menus of one choice. */
export const menus: readonly JsonObject[] = [
	{type: 'static_select', action_id: 'static', placeholder: plain('Choose a target'), options: targets},
	{
		type: 'external_select',
		action_id: 'external',
		placeholder: plain('Search the migrations'),
		min_query_length: 1,
	},
	{type: 'users_select', action_id: 'user', placeholder: plain('Choose an approver')},
	{
		type: 'conversations_select',
		action_id: 'conversation',
		placeholder: plain('Choose a conversation'),
		filter: {include: ['public', 'private'], exclude_bot_users: true},
	},
	{type: 'channels_select', action_id: 'channel', placeholder: plain('Choose a channel')},
];

/** Menus of several choices. */
export const manyMenus: readonly JsonObject[] = [
	{
		type: 'multi_static_select',
		action_id: 'many-static',
		placeholder: plain('Choose regions'),
		option_groups: regions,
		initial_options: [option('Dublin', 'dub')],
		max_selected_items: 3,
	},
	{
		type: 'multi_external_select',
		action_id: 'many-external',
		placeholder: plain('Search the migrations'),
		min_query_length: 0,
	},
	{
		type: 'multi_users_select',
		action_id: 'many-users',
		placeholder: plain('Choose people'),
		initial_users: ['U0PRIYA0001', 'U0OMAR00001'],
	},
	{type: 'multi_conversations_select', action_id: 'many-conversations', placeholder: plain('Choose conversations')},
	{type: 'multi_channels_select', action_id: 'many-channels', placeholder: plain('Choose channels')},
];

/** Dates and times. */
export const pickers: readonly JsonObject[] = [
	{type: 'datepicker', action_id: 'date', initial_date: '2026-11-23', placeholder: plain('Choose a day')},
	{type: 'timepicker', action_id: 'time', initial_time: '22:30', placeholder: plain('Choose a time')},
	{type: 'datetimepicker', action_id: 'moment', initial_date_time: 1_795_471_200},
];

/** Lists to tick, and a menu behind three dots. */
export const choices: readonly JsonObject[] = [
	{type: 'checkboxes', action_id: 'checks', options: checks, initial_options: checks.slice(0, 1)},
	{type: 'radio_buttons', action_id: 'radio', options: targets, initial_option: targets[1]},
	{
		type: 'overflow',
		action_id: 'overflow',
		options: [
			option('Show the script', 'script'),
			option('Withdraw the request', 'withdraw'),
			{...option('Open the runbook', 'runbook'), url: 'https://example.com/runbook'},
		],
	},
];

/** A menu of a hundred options, and one that starts chosen and asks before it tells. */
export const largeMenus: readonly JsonObject[] = [
	{type: 'static_select', action_id: 'hundred', placeholder: plain('One of a hundred'), options: hundred},
	{
		type: 'static_select',
		action_id: 'chosen',
		placeholder: plain('Chosen'),
		options: targets,
		initial_option: targets[0],
		confirm,
	},
];

/** A picture beside a text. */
export const imageElement: JsonObject = {type: 'image', image_url: picture, alt_text: 'Hills under a pale sun'};

/** Fields to write in; each stands in an input block. */
export const textInputs: readonly JsonObject[] = [
	{type: 'plain_text_input', action_id: 'line', placeholder: plain('One line'), max_length: 60},
	{
		type: 'plain_text_input',
		action_id: 'lines',
		multiline: true,
		min_length: 10,
		placeholder: plain('Why is this needed?'),
	},
	{type: 'plain_text_input', action_id: 'full', multiline: true, initial_value: wordsOf(600)},
	{type: 'email_text_input', action_id: 'email', placeholder: plain('dana@example.com')},
	{type: 'url_text_input', action_id: 'url', placeholder: plain('https://example.com')},
	{type: 'number_input', action_id: 'number', is_decimal_allowed: false, min_value: '1', max_value: '50'},
	{type: 'number_input', action_id: 'decimal', is_decimal_allowed: true, initial_value: '2.5'},
	{type: 'rich_text_input', action_id: 'rich', placeholder: plain('With forms')},
];

/** Files; a modal alone takes them. */
export const fileInputs: readonly JsonObject[] = [
	{type: 'file_input', action_id: 'script', filetypes: ['sql', 'txt'], max_files: 1},
	{type: 'file_input', action_id: 'anything', max_files: 10},
];

/** Rich text with every element and style. */
export const richText: JsonObject = {
	type: 'rich_text',
	block_id: 'rich-text',
	elements: [
		{
			type: 'rich_text_section',
			elements: [
				{type: 'text', text: 'Plain, '},
				{type: 'text', text: 'bold', style: {bold: true}},
				{type: 'text', text: ', '},
				{type: 'text', text: 'italic', style: {italic: true}},
				{type: 'text', text: ', '},
				{type: 'text', text: 'struck', style: {strike: true}},
				{type: 'text', text: ', '},
				{type: 'text', text: 'code', style: {code: true}},
				{type: 'text', text: '. '},
				{type: 'link', url: 'https://example.com/runbook', text: 'The runbook'},
				{type: 'text', text: ' by '},
				{type: 'user', user_id: 'U0PRIYA0001'},
				{type: 'text', text: ' for '},
				{type: 'usergroup', usergroup_id: 'S0APPROVER1'},
				{type: 'text', text: ' in '},
				{type: 'channel', channel_id: 'C0DBMIGR001'},
				{type: 'text', text: ' '},
				{type: 'emoji', name: 'tada'},
				{type: 'text', text: ' on '},
				{type: 'date', timestamp: 1_790_000_000, format: '{date_long} at {time}', fallback: '21 September 2026'},
				{type: 'text', text: ' in '},
				{type: 'color', value: '#5b4a86'},
				{type: 'text', text: ' '},
				{type: 'broadcast', range: 'here'},
			],
		},
		list('ordered', 0, ['Take the backup', 'Read it back']),
		list('bullet', 1, ['Compare the tables', wordsOf(180)]),
		{type: 'rich_text_quote', elements: [{type: 'text', text: 'Nothing reaches production without an approval.'}]},
		{type: 'rich_text_preformatted', elements: [{type: 'text', text: 'SELECT count(*)\nFROM orders;'}]},
	],
};

/** Markdown as a markdown block takes it. */
export const markdown = [
	'## What will happen',
	'1. A **backup** is taken',
	'2. The script runs _once_',
	'',
	'| Table | Rows |',
	'| --- | ---: |',
	'| orders | 1,204,331 |',
	'',
	'```sql\nALTER TABLE orders ADD COLUMN region text;\n```',
	'See [the runbook](https://example.com/runbook).',
].join('\n');

/** A table with a cell of rich text. */
export const table: JsonObject = {
	type: 'table',
	block_id: 'table',
	column_settings: [{is_wrapped: true}, {align: 'right'}],
	rows: [
		[cell('Table'), cell('Rows')],
		[cell('orders'), cell('1,204,331')],
		[
			cell(wordsOf(120)),
			{
				type: 'rich_text',
				elements: [{type: 'rich_text_section', elements: [{type: 'text', text: 'unknown', style: {italic: true}}]}],
			},
		],
	],
};

/** A section's fields, short and long. */
export const fields: readonly JsonObject[] = [
	mrkdwn('*Target*\norders-eu'),
	mrkdwn('*Author*\n<@U0DANA00001>'),
	mrkdwn(`*Why*\n${wordsOf(220)}`),
	plain('Plain text, *not bold*'),
	mrkdwn(everyForm.split('\n')[0] ?? ''),
];

function list(style: string, indent: number, texts: readonly string[]): JsonObject {
	const elements = texts.map((text) => ({type: 'rich_text_section', elements: [{type: 'text', text}]}));
	return {type: 'rich_text_list', style, indent, elements};
}

function cell(text: string): JsonObject {
	return {type: 'raw_text', text};
}
