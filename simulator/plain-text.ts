import {objectField, objectsField, textField} from './json.ts';
import type {JsonObject} from './json.ts';
import type {ReadMessage} from './people/read.ts';

/** Names for the ids that stand in a text. */
export type Names = {
	readonly people: readonly {readonly id: string; readonly name: string}[];
	readonly channels: readonly {readonly id: string; readonly name: string}[];
	readonly userGroups: readonly {readonly id: string; readonly handle: string}[];
};

/** A message as lines of plain text, as people in the channel would read it; its thread is left out. */
export function messageAsText(message: ReadMessage, names: Names): readonly string[] {
	const blocks = message.blocks.length === 0 ? [] : message.blocks.flatMap((each) => blockAsText(each, names));
	const body = blocks.length === 0 ? linesOf(mrkdwnAsText(message.text, names)) : blocks;
	return [...body, ...message.files.map((file) => `[File] ${file.title} (${sizeOf(file.size)})`)];
}

/** A modal as lines: its title, its blocks, its buttons. */
export function viewAsText(view: JsonObject, names: Names): readonly string[] {
	const buttons = ['submit', 'close'].flatMap((name) => {
		const label = textField(objectField(view, name), 'text');
		return label === undefined ? [] : [`[${label}]`];
	});
	return [
		`== ${textField(objectField(view, 'title'), 'text') ?? ''} ==`,
		...objectsField(view, 'blocks').flatMap((each) => blockAsText(each, names)),
		...(buttons.length === 0 ? [] : [buttons.join(' ')]),
	];
}

/** Slack's mrkdwn with mentions, links and dates as a person reads them. */
export function mrkdwnAsText(text: string, names: Names): string {
	return unescape(text.replaceAll(/<([^<>]*)>/g, (_whole, inner: string) => linkAsText(inner, names)));
}

function blockAsText(block: JsonObject, names: Names): readonly string[] {
	switch (textField(block, 'type') ?? '') {
		case 'header':
			return [`# ${textOf(block, names)}`];
		case 'divider':
			return ['---'];
		case 'section':
			return [
				...linesOf(textOf(block, names)),
				...objectsField(block, 'fields').flatMap((field) => linesOf(composed(field, names))),
				...elementsAsText([objectField(block, 'accessory')], names),
			];
		case 'context':
			return linesOf(
				objectsField(block, 'elements')
					.map((each) => contextPart(each, names))
					.join(' '),
			);
		case 'actions':
			return elementsAsText(objectsField(block, 'elements'), names);
		case 'input':
			return [`${labelOf(block, names)}: ${elementsAsText([objectField(block, 'element')], names).join(' ')}`];
		case 'image':
			return [`[Image] ${textField(block, 'alt_text') ?? ''}`];
		case 'markdown':
			return linesOf(textField(block, 'text') ?? '');
		case 'rich_text':
			return objectsField(block, 'elements').flatMap((each) => linesOf(richText(each, names)));
		default:
			return [];
	}
}

function elementsAsText(elements: readonly (JsonObject | undefined)[], names: Names): readonly string[] {
	const labels = elements.flatMap((each) => (each === undefined ? [] : [elementAsText(each, names)]));
	return labels.length === 0 ? [] : [labels.join(' ')];
}

function elementAsText(element: JsonObject, names: Names): string {
	const type = textField(element, 'type') ?? '';
	if (type === 'image') return `[Image] ${textField(element, 'alt_text') ?? ''}`;
	const label = textOf(element, names);
	if (label !== '') return `[${label}]`;
	const options = objectsField(element, 'options').map((each) => textOf(each, names));
	if (options.length > 0) return `(${options.join(' | ')})`;
	const placeholder = textField(objectField(element, 'placeholder'), 'text');
	return `(${placeholder ?? type.replaceAll('_', ' ')})`;
}

function contextPart(element: JsonObject, names: Names): string {
	return element['type'] === 'image' ? (textField(element, 'alt_text') ?? '') : composed(element, names);
}

function labelOf(block: JsonObject, names: Names): string {
	return composed(objectField(block, 'label') ?? {}, names);
}

function textOf(holder: JsonObject, names: Names): string {
	const text = objectField(holder, 'text');
	return text === undefined ? '' : composed(text, names);
}

/** A text object; plain_text stays as it is. */
function composed(text: JsonObject, names: Names): string {
	const content = textField(text, 'text') ?? '';
	return text['type'] === 'mrkdwn' ? mrkdwnAsText(content, names) : content;
}

function richText(element: JsonObject, names: Names): string {
	const parts = objectsField(element, 'elements').map((each) => richText(each, names));
	switch (textField(element, 'type') ?? '') {
		case 'text':
			return textField(element, 'text') ?? '';
		case 'link':
			return textField(element, 'text') ?? textField(element, 'url') ?? '';
		case 'user':
			return linkAsText(`@${textField(element, 'user_id') ?? ''}`, names);
		case 'usergroup':
			return linkAsText(`!subteam^${textField(element, 'usergroup_id') ?? ''}`, names);
		case 'channel':
			return linkAsText(`#${textField(element, 'channel_id') ?? ''}`, names);
		case 'emoji':
			return `:${textField(element, 'name') ?? ''}:`;
		case 'rich_text_list':
			return parts.map((part) => `- ${part}`).join('\n');
		case 'rich_text_quote':
			return `> ${parts.join('')}`;
		default:
			return parts.join('');
	}
}

/** What stands between `<` and `>`: a mention, a date or a link (Slack: "Formatting text for app surfaces"). */
function linkAsText(inner: string, names: Names): string {
	const [target = '', label] = inner.split('|');
	if (target.startsWith('@')) return `@${nameOf(names.people, target.slice(1)) ?? label ?? target.slice(1)}`;
	if (target.startsWith('#')) return `#${nameOf(names.channels, target.slice(1)) ?? label ?? target.slice(1)}`;
	if (target.startsWith('!subteam^')) {
		const id = target.slice('!subteam^'.length);
		const handle = names.userGroups.find((each) => each.id === id)?.handle;
		return `@${handle ?? label?.replace(/^@/, '') ?? id}`;
	}
	if (target.startsWith('!date^')) return dateAsText(target, label ?? '');
	if (target.startsWith('!')) return `@${target.slice(1)}`;
	return label === undefined || label === target ? target.replace(/^mailto:/, '') : `${label} (${target})`;
}

function nameOf(known: Names['people'], id: string): string | undefined {
	return known.find((each) => each.id === id)?.name;
}

/** A date in UTC, or its fallback where it cannot be told. */
function dateAsText(target: string, fallback: string): string {
	const [, seconds = '', format = ''] = target.split('^');
	const date = new Date(Number(seconds) * 1000);
	if (Number.isNaN(date.getTime())) return fallback;
	const [day = '', time = ''] = date.toISOString().split('T');
	return format
		.replaceAll(/\{(date|day)[a-z_]*\}/g, day)
		.replaceAll('{time_secs}', `${time.slice(0, 8)} UTC`)
		.replaceAll('{time}', `${time.slice(0, 5)} UTC`)
		.replaceAll('{ago}', fallback);
}

function unescape(text: string): string {
	return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function linesOf(text: string): readonly string[] {
	return text === '' ? [] : text.split('\n');
}

function sizeOf(bytes: number): string {
	return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KB`;
}
