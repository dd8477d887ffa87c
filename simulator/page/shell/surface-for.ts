import {isObject, objectField} from '../../json.ts';
import type {PageClient, ShownMessage, Spot, Suggested} from '../client.ts';
import type {Directory, Json, ShownValues, Surface} from '../surface.ts';

type Around = {readonly client: PageClient; readonly directory: Directory; readonly open: Surface['open']};

/** A message's blocks. */
export function messageSurface(around: Around, message: ShownMessage): Surface {
	const spot = {channel: message.channel.id, ts: message.ts};
	return {
		...common(around, spot),
		kind: 'message',
		id: `message-${message.ts.replace('.', '-')}`,
		values: message.values,
	};
}

/** The blocks of the App Home. */
export function homeSurface(around: Around, home: Json): Surface {
	return {...common(around, {home: true}), kind: 'home', id: 'home', values: valuesOf(home)};
}

/** A modal's blocks. `filled` hears of every block whose value the server took. */
export function modalSurface(
	around: Around,
	view: Json & {readonly id: string},
	more: {readonly errors: Surface['errors']; readonly filled: (blockId: string) => void},
): Surface {
	return {
		...common(around, {viewId: view.id}),
		kind: 'modal',
		id: `view-${view.id}`,
		values: valuesOf(view),
		errors: more.errors,
		async fill(blockId, actionId, value) {
			await around.client.fill(view.id, blockId, actionId, value);
			more.filled(blockId);
		},
	};
}

function common({client, directory, open}: Around, spot: Spot): Omit<Surface, 'kind' | 'id' | 'values'> {
	return {
		directory,
		errors: {},
		act: (blockId, actionId, value) => client.act({...spot, blockId, actionId}, value),
		fill: (blockId, actionId, value) => client.act({...spot, blockId, actionId}, value),
		upload: (file) => client.upload(file),
		suggest: async (blockId, actionId, query) => offered(await client.suggest({...spot, blockId, actionId}, query)),
		open,
	};
}

/** Options, or option groups where the app answered with those. */
function offered({options, optionGroups}: Suggested): readonly Json[] {
	return optionGroups !== undefined && optionGroups.length > 0 ? optionGroups : (options ?? []);
}

function valuesOf(view: Json): ShownValues {
	const values = objectField(objectField(view, 'state'), 'values') ?? {};
	return Object.fromEntries(
		Object.entries(values).map(([block, actions]) => [
			block,
			Object.fromEntries(
				Object.entries(isObject(actions) ? actions : {}).flatMap(([action, state]) =>
					isObject(state) ? [[action, state]] : [],
				),
			),
		]),
	);
}
