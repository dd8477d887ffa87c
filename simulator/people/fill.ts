import type {JsonObject} from '../json.ts';
import {textField} from '../json.ts';
import type {Simulation} from '../simulation.ts';
import {elementsOf} from '../state/elements.ts';
import {ImpossibleInput, isEmptyState, stateFrom} from '../state/element-state.ts';
import type {GivenValue} from '../state/element-state.ts';
import {fileOnTheWire} from '../state/files.ts';
import {changed} from '../state/slack.ts';
import type {OpenView, Slack} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';
import {act, remember} from './act.ts';
import type {ActionOutcome} from './outcome.ts';

/** What goes into one element of a modal. */
export type Filling = {
	readonly person: PersonRecord;
	readonly view: OpenView;
	readonly blockId: string;
	readonly actionId: string;
	/** For a file_input, the ids of files that this person uploaded. */
	readonly value: GivenValue;
};

/**
 * A person puts a value into a modal. Elements outside input blocks, and inputs with
 * dispatch_action, tell the app at once. Throws ImpossibleInput.
 */
export async function fill(simulation: Simulation, filling: Filling): Promise<ActionOutcome> {
	const {slack} = simulation;
	const placed = elementsOf(filling.view.payload).find(
		(each) => each.blockId === filling.blockId && each.actionId === filling.actionId,
	);
	if (placed === undefined) throw new ImpossibleInput(`There is no input ${filling.blockId}.`);
	const {block, element} = placed;
	if (block['type'] !== 'input' || block['dispatch_action'] === true) {
		return act(simulation, {...filling, surface: {view: filling.view}});
	}
	const state = inputState(slack, filling, element);
	remember(filling.view.values, placed, state);
	changed(slack);
	return {kind: 'accepted'};
}

function inputState(slack: Slack, filling: Filling, element: JsonObject): JsonObject {
	switch (element['type']) {
		case 'file_input':
			return fileState(slack, filling, element);
		case 'rich_text_input':
			return {type: 'rich_text_input', rich_text_value: richText(filling.value)};
		default:
			return stateFrom(element, filling.value);
	}
}

function fileState(slack: Slack, filling: Filling, element: JsonObject): JsonObject {
	const ids = filling.value === null ? [] : [filling.value].flat().map(String);
	const files = ids.map((id) => {
		const file = slack.files.get(id);
		if (file === undefined || file.owner !== filling.person.id) {
			throw new ImpossibleInput(`There is no file ${id} of this person.`);
		}
		refuseWrongType(element, file.name);
		file.givenToApp = true;
		return fileOnTheWire(slack, file);
	});
	const most = typeof element['max_files'] === 'number' ? element['max_files'] : 10;
	if (files.length > most) throw new ImpossibleInput(`At most ${most} files.`);
	return {type: 'file_input', files};
}

/** Slack's picker offers only the types that the element lists. */
function refuseWrongType(element: JsonObject, name: string): void {
	const types = element['filetypes'];
	if (!Array.isArray(types) || types.length === 0) return;
	const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
	if (!types.includes(extension)) {
		throw new ImpossibleInput(`${name} is not one of the file types ${types.join(', ')}.`);
	}
}

function richText(value: GivenValue): JsonObject | null {
	if (value === null || value === '') return null;
	const section = {type: 'rich_text_section', elements: [{type: 'text', text: String(value)}]};
	return {type: 'rich_text', elements: [section]};
}

/** What Slack itself finds missing or wrong before it asks the app, by block id. */
export function inputErrors(view: OpenView): Record<string, string> {
	const errors: Record<string, string> = {};
	for (const {blockId, actionId, block, element} of elementsOf(view.payload)) {
		if (block['type'] !== 'input') continue;
		const error = inputError(block, element, view.values[blockId]?.[actionId]);
		if (error !== undefined) errors[blockId] = error;
	}
	return errors;
}

function inputError(block: JsonObject, element: JsonObject, state: JsonObject | undefined): string | undefined {
	if (isEmptyState(state)) {
		return block['optional'] === true ? undefined : 'Please complete this required field.';
	}
	const value = textField(state, 'value');
	return value === undefined ? undefined : textError(element, value);
}

function textError(element: JsonObject, value: string): string | undefined {
	const least = element['min_length'];
	// A plain_text_input holds at most 3000 characters (Slack: plain-text input, max_length).
	const most = element['max_length'] ?? (element['type'] === 'plain_text_input' ? 3000 : undefined);
	if (typeof least === 'number' && value.length < least) {
		return `Please enter at least ${least} characters.`;
	}
	if (typeof most === 'number' && value.length > most) {
		return `Please enter at most ${most} characters.`;
	}
	if (element['type'] === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(value)) {
		return 'Please enter a valid email address.';
	}
	if (element['type'] === 'url_text_input' && !URL.canParse(value)) {
		return 'Please enter a valid URL.';
	}
	return element['type'] === 'number_input' ? numberError(element, value) : undefined;
}

function numberError(element: JsonObject, value: string): string | undefined {
	const number = Number(value);
	const decimals = element['is_decimal_allowed'] === true;
	if (Number.isNaN(number) || (!decimals && !Number.isInteger(number))) {
		return 'Please enter a number.';
	}
	const least = element['min_value'];
	const most = element['max_value'];
	if (typeof least === 'string' && number < Number(least)) return `Please enter at least ${least}.`;
	if (typeof most === 'string' && number > Number(most)) return `Please enter at most ${most}.`;
	return undefined;
}
