import {answerEntries} from './answer-entries.ts';
import {boardEntries} from './board-entries.ts';
import {commandEntries} from './command-entries.ts';
import type {ViewEntry} from './entry.ts';
import {modalEntries} from './modal-entries.ts';
import {requestEntries} from './request-entries.ts';
import {threadEntries} from './thread-entries.ts';

/** Every view that Lockstep can send, in every state that looks different, with short, long and hostile data. */
export function galleryEntries(): readonly ViewEntry[] {
	return [
		...requestEntries(),
		...threadEntries(),
		...boardEntries(),
		...commandEntries(),
		...modalEntries(),
		...answerEntries(),
	];
}
