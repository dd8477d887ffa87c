import {expect, it} from 'vitest';

import type {Job} from '../../src/operations/ports/queue.ts';
import {publishMessages} from '../../src/operations/publish-message.ts';
import {reconcile} from '../../src/operations/reconcile.ts';
import {withdrawRequest} from '../../src/operations/request/withdraw-request.ts';
import {cast, expectDone, harmless, openLockstep} from '../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

/** Published, whatever was edited a moment ago. */
async function publish(number: number): Promise<void> {
	await lockstep.query('delete from edit');
	await publishMessages({record: lockstep.record, messenger: lockstep.slack.messenger}, number, () => undefined);
}

async function hinted(number: number): Promise<readonly Job[]> {
	lockstep.queue.hints.length = 0;
	await reconcile(lockstep.world);
	return lockstep.queue.hints.filter((job) => 'number' in job && job.number === number);
}

it('hints exactly what is due, and again as long as it is', async () => {
	const pool = 'default';
	const number = await lockstep.open(shop, harmless);
	const review: Job = {kind: 'review', number, pool};
	expect(await hinted(number)).toEqual([review, {kind: 'publish', number}]);
	await publish(number);
	expect(await hinted(number)).toEqual([review]);
	expect(await hinted(number)).toEqual([review]);
	await lockstep.review(number);
	expect(await hinted(number)).toEqual([{kind: 'publish', number}]);
	await publish(number);
	expect(await hinted(number)).toEqual([]);
});

it('hints an approved request once it was asked to run, and not while it is held', async () => {
	const fresh = await lockstep.production();
	const number = await lockstep.approved(fresh, harmless);
	await publish(number);
	expect(await hinted(number)).toEqual([]);
	await lockstep.start(number);
	await publish(number);
	expect(await hinted(number)).toEqual([{kind: 'run', number, pool: 'default'}]);
	lockstep.slack.lookUpDown = true;
	await lockstep.run(number);
	await publish(number);
	expect(await hinted(number)).toEqual([]);
	lockstep.slack.lookUpDown = false;
	await lockstep.query(`update request set hold_until = now() where number = $1`, [number]);
	expect(await hinted(number)).toEqual([{kind: 'run', number, pool: 'default'}]);
});

it('hints a run whose worker is gone, and an escalation whose time has come', async () => {
	const fresh = await lockstep.production();
	const {number, escalation} = await lockstep.failed(fresh);
	await publish(number);
	expect(await hinted(number)).toEqual([]);
	await lockstep.query(`update escalation set next_ping_at = now() where request = $1`, [number]);
	expect(await hinted(number)).toEqual([{kind: 'escalate', number, escalation}]);

	const orphan = await lockstep.started(fresh, harmless);
	lockstep.moments.beforeBackup = async () => {
		expect((await hinted(orphan)).filter(({kind}) => kind === 'run')).toEqual([]);
		await lockstep.query(`update run set lease_until = clock_timestamp() - interval '1 second' where request = $1`, [
			orphan,
		]);
	};
	await lockstep.run(orphan);
	expect((await hinted(orphan)).filter(({kind}) => kind === 'run')).toEqual([
		{kind: 'run', number: orphan, pool: 'default', after: 1},
	]);
	await lockstep.run(orphan);
	expect(await lockstep.state(orphan)).toBe('verified');
});

it('hints nothing of what has ended', async () => {
	const number = await lockstep.open(shop, harmless);
	expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
	await publish(number);
	expect(await hinted(number)).toEqual([]);
});

it('does no harm while the queue is down', async () => {
	await lockstep.open(shop, harmless);
	lockstep.queue.down = true;
	await expect(reconcile(lockstep.world)).resolves.toBeUndefined();
});
