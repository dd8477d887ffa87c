import {isObject, objectField, objectsField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {all, anything, boolean, byType, list, object, problem, rule, string} from './check.ts';
import type {Check, Problem} from './check.ts';
import {anyText, plainText, slackFile} from './composition.ts';
import {accessories, actionsElements, imageElement, inputElements, modalInputElements} from './elements.ts';

// The numbers are those of Slack's reference, "Blocks".

/** Where blocks stand. */
export type Surface = 'message' | 'modal' | 'home';

const blockId = {block_id: string({least: 1, most: 255})};

const section: Check = all(
	object(
		{},
		{
			...blockId,
			text: anyText(3000),
			fields: list(anyText(2000), {most: 10}),
			accessory: byType(accessories),
			expand: boolean,
		},
	),
	rule((block) =>
		block['text'] === undefined && block['fields'] === undefined ? 'missing required field: text or fields' : undefined,
	),
);

const context: Check = object(
	{
		elements: list(
			byType({
				image: imageElement,
				mrkdwn: anyText(3000),
				plain_text: anyText(3000),
			}),
			{most: 10},
		),
	},
	blockId,
);

const actions: Check = object({elements: list(byType(actionsElements), {most: 25})}, blockId);

const image: Check = all(
	object(
		{alt_text: string({least: 1, most: 2000})},
		{
			...blockId,
			image_url: string({most: 3000}),
			slack_file: slackFile,
			title: plainText(2000),
		},
	),
	rule((block) =>
		(block['image_url'] === undefined) === (block['slack_file'] === undefined)
			? 'must define either `image_url` or `slack_file`'
			: undefined,
	),
);

const video: Check = object(
	{
		alt_text: string({least: 1}),
		title: plainText(200),
		video_url: string(),
		thumbnail_url: string(),
	},
	{
		...blockId,
		author_name: string({most: 50}),
		description: plainText(200),
		provider_icon_url: string(),
		provider_name: string(),
		title_url: string(),
	},
);

function input(elements: Readonly<Record<string, Check>>): Check {
	return object(
		{label: plainText(2000), element: byType(elements)},
		{...blockId, hint: plainText(2000), optional: boolean, dispatch_action: boolean},
	);
}

const richText: Check = object(
	{
		elements: list(
			byType({
				rich_text_section: object({elements: list(anything, {least: 0})}),
				rich_text_list: object(
					{elements: list(anything), style: string()},
					{indent: anything, offset: anything, border: anything},
				),
				rich_text_preformatted: object({elements: list(anything, {least: 0})}, {border: anything, language: anything}),
				rich_text_quote: object({elements: list(anything, {least: 0})}, {border: anything}),
			}),
		),
	},
	blockId,
);

/** A table: at most 100 rows of at most 20 cells (Slack: table block). */
const table: Check = object(
	{
		rows: list(list(byType({raw_text: object({text: string()}), rich_text: richText}), {most: 20}), {most: 100}),
	},
	{...blockId, column_settings: list(anything, {most: 20})},
);

const everywhere: Readonly<Record<string, Check>> = {
	actions,
	context,
	divider: object({}, blockId),
	header: object({text: plainText(150)}, blockId),
	image,
	rich_text: richText,
	section,
	video,
};

const allowed: Readonly<Record<Surface, Check>> = {
	message: byType({
		...everywhere,
		input: input(inputElements),
		// At most 12,000 characters of markdown in one message (Slack: markdown block).
		markdown: object({text: string({least: 1, most: 12_000})}, blockId),
		table,
	}),
	modal: byType({...everywhere, input: input(modalInputElements)}),
	home: byType({...everywhere, input: input(inputElements)}),
};

/** 50 blocks in a message, 100 in a modal or Home tab (Slack: "Blocks"). */
const mostBlocks: Readonly<Record<Surface, number>> = {message: 50, modal: 100, home: 100};

/** Everything that Slack would refuse in these blocks. */
export function checkBlocks(blocks: unknown, surface: Surface, pointer = '/blocks'): readonly Problem[] {
	return blocksCheck(surface)(blocks, pointer);
}

/** The same as a check, which tells of the limits that it comes across. */
export function blocksCheck(surface: Surface): Check {
	return all(list(allowed[surface], {least: 0, most: mostBlocks[surface]}), repeatedIds, focuses);
}

/** True where a block is an input. */
export function hasInputs(blocks: unknown): boolean {
	return objectsField({blocks}, 'blocks').some((each) => each['type'] === 'input');
}

/** A block_id is unique in its message or view, an action_id in its block. */
function repeatedIds(blocks: unknown, pointer: string): readonly Problem[] {
	const known = new Set<unknown>();
	return objectsField({blocks}, 'blocks').flatMap((block, index) => {
		const at = `${pointer}/${index}`;
		const id = block['block_id'];
		const repeated = id !== undefined && known.has(id);
		known.add(id);
		return [...(repeated ? problem('`block_id` already exists', `${at}/block_id`) : []), ...repeatedActions(block, at)];
	});
}

function repeatedActions(block: JsonObject, pointer: string): readonly Problem[] {
	const known = new Set<unknown>();
	return objectsField(block, 'elements').flatMap((element, index) => {
		const id = element['action_id'];
		const repeated = id !== undefined && known.has(id);
		known.add(id);
		const at = `${pointer}/elements/${index}/action_id`;
		return repeated ? problem('`action_id` already exists', at) : [];
	});
}

/** Only one element of a view may take the focus (Slack: focus_on_load). */
function focuses(blocks: unknown, pointer: string): readonly Problem[] {
	const elements = objectsField({blocks}, 'blocks').flatMap((block) => [
		...objectsField(block, 'elements'),
		...[objectField(block, 'element'), objectField(block, 'accessory')].filter(isObject),
	]);
	const count = elements.filter((each) => each['focus_on_load'] === true).length;
	return count > 1 ? problem('only one element may have `focus_on_load`', pointer) : [];
}
