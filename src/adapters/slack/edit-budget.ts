import {Failure} from '../../operations/ports/failure.ts';

/** DESIGN.md §7; chat.update is Tier 3: about 50 a minute for the whole workspace (docs.slack.dev/apis/web-api/rate-limits). */
const millisecondsPerMessage = 2000;
const editsPerMinute = 40;
const minute = 60_000;

export interface EditBudget {
	/** Takes one edit of this message, or throws Failure slack-rate-limited that says when to come again. */
	take(message: string): void;
}

/** Edits of this process: no message more often than every 2 s, and 40 a minute in all. */
export function createEditBudget(now: () => number = Date.now): EditBudget {
	const last = new Map<string, number>();
	let recent: readonly number[] = [];

	function take(message: string): void {
		const at = now();
		recent = recent.filter((taken) => taken > at - minute);
		for (const [key, taken] of last) if (taken <= at - millisecondsPerMessage) last.delete(key);
		const own = last.get(message);
		if (own !== undefined) refuse(own + millisecondsPerMessage - at, 'this message was edited just now');
		const oldest = recent[0];
		if (oldest !== undefined && recent.length >= editsPerMinute) {
			refuse(oldest + minute - at, `${editsPerMinute} edits were made in the last minute`);
		}
		last.set(message, at);
		recent = [...recent, at];
	}

	return {take};
}

function refuse(waitMs: number, because: string): never {
	const seconds = Math.max(1, Math.ceil(waitMs / 1000));
	throw new Failure('slack-rate-limited', `The edit waits ${seconds} s: ${because}.`, {retryInMs: seconds * 1000});
}
