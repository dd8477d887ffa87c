import type {JsonObject} from '../json.ts';
import {textField} from '../json.ts';
import type {Simulation} from '../simulation.ts';
import {elementsOf} from '../state/elements.ts';
import {isEmptyState} from '../state/element-state.ts';
import type {GivenValue} from '../state/element-state.ts';
import type {OpenView} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';
import {act} from './act.ts';
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

/** A person puts a value into a modal. Throws ImpossibleInput. */
export async function fill(simulation: Simulation, {view, ...filling}: Filling): Promise<ActionOutcome> {
	return act(simulation, {...filling, surface: {view}});
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
