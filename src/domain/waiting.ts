import {type Approval, judgeApprovable, judgeApprover, liveApprovals} from './approval.ts';
import {type Answer, unansweredItems} from './checklist.ts';
import {type Escalation, isOpen} from './escalation.ts';
import {judgeMember, type Person} from './person.ts';
import type {MigrationRequest} from './request.ts';
import {judgeLinkedStage, type Stage} from './stage.ts';
import {judgeWaiver, openBlockers, waivableRules, type Waiver} from './waiver.ts';

/** What a person could do next about a request, the most urgent first. */
export const waitingKinds = ['acknowledge', 'decide', 'start', 'waive', 'approve', 'new-script', 'answer'] as const;

export type WaitingFor = (typeof waitingKinds)[number];

/** Ids of the people whom the target's configuration names, looked up just now. */
export interface TargetRoles {
	readonly approvers: ReadonlySet<string>;
	readonly waivers: ReadonlySet<string>;
	readonly leads: ReadonlySet<string>;
	readonly onCall: ReadonlySet<string>;
	readonly requesterMayApprove: boolean;
}

/** What is known of a request. */
export interface OpenMatter {
	readonly request: MigrationRequest;
	readonly answers: readonly Answer[];
	readonly approvals: readonly Approval[];
	readonly waivers: readonly Waiver[];
	readonly escalations: readonly Escalation[];
	/** In their order, the request among them. */
	readonly stages: readonly Stage[];
}

/**
 * What waits for this person about this request: the most urgent thing, or null. A checklist waits for those who asked
 * for the migration or wrote it, although others may answer it as well.
 */
export function whatWaits(person: Person, matter: OpenMatter, roles: TargetRoles): WaitingFor | null {
	if (judgeMember(person, 'decide') !== 'may') return null;
	const {request} = matter;
	switch (request.state) {
		case 'failed':
			return whatFailed(person, matter, roles);
		case 'in-review':
			return whatIsReviewed(person, matter, roles);
		case 'changes-requested':
			return isOwn(person, request) ? 'new-script' : null;
		case 'approved':
			return mayStart(person, matter) ? 'start' : null;
		case 'submitted':
		case 'reviewing':
		case 'running':
		case 'verified':
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return null;
	}
}

/** Epoch milliseconds from which on it waits, as far as the record tells. */
export function waitsSince(what: WaitingFor, {request, escalations}: OpenMatter): number {
	switch (what) {
		case 'acknowledge':
			return escalations.find(isOpen)?.openedAt ?? request.createdAt;
		case 'decide':
			return escalations.at(-1)?.openedAt ?? request.createdAt;
		case 'start':
			return request.approvedAt ?? request.createdAt;
		case 'waive':
		case 'approve':
		case 'answer':
		case 'new-script':
			return request.reviewedAt ?? request.createdAt;
	}
}

/** The escalation that waits longest for somebody to acknowledge it. */
export function escalationToAcknowledge(escalations: readonly Escalation[]): Escalation | null {
	return escalations.find(isOpen) ?? null;
}

function whatFailed(person: Person, {escalations}: OpenMatter, roles: TargetRoles): WaitingFor | null {
	const lead = roles.leads.has(person.id);
	if (escalations.some(isOpen) && (lead || roles.onCall.has(person.id))) return 'acknowledge';
	return lead ? 'decide' : null;
}

function whatIsReviewed(person: Person, matter: OpenMatter, roles: TargetRoles): WaitingFor | null {
	const {request, answers, approvals, waivers} = matter;
	const {review, reviewDigest: digest} = request;
	if (review === null || digest === null) return null;
	const blockers = openBlockers(review, digest, waivers);
	// No answer and no waiver helps a script that must change.
	const mustChange = blockers.some(({waivable}) => !waivable);
	if (isOwn(person, request)) {
		if (mustChange) return 'new-script';
		if (unansweredItems(answers, digest).length > 0) return 'answer';
		if (blockers.length > 0) return 'new-script';
	}
	if (!mustChange && mayWaive(person, request, roles, waivableRules(review, digest, waivers))) return 'waive';
	const approved = liveApprovals(approvals, digest).some((approval) => approval.person === person.id);
	if (approved || judgeApprovable(review, digest, answers, waivers) !== 'ready') return null;
	return judgeApprover(person, request, roles) === 'may' ? 'approve' : null;
}

/** Judged as the waiver itself will be, whose reason is still to be given. */
function mayWaive(person: Person, request: MigrationRequest, roles: TargetRoles, rules: readonly string[]): boolean {
	const [rule] = rules;
	if (rule === undefined) return false;
	return judgeWaiver(person, request, roles.waivers, {rule, reason: 'to be given'}, rules) === 'may';
}

/** Nobody has asked for the start, no time brings it, and the stage before is through. */
function mayStart(person: Person, {request, stages}: OpenMatter): boolean {
	if (request.startDueAt !== null) return false;
	if (person.id !== request.requester && person.id !== request.author) return false;
	return judgeLinkedStage(request, stages) === 'ready';
}

/** Who asked for it, who wrote it, who sent the script that stands. */
function isOwn(person: Person, {requester, author, lastEditor}: MigrationRequest): boolean {
	return [requester, author, lastEditor].includes(person.id);
}
