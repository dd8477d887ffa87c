import {access, rename} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';

import {keepBackups} from '../../../src/operations/backups/keep-backups.ts';
import type {RecordedBackup} from '../../../src/operations/ports/backup-records.ts';
import {reconcile} from '../../../src/operations/reconcile.ts';
import {cast, changing, failing, harmless, openLockstep, type Production} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const {world} = lockstep;
const pool = 'default';

/** A run that took a backup and was verified. */
async function verified(shop: Production, script: Uint8Array = harmless): Promise<number> {
	const number = await lockstep.started(shop, script);
	expect((await lockstep.run(number)).request.state).toBe('verified');
	return number;
}

const later = changing(['ALTER TABLE customers ADD later integer'], {id: '20260301000000_Later'});

async function backupOf(number: number): Promise<RecordedBackup> {
	const rows = await lockstep.query<{id: number}>('select id from backup where request = $1', [number]);
	const all = await lockstep.record.backups.list({target: null, pool: null});
	const found = all.find(({id}) => id === rows[0]?.id);
	if (found === undefined) throw new Error(`MR-${number} has no backup that is there`);
	return found;
}

/** As if it had been taken so many days ago. */
async function age(number: number, days: number): Promise<void> {
	await lockstep.query(
		`update backup set finished_at = finished_at - $2 * interval '1 day', keep_until = keep_until - $2 * interval '1 day',
		past_since = past_since - $2 * interval '1 day', look_again_at = look_again_at - $2 * interval '1 day' where request = $1`,
		[number, days],
	);
}

async function isThere(file: string): Promise<boolean> {
	return await access(file).then(
		() => true,
		() => false,
	);
}

async function keep(): Promise<readonly Error[]> {
	const errors: Error[] = [];
	await keepBackups(world, pool, (error) => errors.push(error));
	return errors;
}

async function isDue(): Promise<boolean> {
	return (await lockstep.record.due()).oldBackups.includes(pool);
}

/** Two verified runs of one target: the first one's backup is not the last good one. */
async function twice(): Promise<{readonly old: number; readonly file: string}> {
	const shop = await lockstep.production();
	const old = await verified(shop);
	await verified(shop, later);
	return {old, file: (await backupOf(old)).path};
}

describe('a backup past keeping', () => {
	it('is due by the record, condemned by the first look, and deleted with its manifest by the next day’s', async () => {
		const {old, file} = await twice();
		expect(await isDue()).toBe(false);
		await age(old, 8);
		expect(await isDue()).toBe(true);
		lockstep.queue.hints.length = 0;
		await reconcile(world);
		expect(lockstep.queue.hints).toContainEqual({kind: 'keep-backups', pool});
		expect(await keep()).toEqual([]);
		expect(await isThere(file)).toBe(true);
		expect(await isDue()).toBe(false);
		await age(old, 1);
		expect(await isDue()).toBe(true);
		await keep();
		expect([await isThere(file), await isThere(`${file}.json`)]).toEqual([false, false]);
		expect(await isDue()).toBe(false);
		expect(await lockstep.events(old)).toContain('backup-deleted');
	});

	it('stays while somebody holds it, and goes once it is released', async () => {
		const {old, file} = await twice();
		const {id} = await backupOf(old);
		const hold = async (by: string | null): Promise<void> => {
			const set = {hold: by === null ? null : {by, reason: 'audit', at: Date.now()}};
			const event = {kind: 'backup-held', actor: cast.lena, at: Date.now(), detail: {}};
			await lockstep.record.commit({
				number: old,
				revision: null,
				claim: null,
				event,
				writes: [{kind: 'backup-change', backup: id, set}],
			});
		};
		await hold(cast.lena);
		for (const days of [30, 2]) {
			await age(old, days);
			await keep();
		}
		expect(await isThere(file)).toBe(true);
		await hold(null);
		for (const days of [2, 2]) {
			await age(old, days);
			await keep();
		}
		expect(await isThere(file)).toBe(false);
	});

	it('stays as the target’s last good one', async () => {
		const shop = await lockstep.production();
		const number = await verified(shop);
		const {path} = await backupOf(number);
		for (const days of [30, 2, 2]) {
			await age(number, days);
			await keep();
		}
		expect(await isThere(path)).toBe(true);
	});

	it('stays while the request whose run took it has failed and nobody has decided', async () => {
		const shop = await lockstep.production();
		const {number} = await lockstep.failed(shop);
		await lockstep.query(`update request set state = 'closed' where number = $1`, [number]);
		await lockstep.query(`update request set state = 'failed' where number = $1`, [number]);
		await verified(shop, later);
		const {path} = await backupOf(number);
		for (const days of [30, 2, 2]) {
			await age(number, days);
			await keep();
		}
		expect(await isThere(path)).toBe(true);
		await lockstep.query(`update request set state = 'closed' where number = $1`, [number]);
		for (const days of [2, 2]) {
			await age(number, days);
			await keep();
		}
		expect(await isThere(path)).toBe(false);
	});

	it('that cannot be removed now is told, stays decided, and is tried again', async () => {
		const {old, file} = await twice();
		await age(old, 8);
		await keep();
		await age(old, 1);
		const directory = lockstep.backupDirectory;
		// A file stands where the directory was.
		await rename(directory, `${directory}-away`);
		await (await import('node:fs/promises')).writeFile(directory, '');
		const errors = await keep();
		await (await import('node:fs/promises')).rm(directory);
		await rename(`${directory}-away`, directory);
		expect(errors.map(({message}) => message)).toEqual([expect.stringContaining(directory)]);
		expect([await isThere(file), await isDue()]).toEqual([true, false]);
		await age(old, 1);
		expect(await keep()).toEqual([]);
		expect(await isThere(file)).toBe(false);
	});

	it('is not deleted when somebody holds it at the very moment', async () => {
		const {old, file} = await twice();
		await age(old, 8);
		await keep();
		await age(old, 1);
		const {backups} = lockstep.record;
		const racing = {
			...lockstep.record,
			backups: {
				...backups,
				list: async (where: Parameters<typeof backups.list>[0]) => {
					const there = await backups.list(where);
					await lockstep.query(
						`update backup set held_by = 'lena', held_reason = 'wait', held_at = now() where request = $1`,
						[old],
					);
					return there;
				},
			},
		};
		await keepBackups({...world, record: racing}, pool, () => undefined);
		expect(await isThere(file)).toBe(true);
		expect(await lockstep.events(old)).not.toContain('backup-deleted');
	});
});

it('a backup’s days count from the record’s clock where the worker’s date is behind', async () => {
	const shop = await lockstep.production();
	const number = await lockstep.started(shop, harmless);
	const behind = {
		...world.backups,
		take: async (backup: Parameters<typeof world.backups.take>[0]) => ({
			...(await world.backups.take(backup)),
			finishedAt: new Date(Date.now() - 30 * 86_400_000),
		}),
	};
	const {performRun} = await import('../../../src/operations/run/perform-run.ts');
	await performRun(lockstep.worker('worker 9', {backups: behind}), number);
	expect((await backupOf(number)).keepUntil).toBeGreaterThan(Date.now() + 6.9 * 86_400_000);
});

it('a failing script’s request keeps its backup in its record', async () => {
	const shop = await lockstep.production();
	const number = await lockstep.started(shop, failing);
	expect((await lockstep.run(number)).backups).toMatchObject([{kind: 'dump', path: expect.stringContaining('/')}]);
});
