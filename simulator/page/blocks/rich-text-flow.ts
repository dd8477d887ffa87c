import {objectField, objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {emojiNamed} from './emoji.ts';
import type {Flow, Inline} from './flow.ts';
import {safeLink} from './safe-links.ts';

/** A rich_text block as a tree (Slack: "Rich text block"). */
export function richTextFlow(block: Json): readonly Flow[] {
	return objectsField(block, 'elements').flatMap((each) => partFlow(each));
}

/** A rich_text value as lines of text, for a field in which it is edited. */
export function richTextAsText(value: unknown): string {
	return objectsField(value, 'elements')
		.map((part) =>
			objectsField(part, 'elements')
				.map((each) => textField(each, 'text') ?? textField(each, 'url') ?? '')
				.join(''),
		)
		.join('\n');
}

function partFlow(part: Json): readonly Flow[] {
	const children = objectsField(part, 'elements');
	switch (part['type']) {
		case 'rich_text_section':
			return linesOf(inlinesOf(children));
		case 'rich_text_preformatted':
			return [{kind: 'pre', children: inlinesOf(children)}];
		case 'rich_text_quote':
			return [{kind: 'quote', children: linesOf(inlinesOf(children))}];
		case 'rich_text_list':
			return [
				{
					kind: 'list',
					ordered: part['style'] === 'ordered',
					start: numberOf(part['offset']) + 1,
					indent: Math.min(8, numberOf(part['indent'])),
					items: children.map((each) => linesOf(inlinesOf(objectsField(each, 'elements')))),
				},
			];
		default:
			return [{kind: 'line', children: [{kind: 'text', text: `[${textField(part, 'type') ?? 'unknown'}]`}]}];
	}
}

function inlinesOf(elements: readonly Json[]): readonly Inline[] {
	return elements.flatMap((each) => styled(each, inlineOf(each)));
}

function inlineOf(element: Json): Inline {
	const text = textField(element, 'text');
	const name = (field: string): string => textField(element, field) ?? '';
	switch (element['type']) {
		case 'text':
			return {kind: 'text', text: text ?? ''};
		case 'link':
			return linkOf(name('url'), text);
		case 'user':
			return {kind: 'person', id: name('user_id')};
		case 'usergroup':
			return {kind: 'group', id: name('usergroup_id')};
		case 'channel':
			return {kind: 'channel', id: name('channel_id')};
		case 'broadcast':
			return {kind: 'broadcast', name: name('range')};
		case 'color':
			return {kind: 'colour', value: name('value')};
		case 'date':
			return dateOf(element);
		case 'emoji':
			return emojiOf(element);
		default:
			return {kind: 'text', text: `[${name('type')}]`};
	}
}

function linkOf(address: string, text: string | undefined): Inline {
	const href = safeLink(address);
	if (href === undefined) return {kind: 'text', text: text === undefined ? address : `${text} (${address})`};
	return {kind: 'link', href, children: [{kind: 'text', text: text ?? address}]};
}

function dateOf(element: Json): Inline {
	const href = safeLink(textField(element, 'url') ?? '');
	const date = {
		kind: 'date',
		seconds: Number(element['timestamp'] ?? 'NaN'),
		format: textField(element, 'format') ?? '',
		fallback: textField(element, 'fallback') ?? '',
	} as const;
	return href === undefined ? date : {...date, href};
}

function emojiOf(element: Json): Inline {
	const name = textField(element, 'name') ?? '';
	const tone = element['skin_tone'];
	const character = emojiNamed(name, typeof tone === 'number' ? `skin-tone-${tone}` : undefined);
	return character === undefined ? {kind: 'text', text: `:${name}:`} : {kind: 'emoji', name, character};
}

function styled(element: Json, inline: Inline): readonly Inline[] {
	const style = objectField(element, 'style');
	let part: Inline = inline;
	if (style?.['code'] === true && part.kind === 'text') part = {kind: 'code', text: part.text};
	for (const kind of ['strike', 'italic', 'bold', 'underline'] as const) {
		if (style?.[kind] === true) part = {kind, children: [part]};
	}
	return [part];
}

/** A section's text may hold line breaks anywhere; each line finds its own direction. */
function linesOf(parts: readonly Inline[]): readonly Flow[] {
	const lines: Inline[][] = [[]];
	for (const part of parts) {
		const pieces = part.kind === 'text' ? part.text.split('\n') : [part];
		for (const [index, piece] of pieces.entries()) {
			if (index > 0) lines.push([]);
			if (piece !== '') lines.at(-1)?.push(typeof piece === 'string' ? {kind: 'text', text: piece} : piece);
		}
	}
	if (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
	return lines.map((children): Flow => (children.length === 0 ? {kind: 'gap'} : {kind: 'line', children}));
}

function numberOf(value: unknown): number {
	return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}
