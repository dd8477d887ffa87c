import {describe, expect, test} from 'vitest';
import {SlackError} from '../../simulator/api/slack-error.ts';
import {checkMessage, lengthOfBlocks} from '../../simulator/limits/message.ts';
import {checkView} from '../../simulator/limits/view.ts';

type Json = Record<string, unknown>;

function plain(length: number): Json {
	return {type: 'plain_text', text: 'x'.repeat(length)};
}

function mrkdwn(length: number): Json {
	return {type: 'mrkdwn', text: 'x'.repeat(length)};
}

function many<T>(count: number, make: (index: number) => T): readonly T[] {
	return Array.from({length: count}, (_each, index) => make(index));
}

function section(length = 1): Json {
	return {type: 'section', text: mrkdwn(length)};
}

function button(more: Json = {}): Json {
	return {type: 'button', text: plain(3), ...more};
}

function actions(...elements: readonly Json[]): Json {
	return {type: 'actions', elements};
}

function option(text = 1, value = 1): Json {
	return {text: plain(text), value: 'v'.repeat(value)};
}

function select(count: number, more: Json = {}): Json {
	const options = many(count, (index) => ({text: plain(3), value: `v${index}`}));
	return {type: 'static_select', action_id: 'choice', options, ...more};
}

function choices(type: string, count: number): Json {
	return {type, action_id: 'choice', options: many(count, (index) => ({text: plain(3), value: `v${index}`}))};
}

function input(element: Json, label = 5): Json {
	return {type: 'input', label: plain(label), element};
}

function dialog(more: Json = {}): Json {
	return {title: plain(5), text: plain(5), confirm: plain(3), deny: plain(2), ...more};
}

function modal(more: Json = {}): Json {
	return {type: 'modal', title: plain(24), submit: plain(24), close: plain(24), blocks: [section()], ...more};
}

/** What the check throws: Slack's code and the problems it names, or none. */
function refusal(check: () => void): string {
	try {
		check();
		return 'accepted';
	} catch (error) {
		if (!(error instanceof SlackError)) throw error;
		const problems = error.more['errors'];
		return [error.code, ...(Array.isArray(problems) ? problems.map(String) : [])].join(' | ');
	}
}

function messageRefusal(...blocks: readonly Json[]): string {
	return refusal(() => {
		checkMessage({text: 'Text', blocks}, 'post');
	});
}

function viewRefusal(more: Json): string {
	return refusal(() => {
		checkView(modal(more));
	});
}

describe('a message', () => {
	test.each<[string, Json[], string]>([
		['51 blocks', [...many(51, () => ({type: 'divider'}))], 'no more than 50 items allowed [json-pointer:/blocks]'],
		['a section of 3001', [section(3001)], 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
		['an empty section text', [section(0)], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
		['a section without text', [{type: 'section'}], 'missing required field: text or fields'],
		['11 fields', [{type: 'section', fields: many(11, () => plain(1))}], 'no more than 10 items allowed'],
		['a field of 2001', [{type: 'section', fields: [mrkdwn(2001)]}], 'must be less than 2001 characters'],
		['a header of 151', [{type: 'header', text: plain(151)}], 'must be less than 151 characters'],
		['a mrkdwn header', [{type: 'header', text: mrkdwn(5)}], 'unsupported type: mrkdwn'],
		['11 context elements', [{type: 'context', elements: many(11, () => plain(1))}], 'no more than 10 items allowed'],
		['an empty context', [{type: 'context', elements: []}], 'no less than 1 items allowed'],
		['26 buttons', [actions(...many(26, () => button()))], 'no more than 25 items allowed'],
		['a button text of 76', [actions(button({text: plain(76)}))], 'must be less than 76 characters'],
		['a button value of 2001', [actions(button({value: 'x'.repeat(2001)}))], 'must be less than 2001 characters'],
		['a button url of 3001', [actions(button({url: 'x'.repeat(3001)}))], 'must be less than 3001 characters'],
		['a button of another style', [actions(button({style: 'warning'}))], 'must be a valid enum value'],
		['an action_id of 256', [actions(button({action_id: 'x'.repeat(256)}))], 'must be less than 256 characters'],
		['a block_id of 256', [{...section(), block_id: 'x'.repeat(256)}], 'must be less than 256 characters'],
		[
			'a block_id twice',
			[
				{...section(), block_id: 'a'},
				{...section(), block_id: 'a'},
			],
			'`block_id` already exists',
		],
		['an action_id twice', [actions(button({action_id: 'a'}), button({action_id: 'a'}))], '`action_id` already exists'],
		['101 options', [actions(select(101))], 'no more than 100 items allowed'],
		['no options', [actions(select(0))], 'no less than 1 items allowed'],
		['an option text of 76', [actions(select(0, {options: [option(76)]}))], 'must be less than 76 characters'],
		['an option value of 151', [actions(select(0, {options: [option(1, 151)]}))], 'must be less than 151 characters'],
		['a placeholder of 151', [actions(select(1, {placeholder: plain(151)}))], 'must be less than 151 characters'],
		['an initial option that is none', [actions(select(1, {initial_option: option()}))], 'must match one of'],
		['options and groups', [actions(select(1, {option_groups: []}))], 'either `options` or `option_groups`'],
		['6 in an overflow menu', [actions(choices('overflow', 6))], 'no more than 5 items allowed'],
		['11 checkboxes', [actions(choices('checkboxes', 11))], 'no more than 10 items allowed'],
		['11 radio buttons', [actions(choices('radio_buttons', 11))], 'no more than 10 items allowed'],
		['a confirm title of 101', [actions(button({confirm: dialog({title: plain(101)})}))], 'less than 101'],
		['a confirm text of 301', [actions(button({confirm: dialog({text: plain(301)})}))], 'less than 301'],
		['a confirm button of 31', [actions(button({confirm: dialog({confirm: plain(31)})}))], 'less than 31'],
		['a deny button of 31', [actions(button({confirm: dialog({deny: plain(31)})}))], 'less than 31'],
		[
			'an image without alt_text',
			[{type: 'image', image_url: 'https://example.com/a.png'}],
			'missing required field: alt_text',
		],
		['an unknown block', [{type: 'carousel'}], 'unsupported type: carousel [json-pointer:/blocks/0/type]'],
		['an unknown field', [{...section(), colour: 'red'}], 'invalid additional property: colour'],
		['an input in actions', [actions({type: 'plain_text_input'})], 'unsupported type: plain_text_input'],
		['a file_input', [input({type: 'file_input'})], 'unsupported type: file_input'],
		['markdown of 12,001', [{type: 'markdown', text: 'x'.repeat(12_001)}], 'must be less than 12001 characters'],
	])('with %s is refused as invalid_blocks', (_what, blocks, problem) => {
		const answer = messageRefusal(...blocks);
		expect(answer).toMatch(/^invalid_blocks \| /);
		expect(answer).toContain(problem);
	});

	test('at every limit is accepted', () => {
		const answers = [
			messageRefusal(...many(50, () => ({type: 'divider'}))),
			messageRefusal(section(3000), {type: 'header', text: plain(150)}),
			messageRefusal({type: 'section', fields: many(5, () => mrkdwn(2000)), accessory: button()}),
			messageRefusal(actions(select(100), button({text: plain(75), value: 'x'.repeat(2000), confirm: dialog()}))),
			messageRefusal(actions(choices('overflow', 5)), actions(choices('checkboxes', 10))),
			messageRefusal(input({type: 'plain_text_input', action_id: 'text'})),
		];
		expect(answers).toEqual(answers.map(() => 'accepted'));
	});

	test('whose blocks are too long together is refused', () => {
		const blocks = many(5, () => section(2700));
		expect(lengthOfBlocks(blocks)).toBe(5 * 2825);
		expect(messageRefusal(...blocks)).toBe('msg_blocks_too_long');
	});

	test('whose text is too long is refused: 40,000 characters when posted, 4,000 bytes when edited', () => {
		const check = (text: string, limits: 'post' | 'update'): string =>
			refusal(() => {
				checkMessage({text}, limits);
			});
		expect(check('x'.repeat(40_000), 'post')).toBe('accepted');
		expect(check('x'.repeat(40_001), 'post')).toBe('msg_too_long');
		expect(check('é'.repeat(2_000), 'update')).toBe('accepted');
		expect(check('é'.repeat(2_001), 'update')).toBe('msg_too_long');
		expect(check('', 'post')).toBe('no_text');
	});

	test('with too much metadata is refused', () => {
		const metadata = {event_type: 'row', event_payload: {id: 'x'.repeat(17_000)}};
		expect(
			refusal(() => {
				checkMessage({text: 'x', metadata}, 'post');
			}),
		).toBe('metadata_too_large');
	});
});

describe('a modal', () => {
	test.each<[string, Json, string]>([
		['a title of 25', {title: plain(25)}, 'must be less than 25 characters [json-pointer:/view/title/text]'],
		['no title', {title: undefined}, 'missing required field: title [json-pointer:/view]'],
		['a submit of 25', {submit: plain(25)}, 'must be less than 25 characters'],
		['a close of 25', {close: plain(25)}, 'must be less than 25 characters'],
		['101 blocks', {blocks: many(101, () => ({type: 'divider'}))}, 'no more than 100 items allowed'],
		['private_metadata of 3001', {private_metadata: 'x'.repeat(3001)}, 'must be less than 3001 characters'],
		['a callback_id of 256', {callback_id: 'x'.repeat(256)}, 'must be less than 256 characters'],
		['inputs and no submit', {submit: undefined, blocks: [input({type: 'users_select'})]}, '`submit` is required'],
		['a label of 2001', {blocks: [input({type: 'users_select'}, 2001)]}, 'must be less than 2001 characters'],
		[
			'an initial value of 3001',
			{blocks: [input({type: 'plain_text_input', initial_value: 'x'.repeat(3001)})]},
			'less than 3001',
		],
		['11 files', {blocks: [input({type: 'file_input', max_files: 11})]}, 'must be less than 11'],
		['a date that is none', {blocks: [input({type: 'datepicker', initial_date: 'tomorrow'})]}, 'must be a valid date'],
		['markdown', {blocks: [{type: 'markdown', text: 'x'}]}, 'unsupported type: markdown'],
		['a button in an input', {blocks: [input(button())]}, 'unsupported type: button'],
		[
			'two that want the focus',
			{blocks: many(2, () => input({type: 'users_select', focus_on_load: true}))},
			'only one element may have `focus_on_load`',
		],
		['another type', {type: 'dialog'}, 'unsupported type: dialog'],
	])('with %s is refused', (_what, more, problem) => {
		const answer = viewRefusal(more);
		expect(answer).toMatch(/^invalid_arguments \| /);
		expect(answer).toContain(problem);
	});

	test('at every limit is accepted, above 250 KB too large', () => {
		expect(viewRefusal({blocks: many(100, () => section()), private_metadata: 'x'.repeat(3000)})).toBe('accepted');
		expect(viewRefusal({blocks: [input({type: 'file_input', filetypes: ['sql'], max_files: 10})]})).toBe('accepted');
		expect(viewRefusal({blocks: many(100, () => section(2700))})).toBe('view_too_large');
	});
});
