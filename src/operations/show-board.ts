import type {RequestRecord} from './ports/record.ts';
import type {World} from './world.ts';

/** What a person looks at first: theirs before everybody's. */
export interface Board {
	/** What waits for this person, longest waiting first. */
	readonly waiting: readonly WaitingItem[];
	readonly running: readonly RequestRecord[];
	/** What this person asked for and is still open, apart from what waits for them or runs. */
	readonly asked: readonly RequestRecord[];
	/** Ended lately, newest first. */
	readonly recent: readonly RequestRecord[];
	readonly targets: readonly BoardTarget[];
}

/** What a person could do next about a request. */
export type WaitingFor = 'approve' | 'answer' | 'waive' | 'start' | 'new-script' | 'acknowledge' | 'decide';

export interface WaitingItem {
	readonly record: RequestRecord;
	readonly what: WaitingFor;
	/** Where the request's message stands; null while it is not posted. */
	readonly message: {readonly channel: string; readonly ts: string} | null;
}

export interface BoardTarget {
	readonly name: string;
	readonly after: string | null;
	/** Epoch milliseconds of the newest backup and the newest verified run; null where there is none. */
	readonly lastBackupAt: number | null;
	readonly lastVerified: {readonly number: number; readonly version: string; readonly at: number} | null;
	readonly open: number;
}

/** What waits for this person, what runs and what they asked for. */
export async function showBoard(_world: World, _person: string): Promise<Board> {
	return await Promise.resolve({waiting: [], running: [], asked: [], recent: [], targets: []});
}
