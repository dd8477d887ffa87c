import type {JsonObject} from '../json.ts';
import {isObject} from '../json.ts';
import type {Slack} from './slack.ts';

/** Blocks with an id each, and an action id for each interactive element, as Slack adds them. */
export function namedBlocks(slack: Slack, blocks: readonly JsonObject[]): readonly JsonObject[] {
	return blocks.map((block) => {
		const named: Record<string, unknown> = {...block, block_id: block['block_id'] ?? shortId(slack)};
		for (const field of ['element', 'accessory']) {
			if (isObject(block[field])) named[field] = namedElement(slack, block[field]);
		}
		if (block['type'] === 'actions' && Array.isArray(block['elements'])) {
			named['elements'] = block['elements'].map((each: unknown) => (isObject(each) ? namedElement(slack, each) : each));
		}
		return named;
	});
}

function namedElement(slack: Slack, element: JsonObject): JsonObject {
	if (element['type'] === 'image' || element['action_id'] !== undefined) return element;
	return {...element, action_id: shortId(slack)};
}

function shortId(slack: Slack): string {
	return slack.ids.next('b').slice(-5);
}
