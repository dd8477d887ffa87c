import type {JsonObject} from '../../json.ts';
import {
	buttons,
	choices,
	fields,
	fileInputs,
	imageElement,
	largeMenus,
	manyMenus,
	markdown,
	menus,
	pickers,
	richText,
	table,
	textInputs,
} from './sample-elements.ts';
import {everyForm, hostile, mrkdwn, picture, plain, wordsOf} from './sample-texts.ts';

const labels: Readonly<Record<string, string>> = {
	line: 'Title',
	lines: 'Why is this needed?',
	full: 'A text that is there already, under a label that takes more than one line on a narrow screen',
	email: 'Email of the author',
	url: 'Link to the change',
	number: 'How many tries',
	decimal: 'How many hours',
	rich: 'Notes',
	script: 'Script',
	anything: 'Anything else',
	told: 'The app hears of this one at Enter',
};

const layout: readonly JsonObject[] = [
	{type: 'header', block_id: 'header', text: plain('Every block and every element')},
	{type: 'section', block_id: 'forms', text: mrkdwn(everyForm)},
	{type: 'section', block_id: 'hostile', text: mrkdwn(hostile)},
	{type: 'section', block_id: 'fields', fields},
	{type: 'divider', block_id: 'divider'},
	richText,
	{
		type: 'context',
		block_id: 'context',
		elements: [imageElement, mrkdwn('*MR-42* by <@U0DANA00001>'), plain('plain in a context')],
	},
	{type: 'image', block_id: 'image', image_url: picture, alt_text: 'Hills under a pale sun', title: plain('A picture')},
	{
		type: 'image',
		block_id: 'outside-image',
		image_url: 'https://example.com/outside.png',
		alt_text: 'A picture that lies on another machine',
	},
	{
		type: 'video',
		block_id: 'video',
		title: plain('How a migration runs'),
		alt_text: 'A film of a migration',
		video_url: 'https://example.com/embed/film',
		thumbnail_url: 'https://example.com/film.png',
		description: plain('Two minutes'),
	},
];

/** Bare rows of elements, as an actions block holds them. */
const rows: readonly JsonObject[] = [
	{type: 'actions', block_id: 'buttons', elements: buttons},
	{type: 'actions', block_id: 'menus', elements: menus},
	{type: 'actions', block_id: 'many-menus', elements: manyMenus},
	{type: 'actions', block_id: 'pickers', elements: pickers},
	{type: 'actions', block_id: 'choices', elements: choices},
	{type: 'actions', block_id: 'large-menus', elements: largeMenus},
];

/** What stands beside a section's text: one of each kind. */
const beside: readonly JsonObject[] = [
	imageElement,
	...buttons.filter((each) => each['action_id'] === 'button-plain' || each['type'] === 'workflow_button'),
	...menus,
	...manyMenus,
	...pickers.slice(0, 2),
	...choices,
].map((accessory) => ({
	type: 'section',
	block_id: `beside-${String(accessory['type'])}`,
	text: mrkdwn(`A section with \`${String(accessory['type'])}\` beside it`),
	accessory,
}));

const written: readonly JsonObject[] = textInputs.map((element) => input(element));
const chosen: readonly JsonObject[] = [...menus, ...manyMenus, ...pickers, ...choices.slice(0, 2)].map((element) =>
	input(element),
);

/**
 * Blocks that hold every block and element a surface takes, short and long, within Slack's limits. Hostile text,
 * pictures from elsewhere and values at a limit are among them.
 */
export const sampleBlocks: Readonly<Record<'message' | 'modal' | 'home', readonly JsonObject[]>> = {
	message: [
		...layout,
		...rows,
		...beside,
		...written,
		{type: 'markdown', block_id: 'markdown', text: markdown},
		table,
		{type: 'section', block_id: 'long', text: plain(wordsOf(1200))},
	],
	modal: [
		...layout.slice(0, 7),
		...written,
		...fileInputs.map((element) => input(element)),
		...chosen,
		{...input({type: 'plain_text_input', action_id: 'told'}, 'told'), dispatch_action: true},
		...rows,
		{type: 'section', block_id: 'long', text: mrkdwn(wordsOf(3000))},
		{type: 'header', block_id: 'long-header', text: plain(wordsOf(150))},
	],
	home: [...layout, ...rows, ...beside, ...written, {type: 'section', block_id: 'long', text: mrkdwn(wordsOf(3000))}],
};

/** The modal that holds the modal's blocks. */
export const sampleModal: JsonObject = {
	type: 'modal',
	callback_id: 'sample',
	title: plain('Every input'),
	submit: plain('Submit'),
	close: plain('Cancel'),
	private_metadata: wordsOf(2900),
	blocks: sampleBlocks.modal,
};

/** The home that holds the home's blocks. */
export const sampleHome: JsonObject = {type: 'home', blocks: sampleBlocks.home};

/** An input block; every other one may stay empty and has a hint. */
function input(element: JsonObject, name = String(element['action_id'])): JsonObject {
	const optional = !['line', 'lines', 'email', 'script'].includes(name);
	return {
		type: 'input',
		block_id: `input-${name}`,
		label: plain(labels[name] ?? `A ${String(element['type']).replaceAll('_', ' ')}`),
		element,
		...(optional ? {optional} : {hint: plain('This one has to be filled in.')}),
	};
}
