import type {MessageSlot} from './message.ts';
import type {RequestRecord} from './record.ts';

/** Where people read: Slack. Throws Failure slack-unreachable, slack-refused, slack-rate-limited. */
export interface Messenger {
	/** Posts or uploads; returns the message's ts. */
	post(slot: MessageSlot, record: RequestRecord): Promise<string>;
	edit(slot: MessageSlot & {readonly ts: string}, record: RequestRecord): Promise<void>;
	/** The ts of a message that a lost answer left in the dark, by its metadata; null when it never arrived. */
	find(slot: MessageSlot): Promise<string | null>;
}
