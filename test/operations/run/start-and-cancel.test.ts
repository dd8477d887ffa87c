import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {performRun} from '../../../src/operations/run/perform-run.ts';
import {replaceScript} from '../../../src/operations/request/replace-script.ts';
import {cancelRun, startRun} from '../../../src/operations/run/start-run.ts';
import {
	cast,
	changing,
	expectDone,
	expectRefusal,
	harmless,
	initial,
	openLockstep,
	type Production,
	until,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

const refused: readonly (readonly [string, string, RefusalCode])[] = [
	['an outsider', cast.otto, 'not-involved'],
	['a guest', cast.gus, 'person-guest'],
	['a bot', cast.bot, 'person-bot'],
	['a deactivated person', cast.gone, 'person-deactivated'],
	['a stranger', cast.alien, 'person-stranger'],
];

async function askOf(number: number, person: string = cast.dana) {
	return {number, person, digest: await lockstep.digest(number)};
}

async function isApplying(production: Production): Promise<boolean> {
	const applying = `SELECT FROM pg_stat_activity WHERE application_name LIKE 'lockstep MR-%' AND wait_event = 'PgSleep' AND datname = current_database()`;
	return (await production.query(applying)).length > 0;
}

describe('Run now', () => {
	it('makes the approved request due, once, however often it is clicked', async () => {
		const number = await lockstep.approved(shop, harmless);
		lockstep.queue.hints.length = 0;
		const ask = await askOf(number);
		const both = await Promise.all([startRun(lockstep.world, ask), startRun(lockstep.world, ask)]);
		both.forEach(expectDone);
		expect(expectDone(await startRun(lockstep.world, ask)).sentence).toContain('was started already');
		expect((await lockstep.events(number)).filter((kind) => kind === 'start-asked')).toHaveLength(1);
		expect(lockstep.queue.hints.filter(({kind}) => kind === 'run')).toEqual([{kind: 'run', number, pool: 'default'}]);
	});

	it('starts a scheduled request before its time, and a held one before its next try', async () => {
		const at = Date.now() + 3_600_000;
		const scheduled = await lockstep.approved(shop, harmless, {start: {kind: 'at', at}});
		await lockstep.start(scheduled);
		expect((await lockstep.request(scheduled)).startDueAt).toBeLessThan(at);
		lockstep.slack.lookUpDown = true;
		await lockstep.run(scheduled);
		lockstep.slack.lookUpDown = false;
		expect((await lockstep.request(scheduled)).hold).not.toBeNull();
		await lockstep.start(scheduled);
		expect((await lockstep.request(scheduled)).hold).toBeNull();
	});

	it('is refused before the approval, and for a review that is no longer the current one', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		expectRefusal(await startRun(lockstep.world, await askOf(number)), 'not-in-this-state');
		const old = await askOf(number);
		const script = {name: 'b.sql', bytes: changing(['ALTER TABLE customers ADD level integer'])};
		expectDone(await replaceScript(lockstep.world, {number, person: cast.dana, script}));
		await lockstep.review(number);
		expectRefusal(await startRun(lockstep.world, old), 'stale-view');
	});

	it.each([...refused])('by %s is refused', async (_, person, code) => {
		const number = await lockstep.approved(shop, harmless);
		expectRefusal(await startRun(lockstep.world, await askOf(number, person)), code);
		expect((await lockstep.request(number)).startDueAt).toBeNull();
	});
});

describe('Cancel', () => {
	it('before anything was applied holds the run until somebody clicks Run now again', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.started(fresh, harmless);
		lockstep.moments.beforeBackup = async () => {
			const ask = {number, person: cast.sam};
			const both = await Promise.all([cancelRun(lockstep.world, ask), cancelRun(lockstep.world, ask)]);
			both.forEach(expectDone);
		};
		await lockstep.run(number);
		const {request, runs, escalations} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'approved', startDueAt: null, hold: null});
		expect(runs).toMatchObject([{outcome: 'held', cancelAskedBy: cast.sam}]);
		expect(escalations).toEqual([]);
		expect((await lockstep.events(number)).filter((kind) => kind === 'cancel-asked')).toHaveLength(1);
		expect(await lockstep.messages(number)).toContain('line held');
		expect(await fresh.history()).toEqual([initial]);
		lockstep.clock.advance(600_000);
		await lockstep.run(number);
		expect((await lockstep.load(number)).runs).toHaveLength(1);
		await lockstep.start(number);
		expect((await lockstep.run(number)).request.state).toBe('verified');
	});

	it('right after the backup is heard before the apply, however rarely the heart beats', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.started(fresh, harmless);
		lockstep.moments.afterBackup = async () => {
			expectDone(await cancelRun(lockstep.world, {number, person: cast.sam}));
		};
		const settings = {...lockstep.world.settings, leaseMs: 120_000, heartbeatMs: 60_000};
		await performRun(lockstep.worker('slow', {settings}), number);
		expect(await lockstep.state(number)).toBe('approved');
		expect(await fresh.history()).toEqual([initial]);
	});

	it('while it applies ends the session; where nothing landed the run is held', async () => {
		const fresh = await lockstep.production();
		const script = changing(['ALTER TABLE customers ADD points integer', 'PERFORM pg_sleep(20)']);
		const number = await lockstep.started(fresh, script);
		lockstep.moments.duringApply = async () => {
			await until(async () => await isApplying(fresh), 'applying');
			expectDone(await cancelRun(lockstep.world, {number, person: cast.sam}));
		};
		await lockstep.run(number);
		const {request, escalations} = await lockstep.load(number);
		expect(request).toMatchObject({state: 'approved', startDueAt: null});
		expect(escalations).toEqual([]);
		expect(await isApplying(fresh)).toBe(false);
		expect(await fresh.history()).toEqual([initial]);
		const [line] = await lockstep.query<{text: string}>(
			`select payload->>'text' as text from message where request = $1 and kind = 'line'`,
			[number],
		);
		expect(line?.text).toMatch(new RegExp(`<@${cast.sam}> cancelled the run\\. Nothing landed`));
	});

	it('while a script without transactions applies: failed, and it says who cancelled', async () => {
		const fresh = await lockstep.production();
		const script = changing([`INSERT INTO seeds VALUES ('second')`, 'PERFORM pg_sleep(20)'], {version: '3.1'});
		const number = await lockstep.started(fresh, script);
		lockstep.moments.duringApply = async () => {
			await until(async () => await isApplying(fresh), 'applying');
			expectDone(await cancelRun(lockstep.world, {number, person: cast.sam}));
		};
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'failed'},
			runs: [{report: {landed: 'unknown', rerunSafe: false}}],
			escalations: [{sentence: expect.stringContaining(`<@${cast.sam}> cancelled the run while it was applying.`)}],
		});
	});

	it('is refused where nothing runs, and once it is being verified', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.approved(fresh, harmless);
		expectRefusal(await cancelRun(lockstep.world, {number, person: cast.dana}), 'not-running');
		await lockstep.start(number);
		const answers: string[] = [];
		const {targets} = lockstep.world;
		const watched = lockstep.worker('watched', {
			targets: {
				open: (name) => {
					const database = targets.open(name);
					return {
						...database,
						invalidIndexes: async () => {
							const {runs} = await lockstep.load(number);
							if (runs.some(({steps}) => steps.some((step) => step.name === 'verify'))) {
								const answer = await cancelRun(lockstep.world, {number, person: cast.dana});
								answers.push(expectRefusal(answer, 'past-cancelling').sentence);
							}
							return await database.invalidIndexes();
						},
					};
				},
			},
		});
		await performRun(watched, number);
		expect(answers).toEqual([expect.stringContaining('nothing left to stop')]);
		expect(await lockstep.state(number)).toBe('verified');
	});

	it('is refused to anybody who is not involved', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.started(fresh, harmless);
		let asked = 0;
		lockstep.moments.beforeBackup = async () => {
			for (const [, person, code] of refused) {
				expectRefusal(await cancelRun(lockstep.world, {number, person}), code);
				asked++;
			}
			expect(expectDone(await startRun(lockstep.world, await askOf(number))).sentence).toContain('is running already');
		};
		expect((await lockstep.run(number)).request.state).toBe('verified');
		expect(asked).toBe(refused.length);
	});
});
