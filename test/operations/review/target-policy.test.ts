import {rm} from 'node:fs/promises';
import path from 'node:path';

import {describe, expect, it} from 'vitest';

import {agreeWithEvidence} from '../../../src/operations/review/answer-checklist.ts';
import {cast, change, expectDone, harmless, initial, openLockstep} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

async function answered(number: number): Promise<void> {
	expectDone(
		await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: await lockstep.digest(number)}),
	);
}

describe('a target that asks for two approvals', () => {
	it('takes two for a clean request, and the run asks for both once more', async () => {
		const shop = await lockstep.production();
		shop.configure({policy: {...shop.target().policy, approvals: 2}});
		const number = await lockstep.reviewed(shop, harmless);
		await answered(number);
		expect(expectDone(await lockstep.approve(number, cast.priya)).sentence).toBe(
			`Your approval counts. MR-${number} needs 1 more, by somebody else.`,
		);
		expect(await lockstep.state(number)).toBe('in-review');
		expectDone(await lockstep.approve(number, cast.omar));
		await lockstep.start(number);
		lockstep.slack.removeApprover(cast.omar);
		expect((await lockstep.run(number)).request).toMatchObject({state: 'in-review'});
		expect(await lockstep.messages(number)).toContain('line lapsed');
		expect(await shop.history()).toEqual([initial]);
	});

	it('that asked for one when it was approved does not start with one', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		shop.configure({policy: {...shop.target().policy, approvals: 2}});
		expect((await lockstep.run(number)).request.state).toBe('in-review');
		const lines = await lockstep.query<{text: string}>(
			`select payload ->> 'text' as text from message where request = $1 and kind = 'line'`,
			[number],
		);
		expect(lines).toEqual([{text: '2 approvals are needed now, and there is 1.'}]);
		expect(await shop.history()).toEqual([initial]);
	});
});

describe('a target that asks for no backup', () => {
	it('applies without one and says so, even where there is no place for it', async () => {
		const directory = path.join(lockstep.backupDirectory, 'nowhere');
		const shop = await lockstep.production({backup: {directory, keepDays: 7, required: false}});
		await rm(directory, {recursive: true, force: true});
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.beforeBackup = () => Promise.reject(new Error('a backup was taken'));
		const {request, runs, backups} = await lockstep.run(number);
		expect(request.state).toBe('verified');
		expect(backups).toEqual([]);
		expect(runs[0]?.steps).toMatchObject([
			{name: 'preflight', state: 'done'},
			{name: 'backup', state: 'done', note: `Not taken: ${shop.name}’s configuration asks for none.`},
			{name: 'drill', state: 'done', note: expect.stringMatching(/^Skipped: /)},
			{name: 'apply', state: 'done'},
			{name: 'verify', state: 'done'},
		]);
		expect(await shop.history()).toEqual([initial, change]);
	});

	it('fails as any other, without a backup to restore from', async () => {
		const shop = await lockstep.production();
		shop.configure({backup: {...shop.target().backup, required: false}});
		const {number} = await lockstep.failed(shop);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'failed'}, backups: []});
	});
});
