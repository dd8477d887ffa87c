import {objectField, objectsField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';

/** An element that a person can use, and where it stands. */
export type PlacedElement = {
	readonly blockId: string;
	readonly actionId: string;
	readonly block: JsonObject;
	readonly element: JsonObject;
};

/** Every interactive element of a message or view, from top to bottom. */
export function elementsOf(surface: unknown): readonly PlacedElement[] {
	return objectsField(surface, 'blocks').flatMap((block) =>
		elementsIn(block).flatMap((element) => {
			const blockId = textField(block, 'block_id');
			const actionId = textField(element, 'action_id');
			return blockId === undefined || actionId === undefined ? [] : [{blockId, actionId, block, element}];
		}),
	);
}

function elementsIn(block: JsonObject): readonly JsonObject[] {
	if (block['type'] === 'actions') return objectsField(block, 'elements');
	const single = objectField(block, 'accessory') ?? objectField(block, 'element');
	return single === undefined ? [] : [single];
}
