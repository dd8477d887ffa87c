import {elementsOf} from '../state/elements.ts';
import type {PlacedElement} from '../state/elements.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import type {Channel, Message, OpenView} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

/** Where a person acts: on a message, or in a view, which is a modal or the app's Home tab. */
export type Surface = {readonly channel: Channel; readonly message: Message} | {readonly view: OpenView};

/** Names one element of a surface. */
type Place = {readonly surface: Surface; readonly blockId: string; readonly actionId: string};

/** The blocks of the surface. */
export function blocksOf(surface: Surface): {readonly blocks: unknown} {
	return {blocks: 'view' in surface ? surface.view.payload['blocks'] : surface.message.blocks};
}

/** The element that stands there; throws ImpossibleInput. */
export function placedElement({surface, blockId, actionId}: Place): PlacedElement {
	const placed = elementsOf(blocksOf(surface)).find((each) => each.blockId === blockId && each.actionId === actionId);
	if (placed === undefined) throw new ImpossibleInput(`There is no ${actionId} in ${blockId}.`);
	return placed;
}

/** Under which key `slack.offers` keeps what this element offered to this person. */
export function offersKey({person, surface, blockId, actionId}: Place & {readonly person: PersonRecord}): string {
	const where = 'view' in surface ? surface.view.id : `${surface.channel.id} ${surface.message.ts}`;
	return JSON.stringify([person.id, where, blockId, actionId]);
}
