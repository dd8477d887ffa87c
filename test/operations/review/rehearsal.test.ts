import {describe, expect, it} from 'vitest';

import {Failure} from '../../../src/operations/ports/failure.ts';
import {reviewRequest} from '../../../src/operations/review/review-script.ts';
import {waiveFinding} from '../../../src/operations/review/waive-finding.ts';
import {
	cast,
	changing,
	expectDone,
	expectRefusal,
	harmless,
	openLockstep,
	type Production,
	until,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

async function rehearsing(): Promise<Production> {
	return await lockstep.production({rehearsal: {enabled: true}});
}

/** Rule and severity of what the review found, without notices. */
async function found(number: number): Promise<readonly string[]> {
	const {review} = await lockstep.request(number);
	return (review?.findings ?? [])
		.filter(({severity}) => severity !== 'notice')
		.map(({rule, severity}) => `${rule}: ${severity}`);
}

async function waiveUnrehearsed(number: number): Promise<string> {
	const ask = {number, person: cast.omar, rule: 'unrehearsed', reason: 'read line by line with the author'};
	return expectDone(await waiveFinding(lockstep.world, {...ask, digest: await lockstep.digest(number)})).sentence;
}

/** No throw-away server can be made. */
const nowhere = {
	drill: () => Promise.reject(new Failure('scratch-unavailable', 'This machine has no room for it.')),
	rehearse: () => Promise.reject(new Failure('scratch-unavailable', 'This machine has no room for it.')),
	placeForCopy: () => Promise.reject(new Failure('scratch-unavailable', 'This machine has no room for it.')),
	sweep: () => Promise.resolve({directories: [], processes: 0, servers: []}),
};

describe('a script that is as it should be', () => {
	it('is shown with what it did to a copy, and runs for the very digest that was approved', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, harmless);
		const reviewed = await lockstep.load(number);
		expect(reviewed.rehearsal).toMatchObject({
			scriptSha256: reviewed.request.scriptSha256,
			pending: reviewed.request.review?.pending,
			rehearsal: {
				kind: 'passed',
				effects: [{action: 'created', kind: 'column', identity: 'public.customers.points', from: null}],
				schemaDiff: expect.stringContaining('@@ column public.customers.points @@'),
			},
		});
		expect(await found(number)).toEqual([]);
		expect(await lockstep.messages(number)).toContain('rehearsal');
		expect((await shop.query('SELECT * FROM customers LIMIT 1'))[0]).not.toHaveProperty('points');

		const ended = await lockstep.run(number);
		expect(ended.request).toMatchObject({state: 'verified', reviewDigest: reviewed.request.reviewDigest});
		expect(await lockstep.events(number)).not.toContain('moved');
	});

	it('keeps its approvals where a review after a move rehearses the same again, and tells its diff once', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, harmless);
		const digest = await lockstep.digest(number);
		await lockstep.query(`update request set state = 'submitted', rehearsal = rehearsal - 'at' where number = $1`, [
			number,
		]);
		await shop.query('CREATE TABLE elsewhere (id integer)');
		const again = await lockstep.review(number);
		expect(again.request).toMatchObject({state: 'approved', reviewDigest: digest});
		expect(again.rehearsal?.at).toBeGreaterThan(0);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'rehearsal')).toHaveLength(1);
	});

	it('is approved anew where the target moved so that the script does something else to it', async () => {
		const shop = await rehearsing();
		const script = changing(['CREATE TABLE IF NOT EXISTS parcels (id integer PRIMARY KEY)']);
		const number = await lockstep.approved(shop, script);
		const [digest, findings] = [await lockstep.digest(number), await found(number)];
		await lockstep.query(`update request set state = 'submitted' where number = $1`, [number]);
		await shop.query('CREATE TABLE parcels (id integer PRIMARY KEY)');
		await lockstep.review(number);
		expect(await found(number)).toEqual(findings);
		expect(await lockstep.digest(number)).not.toBe(digest);
		expect(await lockstep.state(number)).toBe('in-review');
	});

	it('is not rehearsed where the target’s configuration wants none, and nobody hears of one', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.reviewed(shop, harmless);
		expect((await lockstep.load(number)).rehearsal).toBeNull();
		expect(await found(number)).toEqual([]);
		expect(await lockstep.messages(number)).not.toContain('rehearsal');
	});

	it('that was approved before rehearsals were asked for is reviewed again before it runs', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		shop.configure({rehearsal: {enabled: true}});
		expect((await lockstep.run(number)).request.state).toBe('submitted');
		expect((await lockstep.review(number)).rehearsal?.rehearsal.kind).toBe('passed');
		expect(await lockstep.state(number)).toBe('in-review');
	});
});

describe('a script that is not as it should be', () => {
	it('is stopped for good where a second run doubles rows, though no static rule objects', async () => {
		const shop = await rehearsing();
		await shop.query(`
			CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
			CREATE TRIGGER forget BEFORE INSERT ON "__EFMigrationsHistory" FOR EACH ROW EXECUTE FUNCTION forget();`);
		const script = changing([`INSERT INTO seeds VALUES ('second')`]);
		const number = await lockstep.reviewed(shop, script);
		expect(await found(number)).toEqual(['not-idempotent: blocker']);
		const {review} = await lockstep.request(number);
		expect(review?.findings[0]).toMatchObject({
			waivable: false,
			message: expect.stringContaining('public.seeds has 2 rows instead of 1'),
		});
		await lockstep.answer(number);
		expectRefusal(await lockstep.approve(number, cast.priya), 'blocked');
		expect(await shop.query('SELECT * FROM seeds')).toEqual([{name: 'first'}]);

		shop.configure({rehearsal: {enabled: false}});
		expect(await found(await lockstep.reviewed(shop, script, {app: 'shop', version: '1.4.1'}))).toEqual([]);
	});

	it('is a blocker with the statement that fails', async () => {
		const shop = await rehearsing();
		await shop.query(`CREATE VIEW phones AS SELECT phone FROM customers`);
		const script = changing(['ALTER TABLE customers ADD points integer', 'ALTER TABLE customers DROP COLUMN phone']);
		const number = await lockstep.reviewed(shop, script);
		const {review} = await lockstep.request(number);
		expect(review?.findings.find(({rule}) => rule === 'rehearsal-failed')).toMatchObject({
			severity: 'blocker',
			statement: expect.stringContaining('ALTER TABLE customers DROP COLUMN phone'),
			message: expect.stringContaining('other objects depend on it'),
			place: {line: expect.any(Number)},
		});
		expect((await lockstep.load(number)).rehearsal?.rehearsal.kind).toBe('failed');
	});

	it('that must change anyway is not rehearsed', async () => {
		const shop = await rehearsing();
		const number = await lockstep.reviewed(shop, changing([`COPY seeds FROM PROGRAM 'id'`]));
		expect(await found(number)).toEqual(['server-escape: blocker']);
		expect((await lockstep.load(number)).rehearsal).toBeNull();
	});

	it('that nobody can read is rehearsed once a named person lets it, and then shows what it does', async () => {
		const shop = await rehearsing();
		const dynamic = changing([
			`DO $x$ BEGIN EXECUTE 'ALTER TABLE customers ADD ' || quote_ident('points') || ' integer'; END $x$`,
		]);
		const number = await lockstep.reviewed(shop, dynamic);
		expect(await found(number)).toEqual(['unrehearsed: blocker', 'dynamic-sql: warning']);
		expect(await waiveUnrehearsed(number)).toContain('may be rehearsed now');
		expect(await lockstep.state(number)).toBe('submitted');
		await lockstep.review(number);
		expect(await found(number)).toEqual(['lock-observed: warning', 'dynamic-sql: warning']);
		expect((await lockstep.load(number)).rehearsal).toMatchObject({
			allowed: true,
			rehearsal: {kind: 'passed', effects: [{action: 'created', identity: 'public.customers.points'}]},
		});
		await lockstep.answer(number);
		expectDone(await lockstep.approve(number, cast.priya));
		await lockstep.start(number);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('is destructive where it drops what its text does not name', async () => {
		const shop = await rehearsing();
		const hidden = changing([`DO $x$ BEGIN EXECUTE 'DROP TABLE ' || quote_ident('seeds'); END $x$`]);
		const number = await lockstep.reviewed(shop, hidden);
		await waiveUnrehearsed(number);
		await lockstep.review(number);
		expect(await found(number)).toContain('drop-observed: blocker');
		const {review} = await lockstep.request(number);
		expect(review).toMatchObject({destructive: true});
		expect(review?.findings.find(({rule}) => rule === 'drop-observed')?.message).toContain('table public.seeds');
	});
});

describe('where no throw-away server can be made', () => {
	it('a named person accepts “unrehearsed”, two people approve, and it runs', async () => {
		const shop = await rehearsing();
		const number = await lockstep.open(shop, harmless);
		await reviewRequest(lockstep.worker('without room', {scratch: nowhere}), number);
		expect(await found(number)).toEqual(['unrehearsed: blocker']);
		const [finding] = (await lockstep.request(number)).review?.findings ?? [];
		expect(finding?.message).toContain('This machine has no room for it.');

		await lockstep.answer(number);
		expectRefusal(await lockstep.approve(number, cast.priya), 'blocked');
		expect(await waiveUnrehearsed(number)).toContain('Two approvals are needed now');
		expect(expectDone(await lockstep.approve(number, cast.priya)).sentence).toContain('needs 1 more');
		expectDone(await lockstep.approve(number, cast.omar));
		await lockstep.start(number);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('a target may take that less seriously', async () => {
		const shop = await rehearsing();
		const {policy} = shop.target();
		shop.configure({policy: {...policy, review: {...policy.review, severities: {unrehearsed: 'notice'}}}});
		const number = await lockstep.open(shop, harmless);
		await reviewRequest(lockstep.worker('without room', {scratch: nowhere}), number);
		expect(await found(number)).toEqual([]);
	});

	it('tries again first: a machine without room for a moment has it again soon', async () => {
		const shop = await rehearsing();
		const number = await lockstep.open(shop, harmless);
		let tries = 0;
		const busy = {
			...lockstep.world.scratch,
			rehearse: async (asked: Parameters<typeof lockstep.world.scratch.rehearse>[0]) =>
				++tries < 3 ? await nowhere.rehearse() : await lockstep.world.scratch.rehearse(asked),
		};
		await reviewRequest(lockstep.worker('short of room', {scratch: busy}), number);
		expect(await found(number)).toEqual([]);
		expect((await lockstep.load(number)).rehearsal?.rehearsal.kind).toBe('passed');
	});

	it('a target that cannot be read is no reason to go on without: the review is tried again', async () => {
		const shop = await rehearsing();
		const number = await lockstep.open(shop, harmless);
		const unread = {...nowhere, rehearse: () => Promise.reject(new Failure('target-unreachable', 'No answer.'))};
		await reviewRequest(lockstep.worker('cut off', {scratch: unread}), number);
		expect((await lockstep.request(number)).hold?.reason).toBe('No answer.');
		expect(await lockstep.state(number)).toBe('submitted');
	});
});

describe('a long rehearsal', () => {
	it('ends, and changes nothing, when a new script takes the place of its own', async () => {
		const shop = await rehearsing();
		const number = await lockstep.open(shop, harmless);
		let aborted = false;
		const endless = {
			...nowhere,
			rehearse: async ({signal}: {readonly signal: AbortSignal}): Promise<never> => {
				await lockstep.query(`update request set state = 'withdrawn', revision = revision + 1 where number = $1`, [
					number,
				]);
				await until(() => Promise.resolve(signal.aborted), 'the rehearsal is told to end');
				aborted = true;
				throw new Failure('cancelled', 'The rehearsal was cancelled.');
			},
		};
		await reviewRequest(lockstep.worker('patient', {scratch: endless, clock: hasty}), number);
		expect(aborted).toBe(true);
		expect(await lockstep.state(number)).toBe('withdrawn');
	});

	it('keeps other workers off for as long as it takes', async () => {
		const shop = await rehearsing();
		const number = await lockstep.open(shop, harmless);
		const slow = {
			...nowhere,
			rehearse: async (): Promise<never> => {
				const first = (await lockstep.load(number)).reviewLeaseUntil ?? 0;
				await until(
					async () => ((await lockstep.load(number)).reviewLeaseUntil ?? 0) > first,
					'the claim on the review is extended',
				);
				throw new Failure('scratch-unavailable', 'Too late.');
			},
		};
		await reviewRequest(lockstep.worker('slow', {scratch: slow, clock: hasty}), number);
		expect(await found(number)).toEqual(['unrehearsed: blocker']);
	});
});

/** Whatever is done every so often is done at once. */
const hasty = {
	...lockstep.world.clock,
	every: (_ms: number, work: () => void) => lockstep.world.clock.every(30, work),
};
