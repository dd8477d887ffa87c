import {Failure} from './ports/failure.ts';
import type {MessageSlot} from './ports/message.ts';
import type {Messenger} from './ports/messenger.ts';
import type {Published, RequestRecord} from './ports/record.ts';
import type {World} from './world.ts';

/** Milliseconds until a message that Slack did not take is tried again. */
const retryMs = 5_000;
const refusedRetryMs = 60_000;

/** Posts what is unsent and edits what is outdated of one request; `report` hears what Slack refused. */
export async function publishMessages(
	world: Pick<World, 'record'> & {readonly messenger: Messenger},
	number: number,
	report: (error: Error) => void,
): Promise<void> {
	await world.record.publishMessages(number, async (slot) => {
		const record = await world.record.load(number);
		if (record === null) return {kind: 'later', inMs: refusedRetryMs, uncertain: false};
		try {
			const waitMs = slot.ts === null ? 0 : await world.record.takeEdit(slot.id);
			if (waitMs > 0) return {kind: 'later', inMs: waitMs, uncertain: false};
			return await publish(world.messenger, slot, record);
		} catch (error) {
			// A message that cannot be rendered must neither keep the others back nor be tried without a pause.
			report(error instanceof Error ? error : new Error(String(error)));
			return later(error, slot);
		}
	});
}

async function publish(messenger: Messenger, slot: MessageSlot, record: RequestRecord): Promise<Published> {
	const {revision} = record.request;
	if (slot.ts !== null) {
		await messenger.edit({...slot, ts: slot.ts}, record);
		return {kind: 'published', ts: slot.ts, revision};
	}
	if (slot.uncertain) {
		const found = await messenger.find(slot);
		// Nobody knows which revision the found post shows: revision 0 has a live message edited next.
		if (found !== null) return {kind: 'published', ts: found, revision: 0};
	}
	return {kind: 'published', ts: await messenger.post(slot, record), revision};
}

function later(error: unknown, slot: MessageSlot): Published {
	const {uncertain} = slot;
	// A bug came before Slack was asked, a refusal is an answer of Slack's: neither makes the post's fate uncertain.
	if (!(error instanceof Failure) || error.code === 'slack-refused') {
		return {kind: 'later', inMs: refusedRetryMs, uncertain};
	}
	if (error.code === 'slack-rate-limited') return {kind: 'later', inMs: error.retryInMs ?? retryMs, uncertain};
	return {kind: 'later', inMs: retryMs, uncertain: slot.ts === null};
}
