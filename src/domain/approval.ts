import {judgeMember, type Person} from './person.ts';
import {type Refusal, refuse} from './refusal.ts';
import {type Answer, answerableItemIds, type ChecklistItemId, itemWords, unansweredItems} from './checklist.ts';
import type {MigrationRequest} from './request.ts';
import type {Review} from './review/review.ts';
import type {TargetPolicy} from './target.ts';
import {openBlockers, type Waiver} from './waiver.ts';

export interface Approval {
	readonly person: string;
	readonly reviewDigest: string;
	/** Items with a finding that the approver confirmed one by one. */
	readonly confirmedItems: readonly ChecklistItemId[];
	/** Epoch milliseconds. */
	readonly at: number;
	/** Why it no longer counts, or null. */
	readonly voidedBecause: string | null;
}

export interface ApproverPolicy {
	readonly requesterMayApprove: boolean;
	/** Ids of the people whom the configuration names as approvers, looked up just now. */
	readonly approvers: ReadonlySet<string>;
}

type Roles = Pick<MigrationRequest, 'author' | 'lastEditor' | 'requester'>;

/** Whether this person may approve this request at all. */
export function judgeApprover(person: Person, roles: Roles, policy: ApproverPolicy): 'may' | Refusal {
	const member = judgeMember(person, 'approve');
	if (member !== 'may') return member;
	const role = judgeRoles(person.id, roles, policy);
	if (role !== 'may') return role;
	if (!policy.approvers.has(person.id)) {
		return refuse('not-an-approver', 'You are not among this target’s approvers; lockstep.yaml holds the list.');
	}
	return 'may';
}

/** What this person has done on the request already may keep them from approving it, approver or not. */
export function judgeRoles(
	person: string,
	roles: Roles,
	policy: Pick<ApproverPolicy, 'requesterMayApprove'>,
): 'may' | Refusal {
	if (person === roles.author) {
		return refuse(
			'is-author',
			'You wrote this script. The runbook asks for an engineer other than the author: ask another approver.',
		);
	}
	if (person === roles.lastEditor) {
		return refuse('is-last-editor', 'You sent the last version of this script, so another approver must look at it.');
	}
	if (person === roles.requester && !policy.requesterMayApprove) {
		return refuse(
			'is-requester',
			'You requested this migration, and the target’s policy asks for somebody else’s approval.',
		);
	}
	return 'may';
}

/** Approvals that count for this review. */
export function liveApprovals(approvals: readonly Approval[], digest: string): readonly Approval[] {
	return approvals.filter((approval) => approval.voidedBecause === null && approval.reviewDigest === digest);
}

/**
 * Two different people where a finding is destructive, a waiver was given or migrations are taken back; else as many as
 * the target's policy asks for.
 */
export function approvalsNeeded(
	review: Review,
	digest: string,
	waivers: readonly Waiver[],
	policy: Pick<TargetPolicy, 'approvals'>,
): 1 | 2 {
	const waived = waivers.some(({reviewDigest}) => reviewDigest === digest);
	return review.destructive || review.direction === 'down' || waived ? 2 : policy.approvals;
}

/** Doubtful items: the approver confirms each. A notice leaves its item clean, or every default of 0 would cost a click. */
export function itemsToConfirm(review: Review): readonly ChecklistItemId[] {
	return answerableItemIds.filter((item) =>
		review.findings.some((finding) => finding.item === item && finding.severity !== 'notice'),
	);
}

/** What must be so on the request before anyone's approval counts. */
export function judgeApprovable(
	review: Review,
	digest: string,
	answers: readonly Answer[],
	waivers: readonly Waiver[],
): 'ready' | Refusal {
	const unanswered = unansweredItems(answers, digest);
	if (unanswered.length > 0) {
		const names = unanswered.map((item) => `“${itemWords[item]}”`).join(', ');
		return refuse(
			'checklist-incomplete',
			`The checklist is not complete yet. Unanswered: ${names}. Answer them on the message first.`,
		);
	}
	const blockers = openBlockers(review, digest, waivers);
	if (blockers.length > 0) {
		const rules = [...new Set(blockers.map((finding) => finding.rule))].join(', ');
		return refuse('blocked', `Blocked by ${rules}. The script must change, or what may be waived is waived.`);
	}
	return 'ready';
}

export function judgeConfirmations(review: Review, confirmed: readonly ChecklistItemId[]): 'fine' | Refusal {
	const missing = itemsToConfirm(review).filter((item) => !confirmed.includes(item));
	if (missing.length === 0) return 'fine';
	return refuse(
		'finding-unconfirmed',
		`Confirm each item that has a finding: ${missing.map((item) => `“${itemWords[item]}”`).join(', ')}.`,
	);
}

/** The people among these who could approve; nobody left is told at submission. */
export function couldApprove(people: readonly Person[], roles: Roles, policy: ApproverPolicy): readonly Person[] {
	return people.filter((person) => judgeApprover(person, roles, policy) === 'may');
}

/**
 * The text whose hash is the review digest: what an approver approves. Order is fixed, so equal reviews have equal
 * digests. Notices are told, not approved: they come and go with what other teams do in the same database.
 */
export function digestText(parts: {
	readonly scriptSha256: string;
	readonly target: string;
	readonly targetIdentity: string;
	readonly start: string;
	readonly review: Review;
	/** What the rehearsal changed, as a hash, or that there is none yet; null where the target asks for none. */
	readonly rehearsed: string | null;
}): string {
	const {review} = parts;
	return JSON.stringify([
		'review-digest-2',
		parts.scriptSha256,
		parts.target,
		parts.targetIdentity,
		parts.start,
		review.pending,
		review.findings
			.filter(({severity}) => severity !== 'notice')
			.map(({rule, severity, migration, place, furtherPlaces}) => [
				rule,
				severity,
				migration,
				place.line,
				place.column,
				furtherPlaces.map((further) => [further.place.line, further.place.column]),
			]),
		...(parts.rehearsed === null ? [] : [parts.rehearsed]),
	]);
}
