import type {JsonObject} from '../json.ts';
import {objectsField} from '../json.ts';
import {ImpossibleInput, stateFrom} from '../state/element-state.ts';
import type {GivenValue} from '../state/element-state.ts';
import type {PlacedElement} from '../state/elements.ts';
import {fileOnTheWire} from '../state/files.ts';
import type {Slack, Values} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';
import {offersKey} from './placed.ts';
import type {Surface} from './placed.ts';

/** A value that a person gives an element. */
export type PutIn = {
	readonly person: PersonRecord;
	readonly surface: Surface;
	readonly placed: PlacedElement;
	readonly value: GivenValue;
	/** What the person has put in there so far. */
	readonly values: Values;
};

/** The element's state once it holds the value. Throws ImpossibleInput where nobody could put that in. */
export function stateOnceGiven(slack: Slack, given: PutIn): JsonObject {
	const {element} = given.placed;
	switch (element['type']) {
		case 'file_input':
			return fileState(slack, given);
		case 'rich_text_input':
			return {type: 'rich_text_input', rich_text_value: richText(given.value)};
		case 'external_select':
		case 'multi_external_select':
			return stateFrom({...element, options: offered(slack, given)}, given.value);
		default:
			return stateFrom(element, given.value);
	}
}

/** What can be chosen in an external select: what the app offered, and what is chosen already. */
function offered(slack: Slack, {person, surface, placed, values}: PutIn): readonly JsonObject[] {
	const {blockId, actionId, element} = placed;
	const state = values[blockId]?.[actionId] ?? {};
	const offers = slack.offers.get(offersKey({person, surface, blockId, actionId}));
	return [
		...(offers?.values() ?? []),
		...objectsField({one: [state['selected_option'], element['initial_option']]}, 'one'),
		...objectsField(state, 'selected_options'),
		...objectsField(element, 'initial_options'),
	];
}

function fileState(slack: Slack, {person, placed: {element}, value}: PutIn): JsonObject {
	const ids = value === null ? [] : [value].flat().map(String);
	const files = ids.map((id) => {
		const file = slack.files.get(id);
		if (file === undefined || file.owner !== person.id) {
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
