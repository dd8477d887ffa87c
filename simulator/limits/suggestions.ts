import type {JsonObject} from '../json.ts';
import {list, object} from './check.ts';
import type {Problem} from './check.ts';
import {hasOptions, optionGroup, selectOption} from './composition.ts';

/** At most 100 options, or 100 groups of them; none is an answer, too (Slack: block_suggestion). */
const answer = object(
	{},
	{
		options: list(selectOption, {least: 0, most: 100}),
		option_groups: list(optionGroup, {least: 0, most: 100}),
	},
);

/** What Slack would refuse in the options that an app gives an external select. */
export function checkSuggestions(given: JsonObject): readonly Problem[] {
	return [...answer(given, ''), ...hasOptions(given, '')];
}
