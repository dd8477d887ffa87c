import {describe, expect, it} from 'vitest';

import type {Escalation} from '../../src/domain/escalation.ts';
import type {Person} from '../../src/domain/person.ts';
import type {MigrationRequest} from '../../src/domain/request.ts';
import {requestStates} from '../../src/domain/request.ts';
import {type OpenMatter, waitsSince, whatWaits, waitingKinds} from '../../src/domain/waiting.ts';
import {
	answered,
	dana,
	digest,
	finding,
	lena,
	noon,
	omar,
	priya,
	record,
	review,
} from '../adapters/slack/request-record.ts';

const sam = 'U0SAM000001';
const otto = 'U0OTTO00001';

function person(id: string, more: Partial<Person> = {}): Person {
	return {id, name: id, deactivated: false, bot: false, guest: false, stranger: false, ...more};
}

/** Dana asked for it and wrote it; Lena sent the script that stands. */
function matter(request: Partial<MigrationRequest>, more: Partial<OpenMatter> = {}): OpenMatter {
	return record({lastEditor: lena, ...request}, more);
}

const roles = {
	approvers: new Set([dana, priya, omar, lena]),
	waivers: new Set([omar, dana]),
	leads: new Set([lena]),
	onCall: new Set([sam]),
	requesterMayApprove: false,
};

const complete = {answers: answered()};
const blocked = review({findings: [finding({rule: 'index-not-concurrent', severity: 'blocker'})]});
const unwaivable = review({
	findings: [
		finding({rule: 'index-not-concurrent', severity: 'blocker'}),
		finding({rule: 'session-override', severity: 'blocker', waivable: false}),
	],
});
const approval = {person: priya, reviewDigest: digest, confirmedItems: [], at: noon, voidedBecause: null};
const waiver = {rule: 'index-not-concurrent', person: omar, reason: 'small', reviewDigest: digest};
const escalation: Escalation = {
	id: 1,
	openedAt: noon + 5000,
	sentence: 'It failed.',
	pings: 1,
	nextPingAt: noon,
	acknowledgedBy: null,
	acknowledgedAt: null,
};
const taken = {...escalation, acknowledgedBy: sam, acknowledgedAt: noon};
const earlier = (state: 'running' | 'verified'): OpenMatter['stages'] => {
	const scriptSha256 = record().request.scriptSha256;
	return [
		{number: 11, target: 'shop-staging', state, scriptSha256},
		{number: 12, target: 'shop-production', state: 'approved', scriptSha256},
	];
};

describe('what waits for a person', () => {
	it.each([
		['an open checklist, the requester', dana, matter({}), 'answer'],
		['an open checklist, the last editor', lena, matter({}), 'answer'],
		['an open checklist, an approver who could answer too', priya, matter({}), null],
		['a complete checklist, an approver', priya, matter({}, complete), 'approve'],
		['a complete checklist, the author', dana, matter({}, complete), null],
		['a complete checklist, the last editor', lena, matter({}, complete), null],
		['a complete checklist, somebody unnamed', otto, matter({}, complete), null],
		['approved already by this person', priya, matter({}, {...complete, approvals: [approval]}), null],
		['approved already by another', omar, matter({}, {...complete, approvals: [approval]}), 'approve'],
		[
			'an approval that was voided',
			priya,
			matter({}, {...complete, approvals: [{...approval, voidedBecause: 'new bytes'}]}),
			'approve',
		],
		['answers to an older review', priya, matter({reviewDigest: 'newer'}, complete), null],
		['a blocker, who may waive it', omar, matter({review: blocked}, complete), 'waive'],
		['a blocker under an open checklist, who may waive it', omar, matter({review: blocked}), 'waive'],
		['a blocker, a waiver who wrote the script', dana, matter({review: blocked}, complete), 'new-script'],
		['a blocker, an approver who may not waive', priya, matter({review: blocked}, complete), null],
		['a blocker under an open checklist, the requester', dana, matter({review: blocked}), 'answer'],
		['a blocker nobody may waive, the requester', dana, matter({review: unwaivable}), 'new-script'],
		['a blocker nobody may waive beside one that could', omar, matter({review: unwaivable}, complete), null],
		['a waived blocker', priya, matter({review: blocked}, {...complete, waivers: [waiver]}), 'approve'],
		['no review yet', dana, matter({review: null, reviewDigest: null}), null],
		['sent back, the author', dana, matter({state: 'changes-requested'}), 'new-script'],
		['sent back, an approver', priya, matter({state: 'changes-requested'}), null],
		['approved, the requester', dana, matter({state: 'approved'}), 'start'],
		['approved, the author', otto, matter({state: 'approved', author: otto}), 'start'],
		['approved, an approver', priya, matter({state: 'approved'}), null],
		['approved and due already', dana, matter({state: 'approved', startDueAt: noon}), null],
		[
			'approved, the stage before still runs',
			dana,
			matter({state: 'approved', follows: 11}, {stages: earlier('running')}),
			null,
		],
		[
			'approved, the stage before is verified',
			dana,
			matter({state: 'approved', follows: 11}, {stages: earlier('verified')}),
			'start',
		],
		['failed, on-call', sam, matter({state: 'failed'}, {escalations: [escalation]}), 'acknowledge'],
		['failed, the lead', lena, matter({state: 'failed'}, {escalations: [escalation]}), 'acknowledge'],
		['failed and acknowledged, on-call', sam, matter({state: 'failed'}, {escalations: [taken]}), null],
		['failed and acknowledged, the lead', lena, matter({state: 'failed'}, {escalations: [taken]}), 'decide'],
		['failed, the requester', dana, matter({state: 'failed'}, {escalations: [escalation]}), null],
	] as const)('%s', (_name, who, about, expected) => {
		expect(whatWaits(person(who), about, roles)).toBe(expected);
	});

	it('is an approval for the requester where the policy allows it and somebody else wrote the script', () => {
		const about = matter({author: otto, lastEditor: otto}, complete);
		expect(whatWaits(person(dana), about, roles)).toBeNull();
		expect(whatWaits(person(dana), about, {...roles, requesterMayApprove: true})).toBe('approve');
	});

	it.each(['guest', 'stranger', 'bot', 'deactivated'] as const)(
		'is nothing for a %s, whatever list they are on',
		(flag) => {
			for (const state of requestStates) {
				const about = matter({state}, {escalations: [escalation]});
				for (const who of [dana, lena, sam]) expect(whatWaits(person(who, {[flag]: true}), about, roles)).toBeNull();
			}
			expect(whatWaits(person(priya, {[flag]: true}), matter({}, complete), roles)).toBeNull();
		},
	);

	it('is nothing while Lockstep works or the request has ended', () => {
		for (const state of ['submitted', 'reviewing', 'running', 'verified', 'withdrawn', 'rejected', 'closed'] as const) {
			for (const who of [dana, priya, omar, lena, sam]) {
				expect(whatWaits(person(who), matter({state}, complete), roles)).toBeNull();
			}
		}
	});
});

it('has waited since the moment that made it wait', () => {
	const about = matter(
		{createdAt: noon, reviewedAt: noon + 1000, approvedAt: noon + 2000},
		{escalations: [{...taken, openedAt: noon + 3000}, escalation]},
	);
	expect(Object.fromEntries(waitingKinds.map((what) => [what, waitsSince(what, about) - noon]))).toEqual({
		acknowledge: 5000,
		decide: 5000,
		start: 2000,
		waive: 1000,
		approve: 1000,
		'new-script': 1000,
		answer: 1000,
	});
});
