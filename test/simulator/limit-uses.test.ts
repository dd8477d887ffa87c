import {describe, expect, test} from 'vitest';
import type {JsonObject} from '../../simulator/json.ts';
import {problemsOf} from '../../simulator/limits/problems.ts';
import {limitsOf} from '../../simulator/limits/uses.ts';
import type {PayloadKind} from '../../simulator/limits/uses.ts';

function plain(text: string): JsonObject {
	return {type: 'plain_text', text};
}

function mrkdwn(text: string): JsonObject {
	return {type: 'mrkdwn', text};
}

function section(text: string, more: JsonObject = {}): JsonObject {
	return {type: 'section', text: mrkdwn(text), ...more};
}

function input(element: JsonObject): JsonObject {
	return {type: 'input', label: plain('Label'), element};
}

function modal(blocks: readonly JsonObject[], more: JsonObject = {}): JsonObject {
	return {type: 'modal', title: plain('Title'), submit: plain('Send'), blocks, ...more};
}

/** The figure with this name as `used/limit`. */
function figure(kind: PayloadKind, payload: JsonObject, name: string): string | undefined {
	const found = limitsOf(kind, payload).find((each) => each.name === name);
	return found === undefined ? undefined : `${found.used}/${found.limit}`;
}

const option = {text: plain('Red'), value: 'red'};

describe('a message', () => {
	test.each<[what: string, message: JsonObject, name: string, expected: string]>([
		['its text when posted', {text: 'wörd'}, 'Text when posted, characters', '4/40000'],
		['its text when edited, in bytes', {text: 'wörd'}, 'Text when edited, bytes', '5/4000'],
		['its blocks', {blocks: [section('a'), section('b')]}, 'Blocks', '2/50'],
		['all of its characters', {blocks: [section('ab'), section('c')]}, 'All blocks, characters', '253/13422'],
		['its longest section', {blocks: [section('a'), section('abc')]}, 'Longest section text', '3/3000'],
		['its longest field', {blocks: [section('a', {fields: [mrkdwn('bb')]})]}, 'Longest section field', '2/2000'],
		['its fields', {blocks: [section('a', {fields: [mrkdwn('b')]})]}, 'Most fields in a section block', '1/10'],
		['its header', {blocks: [{type: 'header', text: plain('Head')}]}, 'Longest header text', '4/150'],
		['its markdown', {blocks: [{type: 'markdown', text: '# A'}]}, 'Longest markdown text', '3/12000'],
		['its ids', {blocks: [section('a', {block_id: 'xyz'})]}, 'Longest block id', '3/255'],
		['its attachments', {attachments: [{text: 'a'}]}, 'Attachments', '1/100'],
		[
			'the blocks of its attachments',
			{blocks: [section('a')], attachments: [{blocks: [section('a'), section('b'), section('c')]}]},
			'Blocks',
			'3/50',
		],
		['its metadata', {text: 'a', metadata: {event_type: 'x', event_payload: {}}}, 'Metadata, characters', '37/16384'],
	])('is measured by %s', (_what, message, name, expected) => {
		expect(figure('message', message, name)).toBe(expected);
	});

	test.each<[element: JsonObject, name: string, expected: string]>([
		[{type: 'button', text: plain('Go on'), value: 'v'}, 'Longest button text', '5/75'],
		[{type: 'button', text: plain('Go on'), value: 'val'}, 'Longest button value', '3/2000'],
		[{type: 'static_select', options: [option, option]}, 'Most options in a static select', '2/100'],
		[{type: 'static_select', options: [option]}, 'Longest static select option text', '3/75'],
		[{type: 'static_select', options: [option]}, 'Longest static select option value', '3/150'],
		[
			{type: 'static_select', options: [option], placeholder: plain('Pick')},
			'Longest static select placeholder',
			'4/150',
		],
		[{type: 'overflow', options: [option]}, 'Most options in an overflow', '1/5'],
		[{type: 'checkboxes', options: [option]}, 'Most options in checkboxes', '1/10'],
		[{type: 'image', image_url: 'https://example.com', alt_text: 'Alt'}, 'Longest image alt text', '3/2000'],
	])('is measured by what stands in it: %#', (accessory, name, expected) => {
		expect(figure('message', {blocks: [section('a', {accessory})]}, name)).toBe(expected);
	});

	test('names a limit once, by the value that is nearest to it', () => {
		const names = limitsOf('message', {text: 'a', blocks: [section('a'), section('bb')]}).map((each) => each.name);
		expect(names).toEqual([
			'All blocks, characters',
			'Text when posted, characters',
			'Text when edited, bytes',
			'Blocks',
			'Longest section text',
		]);
	});

	test('that one person sees is never edited by its ts', () => {
		expect(figure('ephemeral', {text: 'a'}, 'Text when edited, bytes')).toBeUndefined();
	});

	test('that is too long is shown with what it has, too', () => {
		const message = {text: 'a', blocks: [section('a'.repeat(3001))]};
		expect(figure('message', message, 'Longest section text')).toBe('3001/3000');
	});
});

describe('a view', () => {
	test.each<[what: string, view: JsonObject, name: string, expected: string]>([
		['its title', modal([]), 'Title', '5/24'],
		['its submit button', modal([]), 'Submit', '4/24'],
		['its private metadata', modal([], {private_metadata: 'abc'}), 'Private metadata', '3/3000'],
		['its blocks', modal([section('a')]), 'Blocks', '1/100'],
		['its labels', modal([input({type: 'plain_text_input'})]), 'Longest input label', '5/2000'],
		[
			'what its inputs start with',
			modal([input({type: 'plain_text_input', initial_value: 'ab'})]),
			'Longest plain text input initial value',
			'2/3000',
		],
	])('is measured by %s', (_what, view, name, expected) => {
		expect(figure('modal', view, name)).toBe(expected);
	});

	test('is measured as a whole, in JSON', () => {
		const view = modal([section('a')]);
		expect(figure('modal', view, 'Characters of the whole view')).toBe(`${JSON.stringify(view).length}/256000`);
	});

	test('that is a home is measured by its blocks', () => {
		expect(figure('home', {type: 'home', blocks: [section('a')]}, 'Blocks')).toBe('1/100');
	});
});

describe('what Slack would refuse', () => {
	test.each<[kind: PayloadKind, payload: JsonObject]>([
		['message', {text: 'a'}],
		['ephemeral', {blocks: [section('a')]}],
		['modal', modal([input({type: 'plain_text_input'})])],
		['home', {type: 'home', blocks: [section('a')]}],
		['file', {files: [{name: 'a.txt'}]}],
	])('is nothing in a good %s', (kind, payload) => {
		expect(problemsOf(kind, payload)).toEqual([]);
	});

	test.each<[kind: PayloadKind, payload: JsonObject, message: string, pointer: string]>([
		['message', {}, 'no_text', ''],
		['message', {text: 'a'.repeat(40_001)}, 'msg_too_long', ''],
		['message', {blocks: 'none'}, 'must provide an array', '/blocks'],
		['message', {blocks: Array.from({length: 5}, () => section('a'.repeat(2999)))}, 'msg_blocks_too_long', ''],
		['message', {attachments: [{blocks: [{type: 'odd'}]}]}, 'unsupported type: odd', '/attachments/0/blocks/0/type'],
		['modal', modal([], {title: plain('a'.repeat(25))}), 'must be less than 25 characters', '/view/title/text'],
		['modal', modal([section('a'.repeat(3001))]), 'must be less than 3001 characters', '/view/blocks/0/text/text'],
		['home', {type: 'modal', title: plain('a'), blocks: []}, 'unsupported type: modal', '/view/type'],
	])('is told of a bad %s: %#', (kind, payload, message, pointer) => {
		expect(problemsOf(kind, payload)).toContainEqual({message, pointer});
	});
});
