import {randomUUID} from 'node:crypto';

import {describe, expect, it} from 'vitest';

import {openRequest, type OpenRequest} from '../../../src/operations/request/open-request.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {
	askFor,
	cast,
	changing,
	expectDone,
	expectRefusal,
	harmless,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const staging = await lockstep.production();
const shop = await lockstep.production({after: staging.name});
const last = await lockstep.production({after: shop.name});
const other = changing(['ALTER TABLE customers ADD level integer']);
const third = changing(['ALTER TABLE customers ADD colour text']);

function ask(targets: readonly Production[], script: Uint8Array, more: Partial<OpenRequest> = {}): OpenRequest {
	return askFor(shop, script, {targets: targets.map(({name}) => name), ...more});
}

async function submit(targets: readonly Production[], script: Uint8Array, more: Partial<OpenRequest> = {}) {
	const {sentence} = expectDone(await openRequest(lockstep.world, ask(targets, script, more)));
	const numbers = [...sentence.matchAll(/MR-(\d+)/g)].map(([, number]) => Number(number));
	return {sentence, numbers: [...new Set(numbers)]};
}

/** The two requests of a submission through staging and production. */
async function both(script: Uint8Array, more: Partial<OpenRequest> = {}): Promise<readonly [number, number]> {
	const {
		numbers: [first, second],
	} = await submit([staging, shop], script, more);
	if (first === undefined || second === undefined) throw new Error('there are not two requests');
	return [first, second];
}

async function become(number: number, state: string): Promise<void> {
	await lockstep.query('update request set state = $2 where number = $1', [number, state]);
}

async function requestsWritten(): Promise<number> {
	const [row] = await lockstep.query<{count: number}>('select count(*)::int as count from request');
	return row?.count ?? 0;
}

describe('a submission through several stages', () => {
	it('opens a request for each, linked in their order, and names every one', async () => {
		const {sentence, numbers} = await submit([staging, shop, last], harmless);
		const [one = 0, two = 0, three = 0] = numbers;
		expect(sentence).toBe(
			`MR-${one} (${staging.name}), MR-${two} (${shop.name}) and MR-${three} (${last.name}) are open. priya, omar could approve them.`,
		);
		expect(await lockstep.request(one)).toMatchObject({target: staging.name, follows: null});
		expect(await lockstep.request(two)).toMatchObject({target: shop.name, follows: one});
		expect(await lockstep.request(three)).toMatchObject({target: last.name, follows: two});
		expect((await lockstep.load(two)).stages.map(({number}) => number)).toEqual([one, two, three]);
		for (const number of numbers) {
			expect(await lockstep.messages(number)).toEqual(['request', 'script']);
			expect(await lockstep.events(number)).toEqual(['submitted']);
			expect(lockstep.queue.hints).toContainEqual({kind: 'review', number, pool: 'default'});
		}
	});

	it('opens nothing twice, however often and at once it is delivered', async () => {
		const before = await requestsWritten();
		const submission = {submissionKey: randomUUID()};
		const deliveries = [submit([staging, shop], harmless, submission), submit([staging, shop], harmless, submission)];
		const first = await Promise.all(deliveries);
		const again = await submit([staging, shop], harmless, submission);
		expect(first.map(({numbers}) => numbers)).toEqual([again.numbers, again.numbers]);
		expect(again.sentence).toMatch(/are open\. priya, omar could approve them\.$/);
		expect(await requestsWritten()).toBe(before + 2);
	});

	it('starts at the same time on each where a time was chosen', async () => {
		const start = {kind: 'at', at: Date.now() + 3_600_000} as const;
		const numbers = await both(harmless, {start});
		for (const number of numbers) expect(await lockstep.request(number)).toMatchObject({start});
	});

	it('names who could approve each where that differs', async () => {
		const own = await lockstep.production({
			after: staging.name,
			people: {...shop.target().people, approvers: [cast.lena]},
		});
		const {sentence, numbers} = await submit([staging, own], harmless);
		expect(sentence).toContain(
			`priya, omar could approve MR-${numbers[0]} (${staging.name}). lena could approve MR-${numbers[1]} (${own.name}).`,
		);
	});
});

describe('stages are refused, and nothing is written for any of them,', () => {
	const order = 'stages-out-of-order';

	it.each([
		['none', () => [], order, /Choose the target/],
		['one twice', () => [staging, staging], order, /shop-1 is named twice/],
		['the later before the earlier', () => [shop, staging], order, /shop-1 comes after no other.*cannot follow shop-2/],
		[
			'one left out',
			() => [staging, last],
			order,
			/right after shop-2.*not after shop-1.*shop-1, then shop-2, then shop-3/,
		],
	] as const)('when the targets are not the configuration’s order: %s', async (_, targets, code, sentence) => {
		const before = await requestsWritten();
		const refusal = expectRefusal(await openRequest(lockstep.world, ask(targets(), harmless)), code);
		expect(refusal.sentence).toMatch(sentence);
		expect(await requestsWritten()).toBe(before);
	});

	it('when a later one does not allow the start, does not list the app, or has nobody who could approve', async () => {
		const {policy, people, histories} = shop.target();
		const after = staging.name;
		const strict = await lockstep.production({after, policy: {...policy, startAtOnceAllowed: false}});
		const foreign = await lockstep.production({after, histories: histories.map((one) => ({...one, app: 'stock'}))});
		const alone = await lockstep.production({after, people: {...people, approvers: [cast.dana]}});
		const before = await requestsWritten();
		const refused = async (target: Production, more: Partial<OpenRequest> = {}) =>
			await openRequest(lockstep.world, ask([staging, target], harmless, more));
		expect(expectRefusal(await refused(strict, {start: {kind: 'at-once'}}), 'start-not-allowed').sentence).toContain(
			strict.name,
		);
		expect(expectRefusal(await refused(foreign), 'app-unknown').sentence).toContain(foreign.name);
		expect(expectRefusal(await refused(alone), 'nobody-could-approve').sentence).toContain(alone.name);
		expect(await requestsWritten()).toBe(before);
		expect(lockstep.queue.hints).toEqual([]);
	});

	it('when a later one’s open request could not be approved any more: the earlier one keeps its script as well', async () => {
		const [one, two] = await both(harmless, {author: cast.omar});
		shop.configure({people: {...shop.target().people, approvers: [cast.dana, cast.priya]}});
		const again = ask([staging, shop], other, {author: cast.priya, requester: cast.dana});
		expectRefusal(await openRequest(lockstep.world, again), 'nobody-could-approve');
		shop.configure({people: {...shop.target().people, approvers: ['S0APPROVERS']}});
		for (const number of [one, two]) {
			expect(await lockstep.request(number)).toMatchObject({scriptSha256: lockstep.world.hash(harmless), revision: 1});
		}
	});
});

describe('a target that takes only verified bytes, requested without the stage before,', () => {
	async function strictAfterStaging(): Promise<Production> {
		return await lockstep.production({
			after: staging.name,
			policy: {...shop.target().policy, onlyVerifiedBytes: true},
		});
	}

	it('says that it waits, and asks to request that stage too', async () => {
		const strict = await strictAfterStaging();
		const {sentence, numbers} = await submit([strict], harmless);
		expect(sentence).toContain(
			`${strict.name} takes only bytes that ${staging.name} has verified: MR-${numbers[0]} waits until a request there has verified these. Nobody has requested them on ${staging.name} yet: request it there, too.`,
		);
	});

	it('only says that it waits while a request there is on its way', async () => {
		const strict = await strictAfterStaging();
		await lockstep.open(staging, harmless);
		const {sentence} = await submit([strict], harmless);
		expect(sentence).toMatch(/has verified these\.$/);
	});

	it('says nothing where these bytes are verified there, or the stage is requested with it', async () => {
		const strict = await strictAfterStaging();
		await become(await lockstep.open(staging, harmless), 'verified');
		expect((await submit([strict], harmless)).sentence).toMatch(/could approve it\.$/);
		const second = await strictAfterStaging();
		expect((await submit([staging, second], other)).sentence).toMatch(/could approve them\.$/);
	});
});

describe('a newer script through several stages', () => {
	it('takes the place of the open request of each, and the links stay', async () => {
		const [one, two] = await both(harmless);
		const {sentence} = await submit([staging, shop], other, {version: '1.5.0'});
		expect(sentence).toBe(
			`MR-${one} (${staging.name}) and MR-${two} (${shop.name}) have the new script and are now for 1.5.0; earlier approvals no longer count, the review runs again. priya, omar could approve them.`,
		);
		for (const number of [one, two]) {
			expect(await lockstep.request(number)).toMatchObject({
				version: '1.5.0',
				scriptSha256: lockstep.world.hash(other),
				follows: number === two ? one : null,
			});
		}
	});

	it.each(['verified', 'running', 'failed', 'withdrawn'])(
		'opens a new request where the earlier one is %s, and the later stage follows that',
		async (state) => {
			const [one, two] = await both(harmless);
			await become(one, state);
			const {sentence, numbers} = await submit([staging, shop], other, {version: '1.5.0'});
			const fresh = numbers.find((number) => number !== one && number !== two) ?? 0;
			expect(sentence).toContain(`MR-${fresh} (${staging.name}) is open.`);
			expect(sentence).toContain(`MR-${two} (${shop.name}) has the new script and is now for 1.5.0`);
			expect(await lockstep.request(fresh)).toMatchObject({target: staging.name, follows: null});
			expect(await lockstep.request(two)).toMatchObject({follows: fresh, scriptSha256: lockstep.world.hash(other)});
			expect(await lockstep.request(one)).toMatchObject({scriptSha256: lockstep.world.hash(harmless)});
			await become(one, 'withdrawn');
		},
	);

	it('links a request that was alone with the one before it, and lets it keep what it has', async () => {
		const two = await lockstep.approved(shop, harmless);
		const {sentence, numbers} = await submit([staging, shop], harmless);
		const one = numbers.find((number) => number !== two) ?? 0;
		expect(sentence).toContain(`MR-${two} (${shop.name}) already has these bytes for 1.4.0 and is approved.`);
		const {request, approvals} = await lockstep.load(two);
		expect(request).toMatchObject({state: 'approved', follows: one});
		expect(approvals).toMatchObject([{voidedBecause: null}]);
		expect((await lockstep.events(two)).at(-1)).toBe('linked');
		expect(lockstep.queue.hints).toContainEqual({kind: 'publish', number: two});
	});

	it('sent for one stage alone goes to the other one too', async () => {
		const [one, two] = await both(harmless);
		const {sentence} = await submit([shop], other, {version: '1.5.0'});
		expect(sentence).toContain(`MR-${two} (${shop.name}) has the new script and is now for 1.5.0`);
		expect(sentence).toContain(`MR-${one} (${staging.name}), linked with it, takes the same script and version.`);
		for (const number of [one, two]) {
			expect(await lockstep.request(number)).toMatchObject({
				version: '1.5.0',
				state: 'submitted',
				scriptSha256: lockstep.world.hash(other),
			});
			expect(lockstep.queue.hints).toContainEqual({kind: 'review', number, pool: 'default'});
		}
		expect(await lockstep.request(two)).toMatchObject({follows: one});
	});

	it('never links in a circle, although the configuration had the opposite order before', async () => {
		const first = await lockstep.production();
		const second = await lockstep.production({after: first.name});
		const {
			numbers: [one = 0, two = 0],
		} = await submit([first, second], harmless);
		first.configure({after: second.name});
		second.configure({after: null});
		await submit([second, first], other, {version: '1.5.0'});
		expect(await lockstep.request(two)).toMatchObject({follows: null});
		expect(await lockstep.request(one)).toMatchObject({follows: two});
		expect((await lockstep.load(one)).stages.map(({number}) => number)).toEqual([two, one]);
	});

	it('and another at the same moment leave one open request in each stage, both with the same bytes', async () => {
		const scripts = [harmless, other, third, harmless, other, third];
		const before = await requestsWritten();
		const answers = await Promise.all(
			scripts.map(async (script, index) => await submit([staging, shop], script, {version: `2.${index}.0`})),
		);
		expect(await requestsWritten()).toBe(before + 2);
		const [one = 0, two = 0] = [...new Set(answers.flatMap(({numbers}) => numbers))].toSorted((a, b) => a - b);
		const [first, second] = [await lockstep.load(one), await lockstep.load(two)];
		expect(second.request).toMatchObject({
			follows: one,
			scriptSha256: first.request.scriptSha256,
			version: first.request.version,
		});
		expect(first.replaced).toHaveLength(scripts.length - 1);
		expect(second.replaced).toHaveLength(scripts.length - 1);
	});
});

describe('a new script sent to one of linked requests', () => {
	async function send(number: number, bytes: Uint8Array, person: string = cast.dana) {
		return await replaceScript(lockstep.world, {number, person, script: {name: 'new.sql', bytes}});
	}

	it('replaces it on all that are open, and says on which', async () => {
		const [one, two] = await both(harmless);
		const {sentence} = expectDone(await send(two, other));
		expect(sentence).toBe(
			`MR-${two} (${shop.name}) and MR-${one} (${staging.name}) have the new script. Earlier approvals no longer count; the review runs again.`,
		);
		for (const number of [one, two]) {
			const {request, replaced} = await lockstep.load(number);
			expect(request).toMatchObject({
				state: 'submitted',
				version: '1.4.0',
				lastEditor: cast.dana,
				scriptSha256: lockstep.world.hash(other),
			});
			expect(replaced).toMatchObject([
				{version: '1.4.0', scriptSha256: lockstep.world.hash(harmless), approved: false},
			]);
			expect(await lockstep.messages(number)).toEqual(['request', 'script', 'script']);
			expect(lockstep.queue.hints).toContainEqual({kind: 'review', number, pool: 'default'});
			expect(lockstep.queue.hints).toContainEqual({kind: 'publish', number});
		}
	});

	it.each([
		['verified', 'is verified'],
		['running', 'is running'],
		['failed', 'has failed'],
	])('leaves one that is %s as it is, and says so', async (state, words) => {
		const [one, two] = await both(harmless);
		await become(one, state);
		const {sentence} = expectDone(await send(two, other));
		expect(sentence).toBe(
			`MR-${two} has the new script. Earlier approvals no longer count; the review runs again. MR-${one} (${staging.name}) ${words} and keeps its script.`,
		);
		expect(await lockstep.request(one)).toMatchObject({scriptSha256: lockstep.world.hash(harmless)});
		await become(one, 'withdrawn');
	});

	it('is refused when nobody could approve a linked one any more, and none changes', async () => {
		const [one, two] = await both(harmless);
		shop.configure({people: {...shop.target().people, approvers: [cast.priya]}});
		const refusal = expectRefusal(await send(one, other, cast.priya), 'nobody-could-approve');
		shop.configure({people: {...shop.target().people, approvers: ['S0APPROVERS']}});
		expect(refusal.sentence).toContain(`MR-${two} is linked with it`);
		expect(await lockstep.request(one)).toMatchObject({revision: 1});
		expect(await lockstep.request(two)).toMatchObject({revision: 1});
	});

	it('twice at the same moment gives both stages the same bytes', async () => {
		const [one, two] = await both(harmless);
		const answers = await Promise.all([send(one, other), send(two, third)]);
		answers.forEach(expectDone);
		const [first, second] = [await lockstep.request(one), await lockstep.request(two)];
		expect(second.scriptSha256).toBe(first.scriptSha256);
	});
});
