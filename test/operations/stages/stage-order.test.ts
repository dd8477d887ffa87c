import {describe, expect, it} from 'vitest';

import type {Target} from '../../../src/domain/target.ts';
import {agreeWithEvidence} from '../../../src/operations/review/answer-checklist.ts';
import {reconcile} from '../../../src/operations/reconcile.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {reviewRequest} from '../../../src/operations/review/review-script.ts';
import {startRun} from '../../../src/operations/run/start-run.ts';
import {withdrawRequest} from '../../../src/operations/request/withdraw-request.ts';
import {
	cast,
	change,
	changing,
	expectDone,
	harmless,
	initial,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

interface Staged {
	readonly staging: Production;
	readonly production: Production;
	/** On staging. */
	readonly first: number;
	/** On production, after the first. */
	readonly second: number;
}

/** One submission through two stages. */
async function stages(more: Parameters<typeof lockstep.open>[2] = {}): Promise<Staged> {
	const {staging, production} = await targets();
	const first = await lockstep.open(staging, harmless, {targets: [staging.name, production.name], ...more});
	const second = (await lockstep.load(first)).stages[1]?.number;
	if (second === undefined) throw new Error('one request only');
	return {staging, production, first, second};
}

async function targets(
	policy: Partial<Target['policy']> = {},
): Promise<{readonly staging: Production; readonly production: Production}> {
	const staging = await lockstep.production();
	// As a staging database that is made anew every night; it also makes these tests quick.
	staging.configure({backup: {...staging.target().backup, required: false}});
	const production = await lockstep.production({after: staging.name});
	production.configure({policy: {...production.target().policy, ...policy}});
	return {staging, production};
}

async function approve(number: number): Promise<string> {
	await lockstep.review(number);
	expectDone(
		await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: await lockstep.digest(number)}),
	);
	return expectDone(await lockstep.approve(number, cast.priya)).sentence;
}

async function clickRun(number: number): Promise<string> {
	const ask = {number, person: cast.dana, digest: await lockstep.digest(number)};
	return expectDone(await startRun(lockstep.world, ask)).sentence;
}

async function verify(number: number): Promise<void> {
	await lockstep.start(number);
	expect((await lockstep.run(number)).request.state).toBe('verified');
}

async function heldLines(number: number): Promise<number> {
	return (await lockstep.messages(number)).filter((kind) => kind === 'line held').length;
}

async function isDueToRun(number: number): Promise<boolean> {
	return (await lockstep.record.due()).runs.some((run) => run.number === number);
}

describe('the run of a later stage', () => {
	it('waits until the stage before is verified, and then starts by itself', async () => {
		const {production, staging, first, second} = await stages();
		await approve(second);
		expect(await clickRun(second)).toBe(`MR-${second} starts as soon as MR-${first} is verified on ${staging.name}.`);
		expect((await lockstep.run(second)).request).toMatchObject({
			state: 'approved',
			hold: {
				reason: `Waits for ${staging.name} to verify these bytes: MR-${first} is waiting for its review.`,
			},
		});
		await approve(first);
		await lockstep.run(second);
		expect(await production.history()).toEqual([initial]);
		lockstep.queue.hints.length = 0;
		await verify(first);
		expect(lockstep.queue.hints).toContainEqual({kind: 'run', number: second, pool: 'default'});
		expect(await isDueToRun(second), 'its hold has ended').toBe(true);
		expect((await lockstep.run(second)).request.state).toBe('verified');
		expect(await production.history()).toEqual([initial, change]);
		expect(await heldLines(second), 'the thread hears once that it waits').toBe(1);
	});

	it('needs no click that the other stage has not had: each is approved and started by itself', async () => {
		const {first, second} = await stages();
		await approve(first);
		await verify(first);
		expect(await lockstep.state(second)).toBe('submitted');
		await approve(second);
		expect(await isDueToRun(second)).toBe(false);
		expect(await clickRun(second)).toBe(`MR-${second} starts. Its message shows every step.`);
		expect((await lockstep.run(second)).request.state).toBe('verified');
	});

	it('writes nothing as long as it waits for the same', async () => {
		const {second} = await stages();
		await approve(second);
		await clickRun(second);
		await lockstep.run(second);
		const events = await lockstep.events(second);
		lockstep.clock.advance(3_600_000);
		await lockstep.run(second);
		await lockstep.run(second);
		expect(await lockstep.events(second)).toEqual(events);
	});

	it('takes a second click as the same wish', async () => {
		const {second, staging, first} = await stages();
		await approve(second);
		const said = await clickRun(second);
		const events = await lockstep.events(second);
		expect(await clickRun(second)).toBe(said);
		expect(said).toContain(`MR-${first} is verified on ${staging.name}`);
		expect(await lockstep.events(second)).toEqual(events);
	});

	it('that starts at once after its approval waits as well, and the approver hears it', async () => {
		const {first, second, staging} = await stages({start: {kind: 'at-once'}});
		expect(await approve(second)).toBe(
			`MR-${second} is approved. MR-${second} starts as soon as MR-${first} is verified on ${staging.name}.`,
		);
		expect((await lockstep.run(second)).request).toMatchObject({state: 'approved', hold: {reason: /^Waits for/}});
		expect(await approve(first)).toContain('It starts now.');
		expect((await lockstep.run(first)).request.state).toBe('verified');
		expect((await lockstep.run(second)).request.state).toBe('verified');
	});
});

describe('where the stage before ends without verifying', () => {
	it('the run still waits, the thread hears what to do, and the same file there helps', async () => {
		const {staging, production, first, second} = await stages();
		await approve(second);
		await clickRun(second);
		await lockstep.run(second);
		expectDone(await withdrawRequest(lockstep.world, {number: first, person: cast.dana}));
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(second)).request.hold?.reason).toBe(
			`Waits for ${staging.name} to verify these bytes: MR-${first} was withdrawn there. Request the same file for ${staging.name} again, or withdraw this one.`,
		);
		expect(await heldLines(second)).toBe(2);
		const again = await lockstep.reviewed(staging, harmless);
		await approve(again);
		lockstep.clock.advance(60_000);
		expect((await lockstep.run(second)).request.hold?.reason).toContain(`MR-${again} is approved.`);
		await verify(again);
		expect(await isDueToRun(second), 'whoever verifies the bytes ends the wait').toBe(true);
		expect((await lockstep.run(second)).request.state).toBe('verified');
		expect(await production.history()).toEqual([initial, change]);
	});

	it('other bytes than it verified do not start', async () => {
		const {staging, first, second} = await stages();
		await approve(first);
		await verify(first);
		const newer = changing(['ALTER TABLE customers ADD points bigint NOT NULL DEFAULT 0']);
		expectDone(
			await replaceScript(lockstep.world, {
				number: second,
				person: cast.dana,
				script: {name: 'newer.sql', bytes: newer},
			}),
		);
		await approve(second);
		expect(await clickRun(second)).toBe(
			`MR-${second} starts as soon as ${staging.name} has verified these bytes. Waits for ${staging.name} to verify these bytes: MR-${first} verified another script there. Send that script to MR-${second}, or request this one for ${staging.name}.`,
		);
		expect((await lockstep.run(second)).request.state).toBe('approved');
	});
});

describe('a target that takes only verified bytes', () => {
	it('waits for the stage before also where the request was opened for it alone', async () => {
		const {staging, production} = await targets({onlyVerifiedBytes: true});
		const number = await lockstep.started(production, harmless);
		expect((await lockstep.run(number)).request.hold?.reason).toBe(
			`Waits for ${staging.name} to verify these bytes: nobody has requested them there yet; request the same file for ${staging.name}.`,
		);
		expect(await isDueToRun(number)).toBe(false);
		const before = await lockstep.started(staging, harmless);
		expect((await lockstep.run(before)).request.state).toBe('verified');
		expect(await isDueToRun(number)).toBe(true);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('takes a stage that had nothing left to do, if its bytes are the same', async () => {
		const {staging, production} = await targets({onlyVerifiedBytes: true});
		await staging.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('${change}', '10.0.3')`);
		const before = await lockstep.reviewed(staging, harmless);
		expect(await lockstep.state(before)).toBe('verified');
		const number = await lockstep.started(production, harmless);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('does not take the word of another app', async () => {
		const {staging, production} = await targets({onlyVerifiedBytes: true});
		staging.configure({histories: [{app: 'billing', context: 'B', table: '"__EFMigrationsHistory"'}]});
		const other = await lockstep.started(staging, harmless, {app: 'billing'});
		expect((await lockstep.run(other)).request.state).toBe('verified');
		const number = await lockstep.started(production, harmless);
		expect((await lockstep.run(number)).request.hold?.reason).toContain('nobody has requested them there yet');
	});
});

describe('a change of the stage before', () => {
	it('has the later stage’s message edited', async () => {
		const {first, second} = await stages();
		await lockstep.review(second);
		const {revision} = await lockstep.request(second);
		await lockstep.review(first);
		expect((await lockstep.request(second)).revision).toBeGreaterThan(revision);
		expect((await lockstep.load(second)).stages).toMatchObject([{number: first, state: 'in-review'}, {number: second}]);
	});

	it('does not undo the later stage’s review that is under way', async () => {
		const {first, second} = await stages();
		lockstep.moments.beforeReview = async () => {
			await lockstep.review(first);
		};
		await reviewRequest(lockstep.world, second);
		expect(await lockstep.state(first)).toBe('in-review');
		expect(await lockstep.state(second)).toBe('in-review');
		expect(await lockstep.events(second)).toEqual(['submitted', 'review-started', 'review-finished']);
	});

	it('leaves a run of the later stage alone', async () => {
		const {first, second} = await stages();
		await approve(first);
		await verify(first);
		await approve(second);
		await lockstep.start(second);
		lockstep.moments.beforeApply = async () => {
			await lockstep.query('update request set revision = revision + 1 where number = $1', [second]);
		};
		expect((await lockstep.run(second)).request.state).toBe('verified');
	});
});

it('a waiting stage is not hinted again and again before its time', async () => {
	const {second} = await stages();
	await approve(second);
	await clickRun(second);
	await lockstep.run(second);
	lockstep.queue.hints.length = 0;
	await reconcile(lockstep.world);
	expect(lockstep.queue.hints.filter((job) => job.kind === 'run' && job.number === second)).toEqual([]);
});

it('however many stages wait, a run that may begin is hinted', async () => {
	const {second} = await stages();
	await approve(second);
	await lockstep.query(
		`insert into request (target, pool, channel, app, version, summary, script_sha256, script_name, submission_key,
			requester, author, last_editor, start_rule, start_due_at, state, hold_reason, hold_until, created_at)
		select target, pool, channel, 'many', version, summary, script_sha256, script_name, 'many ' || n,
			requester, author, last_editor, start_rule, now(), 'approved', 'Waits for others', now(), created_at
		from request, generate_series(1, 250) as n where number = $1`,
		[second],
	);
	const fresh = await lockstep.started(await lockstep.production(), harmless);
	const due = await isDueToRun(fresh);
	await lockstep.query(`delete from request where app = 'many'`);
	expect(due).toBe(true);
});
