import type {World} from '../world.ts';

/** The bytes of a request's script under its name, to be sent once more; null where there is no such request. */
export async function scriptOfRequest(
	world: Pick<World, 'record'>,
	number: number,
): Promise<{readonly name: string; readonly bytes: Uint8Array} | null> {
	const record = await world.record.load(number);
	if (record === null) return null;
	const bytes = await world.record.script(record.request.scriptSha256);
	return bytes === null ? null : {name: record.request.scriptName, bytes};
}
