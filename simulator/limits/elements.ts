import {textField} from '../json.ts';
import {all, anything, boolean, integer, list, object, oneOf, pattern, rule, string} from './check.ts';
import type {Check} from './check.ts';
import {
	choiceOption,
	confirm,
	conversationFilter,
	dispatchConfig,
	hasOptions,
	initialIsOffered,
	optionGroup,
	overflowOption,
	plainText,
	selectOption,
	slackFile,
} from './composition.ts';

// The numbers are those of Slack's reference, "Block elements".

const actionId = string({least: 1, most: 255});
const placeholder = plainText(150);
const id = string({least: 1});
const date = pattern(/^\d{4}-\d\d-\d\d$/, 'date');
const time = pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'time');

const common = {action_id: actionId, confirm, focus_on_load: boolean};
const menu = {...common, placeholder};
const many = {...menu, max_selected_items: integer({least: 1})};

const button: Check = object(
	{text: plainText(75)},
	{
		action_id: actionId,
		url: string({most: 3000}),
		value: string({most: 2000}),
		style: oneOf('primary', 'danger'),
		confirm,
		accessibility_label: string({most: 75}),
	},
);

/** An image needs an alternative text, and either a URL or a file of Slack's. */
export const imageElement: Check = all(
	object({alt_text: string({least: 1, most: 2000})}, {image_url: string({most: 3000}), slack_file: slackFile}),
	rule((image) =>
		(image['image_url'] === undefined) === (image['slack_file'] === undefined)
			? 'must define either `image_url` or `slack_file`'
			: undefined,
	),
);

const overflow: Check = object({options: list(overflowOption, {most: 5})}, {action_id: actionId, confirm});

const checkboxes: Check = all(
	object({options: list(choiceOption, {most: 10})}, {...common, initial_options: list(choiceOption, {most: 10})}),
	initialIsOffered,
);

const radioButtons: Check = all(
	object({options: list(choiceOption, {most: 10})}, {...common, initial_option: choiceOption}),
	initialIsOffered,
);

const optionLists = {
	options: list(selectOption, {most: 100}),
	option_groups: list(optionGroup, {most: 100}),
};

const selects: Readonly<Record<string, Check>> = {
	static_select: all(object({}, {...menu, ...optionLists, initial_option: selectOption}), hasOptions, initialIsOffered),
	external_select: object({}, {...menu, min_query_length: integer({least: 0}), initial_option: selectOption}),
	users_select: object({}, {...menu, initial_user: id}),
	conversations_select: object(
		{},
		{
			...menu,
			initial_conversation: id,
			default_to_current_conversation: boolean,
			response_url_enabled: boolean,
			filter: conversationFilter,
		},
	),
	channels_select: object({}, {...menu, initial_channel: id, response_url_enabled: boolean}),
};

const multiSelects: Readonly<Record<string, Check>> = {
	multi_static_select: all(
		object({}, {...many, ...optionLists, initial_options: list(selectOption, {most: 100})}),
		hasOptions,
		initialIsOffered,
	),
	multi_external_select: object(
		{},
		{
			...many,
			min_query_length: integer({least: 0}),
			initial_options: list(selectOption, {most: 100}),
		},
	),
	multi_users_select: object({}, {...many, initial_users: list(id)}),
	multi_conversations_select: object(
		{},
		{
			...many,
			initial_conversations: list(id),
			default_to_current_conversation: boolean,
			filter: conversationFilter,
		},
	),
	multi_channels_select: object({}, {...many, initial_channels: list(id)}),
};

const pickers: Readonly<Record<string, Check>> = {
	datepicker: object({}, {...menu, initial_date: date}),
	timepicker: object({}, {...menu, initial_time: time, timezone: string()}),
};

const dateTimePicker: Check = object(
	{},
	// Ten digits (Slack: datetime picker, initial_date_time).
	{...common, initial_date_time: integer({least: 1_000_000_000, most: 9_999_999_999})},
);

const textInputCommon = {
	action_id: actionId,
	placeholder,
	focus_on_load: boolean,
	dispatch_action_config: dispatchConfig,
};

const plainTextInput: Check = all(
	object(
		{},
		{
			...textInputCommon,
			initial_value: string({most: 3000}),
			multiline: boolean,
			min_length: integer({least: 0, most: 3000}),
			max_length: integer({least: 1, most: 3000}),
		},
	),
	rule((input) => {
		const least = input['min_length'];
		const most = input['max_length'];
		const initial = textField(input, 'initial_value') ?? '';
		if (typeof least === 'number' && typeof most === 'number' && least > most) {
			return '`min_length` must not be greater than `max_length`';
		}
		return typeof most === 'number' && initial.length > most
			? '`initial_value` must not be longer than `max_length`'
			: undefined;
	}),
);

const numberInput: Check = object(
	{is_decimal_allowed: boolean},
	{...textInputCommon, initial_value: string(), min_value: string(), max_value: string()},
);

const fileInput: Check = object(
	{},
	{
		action_id: actionId,
		filetypes: list(string({least: 1})),
		max_files: integer({least: 1, most: 10}),
	},
);

const workflowButton: Check = object(
	{text: plainText(75), workflow: anything},
	{
		action_id: actionId,
		style: oneOf('primary', 'danger'),
		accessibility_label: string({most: 75}),
	},
);

/** What an actions block takes. */
export const actionsElements: Readonly<Record<string, Check>> = {
	button,
	checkboxes,
	datetimepicker: dateTimePicker,
	...pickers,
	overflow,
	radio_buttons: radioButtons,
	...selects,
	...multiSelects,
	workflow_button: workflowButton,
};

/** What stands beside a section's text. */
export const accessories: Readonly<Record<string, Check>> = {
	button,
	checkboxes,
	...pickers,
	image: imageElement,
	overflow,
	radio_buttons: radioButtons,
	...selects,
	...multiSelects,
	workflow_button: workflowButton,
};

/** What an input block takes; a file_input only in a modal. */
export const inputElements: Readonly<Record<string, Check>> = {
	plain_text_input: plainTextInput,
	checkboxes,
	radio_buttons: radioButtons,
	...pickers,
	datetimepicker: dateTimePicker,
	email_text_input: object({}, {...textInputCommon, initial_value: string()}),
	url_text_input: object({}, {...textInputCommon, initial_value: string()}),
	number_input: numberInput,
	rich_text_input: object({}, {...textInputCommon, initial_value: anything}),
	...selects,
	...multiSelects,
};

/** What an input block of a modal takes. */
export const modalInputElements: Readonly<Record<string, Check>> = {
	...inputElements,
	file_input: fileInput,
};
