import {describe, expect, it} from 'vitest';

import {agreeWithEvidence} from '../../src/operations/review/answer-checklist.ts';
import {Failure} from '../../src/operations/ports/failure.ts';
import type {MessageSlot} from '../../src/operations/ports/message.ts';
import {publishMessages} from '../../src/operations/publish-message.ts';
import {withdrawRequest} from '../../src/operations/request/withdraw-request.ts';
import {cast, expectDone, harmless, openLockstep} from '../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

async function publish(number: number): Promise<readonly string[]> {
	const heard: string[] = [];
	const world = {record: lockstep.record, messenger: lockstep.slack.messenger};
	await publishMessages(world, number, (error) => heard.push(error.message));
	return heard;
}

/** What waits for its next try, or for its turn behind another message, is published now. */
async function publishTheRest(number: number): Promise<void> {
	for (let round = 0; round < 3; round++) {
		await lockstep.query('update message set next_try_at = now() where request = $1', [number]);
		await lockstep.query('delete from edit');
		await publish(number);
	}
}

async function waitOf(number: number, kind: string): Promise<number> {
	const [row] = await lockstep.query<{seconds: number}>(
		'select extract(epoch from next_try_at - now())::float8 as seconds from message where request = $1 and kind = $2',
		[number, kind],
	);
	return row?.seconds ?? 0;
}

function posted(number: number): readonly string[] {
	return lockstep.slack.posts.filter(({slot}) => slot.number === number).map(({slot}) => slot.kind);
}

/** Slack answers the first call about this kind so. */
function failOnce(kind: string, error: () => Error): (slot: MessageSlot) => Promise<void> {
	let failed = false;
	return (slot) => {
		if (failed || slot.kind !== kind) return Promise.resolve();
		failed = true;
		return Promise.reject(error());
	};
}

describe('publishing', () => {
	it('posts the request first and everything else in its thread, in order, and edits nothing twice', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		await publish(number);
		expect(posted(number)).toEqual(['request', 'script', 'details']);
		const [root, ...thread] = lockstep.slack.posts;
		expect(root?.slot.threadTs).toBeNull();
		expect(thread.map(({slot}) => slot.threadTs)).toEqual([root?.ts, root?.ts]);
		expect(root?.shows).toBe((await lockstep.request(number)).revision);
		await publish(number);
		expect(posted(number)).toHaveLength(3);
	});

	it('edits the request’s own message with every change, and no other', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		await publish(number);
		expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		await publish(number);
		const {revision} = await lockstep.request(number);
		expect(lockstep.slack.posts.map(({slot, shows}) => [slot.kind, shows === revision])).toEqual([
			['request', true],
			['script', false],
			['details', false],
		]);
	});

	it('edits a message at most once in two seconds: what changed meanwhile is in the next edit', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		await publish(number);
		expectDone(
			await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: await lockstep.digest(number)}),
		);
		await publish(number);
		const {revision} = await lockstep.request(number);
		expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		await publish(number);
		expect(lockstep.slack.posts[0]?.shows).toBe(revision);
		await publishTheRest(number);
		expect(lockstep.slack.posts[0]?.shows).toBe((await lockstep.request(number)).revision);
	});

	it('by several at once posts each message once', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		await Promise.all([publish(number), publish(number), publish(number)]);
		await publish(number);
		expect(posted(number).toSorted()).toEqual(['details', 'request', 'script']);
	});

	it('of a request that does not exist does nothing', async () => {
		expect(await publish(999_999)).toEqual([]);
	});
});

describe('a post whose answer was lost', () => {
	it('is looked for before it is posted again, and then shows what is true now', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.onPosted = failOnce('request', () => new Failure('slack-unreachable', 'No answer.'));
		expect(await publish(number)).toEqual(['No answer.']);
		expect(posted(number)).toEqual(['request']);
		await publishTheRest(number);
		expect(posted(number)).toEqual(['request', 'script', 'details']);
		expect(lockstep.slack.posts[0]?.shows).toBe((await lockstep.request(number)).revision);
	});

	it('and never arrived is posted again', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.onPost = failOnce('request', () => new Failure('slack-unreachable', 'No answer.'));
		await publish(number);
		expect(posted(number)).toEqual([]);
		expect(await waitOf(number, 'request')).toBeGreaterThan(3);
		await publish(number);
		expect(posted(number), 'not before its time').toEqual([]);
		await publishTheRest(number);
		expect(posted(number)).toEqual(['request', 'script', 'details']);
	});

	it('stays of uncertain fate when looking for it fails as well', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.onPosted = failOnce('request', () => new Failure('slack-unreachable', 'No answer.'));
		await publish(number);
		await lockstep.query('update message set next_try_at = now() where request = $1', [number]);
		const messenger = {
			...lockstep.slack.messenger,
			find: () => Promise.reject(new Failure('slack-rate-limited', 'Slow down.', {retryInMs: 1000})),
		};
		await publishMessages({record: lockstep.record, messenger}, number, () => undefined);
		await publishTheRest(number);
		expect(posted(number).filter((kind) => kind === 'request')).toHaveLength(1);
	});
});

describe('a message that Slack does not take', () => {
	it('for its rate limit waits as long as Slack says, and is not looked for', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.onPost = failOnce(
			'request',
			() => new Failure('slack-rate-limited', 'Slow down.', {retryInMs: 20_000}),
		);
		await publish(number);
		expect(await waitOf(number, 'request')).toBeGreaterThan(15);
		await lockstep.query('update message set next_try_at = now() where request = $1', [number]);
		let looked = 0;
		const messenger = {
			...lockstep.slack.messenger,
			find: async (slot: MessageSlot) => {
				looked++;
				return await lockstep.slack.messenger.find(slot);
			},
		};
		await publishMessages({record: lockstep.record, messenger}, number, () => undefined);
		expect(looked).toBe(0);
		await publishTheRest(number);
		expect(posted(number)).toEqual(['request', 'script', 'details']);
	});

	it('because it refuses it is tried again after a minute; the thread waits for it, but not for ever', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.onPost = (slot) =>
			slot.kind === 'script' ? Promise.reject(new Failure('slack-refused', 'invalid_blocks')) : Promise.resolve();
		expect(await publish(number)).toEqual(['invalid_blocks']);
		expect(await waitOf(number, 'script')).toBeGreaterThan(50);
		await publish(number);
		expect(posted(number)).toEqual(['request']);
		await publishTheRest(number);
		await publish(number);
		expect(posted(number)).toEqual(['request', 'details']);
		lockstep.slack.onPost = null;
		await publishTheRest(number);
		expect(posted(number)).toEqual(['request', 'details', 'script']);
	});

	it('because it cannot be rendered is reported and blocks no other request', async () => {
		const elsewhere = await lockstep.production();
		const [broken, fine] = [await lockstep.reviewed(shop, harmless), await lockstep.reviewed(elsewhere, harmless)];
		lockstep.slack.onPost = (slot) =>
			slot.number === broken ? Promise.reject(new TypeError('cannot render')) : Promise.resolve();
		expect(await publish(broken)).toEqual(['cannot render']);
		expect(await publish(fine)).toEqual([]);
		expect(posted(fine)).toEqual(['request', 'script', 'details']);
		expect(await publish(broken), 'not without a pause').toEqual([]);
		expect((await lockstep.record.due()).messages).not.toContain(broken);
	});

	it('as an edit leaves what stands there, and is tried again', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		await publish(number);
		expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		lockstep.slack.onPost = failOnce('request', () => new Failure('slack-unreachable', 'No answer.'));
		await publish(number);
		await publishTheRest(number);
		expect(posted(number)).toHaveLength(3);
		expect(lockstep.slack.posts[0]?.shows).toBe((await lockstep.request(number)).revision);
	});
});
