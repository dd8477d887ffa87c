import {describe, expect, it} from 'vitest';

import type {RefusalCode} from '../../../src/domain/refusal.ts';
import {acknowledge} from '../../../src/operations/failure/acknowledge.ts';
import {askGate} from '../../../src/operations/answer-gate.ts';
import {decideFailure} from '../../../src/operations/failure/decide-failure.ts';
import {escalate} from '../../../src/operations/failure/escalate.ts';
import {cast, expectDone, expectRefusal, failing, openLockstep} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

const minute = 60_000;

/** A failure as a run writes it down, without the run. */
async function failed(): Promise<{readonly number: number; readonly escalation: number}> {
	const number = await lockstep.open(shop, failing);
	const at = lockstep.world.clock.now();
	await lockstep.record.commit({
		number,
		revision: null,
		claim: null,
		event: {kind: 'failed', actor: 'lockstep', at, detail: {}},
		writes: [
			{kind: 'request', set: {state: 'failed'}},
			{kind: 'escalation-opened', run: null, sentence: 'It failed.', at, nextPingAt: at + 15 * minute},
		],
	});
	const [escalation] = (await lockstep.load(number)).escalations;
	return {number, escalation: escalation?.id ?? 0};
}

async function reminders(number: number): Promise<number> {
	return (await lockstep.messages(number)).filter((kind) => kind === 'reminder').length;
}

const neverMembers: readonly (readonly [string, string, RefusalCode])[] = [
	['a guest', cast.gus, 'person-guest'],
	['a bot', cast.bot, 'person-bot'],
	['a deactivated person', cast.gone, 'person-deactivated'],
	['a stranger', cast.alien, 'person-stranger'],
	['somebody unknown', 'U0NOBODY', 'person-unknown'],
];

describe('an escalation', () => {
	it('pings when it is due, once per due time, whoever comes and however often', async () => {
		const {number, escalation} = await failed();
		await escalate(lockstep.world, number, escalation);
		expect(await reminders(number)).toBe(0);
		lockstep.clock.advance(15 * minute);
		await Promise.all([1, 2, 3].map(async () => await escalate(lockstep.world, number, escalation)));
		await escalate(lockstep.world, number, escalation);
		expect(await reminders(number)).toBe(1);
		expect((await lockstep.load(number)).escalations).toMatchObject([{pings: 2, acknowledgedBy: null}]);
		lockstep.clock.advance(15 * minute);
		await escalate(lockstep.world, number, escalation);
		expect(await reminders(number)).toBe(2);
	});

	it('pings no more once somebody has acknowledged', async () => {
		const {number, escalation} = await failed();
		const done = expectDone(await acknowledge(lockstep.world, {number, escalation, person: cast.sam}));
		expect(done.sentence).toContain('is yours: no more pings');
		lockstep.clock.advance(60 * minute);
		await escalate(lockstep.world, number, escalation);
		expect(await reminders(number)).toBe(0);
		expect((await lockstep.load(number)).escalations).toMatchObject([
			{acknowledgedBy: cast.sam, acknowledgedAt: expect.any(Number), nextPingAt: null, pings: 1},
		]);
	});

	it('is acknowledged by the first of two, and by a double click once', async () => {
		const {number, escalation} = await failed();
		const both = await Promise.all(
			[cast.sam, cast.lena].map(async (person) => await acknowledge(lockstep.world, {number, escalation, person})),
		);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		const again = await acknowledge(lockstep.world, {number, escalation, person: cast.sam});
		expect(expectRefusal(again, 'already-acknowledged').sentence).toMatch(/<@U0(SAM|LENA)0+1> has acknowledged/);
		expect((await lockstep.events(number)).filter((kind) => kind === 'acknowledged')).toHaveLength(1);
	});

	it.each([
		['who asked for it', cast.dana],
		['an approver', cast.priya],
		['a lead', cast.lena],
	])('may be acknowledged by %s', async (_, person) => {
		const {number, escalation} = await failed();
		expectDone(await acknowledge(lockstep.world, {number, escalation, person}));
	});

	it('may not be acknowledged by anybody else', async () => {
		const {number, escalation} = await failed();
		for (const [, person, code] of [...neverMembers, ['', cast.otto, 'not-involved'] as const]) {
			expectRefusal(await acknowledge(lockstep.world, {number, escalation, person}), code);
		}
		const unknown = {number, escalation: 999_999, person: cast.sam};
		expectRefusal(await acknowledge(lockstep.world, unknown), 'request-unknown');
		expectRefusal(await acknowledge(lockstep.world, {...unknown, number: 999_999}), 'request-unknown');
		expect((await lockstep.load(number)).escalations).toMatchObject([{acknowledgedBy: null}]);
	});

	it('still pings where the target has gone from the configuration', async () => {
		const {number, escalation} = await failed();
		const without = lockstep.worker('w', {settings: {...lockstep.world.settings, targets: new Map()}});
		lockstep.clock.advance(15 * minute);
		await escalate(without, number, escalation);
		expect(await reminders(number)).toBe(1);
	});
});

describe('after a failure', () => {
	it('nothing goes on until a lead allows a re-run; then it waits for Run now, and the gate stays shut', async () => {
		const fresh = await lockstep.production();
		const {number} = await lockstep.failed(fresh);
		const version = {app: 'shop', version: '1.4.0', target: fresh.name};
		expect(await askGate(lockstep.world, version)).toMatchObject({verdict: 'stop', reason: 'failed'});
		await lockstep.run(number);
		expect(await lockstep.state(number)).toBe('failed');
		const ask = {number, person: cast.lena, decision: 'rerun', reason: 'the rows are gone'} as const;
		const done = expectDone(await decideFailure(lockstep.world, ask));
		expect(done.sentence).toContain('somebody clicks Run now');
		expect(await lockstep.request(number)).toMatchObject({state: 'approved', startDueAt: null});
		expect(await lockstep.messages(number)).toContain('line rerun');
		await lockstep.run(number);
		expect(await lockstep.state(number)).toBe('approved');
		expect(await askGate(lockstep.world, version)).toMatchObject({verdict: 'hold', reason: 'waiting'});
		await fresh.query('DELETE FROM customers WHERE id >= 10');
		await lockstep.start(number);
		expect((await lockstep.run(number)).runs.map(({outcome}) => outcome)).toEqual(['failed', 'verified']);
		expect(await askGate(lockstep.world, version)).toMatchObject({verdict: 'go', reason: 'verified'});
	});

	it('a lead who decides has taken it: nobody is pinged any more', async () => {
		const {number, escalation} = await failed();
		const ask = {number, person: cast.lena, decision: 'close', reason: 'fixed forward'} as const;
		expectDone(await decideFailure(lockstep.world, ask));
		lockstep.clock.advance(60 * minute);
		await escalate(lockstep.world, number, escalation);
		expect(await reminders(number)).toBe(0);
		expect((await lockstep.load(number)).escalations).toMatchObject([{acknowledgedBy: cast.lena}]);
	});

	it('closed by the lead, it stays closed and the gate stays shut', async () => {
		const {number} = await failed();
		const ask = {number, person: cast.lena, decision: 'close', reason: 'fixed forward'} as const;
		const both = await Promise.all([decideFailure(lockstep.world, ask), decideFailure(lockstep.world, ask)]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
		expect(await lockstep.request(number)).toMatchObject({state: 'closed', reason: 'fixed forward'});
		expect((await lockstep.messages(number)).filter((kind) => kind === 'line close')).toHaveLength(1);
		expectRefusal(await decideFailure(lockstep.world, {...ask, decision: 'rerun'}), 'not-in-this-state');
	});

	it('one of two opposite decisions at once happens', async () => {
		const {number} = await failed();
		const ask = {number, person: cast.lena, reason: 'because'};
		const both = await Promise.all([
			decideFailure(lockstep.world, {...ask, decision: 'rerun'}),
			decideFailure(lockstep.world, {...ask, decision: 'close'}),
		]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['done', 'refusal']);
	});

	it('only a lead decides, with a reason', async () => {
		const {number} = await failed();
		const ask = {number, decision: 'rerun', reason: 'x'} as const;
		for (const person of [cast.dana, cast.priya, cast.sam, cast.otto]) {
			expectRefusal(await decideFailure(lockstep.world, {...ask, person}), 'not-a-lead');
		}
		for (const [, person, code] of neverMembers) {
			expectRefusal(await decideFailure(lockstep.world, {...ask, person}), code);
		}
		expectRefusal(await decideFailure(lockstep.world, {...ask, person: cast.lena, reason: ''}), 'reason-missing');
		lockstep.slack.change(cast.lena, {guest: true});
		expectRefusal(await decideFailure(lockstep.world, {...ask, person: cast.lena}), 'person-guest');
		expect(await lockstep.state(number)).toBe('failed');
	});
});
