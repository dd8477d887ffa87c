import {objectField, textField} from '../../json.ts';
import type {JsonObject} from '../../json.ts';
import {initialState, isEmptyState, stateFrom} from '../../state/element-state.ts';
import {elementsOf} from '../../state/elements.ts';
import type {Given, ShownValues} from '../surface.ts';
import {option} from './sample-texts.ts';

/** A file that was uploaded to the sample; it stays in memory. */
export type KeptFile = {readonly id: string; readonly name: string; readonly size: number};

/** What the external menus find. */
const suggestions: readonly JsonObject[] = [
	option('20260901_AddOrders', 'add-orders'),
	option('20260914_AddRegion', 'add-region', 'Adds a column to orders'),
	option('20261003_DropLegacyFlag', 'drop-legacy-flag'),
	option('20261121_IndexOrdersByRegion', 'index-orders-by-region', 'Builds an index concurrently'),
];

/** The suggestions with the query in their text. */
export function suggestionsFor(query: string): readonly JsonObject[] {
	const wanted = query.trim().toLowerCase();
	return suggestions.filter((each) =>
		(textField(objectField(each, 'text'), 'text') ?? '').toLowerCase().includes(wanted),
	);
}

/** What the elements hold before anybody touched them. */
export function initialValues(blocks: readonly JsonObject[]): ShownValues {
	return elementsOf({blocks}).reduce<ShownValues>((values, {blockId, actionId, element}) => {
		const state = initialState(element);
		return state === undefined ? values : withState(values, blockId, actionId, state);
	}, {});
}

/** The values after an element was given something. Throws where a person could not have done it. */
export function valuesAfter(
	values: ShownValues,
	blocks: readonly JsonObject[],
	given: {
		readonly blockId: string;
		readonly actionId: string;
		readonly value: Given;
		readonly files: readonly KeptFile[];
	},
): ShownValues {
	const {blockId, actionId, value} = given;
	const placed = elementsOf({blocks}).find((each) => each.blockId === blockId && each.actionId === actionId);
	if (placed === undefined) throw new Error(`There is no element ${blockId} ${actionId}.`);
	// A button and an overflow menu hold nothing.
	if (initialState(placed.element) === undefined) return values;
	return withState(values, blockId, actionId, stateOf(placed.element, value, given.files));
}

function stateOf(element: JsonObject, value: Given, files: readonly KeptFile[]): JsonObject {
	switch (element['type']) {
		case 'file_input': {
			const ids = [value ?? []].flat();
			return {type: 'file_input', files: files.filter(({id}) => ids.includes(id))};
		}
		case 'rich_text_input':
			return {type: 'rich_text_input', rich_text_value: value === '' ? null : value};
		case 'external_select':
		case 'multi_external_select':
			return stateFrom({...element, options: suggestions}, value);
		default:
			return stateFrom(element, value);
	}
}

/** The blocks that have to be filled in and are not, each with Slack's sentence. */
export function missingIn(blocks: readonly JsonObject[], values: ShownValues): Readonly<Record<string, string>> {
	const missing = elementsOf({blocks}).filter(
		({block, blockId, actionId}) =>
			block['type'] === 'input' && block['optional'] !== true && isEmptyState(values[blockId]?.[actionId]),
	);
	return Object.fromEntries(missing.map(({blockId}) => [blockId, 'Please complete this required field.']));
}

function withState(values: ShownValues, blockId: string, actionId: string, state: JsonObject): ShownValues {
	return {...values, [blockId]: {...values[blockId], [actionId]: state}};
}
