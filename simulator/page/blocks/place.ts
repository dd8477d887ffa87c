import type {Json, Surface} from '../surface.ts';
import {labelText, placeholderOf} from './label-text.ts';

/** Where an element stands. */
export type Place = {
	readonly surface: Surface;
	readonly blockId: string;
	/** In an input block: what is given fills the form; elsewhere it tells the app at once. */
	readonly input: boolean;
	/** In an input block with dispatch_action. */
	readonly dispatches: boolean;
	readonly optional: boolean;
	/** The visible label's text, or of a section what stands beside the element. */
	readonly label?: string;
	/** The DOM id of the control, where a <label> points at it. */
	readonly controlId: string;
	/** DOM ids of hint and error. */
	readonly describedBy?: string;
	readonly invalid: boolean;
};

/** What a control is called where no <label> points at it. */
export function nameOf(place: Place, element: Json): string {
	const said = element['accessibility_label'];
	if (typeof said === 'string' && said !== '') return said;
	const own = labelText(element['text']);
	return (place.label ?? '') || own || placeholderOf(element) || actionIdOf(element) || 'Unnamed';
}

/** The element's action_id; '' where it has none. */
export function actionIdOf(element: Json): string {
	const id = element['action_id'];
	return typeof id === 'string' ? id : '';
}

/** Attributes that every form control has. */
export function controlAttributes(place: Place, element: Json): Readonly<Record<string, string | boolean>> {
	return {
		id: place.controlId,
		'aria-label': nameOf(place, element),
		'aria-invalid': place.invalid,
		...(place.input && !place.optional ? {'aria-required': true} : {}),
		...(place.describedBy === undefined ? {} : {'aria-describedby': place.describedBy}),
	};
}
