import {reliedUpon} from '../../../domain/review/review.ts';
import type {RequestRecord, RunGround} from '../../ports/record.ts';
import type {ApplyExpectations} from '../../ports/targets.ts';
import {reviewTarget, type TargetReview} from '../../review/review-target.ts';
import {cancelledInTime, loadOwn, type RunContext, type RunEnd} from '../run-context.ts';
import {groundOfRehearsal, judgeBase} from './compare-base.ts';
import {judgeLiveApproval} from './live-approval.ts';
import {tooBusy} from './preflight.ts';

const busyRetryMs = 60_000;

/** Everything that people approved is still so. */
export interface Decided extends TargetReview {
	/** How the target stood at that moment: what verification compares with. */
	readonly standing: RunGround;
}

/** Directly before apply: is everything that people approved still so? Then what the fence must find once more. */
export async function decideAgain(run: RunContext): Promise<Decided | RunEnd> {
	const record = await loadOwn(run);
	// The heartbeat may not have heard of it yet, above all a successor's first one.
	const cancelledBy = record.runs.find(({id}) => id === run.claim.run)?.cancelAskedBy ?? null;
	if (cancelledBy !== null) return cancelledInTime(cancelledBy);
	const approval = await judgeLiveApproval(run, record);
	if (approval !== 'live') return approval;
	if (run.target.backup.required && !record.backups.some((backup) => backup.run === run.claim.run)) {
		return {kind: 'held', reason: 'No backup of this run is in the record.', retryInMs: busyRetryMs};
	}
	const reviewed = await reviewTarget(run.world, record, run.target, run.database, null);
	const busy = tooBusy(run, reviewed.state);
	if (busy !== null) return {kind: 'held', reason: busy, retryInMs: busyRetryMs};
	if (reviewed.digest !== record.request.reviewDigest) {
		return {
			kind: 'moved',
			reason: `${run.target.name} has changed since the review: pending migrations or findings are others now.`,
		};
	}
	return await withStanding(run, record, reviewed);
}

/** Read last: what changes from now on is found by verification. */
async function withStanding(run: RunContext, record: RequestRecord, reviewed: TargetReview): Promise<Decided | RunEnd> {
	const rehearsed = await groundOfRehearsal(run, record);
	const objects = await run.database.objects();
	const moved = rehearsed === null ? null : judgeBase(run, rehearsed, objects);
	if (moved !== null) return moved;
	return {...reviewed, standing: {run: run.claim.run, objects, rehearsed, history: reviewed.historyRows}};
}

/** What the applying session itself asserts before the first byte of the script. */
export function expectationsOf({identity, history, appliedIds, review}: TargetReview): ApplyExpectations {
	return {identity, history, appliedIds, ...reliedUpon(review)};
}
