import {moves, type RequestState} from './request.ts';

const dayMs = 86_400_000;

/** The runbook keeps a backup at least this many days. */
export const leastKeepDays = 7;

/** Until when a backup is kept; epoch milliseconds. */
export function keepUntil(finishedAt: number, keepDays: number): number {
	return finishedAt + Math.max(keepDays, leastKeepDays) * dayMs;
}

/** A backup that is there, as far as keeping it goes. Times are epoch milliseconds. */
export interface KeptBackup {
	/** Rises with every backup, whatever the clocks say. */
	readonly id: number;
	readonly target: string;
	readonly finishedAt: number;
	readonly keepUntil: number;
	/** States of the requests whose runs went with it. */
	readonly requests: readonly RequestState[];
	readonly held: boolean;
	/** What was wrong with it when it was last read back. */
	readonly trouble: string | null;
	/** When a look first found it past keeping; null before. */
	readonly pastSince: number | null;
}

export type Retention =
	| {readonly kind: 'keep'; readonly because: KeepingReason}
	/** Past keeping, and seen so for the first time: looked at again after `graceMs`. */
	| {readonly kind: 'condemn'}
	| {readonly kind: 'delete'};

/** Its days are not over, a person holds it, it is the target's last good one, a request may still need it. */
export type KeepingReason = 'days' | 'held' | 'last-good' | 'request';

/**
 * Between the look that finds a backup past keeping and the one that deletes it: a clock that jumps ahead, and is set
 * right within a day, deletes nothing.
 */
export const graceMs = dayMs;

/**
 * What becomes of a backup at this look.
 *
 * @param others Every backup of the target that is there, itself among them.
 * @param now Epoch milliseconds by the record's clock.
 */
export function judgeRetention(backup: KeptBackup, others: readonly KeptBackup[], now: number): Retention {
	const because = keptBecause(backup, others, now);
	if (because !== null) return {kind: 'keep', because};
	const {pastSince} = backup;
	return pastSince === null || now < pastSince + graceMs ? {kind: 'condemn'} : {kind: 'delete'};
}

/** Why a backup stays; null where nothing speaks for it any more. */
export function keptBecause(backup: KeptBackup, others: readonly KeptBackup[], now: number): KeepingReason | null {
	if (backup.held) return 'held';
	if (backup.requests.some((state) => !isOver(state))) return 'request';
	if (isLastGood(backup, others)) return 'last-good';
	// A clock that went back makes it younger than it is, never older.
	return now < backup.keepUntil ? 'days' : null;
}

function isLastGood(backup: KeptBackup, others: readonly KeptBackup[]): boolean {
	const good = others.filter(({target, trouble}) => target === backup.target && trouble === null);
	return backup.trouble === null && good.every(({id}) => id <= backup.id);
}

/** Nothing leads out of the state: no run of the request will come, and no restore for its failure. */
function isOver(state: RequestState): boolean {
	return Object.keys(moves[state]).length === 0;
}
