import {initialState, stateFrom} from '../../state/element-state.ts';
import {isObject, objectField, objectsField, textField} from '../../json.ts';
import type {Given, Json, Surface} from '../surface.ts';

/** What an element holds: what the server knows, else what it starts with. */
export function serverState(surface: Surface, blockId: string, element: Json): Json | undefined {
	const actionId = textField(element, 'action_id') ?? '';
	return surface.values[blockId]?.[actionId] ?? initialState(element);
}

/** What it will hold once this is given; undefined where that cannot be told. `known` are options from elsewhere. */
export function guessedState(element: Json, given: Given | undefined, known: readonly Json[] = []): Json | undefined {
	if (given === undefined) return undefined;
	try {
		return stateFrom(known.length === 0 ? element : {...element, options: known, option_groups: []}, given);
	} catch {
		return undefined;
	}
}

/** The chosen option's value or id, or several. */
export function chosenIn(state: Json | undefined): readonly string[] {
	if (state === undefined) return [];
	return Object.entries(state).flatMap(([field, value]) => {
		if (!field.startsWith('selected_')) return [];
		const values: readonly unknown[] = Array.isArray(value) ? value : [value];
		return values.flatMap((each) => {
			const id = isObject(each) ? each['value'] : each;
			return typeof id === 'string' ? [id] : [];
		});
	});
}

/** The whole options that are chosen; external ones are known from nowhere else. */
export function chosenOptions(state: Json | undefined): readonly Json[] {
	const one = objectField(state, 'selected_option');
	return one === undefined ? objectsField(state, 'selected_options') : [one];
}

/** The text an input holds. */
export function textIn(state: Json | undefined): string {
	return textField(state, 'value') ?? '';
}
