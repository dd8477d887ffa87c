import type {
	ActionsBlock,
	Button,
	Checkboxes,
	ConfirmationDialog,
	ContextBlock,
	HeaderBlock,
	InputBlock,
	KnownBlock,
	MrkdwnElement,
	ModalView,
	PlainTextElement,
	PlainTextOption,
	SectionBlock,
} from '@slack/types';
import {cut, limits, plain} from './limits.ts';

/** Builders that keep Slack's limits; mrkdwn comes in escaped already. Every block has an id. */
export function header(id: string, text: string): HeaderBlock {
	return {type: 'header', block_id: blockId(id), text: plainText(text, limits.header)};
}

export function section(id: string, text: string, accessory?: Button): SectionBlock {
	const block = {type: 'section', block_id: blockId(id), text: mrkdwn(text, limits.section)} as const;
	return accessory === undefined ? block : {...block, accessory};
}

export function context(id: string, text: string): ContextBlock {
	return {type: 'context', block_id: blockId(id), elements: [mrkdwn(text, limits.section)]};
}

export function actions(id: string, buttons: readonly Button[]): ActionsBlock {
	return {type: 'actions', block_id: blockId(id), elements: buttons.slice(0, limits.actionsElements)};
}

export function button(options: {
	readonly action: string;
	readonly text: string;
	readonly value: string;
	readonly style?: 'primary' | 'danger' | undefined;
	readonly confirm?: ConfirmationDialog | undefined;
}): Button {
	return {
		type: 'button',
		action_id: options.action,
		text: plainText(options.text, limits.buttonText),
		value: options.value,
		...(options.style === undefined ? {} : {style: options.style}),
		...(options.confirm === undefined ? {} : {confirm: options.confirm}),
	};
}

/** A button that leads to an address; `action` hears of the click all the same. */
export function linkButton(action: string, text: string, url: string): Button {
	return {type: 'button', action_id: action, text: plainText(text, limits.buttonText), url};
}

export function confirmation(words: {
	readonly title: string;
	readonly text: string;
	readonly yes: string;
	readonly no: string;
}): ConfirmationDialog {
	return {
		title: plainText(words.title, limits.confirmTitle),
		text: plainText(words.text, limits.confirmText),
		confirm: plainText(words.yes, limits.confirmButton),
		deny: plainText(words.no, limits.confirmButton),
	};
}

export function option(text: string, value: string): PlainTextOption {
	return {text: plainText(text, limits.optionText), value: value.slice(0, limits.optionValue)};
}

export function checkboxes(action: string, options: readonly PlainTextOption[]): Checkboxes {
	return {type: 'checkboxes', action_id: action, options: options.slice(0, limits.checkboxes)};
}

export function input(
	id: string,
	label: string,
	element: InputBlock['element'],
	more: {readonly optional?: boolean; readonly hint?: string} = {},
): InputBlock {
	return {
		type: 'input',
		block_id: blockId(id),
		label: plainText(label, limits.inputLabel),
		element,
		optional: more.optional ?? false,
		...(more.hint === undefined ? {} : {hint: plainText(more.hint, limits.inputLabel)}),
	};
}

/** A field for a sentence or two of a person's own. */
export function reasonInput(id: string, action: string, label: string, hint: string, optional = false): InputBlock {
	const element = {type: 'plain_text_input', action_id: action, multiline: true, max_length: 2000} as const;
	return input(id, label, element, {hint, optional});
}

export function modal(options: {
	readonly callback: string;
	readonly title: string;
	readonly submit?: string;
	readonly close?: string;
	readonly metadata?: string;
	readonly blocks: readonly KnownBlock[];
}): ModalView {
	return {
		type: 'modal',
		callback_id: options.callback,
		title: plainText(options.title, limits.modalTitle),
		close: plainText(options.close ?? 'Close', limits.modalTitle),
		...(options.submit === undefined ? {} : {submit: plainText(options.submit, limits.modalTitle)}),
		...(options.metadata === undefined ? {} : {private_metadata: options.metadata}),
		blocks: options.blocks.slice(0, limits.modalBlocks),
	};
}

export function placeholder(text: string): PlainTextElement {
	return plainText(text, limits.placeholder);
}

/** Part of a message: where not all fits, parts of least worth are shortened first, then they leave. */
export interface Part {
	readonly worth: number;
	readonly blocks: readonly KnownBlock[];
	/** The same in fewer words. */
	readonly short?: readonly KnownBlock[];
}

/** The parts in their order, as many and as long as Slack takes. */
export function fitMessage(parts: readonly Part[]): KnownBlock[] {
	let kept: readonly Part[] = parts.filter((part) => part.blocks.length > 0);
	let blocks = kept.flatMap((part) => part.blocks);
	while (!fits(blocks)) {
		const less = shortened(kept) ?? without(kept);
		if (less === null) break;
		kept = less;
		blocks = [
			...kept.flatMap((part) => part.blocks),
			context('cut', '… Cut to what Slack shows; the thread has more.'),
		];
	}
	return blocks.slice(0, limits.messageBlocks);
}

/** The parts with the least worthy long one in its short form; null where all are short. */
function shortened(parts: readonly Part[]): readonly Part[] | null {
	const index = leastWorthy(parts, (part) => part.short !== undefined);
	if (index === -1) return null;
	return parts.map((part, at) => (at === index ? {worth: part.worth, blocks: part.short ?? []} : part));
}

/** The parts without the least worthy one; null where only one is left. */
function without(parts: readonly Part[]): readonly Part[] | null {
	const index = leastWorthy(parts, () => true);
	return parts.length < 2 ? null : parts.filter((_, at) => at !== index);
}

function leastWorthy(parts: readonly Part[], counts: (part: Part) => boolean): number {
	const least = Math.min(...parts.filter((part) => counts(part)).map((part) => part.worth));
	return parts.findLastIndex((part) => counts(part) && part.worth === least);
}

function fits(blocks: readonly KnownBlock[]): boolean {
	return blocks.length <= limits.messageBlocks && JSON.stringify(blocks).length <= limits.messageCharacters;
}

/** `verbatim` keeps Slack from turning bare addresses and names in the text into links and mentions. */
function mrkdwn(text: string, max: number): MrkdwnElement {
	return {type: 'mrkdwn', text: cut(text === '' ? ' ' : text, max), verbatim: true};
}

function plainText(text: string, max: number): PlainTextElement {
	const words = cut(plain(text), max);
	return {type: 'plain_text', text: words.trim() === '' ? '—' : words, emoji: true};
}

function blockId(id: string): string {
	return id.slice(0, limits.blockId);
}
