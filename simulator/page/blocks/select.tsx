import type {ComponentChild} from 'preact';
import {objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {Combobox} from './combobox.tsx';
import {ElementFrame} from './element-frame.tsx';
import {chosenIn, chosenOptions, guessedState} from './element-view.ts';
import {directoryOffers, offerOf, offersOf} from './offer.ts';
import type {Offer, OfferGroup} from './offer.ts';
import {actionIdOf} from './place.ts';
import type {Place} from './place.ts';
import {useGiving} from './use-giving.tsx';
import {useSuggestions} from './use-suggestions.ts';

/** Every select menu: static, external, users, conversations, channels; one or many. */
export function Select({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const giving = useGiving(place, element);
	const type = textField(element, 'type') ?? '';
	const external = type.includes('external');
	const many = type.startsWith('multi_');
	const suggestions = useSuggestions(place.surface, place.blockId, element);
	const groups = external ? suggestions.groups : fixedOffers(type, element, place);
	const offered = groups.flatMap((each) => each.offers);
	const chosen = chosenIn(giving.state).map((value) => offerFor(value, offered, chosenOptions(giving.state)));

	const give = (offers: readonly Offer[]): void => {
		const values = offers.map((each) => each.value);
		const value = many ? values : (values[0] ?? null);
		const options = offers.flatMap(({option}) => (option === undefined ? [] : [option]));
		void giving.give(value, guessedState(element, value, external ? options : []));
	};
	const most = element['max_selected_items'];
	return (
		<ElementFrame giving={giving} wide={many}>
			<Combobox
				element={element}
				place={place}
				many={many}
				groups={groups}
				chosen={chosen}
				busy={giving.busy}
				most={many && typeof most === 'number' ? most : Infinity}
				give={give}
				note={external ? suggestions.note : undefined}
				onQuery={external ? suggestions.ask : undefined}
				key={actionIdOf(element)}
			/>
		</ElementFrame>
	);
}

function fixedOffers(type: string, element: Json, place: Place): readonly OfferGroup[] {
	if (type.includes('static')) {
		return offersOf(objectsField(element, 'options'), objectsField(element, 'option_groups'));
	}
	return directoryOffers(element, place.surface.directory);
}

function offerFor(value: string, offered: readonly Offer[], options: readonly Json[]): Offer {
	const option = options.find((each) => each['value'] === value);
	if (option !== undefined) return offerOf(option);
	return offered.find((each) => each.value === value) ?? {value, label: value, more: ''};
}
