import {objectField, objectsField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';

/** What a person gives an element: text, the value or values of options, ids, unix seconds, nothing. */
export type GivenValue = string | number | readonly string[] | null;

/** Thrown when a person could not have done this: no such option, not a number, … */
export class ImpossibleInput extends Error {
	override readonly name = 'ImpossibleInput';
}

type StateMaker = (element: JsonObject, given: GivenValue) => JsonObject;

/** Element type → its state field and how a given value becomes it (Slack: view_submission, state). */
const makers: Readonly<Record<string, StateMaker>> = {
	plain_text_input: asText('value'),
	email_text_input: asText('value'),
	url_text_input: asText('value'),
	number_input: asText('value'),
	static_select: asOption,
	external_select: asOption,
	radio_buttons: asOption,
	overflow: asOption,
	multi_static_select: asOptions,
	multi_external_select: asOptions,
	checkboxes: asOptions,
	users_select: asText('selected_user'),
	conversations_select: asText('selected_conversation'),
	channels_select: asText('selected_channel'),
	multi_users_select: asTexts('selected_users'),
	multi_conversations_select: asTexts('selected_conversations'),
	multi_channels_select: asTexts('selected_channels'),
	datepicker: asText('selected_date'),
	timepicker: asText('selected_time'),
	datetimepicker: asNumber,
};

/** The state of an element after a person gave it this; throws ImpossibleInput. */
export function stateFrom(element: JsonObject, given: GivenValue): JsonObject {
	const type = textField(element, 'type') ?? '';
	const make = makers[type];
	if (make === undefined) throw new ImpossibleInput(`Nothing can be put into a ${type}.`);
	return {type, ...make(element, given)};
}

/** The state an element starts with, or undefined where it holds none (buttons, overflow menus). */
export function initialState(element: JsonObject): JsonObject | undefined {
	const type = textField(element, 'type') ?? '';
	if (type === 'file_input') return {type, files: []};
	if (type === 'rich_text_input') {
		return {type, rich_text_value: element['initial_value'] ?? null};
	}
	if (type === 'overflow' || makers[type] === undefined) return undefined;
	return {type, [stateFieldOf(type)]: element[initialFieldOf(type)] ?? emptyOf(type)};
}

/** True while nothing was put into the element. */
export function isEmptyState(state: JsonObject | undefined): boolean {
	if (state === undefined) return true;
	return Object.entries(state).every(
		([name, value]) => name === 'type' || value == null || value === '' || (Array.isArray(value) && value.length === 0),
	);
}

function asText(field: string): StateMaker {
	return (_element, given) => {
		if (given !== null && typeof given !== 'string' && typeof given !== 'number') {
			throw new ImpossibleInput(`${field} takes one text.`);
		}
		return {[field]: given === null || given === '' ? null : String(given)};
	};
}

function asTexts(field: string): StateMaker {
	return (_element, given) => ({[field]: listOf(given)});
}

function asNumber(_element: JsonObject, given: GivenValue): JsonObject {
	if (given !== null && !Number.isInteger(given)) {
		throw new ImpossibleInput('A date and time is a whole number of unix seconds.');
	}
	return {selected_date_time: given};
}

function asOption(element: JsonObject, given: GivenValue): JsonObject {
	if (given === null) return {selected_option: null};
	return {selected_option: optionOf(element, String(given))};
}

function asOptions(element: JsonObject, given: GivenValue): JsonObject {
	return {selected_options: listOf(given).map((each) => optionOf(element, each))};
}

function listOf(given: GivenValue): readonly string[] {
	if (given === null) return [];
	return typeof given === 'object' ? given : [String(given)];
}

/** The option with this value, or else with this text; throws ImpossibleInput when there is none. */
function optionOf(element: JsonObject, given: string): JsonObject {
	const grouped = objectsField(element, 'option_groups').flatMap((each) => objectsField(each, 'options'));
	const options = [...objectsField(element, 'options'), ...grouped];
	const found =
		options.find((each) => each['value'] === given) ??
		options.find((each) => textField(objectField(each, 'text'), 'text') === given);
	if (found === undefined) {
		const offered = options.map((each) => String(each['value'])).join(', ');
		throw new ImpossibleInput(`There is no option ${given}; offered: ${offered}.`);
	}
	return found;
}

function stateFieldOf(type: string): string {
	if (type === 'checkboxes' || /^multi_(static|external)/.test(type)) return 'selected_options';
	if (type === 'radio_buttons' || /^(static|external)/.test(type)) return 'selected_option';
	const fields: Readonly<Record<string, string>> = {
		users_select: 'selected_user',
		conversations_select: 'selected_conversation',
		channels_select: 'selected_channel',
		multi_users_select: 'selected_users',
		multi_conversations_select: 'selected_conversations',
		multi_channels_select: 'selected_channels',
		datepicker: 'selected_date',
		timepicker: 'selected_time',
		datetimepicker: 'selected_date_time',
	};
	return fields[type] ?? 'value';
}

function initialFieldOf(type: string): string {
	return stateFieldOf(type)
		.replace(/^selected/, 'initial')
		.replace(/^value$/, 'initial_value');
}

function emptyOf(type: string): unknown {
	return stateFieldOf(type).endsWith('s') ? [] : null;
}
