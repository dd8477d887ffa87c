import {judgeMember, type Person} from './person.ts';
import {type Refusal, refuse} from './refusal.ts';
import type {MigrationRequest} from './request.ts';
import type {Finding} from './review/finding.ts';
import type {Review} from './review/review.ts';

/** A named person lets the blockers of one rule pass, for one review, with a reason. */
export interface Waiver {
	readonly rule: string;
	readonly person: string;
	readonly reason: string;
	readonly reviewDigest: string;
}

/** Blockers that no waiver of this review covers. */
export function openBlockers(review: Review, digest: string, waivers: readonly Waiver[]): readonly Finding[] {
	const waived = new Set(waivers.filter((waiver) => waiver.reviewDigest === digest).map((waiver) => waiver.rule));
	return review.findings.filter(
		(finding) => finding.severity === 'blocker' && !(finding.waivable && waived.has(finding.rule)),
	);
}

/** Rules that have an open blocker which may be waived. */
export function waivableRules(review: Review, digest: string, waivers: readonly Waiver[]): readonly string[] {
	const open = openBlockers(review, digest, waivers).filter((finding) => finding.waivable);
	return [...new Set(open.map((finding) => finding.rule))];
}

export function judgeWaiver(
	person: Person,
	roles: Pick<MigrationRequest, 'author' | 'requester' | 'lastEditor'>,
	waivers: ReadonlySet<string>,
	waiver: {readonly rule: string; readonly reason: string},
	open: readonly string[],
): 'may' | Refusal {
	const member = judgeMember(person, 'waive a blocker');
	if (member !== 'may') return member;
	if (person.id === roles.author) {
		return refuse('is-author', 'You wrote this script: a blocker of it must be waived by somebody else.');
	}
	if (person.id === roles.lastEditor) {
		return refuse(
			'is-last-editor',
			'You sent the last version of this script: a blocker must be waived by somebody else.',
		);
	}
	if (person.id === roles.requester) {
		return refuse('is-requester', 'You requested this migration: a blocker must be waived by somebody else.');
	}
	if (!waivers.has(person.id)) {
		return refuse('not-a-waiver-giver', 'lockstep.yaml does not name you among those who may waive a blocker here.');
	}
	if (!open.includes(waiver.rule)) {
		return refuse(
			'not-waivable',
			`${waiver.rule} has no open blocker here that may be waived. Look at the message again.`,
		);
	}
	if (waiver.reason.trim() === '') {
		return refuse('reason-missing', 'Say why the blocker may pass: the reason is posted and kept in the audit.');
	}
	return 'may';
}
