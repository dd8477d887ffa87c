import {isObject} from '../../json.ts';

/** The same blocks with nothing that takes the focus when it is drawn: many views stand on one page. */
export function withoutFocus(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutFocus);
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => name !== 'focus_on_load')
			.map(([name, field]) => [name, withoutFocus(field)]),
	);
}
