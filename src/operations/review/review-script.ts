import {approvalsNeeded, judgeApprovable, liveApprovals} from '../../domain/approval.ts';
import {nextReminder} from '../../domain/approver-call.ts';
import {carriedAnswers} from '../../domain/carried-answers.ts';
import type {RecordedRehearsal} from '../../domain/recorded-rehearsal.ts';
import {isRefusal} from '../../domain/refusal.ts';
import {move, type RequestEvent} from '../../domain/request.ts';
import type {Target} from '../../domain/target.ts';
import {lookAtWritten} from '../backups/written-since.ts';
import {announce} from '../decide.ts';
import {requestNames} from './notice-moved.ts';
import type {WrittenSince} from '../ports/backup-records.ts';
import {Failure} from '../ports/failure.ts';
import type {NewMessage, RequestRecord, Write} from '../ports/record.ts';
import {lastUnverified} from '../run/recover-run.ts';
import {rehearseScript} from './rehearse-script.ts';
import {keepReviewLease, type ReviewLease, reviewLeaseMs} from './review-lease.ts';
import {reviewTarget, type TargetReview} from './review-target.ts';
import type {WorkerWorld} from '../run/run-context.ts';
import {findTarget} from '../target-people.ts';
import type {World} from '../world.ts';

const retryMs = 15_000;
const bugRetryMs = 600_000;
/** More findings than this have no room in the messages: they come as a file, too. */
const findingsInMessages = 6;

/** Reviews a submitted request against its target. Called as often as anybody likes: it does what the record asks for. */
export async function reviewRequest(world: WorkerWorld, number: number): Promise<void> {
	const record = await world.record.load(number);
	if (record === null || !isDue(record, world.clock.now())) return;
	const target = findTarget(world, record.request.target);
	if (isRefusal(target)) return;
	const claimed = await commit(world, record, 'review-started', [{kind: 'review-claim', leaseMs: reviewLeaseMs}]);
	if (!claimed) return;
	const claim = await world.record.load(number);
	if (claim === null) return;
	const lease = keepReviewLease(world, claim);
	try {
		await concludeReview(world, claim, target, lease);
	} catch (error) {
		await lease.stop();
		const known = error instanceof Failure;
		const stopped = known && error.code === 'cancelled';
		const reason = known ? error.message : 'Lockstep itself failed to review this; its log says more.';
		const hold = {reason, until: world.clock.now() + (stopped ? 0 : known ? retryMs : bugRetryMs)};
		await commitClaimed(world, {claim, lease}, 'review-postponed', [{kind: 'request', set: {hold}}]);
		if (!known) throw error;
	} finally {
		await lease.stop();
	}
}

async function concludeReview(
	world: WorkerWorld,
	claim: RequestRecord,
	target: Target,
	lease: ReviewLease,
): Promise<void> {
	// Before the look at the target: a run that ends from now on may have changed what this review finds.
	const lookedAt = world.clock.now();
	const reviewed = await reviewTarget(
		world,
		claim,
		target,
		world.targets.open(target.name),
		async (review, history) => await rehearseScript(world, claim, target, {review, history, signal: lease.signal}),
	);
	const appliers = await appliersOf(world, claim, reviewed);
	const unverified = await world.record.unverifiedOn(target.name, reviewed.review.historyTable, claim.request.number);
	const writtenSince = await lookAtWritten(world, claim.request.number, target, reviewed.identity);
	await lease.stop();
	const [event, writes] = conclude(claim, target, reviewed, {lookedAt, appliers, unverified, writtenSince});
	await commitClaimed(world, {claim, lease}, event, writes);
}

function isDue({request, reviewLeaseUntil}: RequestRecord, now: number): boolean {
	if (request.state === 'submitted') return request.hold === null || request.hold.until <= now;
	return request.state === 'reviewing' && (reviewLeaseUntil === null || reviewLeaseUntil <= now);
}

async function commit(
	world: World,
	record: RequestRecord,
	event: RequestEvent,
	writes: readonly Write[],
): Promise<boolean> {
	const {number, revision, state} = record.request;
	const next = move(number, state, event);
	if (isRefusal(next)) return false;
	const committed = await world.record.commit({
		number,
		revision,
		claim: null,
		event: {kind: event, actor: 'lockstep', at: world.clock.now(), detail: {}},
		writes: [{kind: 'request', set: {state: next}}, ...writes],
	});
	if (committed.kind !== 'committed') return false;
	// What was to start before the target moved goes on.
	await announce(world, number, event === 'approved' ? [{kind: 'run', number, pool: record.pool}] : []);
	return true;
}

/** A change of the stage before raises the revision meanwhile: what was found counts while the claim is this worker's. */
async function commitClaimed(
	world: World,
	own: {readonly claim: RequestRecord; readonly lease: ReviewLease},
	event: RequestEvent,
	writes: readonly Write[],
): Promise<void> {
	let record: RequestRecord | null = own.claim;
	while (record !== null && !(await commit(world, record, event, writes))) record = await stillClaimed(world, own);
}

async function stillClaimed(
	world: World,
	{claim, lease}: {readonly claim: RequestRecord; readonly lease: ReviewLease},
): Promise<RequestRecord | null> {
	const record = await world.record.load(claim.request.number);
	if (record === null || !lease.holds(record)) return null;
	return record.request.scriptSha256 === claim.request.scriptSha256 ? record : null;
}

/** Whose runs applied what was pending when the script was reviewed last, else all of it; null where not all is known. */
async function appliersOf(
	world: World,
	{request}: RequestRecord,
	{review}: TargetReview,
): Promise<readonly number[] | null> {
	if (review.pending.length > 0) return null;
	const ids = request.review?.pending ?? review.alreadyApplied;
	const byId = await world.record.appliedBy(request.target, review.historyTable, ids);
	if (ids.length === 0 || ids.some((id) => !byId.has(id))) return null;
	return [...new Set(byId.values())].toSorted((a, b) => a - b);
}

interface Circumstances {
	/** When the target was looked at, epoch milliseconds. */
	readonly lookedAt: number;
	/** Other requests that applied what this one wanted, where the record knows them all. */
	readonly appliers: readonly number[] | null;
	/** Another request that was applied to this history and not verified. */
	readonly unverified: number | null;
	/** What a restore of the target's shared backup would lose. */
	readonly writtenSince: WrittenSince | null;
}

/** What the review makes of the request. */
function conclude(
	record: RequestRecord,
	target: Target,
	reviewed: TargetReview,
	{lookedAt: now, appliers, unverified, writtenSince}: Circumstances,
): [RequestEvent, readonly Write[]] {
	const {review, digest, state, identity, rehearsal, rehearsalGround} = reviewed;
	if (state.inRecovery) {
		const reason = `${target.name} is a replica (in recovery) right now: Lockstep reviews and migrates only the primary. Point the target at it in lockstep.yaml.`;
		return ['review-postponed', [{kind: 'request', set: {hold: {reason, until: now + retryMs}}}]];
	}
	const reviewedNow = {
		review,
		reviewDigest: digest,
		reviewedAt: now,
		remindAt: null,
		targetIdentity: identity,
		rehearsal,
		rehearsalGround,
		writtenSince,
		hold: null,
	} as const;
	const nothingLeft = review.pending.length === 0 && lastUnverified(record) === undefined;
	if (nothingLeft && review.direction === 'up' && unverified !== null) {
		const reason = `Nothing is left to apply, but MR-${unverified} was applied to ${target.name} and its verification failed. This request goes on once MR-${unverified} is verified or a lead has closed it.`;
		return ['review-postponed', [{kind: 'request', set: {hold: {reason, until: now + retryMs}}}]];
	}
	// What a run left unverified is verified by a run: its applying is not what was doubted.
	if (nothingLeft) return nothingPending(target, reviewed, reviewedNow, appliers);
	if (isStillApproved(record, target, reviewed)) return ['approved', [{kind: 'request', set: reviewedNow}]];
	return [
		'review-finished',
		[
			{
				kind: 'request',
				set: {
					...reviewedNow,
					startDueAt: null,
					approvedAt: null,
					remindAt: nextReminder(target.policy, record.calls, digest, now),
				},
			},
			...(isOvertaken(record, digest)
				? ([{kind: 'void-approvals', because: 'the review found something else than what was approved'}] as const)
				: []),
			...carriedAnswers(record.answers, review, digest).map((answer) => ({kind: 'answer', answer}) as const),
			// Said once per script: a review of the same bytes would only repeat it.
			...(record.request.review === null ? [{kind: 'message', message: whatTakesEffect(record)} as const] : []),
			...(hasNewDiff(record, reviewed) ? ([{kind: 'message', message: {kind: 'rehearsal'}}] as const) : []),
			...(review.findings.length > findingsInMessages && record.request.reviewDigest !== digest
				? ([{kind: 'message', message: {kind: 'findings'}}] as const)
				: []),
		],
	];
}

/** What takes effect; after new bytes, what they change of what was approved last, else of the script before. */
function whatTakesEffect({replaced}: RequestRecord): NewMessage {
	const before = replaced.findLast(({approved}) => approved) ?? replaced.at(-1);
	return before === undefined ? {kind: 'details'} : {kind: 'difference', payload: {before: before.scriptSha256}};
}

/** Told once per script, and again where the target has moved so that it changes something else. */
function hasNewDiff(record: RequestRecord, {rehearsal}: TargetReview): boolean {
	const now = diffOf(rehearsal);
	return now !== '' && now !== diffOf(record.rehearsal ?? null);
}

function diffOf(recorded: RecordedRehearsal | null): string {
	if (recorded === null || recorded.rehearsal.kind === 'impossible') return '';
	return recorded.rehearsal.schemaDiff;
}

function nothingPending(
	target: Target,
	{review}: TargetReview,
	reviewedNow: Extract<Write, {kind: 'request'}>['set'],
	appliers: readonly number[] | null,
): [RequestEvent, readonly Write[]] {
	if (review.direction === 'down') {
		const reason = `Nothing to revert: the history of ${target.name} has none of the migrations that this script takes back.`;
		return ['review-rejected', [{kind: 'request', set: {...reviewedNow, reason}}]];
	}
	const reason =
		appliers === null
			? `Nothing to apply: the history of ${target.name} holds every migration of this script already.`
			: `Nothing to apply: ${requestNames(appliers)} applied every migration of this script already; nothing is left to do.`;
	return ['verified', [{kind: 'request', set: {...reviewedNow, reason}}]];
}

/** Approvals were given, and for something else. The first of two approvals stands when the review finds the same again. */
function isOvertaken({approvals}: RequestRecord, digest: string): boolean {
	return approvals.some(({voidedBecause, reviewDigest}) => voidedBecause === null && reviewDigest !== digest);
}

/** The target moved, but pending set, findings and so the digest are what people approved: their approvals stand. */
function isStillApproved(record: RequestRecord, {policy}: Target, {review, digest}: TargetReview): boolean {
	const given = liveApprovals(record.approvals, digest).length;
	return (
		given >= approvalsNeeded(review, digest, record.waivers, policy) &&
		judgeApprovable(review, digest, record.answers, record.waivers) === 'ready'
	);
}
