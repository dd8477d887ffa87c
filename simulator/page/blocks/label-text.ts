import {objectField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {withEmoji} from './emoji.ts';

/** What a text object says, with the characters of its emoji; '' where there is none. */
export function labelText(text: unknown): string {
	const content = textField(text, 'text') ?? '';
	if (typeof text === 'object' && text !== null && (text as Json)['emoji'] === false) return content;
	return withEmoji(content)
		.map((each) => (each.kind === 'emoji' ? each.character : each.kind === 'text' ? each.text : ''))
		.join('');
}

/** The placeholder of a menu or an input. */
export function placeholderOf(element: Json): string | undefined {
	const text = labelText(objectField(element, 'placeholder'));
	return text === '' ? undefined : text;
}
