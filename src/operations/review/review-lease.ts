import type {RequestRecord} from '../ports/record.ts';
import type {World} from '../world.ts';

/** A review that is silent for longer than this is taken for dead and done by another worker. */
export const reviewLeaseMs = 60_000;

/** A worker's claim on a review, extended while it goes on: a rehearsal may take minutes. */
export interface ReviewLease {
	/** Whether the review is still this worker's, as the request was loaded just now. */
	holds(record: RequestRecord): boolean;
	/** Aborts when the claim is lost or the worker is asked to stop. */
	readonly signal: AbortSignal;
	/** Nothing is extended any more once this has ended. */
	stop(): Promise<void>;
}

export function keepReviewLease(
	world: World & {readonly stopping: AbortSignal},
	{request, reviewLeaseUntil}: RequestRecord,
): ReviewLease {
	const lost = new AbortController();
	let until = reviewLeaseUntil;
	let renewing = Promise.resolve();
	const stop = world.clock.every(reviewLeaseMs / 3, () => {
		renewing = renewing.then(renew);
	});

	async function renew(): Promise<void> {
		if (until === null) return;
		try {
			until = await world.record.renewReview(request.number, until, reviewLeaseMs);
		} catch {
			// The record is away: the next renewal may reach it, and whoever takes the review over meanwhile ends this one.
			return;
		}
		if (until === null) lost.abort();
	}

	return {
		holds: (record) => record.request.state === 'reviewing' && until !== null && record.reviewLeaseUntil === until,
		signal: AbortSignal.any([lost.signal, world.stopping]),
		stop: async () => {
			stop();
			await renewing;
		},
	};
}
