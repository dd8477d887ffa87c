import {describe, expect, it} from 'vitest';

import {approvalsNeeded, couldApprove, judgeApprover, liveApprovals} from '../../src/domain/approval.ts';
import type {Person} from '../../src/domain/person.ts';
import {isRefusal} from '../../src/domain/refusal.ts';
import {judgeWaiver} from '../../src/domain/waiver.ts';

function person(id: string, more: Partial<Person> = {}): Person {
	return {id, name: id, deactivated: false, bot: false, guest: false, stranger: false, ...more};
}

const roles = {author: 'AUTHOR', lastEditor: 'EDITOR', requester: 'REQUESTER'};
const approvers = new Set(['PEER', 'AUTHOR', 'EDITOR', 'REQUESTER', 'GUEST', 'BOT', 'GONE', 'STRANGER']);

describe('who may approve', () => {
	it.each([
		['a peer', person('PEER'), false, 'may'],
		['the author', person('AUTHOR'), true, 'is-author'],
		['the last editor', person('EDITOR'), true, 'is-last-editor'],
		['the requester', person('REQUESTER'), false, 'is-requester'],
		['the requester, where the policy allows', person('REQUESTER'), true, 'may'],
		['somebody else', person('ELSE'), false, 'not-an-approver'],
		['a guest', person('GUEST', {guest: true}), false, 'person-guest'],
		['a bot', person('BOT', {bot: true}), false, 'person-bot'],
		['a deactivated person', person('GONE', {deactivated: true}), false, 'person-deactivated'],
		['a stranger', person('STRANGER', {stranger: true}), false, 'person-stranger'],
	] as const)('%s', (_name, who, requesterMayApprove, expected) => {
		const judged = judgeApprover(who, roles, {requesterMayApprove, approvers});
		expect(isRefusal(judged) ? judged.code : judged).toBe(expected);
	});

	it('counts those who are left', () => {
		const people = [person('PEER'), person('AUTHOR'), person('GUEST', {guest: true})];
		expect(couldApprove(people, roles, {requesterMayApprove: false, approvers}).map(({id}) => id)).toEqual(['PEER']);
	});
});

it('counts only approvals of this review that nobody voided', () => {
	const approval = {person: 'PEER', confirmedItems: [], at: 1};
	const approvals = [
		{...approval, reviewDigest: 'now', voidedBecause: null},
		{...approval, reviewDigest: 'before', voidedBecause: null},
		{...approval, reviewDigest: 'now', voidedBecause: 'new bytes'},
	];
	expect(liveApprovals(approvals, 'now')).toHaveLength(1);
});

describe('who may waive', () => {
	const waivers = new Set(['LEAD', 'AUTHOR', 'REQUESTER']);
	it.each([
		['a named person', person('LEAD'), 'index-not-concurrent', 'small enough', 'may'],
		['without a reason', person('LEAD'), 'index-not-concurrent', '  ', 'reason-missing'],
		['what cannot be waived', person('LEAD'), 'not-idempotent', 'because', 'not-waivable'],
		['the author', person('AUTHOR'), 'index-not-concurrent', 'because', 'is-author'],
		['the requester', person('REQUESTER'), 'index-not-concurrent', 'because', 'is-requester'],
		['somebody unnamed', person('PEER'), 'index-not-concurrent', 'because', 'not-a-waiver-giver'],
		['a guest', person('LEAD', {guest: true}), 'index-not-concurrent', 'because', 'person-guest'],
	] as const)('%s', (_name, who, rule, reason, expected) => {
		const judged = judgeWaiver(who, roles, waivers, {rule, reason}, ['index-not-concurrent']);
		expect(isRefusal(judged) ? judged.code : judged).toBe(expected);
	});
});

describe('how many approvals are needed', () => {
	const review = {
		direction: 'up',
		historyTable: '"__EFMigrationsHistory"',
		pending: ['A'],
		alreadyApplied: [],
		changes: [],
		findings: [],
		destructive: false,
		tables: [],
		largeTableRows: 1_000_000,
	} as const;
	const waiver = {rule: 'index-not-concurrent', person: 'LEAD', reason: 'small enough', reviewDigest: 'now'};
	it.each([
		['a clean review', review, [], 1],
		['a destructive finding', {...review, destructive: true}, [], 2],
		['migrations taken back', {...review, direction: 'down'}, [], 2],
		['a waiver of this review', review, [waiver], 2],
		['a waiver of an older review', review, [{...waiver, reviewDigest: 'before'}], 1],
	] as const)('%s', (_name, what, waivers, expected) => {
		expect(approvalsNeeded(what, 'now', waivers, {approvals: 1})).toBe(expected);
		expect(approvalsNeeded(what, 'now', waivers, {approvals: 2}), 'where the policy asks for two').toBe(2);
	});
});
