import type {JsonObject} from '../json.ts';
import {isObject, objectsField, textField} from '../json.ts';
import {checkSuggestions} from '../limits/suggestions.ts';
import type {Simulation} from '../simulation.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {changed} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';
import {offersKey, placedElement} from './placed.ts';
import type {Surface} from './placed.ts';
import {errorOf} from './outcome.ts';
import {interactionBase, placeFields} from './payload.ts';

/** What a person has typed into a menu whose options the app gives. */
export type Asking = {
	readonly person: PersonRecord;
	readonly surface: Surface;
	readonly blockId: string;
	readonly actionId: string;
	readonly query: string;
};

/** What the menu offers: options, or groups of them, one of the two. */
export type Suggestions = {
	readonly options: readonly JsonObject[];
	readonly optionGroups: readonly JsonObject[];
};

/**
 * A person types into an external select; the app is asked (Slack: block_suggestion) and its answer
 * is offered. Throws ImpossibleInput where there is no such menu, the query is shorter than the
 * menu asks for, or the app gave no answer that Slack would take.
 */
export async function suggest(simulation: Simulation, asking: Asking): Promise<Suggestions> {
	const {slack} = simulation;
	const {person, surface, blockId, actionId, query} = asking;
	const {element} = placedElement(asking);
	refuseWrongQuery(element, query);
	const acknowledgement = await simulation.deliver({
		type: 'interactive',
		payload: {
			...interactionBase(slack, person),
			type: 'block_suggestion',
			...placeFields(slack, surface),
			block_id: blockId,
			action_id: actionId,
			value: query,
		},
		takesAnswer: true,
	});
	if (acknowledgement.kind !== 'acknowledged') {
		throw new ImpossibleInput(`The options could not be loaded: ${errorOf(acknowledgement)}.`);
	}
	const answer = isObject(acknowledgement.body) ? acknowledgement.body : {};
	const problem = checkSuggestions(answer)[0];
	if (problem !== undefined) {
		throw new ImpossibleInput(`The options could not be loaded: ${problem.message} [${problem.pointer}].`);
	}
	const suggestions = {options: objectsField(answer, 'options'), optionGroups: objectsField(answer, 'option_groups')};
	const key = offersKey(asking);
	slack.offers.set(key, new Map([...(slack.offers.get(key) ?? []), ...byValue(suggestions)]));
	changed(slack);
	return suggestions;
}

/** Slack asks once three characters were typed, unless the menu says otherwise (min_query_length). */
function refuseWrongQuery(element: JsonObject, query: string): void {
	if (element['type'] !== 'external_select' && element['type'] !== 'multi_external_select') {
		throw new ImpossibleInput(`A ${textField(element, 'type') ?? ''} asks the app for nothing.`);
	}
	const least = typeof element['min_query_length'] === 'number' ? element['min_query_length'] : 3;
	if (query.length < least) throw new ImpossibleInput(`Type at least ${least} characters.`);
}

function byValue({options, optionGroups}: Suggestions): ReadonlyMap<string, JsonObject> {
	const all = [...options, ...optionGroups.flatMap((each) => objectsField(each, 'options'))];
	return new Map(all.map((each) => [String(each['value']), each]));
}
