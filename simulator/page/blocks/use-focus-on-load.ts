import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {Json} from '../surface.ts';
import type {Place} from './place.ts';

/** Gives the focus to the element that asks for it when its modal or home appears (Slack: focus_on_load). */
export function useFocusOnLoad<Element extends HTMLElement>(place: Place, element: Json): RefObject<Element | null> {
	const control = useRef<Element>(null);
	useEffect(() => {
		if (element['focus_on_load'] !== true || place.surface.kind === 'message') return;
		const first = control.current?.matches('fieldset') === true ? control.current.querySelector('input') : null;
		(first ?? control.current)?.focus();
	}, []);
	return control;
}
