import {randomUUID} from 'node:crypto';

import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {replaceableStates, requestStates} from '../../../src/domain/request.ts';
import {askGate} from '../../../src/operations/answer-gate.ts';
import {openRequest, type OpenRequest} from '../../../src/operations/request/open-request.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {
	askFor,
	cast,
	changing,
	expectDone,
	expectRefusal,
	harmless,
	numberIn,
	openLockstep,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();
const other = changing(['ALTER TABLE customers ADD level integer']);

async function submit(script: Uint8Array, more: Partial<OpenRequest> = {}) {
	return await openRequest(lockstep.world, askFor(shop, script, {version: '1.5.0', summary: 'Adds levels', ...more}));
}

async function openThere(): Promise<readonly number[]> {
	const rows = await lockstep.query<{number: number}>(
		'select number from request where target = $1 and state = any($2) order by number',
		[shop.name, replaceableStates],
	);
	return rows.map(({number}) => number);
}

async function gate(version: string) {
	return await askGate(lockstep.world, {app: 'shop', version, target: shop.name});
}

describe('a newer script of the same app, history table and target', () => {
	it('takes the place of the open request in its own message', async () => {
		const number = await lockstep.approved(shop, harmless);
		lockstep.queue.hints.length = 0;
		const start = {kind: 'at', at: Date.now() + 3_600_000} as const;
		const done = expectDone(await submit(other, {author: cast.omar, requester: cast.lena, start}));
		expect(done.sentence).toBe(
			`MR-${number} has the new script and is now for 1.5.0; earlier approvals no longer count, the review runs again. priya could approve it.`,
		);
		expect(await openThere()).toEqual([number]);
		const {request, approvals, replaced} = await lockstep.load(number);
		expect(request).toMatchObject({
			state: 'submitted',
			version: '1.5.0',
			summary: 'Adds levels',
			scriptSha256: lockstep.world.hash(other),
			author: cast.omar,
			lastEditor: cast.lena,
			requester: cast.dana,
			start,
			review: null,
			reviewDigest: null,
			approvedAt: null,
			startDueAt: null,
		});
		expect(approvals).toMatchObject([{person: cast.priya, voidedBecause: 'new bytes'}]);
		expect(replaced).toMatchObject([
			{
				version: '1.4.0',
				summary: 'A change',
				scriptSha256: lockstep.world.hash(harmless),
				scriptName: 'migration.sql',
				approved: true,
				person: cast.lena,
			},
		]);
		expect((await lockstep.messages(number)).slice(-2)).toEqual(['line superseded', 'script']);
		expect((await lockstep.events(number)).at(-1)).toBe('script-replaced');
		expect(lockstep.queue.hints).toEqual([
			{kind: 'review', number, pool: 'default'},
			{kind: 'publish', number},
		]);
	});

	it('says in the thread and in the audit who sent which version in place of which', async () => {
		const number = await lockstep.open(shop, harmless);
		const submissionKey = randomUUID();
		expectDone(await submit(other, {requester: cast.lena, submissionKey}));
		const [line] = await lockstep.query<{payload: unknown}>(
			`select payload from message where request = $1 and kind = 'line'`,
			[number],
		);
		expect(line?.payload).toEqual({about: 'superseded', person: cast.lena, version: '1.5.0', before: '1.4.0'});
		const [event] = await lockstep.query<{actor: string; detail: unknown}>(
			`select actor, detail from audit_event where request = $1 order by sequence desc limit 1`,
			[number],
		);
		expect(event).toEqual({
			actor: cast.lena,
			detail: {
				script: lockstep.world.hash(other),
				before: lockstep.world.hash(harmless),
				version: '1.5.0',
				versionBefore: '1.4.0',
				author: cast.dana,
				submission: submissionKey,
			},
		});
	});

	it('is reviewed and approved anew, by neither its author nor who sent it', async () => {
		const number = await lockstep.approved(shop, harmless);
		expectDone(await submit(other, {author: cast.otto, requester: cast.priya}));
		await lockstep.review(number);
		await lockstep.answer(number);
		expectRefusal(await lockstep.approve(number, cast.otto), 'is-author');
		expectRefusal(await lockstep.approve(number, cast.priya), 'is-last-editor');
		expectRefusal(await lockstep.approve(number, cast.dana), 'is-requester');
		expectDone(await lockstep.approve(number, cast.omar));
		expect(await lockstep.state(number)).toBe('approved');
	});

	it.each(replaceableStates)('takes the place of a request that is %s', async (state) => {
		const number = await lockstep.open(shop, harmless);
		await lockstep.query('update request set state = $2 where number = $1', [number, state]);
		expect(numberIn(await submit(other))).toBe(number);
		expect(await lockstep.request(number)).toMatchObject({version: '1.5.0', state: 'submitted'});
	});

	it.each(requestStates.filter((state) => !replaceableStates.includes(state)))(
		'opens a request of its own beside one that is %s',
		async (state) => {
			const number = await lockstep.open(shop, harmless);
			await lockstep.query('update request set state = $2 where number = $1', [number, state]);
			expect(numberIn(await submit(other))).toBeGreaterThan(number);
			expect(await lockstep.request(number)).toMatchObject({version: '1.4.0', state});
			await lockstep.query(`update request set state = 'withdrawn' where number = $1`, [number]);
		},
	);

	it('takes the newest place where an earlier run was held and two are open', async () => {
		const older = await lockstep.open(shop, harmless);
		await lockstep.query(`update request set state = 'running' where number = $1`, [older]);
		const newer = await lockstep.open(shop, other);
		await lockstep.query(`update request set state = 'approved' where number = $1`, [older]);
		expect(numberIn(await submit(harmless))).toBe(newer);
		expect(await lockstep.request(older)).toMatchObject({version: '1.4.0', state: 'approved'});
	});

	it('opens a request of its own in another app, history table or target', async () => {
		const {histories} = shop.target();
		const [history] = histories;
		if (history === undefined) throw new Error('no history');
		shop.configure({
			histories: [...histories, {...history, app: 'stock'}, {...history, table: 'b."__EFMigrationsHistory"'}],
		});
		const elsewhere = await lockstep.production();
		const numbers = [
			await lockstep.open(shop, harmless),
			await lockstep.open(shop, harmless, {app: 'stock'}),
			await lockstep.open(shop, changing([], {historyTable: 'b."__EFMigrationsHistory"'})),
			await lockstep.open(elsewhere, harmless),
		];
		shop.configure({histories});
		expect(new Set(numbers).size).toBe(4);
	});
});

describe('the same bytes once more', () => {
	it('for the same version change nothing', async () => {
		const number = await lockstep.approved(shop, harmless);
		const before = await lockstep.load(number);
		lockstep.queue.hints.length = 0;
		const done = expectDone(
			await submit(harmless, {version: '1.4.0', author: cast.omar, requester: cast.lena, start: {kind: 'at-once'}}),
		);
		expect(done.sentence).toBe(
			`MR-${number} already has these bytes for 1.4.0 and is approved. When it starts stays as it was chosen before.`,
		);
		expect(await lockstep.load(number)).toEqual(before);
		expect(lockstep.queue.hints).toEqual([]);
	});

	it('for a newer version keep approvals, author and sender, and the request is for that version', async () => {
		const number = await lockstep.approved(shop, harmless);
		const done = expectDone(await submit(harmless, {author: cast.omar, requester: cast.lena}));
		expect(done.sentence).toBe(
			`MR-${number} had these bytes already and is now for 1.5.0; approvals stand, the review runs again. priya, omar could approve it.`,
		);
		await lockstep.review(number);
		const {request, approvals, replaced} = await lockstep.load(number);
		expect(request).toMatchObject({
			state: 'approved',
			version: '1.5.0',
			author: cast.dana,
			lastEditor: cast.dana,
		});
		expect(approvals).toMatchObject([{voidedBecause: null}]);
		expect(replaced).toMatchObject([{version: '1.4.0', approved: true}]);
		expect(await gate('1.4.0')).toMatchObject({verdict: 'hold', reason: 'superseded'});
	});
});

describe('a submission delivered again', () => {
	it('does not take its own place, nor bring back what a newer one has replaced', async () => {
		const first = askFor(shop, harmless);
		const number = numberIn(await openRequest(lockstep.world, first));
		const second = askFor(shop, other, {version: '1.5.0'});
		expectDone(await openRequest(lockstep.world, second));
		const {replaced} = await lockstep.load(number);
		expectDone(await submit(harmless, {version: '1.6.0'}));
		for (const delivery of [first, second]) {
			const again = expectDone(await openRequest(lockstep.world, delivery));
			expect(numberIn(again)).toBe(number);
		}
		expect(await lockstep.request(number)).toMatchObject({version: '1.6.0'});
		expect(replaced).toHaveLength(1);
		expect((await lockstep.load(number)).replaced).toHaveLength(2);
	});

	it('opens nothing when what it superseded runs meanwhile', async () => {
		const number = await lockstep.open(shop, harmless);
		const submission = askFor(shop, other, {version: '1.5.0'});
		expectDone(await openRequest(lockstep.world, submission));
		await lockstep.query(`update request set state = 'running' where number = $1`, [number]);
		const again = expectDone(await openRequest(lockstep.world, submission));
		expect(again.sentence).toContain(`MR-${number} has had this submission already and is running.`);
		expect(await openThere()).toEqual([]);
		await lockstep.query(`update request set state = 'withdrawn' where number = $1`, [number]);
	});
});

it('submissions at the same moment leave one open request, and every one but the last counts as replaced', async () => {
	const scripts = Array.from({length: 6}, (_, index) => changing([`ALTER TABLE customers ADD c${index} integer`]));
	const answers = await Promise.all(
		scripts.map(async (script, index) => await submit(script, {version: `3.${index}.0`})),
	);
	const [number = 0, ...more] = await openThere();
	expect(more).toEqual([]);
	expect(new Set(answers.map(numberIn))).toEqual(new Set([number]));
	const {request, replaced} = await lockstep.load(number);
	const versions = [...replaced.map(({version}) => version), request.version];
	expect(versions.toSorted()).toEqual(scripts.map((_, index) => `3.${index}.0`));
});

it('a submission that meets a new script sent to the request at the same moment loses neither', async () => {
	const number = await lockstep.open(shop, harmless);
	const third = changing(['ALTER TABLE customers ADD colour text']);
	const script = {name: 'new.sql', bytes: third};
	const both = await Promise.all([submit(other), replaceScript(lockstep.world, {number, person: cast.dana, script})]);
	both.forEach(expectDone);
	expect((await lockstep.load(number)).replaced).toHaveLength(2);
});

describe('who may supersede', () => {
	it('whoever may open a request', async () => {
		const number = await lockstep.open(shop, harmless);
		expect(numberIn(await submit(other, {requester: cast.otto, author: cast.otto}))).toBe(number);
	});

	const refused: readonly (readonly [string, Partial<OpenRequest>, RefusalCode])[] = [
		['no guest', {requester: cast.gus}, 'person-guest'],
		['nobody who is deactivated', {requester: cast.gone}, 'person-deactivated'],
		['nobody after whom none could approve', {requester: cast.priya, author: cast.omar}, 'nobody-could-approve'],
	];

	it.each(refused)('%s', async (_, more, code) => {
		const number = await lockstep.open(shop, harmless);
		const before = await lockstep.load(number);
		expectRefusal(await submit(other, more), code);
		expect(await lockstep.load(number)).toEqual(before);
	});
});

describe('the gate', () => {
	it('holds a superseded version and names the one to deploy; withdrawn or not', async () => {
		const [old, newer] = [randomUUID(), randomUUID()];
		const number = await lockstep.open(shop, harmless, {version: old});
		expectDone(await submit(other, {version: newer}));
		const answer = await gate(old);
		expect(answer).toEqual({
			verdict: 'hold',
			reason: 'superseded',
			sentence: `shop ${old} was superseded by ${newer} in MR-${number} (${shop.name}). Deploy that version once it is verified.`,
			requests: [{number, target: shop.name, state: 'submitted'}],
		});
		expect(await gate(newer)).toMatchObject({reason: 'waiting'});
		await lockstep.query(`update request set state = 'verified' where number = $1`, [number]);
		expect(await gate(old)).toMatchObject({verdict: 'hold', reason: 'superseded'});
		expect(await gate(newer)).toMatchObject({verdict: 'go'});
	});

	it('decides by the version’s own request once it is asked for again', async () => {
		const [old, newer] = [randomUUID(), randomUUID()];
		const number = await lockstep.open(shop, harmless, {version: old});
		expectDone(await submit(other, {version: newer}));
		await lockstep.query(`update request set state = 'verified' where number = $1`, [number]);
		const again = await lockstep.open(shop, harmless, {version: old});
		expect(await gate(old)).toMatchObject({reason: 'waiting', requests: [{number: again}]});
		await lockstep.query(`update request set state = 'verified' where number = $1`, [again]);
		expect(await gate(old)).toMatchObject({verdict: 'go', requests: [{number: again}]});
	});

	it('knows a version that took its place back', async () => {
		const [old, newer] = [randomUUID(), randomUUID()];
		const number = await lockstep.open(shop, harmless, {version: old});
		expectDone(await submit(other, {version: newer}));
		expectDone(await submit(harmless, {version: old}));
		expect(await gate(old)).toMatchObject({reason: 'waiting', requests: [{number}]});
		expect(await gate(newer)).toMatchObject({reason: 'superseded', requests: [{number}]});
	});
});
