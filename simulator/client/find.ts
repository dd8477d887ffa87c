import {objectField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import type {ReadMessage} from '../people/read.ts';
import {elementsOf} from '../state/elements.ts';
import type {PlacedElement} from '../state/elements.ts';

/** Names one element: by action id, by what a person reads on it, and more where that is not enough. */
export type Wanted = {
	readonly actionId?: string;
	/** A button's label, or an input's. */
	readonly text?: string;
	readonly blockId?: string;
	/** A button's value. */
	readonly value?: string;
};

/** The elements of a message or view that fit. */
export function findElements(surface: unknown, wanted: Wanted): readonly PlacedElement[] {
	return elementsOf(surface).filter(
		(each) =>
			(wanted.actionId === undefined || each.actionId === wanted.actionId) &&
			(wanted.blockId === undefined || each.blockId === wanted.blockId) &&
			(wanted.value === undefined || each.element['value'] === wanted.value) &&
			(wanted.text === undefined || sameWords(labelOf(each), wanted.text)),
	);
}

/** What a person reads on or beside the element. */
function labelOf({block, element}: PlacedElement): string {
	const text = objectField(element, 'text') ?? objectField(block, 'label') ?? objectField(block, 'text');
	return textField(text, 'text') ?? '';
}

/** The element of a view whose block id, action id or label this is. */
export function findInput(view: JsonObject, name: string): PlacedElement {
	const elements = elementsOf(view);
	const found =
		elements.find((each) => each.blockId === name) ??
		elements.find((each) => each.actionId === name) ??
		elements.find((each) => sameWords(labelOf(each), name));
	if (found !== undefined) return found;
	const known = elements.map((each) => `${each.blockId} (${labelOf(each)})`).join(', ');
	throw new Error(`The modal has no input ${name}; it has ${known}.`);
}

/** Messages and their threads, the newest first. */
export function newestFirst(messages: readonly ReadMessage[]): readonly ReadMessage[] {
	return messages
		.flatMap((each) => [each, ...each.replies])
		.toSorted((one, other) => Number(other.ts) - Number(one.ts));
}

function sameWords(one: string, other: string): boolean {
	return plain(one) === plain(other);
}

function plain(text: string): string {
	return text.trim().toLowerCase();
}
