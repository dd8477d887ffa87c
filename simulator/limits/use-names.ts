import {isObject, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import type {Use} from './check.ts';

/** The thing of a type in which a value lies, and the names of the fields that lead to it from there. */
type Whereabouts = {readonly owner: string | undefined; readonly isBlock: boolean; readonly fields: readonly string[]};

/** Fields that are the same everywhere. */
const ids = new Set(['block_id', 'action_id']);

/** What a person calls the limit of this kind of value, such as `Longest button text`, `Most fields in a section`. */
export function nameOfUse(pointer: string, of: Use['of'], payload: JsonObject): string {
	const steps = pointer
		.replace(/^\/view(?=\/)/, '')
		.split('/')
		.slice(1);
	const {owner, isBlock, fields} = whereabouts(steps, payload);
	const last = fields.at(-1) ?? '';
	if (ids.has(last)) return `Longest ${spaced(last)}`;
	if (owner === undefined) return capital(spaced(last));
	if (of === 'characters') {
		return `Longest ${[owner, ...withoutEcho(owner, fields)].map((each) => spaced(singular(each))).join(' ')}`;
	}
	const holder = `${article(owner)}${spaced(owner)}${isBlock ? ' block' : ''}`;
	// A list in a list: the cells of one row.
	if (/^\d+$/.test(steps.at(-1) ?? '')) return `Most cells in one ${singular(last)} of ${holder}`;
	return `Most ${spaced([...fields.slice(0, -1).map(singular), last].join(' '))} in ${holder}`;
}

/** Text objects are seen through: the text of a section's field is the field. */
function whereabouts(steps: readonly string[], payload: JsonObject): Whereabouts {
	let value: unknown = payload;
	let found: Whereabouts = {owner: undefined, isBlock: false, fields: []};
	let inText = false;
	for (const [index, step] of steps.entries()) {
		value = stepInto(value, step);
		const type = textField(value, 'type');
		const isText = type === 'plain_text' || type === 'mrkdwn';
		if (!/^\d+$/.test(step) && !(inText && step === 'text')) found = {...found, fields: [...found.fields, step]};
		if (type !== undefined && !isText) found = {owner: type, isBlock: steps[index - 1] === 'blocks', fields: []};
		inText = isText;
	}
	return found;
}

function stepInto(value: unknown, step: string): unknown {
	if (Array.isArray(value)) return value[Number(step)] as unknown;
	return isObject(value) ? value[step] : undefined;
}

/** `image_url` of an image says `image` already. */
function withoutEcho(owner: string, fields: readonly string[]): readonly string[] {
	return fields.map((field) => (field.startsWith(`${owner}_`) ? field.slice(owner.length + 1) : field));
}

function singular(name: string): string {
	return name.replace(/(?<=x)es$|s$/, '');
}

function spaced(name: string): string {
	return name.replaceAll('_', ' ');
}

function capital(text: string): string {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Checkboxes and radio buttons are many, an actions block is one. */
function article(name: string): string {
	if (name === 'checkboxes' || name === 'radio_buttons') return '';
	return /^[aeiou]/.test(name) ? 'an ' : 'a ';
}
