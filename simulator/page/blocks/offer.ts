import {objectField, objectsField, textField} from '../../json.ts';
import type {Directory, Json} from '../surface.ts';
import {labelText} from './label-text.ts';

/** One line of a select's list. */
export type Offer = {
	/** What is given: an option's value or an id. */
	readonly value: string;
	readonly label: string;
	readonly more: string;
	/** The option whole, where it is one. */
	readonly option?: Json;
};

export type OfferGroup = {readonly label: string; readonly offers: readonly Offer[]};

/** Options, or option groups, as groups of offers. */
export function offersOf(options: readonly Json[], groups: readonly Json[]): readonly OfferGroup[] {
	if (groups.length === 0) return [{label: '', offers: options.map(offerOf)}];
	return groups.map((group) => ({
		label: labelText(objectField(group, 'label')),
		offers: objectsField(group, 'options').map(offerOf),
	}));
}

/** What an external select's app answered: options, or groups of them. */
export function suggestedOffers(suggested: readonly Json[]): readonly OfferGroup[] {
	const groups = suggested.filter((each) => Array.isArray(each['options']));
	const options = suggested.filter((each) => !Array.isArray(each['options']));
	return [...(options.length > 0 ? offersOf(options, []) : []), ...(groups.length > 0 ? offersOf([], groups) : [])];
}

/** An option as a line of a list. */
export function offerOf(option: Json): Offer {
	return {
		value: textField(option, 'value') ?? '',
		label: labelText(option['text']),
		more: labelText(option['description']),
		option,
	};
}

/** The people, channels or conversations that an element of this type offers. */
export function directoryOffers(element: Json, directory: Directory): readonly OfferGroup[] {
	const type = (textField(element, 'type') ?? '').replace(/^multi_/, '');
	const people = directory.people
		.filter((each) => !each.deactivated)
		.map((each) => ({value: each.id, label: `@${each.name}`, more: each.realName}));
	if (type === 'users_select') return [{label: '', offers: people}];
	const included = type === 'channels_select' ? ['public'] : includedKinds(element);
	const offers = directory.channels
		.filter((each) => included.includes(each.kind))
		.map((each) => ({
			value: each.id,
			label: each.kind === 'public' || each.kind === 'private' ? `#${each.name}` : each.name,
			more: each.kind === 'public' ? '' : each.kind,
		}));
	return [{label: '', offers}];
}

/** Groups in which only what fits the typed words is left. */
export function filtered(groups: readonly OfferGroup[], query: string): readonly OfferGroup[] {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const fits = ({label, more}: Offer): boolean => {
		const text = `${label} ${more}`.toLowerCase();
		return words.every((word) => text.includes(word));
	};
	return groups
		.map((group) => ({...group, offers: group.offers.filter(fits)}))
		.filter((group) => group.offers.length > 0);
}

/** Slack's names for kinds of conversations, in ours ("Filter object for conversation lists"). */
function includedKinds(element: Json): readonly string[] {
	const kinds: Readonly<Record<string, string>> = {im: 'direct', mpim: 'group', private: 'private', public: 'public'};
	const include = objectField(element, 'filter')?.['include'];
	if (!Array.isArray(include)) return Object.values(kinds);
	return include.flatMap((each) => kinds[String(each)] ?? []);
}
