import {objectsField, textField} from '../json.ts';
import {all, boolean, byType, list, object, oneOf, rule, string} from './check.ts';
import type {Check} from './check.ts';

// The numbers are those of Slack's reference, "Composition objects".

/** plain_text of at most `most` characters. */
export function plainText(most: number): Check {
	return byType({
		plain_text: object({text: string({least: 1, most})}, {emoji: boolean}),
	});
}

/** plain_text or mrkdwn of at most `most` characters. */
export function anyText(most: number): Check {
	const text = string({least: 1, most});
	return byType({
		plain_text: object({text}, {emoji: boolean}),
		mrkdwn: object({text}, {verbatim: boolean}),
	});
}

/** A confirm dialog: title 100, text 300, buttons 30. */
export const confirm: Check = object(
	{
		title: plainText(100),
		text: anyText(300),
		confirm: plainText(30),
		deny: plainText(30),
	},
	{style: oneOf('primary', 'danger')},
);

const plainOption: Check = object(
	{text: plainText(75), value: string({least: 1, most: 150})},
	{description: plainText(75)},
);

/** An option of a select menu: text 75, value 150. */
export const selectOption = plainOption;

/** An option of radio buttons or checkboxes, whose texts may be mrkdwn. */
export const choiceOption: Check = object(
	{text: anyText(75), value: string({least: 1, most: 150})},
	{description: anyText(75)},
);

/** An option of an overflow menu, which may be a link. */
export const overflowOption: Check = object(
	{text: plainText(75), value: string({least: 1, most: 150})},
	{description: plainText(75), url: string({most: 3000})},
);

/** A group of at most 100 options under a label of 75. */
export const optionGroup: Check = object({
	label: plainText(75),
	options: list(selectOption, {most: 100}),
});

/** Which conversations a menu offers. */
export const conversationFilter: Check = object(
	{},
	{
		include: list(oneOf('im', 'mpim', 'private', 'public')),
		exclude_external_shared_channels: boolean,
		exclude_bot_users: boolean,
	},
);

export const dispatchConfig: Check = object(
	{},
	{trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'))},
);

export const slackFile: Check = object({}, {id: string(), url: string({most: 3000})});

/** Options or groups of them, one of the two; what is chosen at first must be one of them. */
export const hasOptions: Check = rule((element) => {
	const options = element['options'] !== undefined;
	const groups = element['option_groups'] !== undefined;
	if (options === groups) return 'must define either `options` or `option_groups`';
	return undefined;
});

/** What is chosen at first is one of the options. */
export const initialIsOffered: Check = all(
	rule((element) => {
		const grouped = objectsField(element, 'option_groups').flatMap((each) => objectsField(each, 'options'));
		const offered = [...objectsField(element, 'options'), ...grouped];
		const values = new Set(offered.map((each) => textField(each, 'value')));
		const initial = [
			...objectsField({one: [element['initial_option']]}, 'one'),
			...objectsField(element, 'initial_options'),
		];
		return initial.every((each) => values.has(textField(each, 'value')))
			? undefined
			: 'initial option must match one of the options';
	}),
);
