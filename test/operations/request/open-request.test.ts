import {randomUUID} from 'node:crypto';

import {describe, expect, it} from 'vitest';

import type {OpenRequest} from '../../../src/operations/request/open-request.ts';
import {openRequest} from '../../../src/operations/request/open-request.ts';
import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {efScript} from '../../support/ef-script.ts';
import {
	askFor,
	cast,
	expectDone,
	expectRefusal,
	harmless,
	numberIn,
	openLockstep,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();
const strict = await lockstep.production({policy: {...shop.target().policy, startAtOnceAllowed: false}});
const alone = await lockstep.production({
	people: {approvers: [cast.dana, cast.gus, cast.bot, cast.gone, cast.alien], waivers: [], leads: [], onCall: []},
});

async function requestsWritten(): Promise<number> {
	const [row] = await lockstep.query<{count: number}>('select count(*)::int as count from request');
	return row?.count ?? 0;
}

const foreignHistory = efScript({
	version: '10',
	historyTable: 'stock."__EFMigrationsHistory"',
	migrations: [{id: '20260101000000_A', statements: ['CREATE TABLE a ()']}],
});

describe('a request is refused before anything is written', () => {
	const refusals: readonly (readonly [string, Partial<OpenRequest>, RefusalCode, RegExp])[] = [
		['an unknown target, with the ones there are', {targets: ['shopp']}, 'target-unknown', /“shopp”.*shop-1, shop-2/],
		['an app that the target does not list, with those it does', {app: 'stock'}, 'app-unknown', /“stock”.*lists shop/],
		[
			'a history table that the target does not list for the app',
			{script: {name: 'a.sql', bytes: foreignHistory}},
			'history-table-unlisted',
			/stock\."__EFMigrationsHistory".*"__EFMigrationsHistory"/,
		],
		['an empty file', {script: {name: 'a.sql', bytes: Buffer.from('')}}, 'script-empty', /empty/],
		[
			'a script that is not EF Core’s',
			{script: {name: 'a.sql', bytes: Buffer.from('DROP TABLE customers;')}},
			'script-not-ef',
			/--idempotent/,
		],
		[
			'a start at once where the target does not allow it',
			{targets: [strict.name], start: {kind: 'at-once'}},
			'start-not-allowed',
			/Run now/,
		],
		['a request that nobody could approve', {targets: [alone.name]}, 'nobody-could-approve', /add an approver/],
		['a guest’s request', {requester: cast.gus}, 'person-guest', /Guests cannot request/],
		['a bot’s request', {requester: cast.bot}, 'person-bot', /Bots cannot/],
		['the request of somebody deactivated', {requester: cast.gone}, 'person-deactivated', /deactivated/],
		[
			'the request of somebody of another organisation',
			{requester: cast.alien},
			'person-stranger',
			/another organisation/,
		],
		[
			'the request of somebody whom Slack does not know',
			{requester: 'U0NOBODY'},
			'person-unknown',
			/Slack does not know/,
		],
	];

	it.each(refusals)('%s', async (_, more, code, sentence) => {
		const before = await requestsWritten();
		const refusal = expectRefusal(await openRequest(lockstep.world, askFor(shop, harmless, more)), code);
		expect(refusal.sentence).toMatch(sentence);
		expect(await requestsWritten()).toBe(before);
		expect(lockstep.queue.hints).toEqual([]);
	});

	it('when the only approver left is the author', async () => {
		lockstep.slack.removeApprover(cast.omar);
		const byPriya = askFor(shop, harmless, {author: cast.priya});
		expectRefusal(await openRequest(lockstep.world, byPriya), 'nobody-could-approve');
		expectDone(await openRequest(lockstep.world, askFor(shop, harmless)));
	});

	it('when Slack cannot be asked who could approve: a failure for the person to read, nothing written', async () => {
		const before = await requestsWritten();
		lockstep.slack.lookUpDown = true;
		await expect(openRequest(lockstep.world, askFor(shop, harmless))).rejects.toMatchObject({
			code: 'slack-unreachable',
		});
		expect(await requestsWritten()).toBe(before);
	});
});

describe('an opened request', () => {
	it('is written with its script, its first audit event and its messages, and a review is asked for', async () => {
		const answer = expectDone(await openRequest(lockstep.world, askFor(shop, harmless, {summary: 'Adds points'})));
		expect(answer.sentence).toMatch(/^MR-\d+ is open\. priya, omar could approve it\.$/);
		const number = numberIn(answer);
		const {request, pool, channel, runs, approvals} = await lockstep.load(number);
		expect(request).toMatchObject({
			state: 'submitted',
			target: shop.name,
			app: 'shop',
			version: '1.4.0',
			summary: 'Adds points',
			requester: cast.dana,
			author: cast.dana,
			lastEditor: cast.dana,
			start: {kind: 'by-hand'},
			startDueAt: null,
			review: null,
			scriptSha256: lockstep.world.hash(harmless),
			scriptBytes: harmless.byteLength,
		});
		expect({pool, channel, runs, approvals}).toEqual({
			pool: 'default',
			channel: 'C0DBMIGR001',
			runs: [],
			approvals: [],
		});
		expect(Buffer.from((await lockstep.record.script(request.scriptSha256)) ?? [])).toEqual(harmless);
		expect(await lockstep.events(number)).toEqual(['submitted']);
		expect(await lockstep.messages(number)).toEqual(['request', 'script']);
		expect(lockstep.queue.hints).toEqual([
			{kind: 'review', number, pool: 'default'},
			{kind: 'publish', number},
		]);
	});

	it('is one, however often and at once its submission is delivered', async () => {
		const before = await requestsWritten();
		const ask = askFor(shop, harmless, {submissionKey: randomUUID()});
		const answers = await Promise.all([openRequest(lockstep.world, ask), openRequest(lockstep.world, ask)]);
		const numbers = [...answers, await openRequest(lockstep.world, ask)].map(numberIn);
		expect(new Set(numbers).size).toBe(1);
		expect(await requestsWritten()).toBe(before + 1);
		expect(await lockstep.messages(numbers[0] ?? 0)).toEqual(['request', 'script']);
	});

	it('counts a requester who did not write the script where the policy lets requesters approve', async () => {
		const roles = {requester: cast.priya, author: cast.omar};
		const first = await openRequest(lockstep.world, askFor(shop, harmless, roles));
		expect(expectDone(first).sentence).toContain('dana could approve it.');
		const lenient = await lockstep.production({policy: {...shop.target().policy, requesterMayApprove: true}});
		const answer = expectDone(await openRequest(lockstep.world, askFor(lenient, harmless, roles)));
		expect(answer.sentence).toContain('dana, priya could approve it.');
		expect(await lockstep.request(numberIn(answer))).toMatchObject({requester: cast.priya, lastEditor: cast.omar});
	});

	it('names four of many who could approve', async () => {
		const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `U0${name.toUpperCase()}`);
		const people = await lockstep.world.people.members([cast.priya]);
		const crowd = {
			person: async (id: string) => await lockstep.world.people.person(id),
			members: () =>
				Promise.resolve(many.flatMap((id) => people.map((person) => ({...person, id, name: id.slice(2)})))),
		};
		const world = lockstep.worker('bot', {people: crowd});
		expect(expectDone(await openRequest(world, askFor(shop, harmless))).sentence).toContain(
			'A, B, C, D and 2 more could approve it.',
		);
	});

	it('is not lost when the queue is down, and says so', async () => {
		lockstep.queue.down = true;
		const answer = expectDone(await openRequest(lockstep.world, askFor(shop, harmless)));
		expect(answer.sentence).toContain('nothing is lost, the review starts as soon as it is back');
		const due = await lockstep.record.due();
		expect(due.reviews.map(({number}) => number)).toContain(numberIn(answer));
	});
});
