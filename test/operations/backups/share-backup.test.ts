import {appendFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';

import {performRun} from '../../../src/operations/run/perform-run.ts';
import {changing, harmless, openLockstep, type Production, until} from '../../support/lockstep-world.ts';
import {programBackup} from '../../support/program-backup.ts';

const lockstep = await openLockstep();
const {world} = lockstep;

const hourMs = 3_600_000;
const second = changing(['ALTER TABLE customers ADD later integer'], {id: '20260301000000_Later'});

/** A target whose requests share a backup, and a first run that took one. */
async function sharing(reuseWithinMs: number | null = 4 * hourMs): Promise<{shop: Production; first: number}> {
	const shop = await lockstep.production();
	const {backup} = shop.target();
	shop.configure({backup: {...backup, reuseWithinMs}});
	const first = await lockstep.started(shop, harmless);
	expect((await lockstep.run(first)).request.state).toBe('verified');
	return {shop, first};
}

/** To be reviewed again. */
async function again(number: number): Promise<number> {
	await lockstep.query(`update request set state = 'submitted' where number = $1`, [number]);
	return number;
}

async function taken(number: number): Promise<number> {
	return (await lockstep.query('select from backup where request = $1', [number])).length;
}

async function noteOfBackup(number: number): Promise<string | null | undefined> {
	const {runs} = await lockstep.load(number);
	return runs.at(-1)?.steps.find(({name}) => name === 'backup')?.note;
}

describe('requests of one target', () => {
	it('share a backup that is young enough, and say what a restore would lose', async () => {
		const {shop, first} = await sharing();
		await shop.query(`INSERT INTO orders SELECT n, 1 FROM generate_series(1000, 1099) AS n`);
		const number = await lockstep.started(shop, second);
		// Before anybody starts it: rows are counted by the server's statistics, a moment later.
		await until(
			async () => ((await lockstep.review(await again(number))).lastBackup?.written?.rows ?? 0) >= 100,
			'told',
		);
		expect((await lockstep.load(number)).lastBackup).toMatchObject({request: first, written: {at: expect.any(Number)}});
		const {request, backups} = await lockstep.run(number);
		expect(request.state).toBe('verified');
		expect(await taken(number)).toBe(0);
		expect(backups).toMatchObject([{fileName: expect.stringContaining(`-MR-${first}.dump`)}]);
		const note = await noteOfBackup(number);
		expect(note).toMatch(
			new RegExp(`^Shares MR-${first}’s backup .* 1 min old and read back in full again: a restore loses`),
		);
		expect(note).toContain(`MR-${first}’s own change among it`);
		expect(await lockstep.events(number)).toContain('backup-shared');
	});

	it('take their own where the configuration says nothing, and where the last one is too old', async () => {
		const own = await sharing(null);
		const number = await lockstep.started(own.shop, second);
		await lockstep.run(number);
		expect(await taken(number)).toBe(1);
		const {shop, first} = await sharing();
		await lockstep.query(`update backup set finished_at = now() - interval '5 hours' where request = $1`, [first]);
		const late = await lockstep.started(shop, second);
		await lockstep.run(late);
		expect(await taken(late)).toBe(1);
	});

	it('take their own where the shared one is not as it was written any more, and the record knows it then', async () => {
		const {shop, first} = await sharing();
		const [backup] = (await lockstep.load(first)).backups;
		await appendFile(backup?.path ?? '', 'x');
		const number = await lockstep.started(shop, second);
		await lockstep.run(number);
		expect(await taken(number)).toBe(1);
		expect(await lockstep.query('select trouble from backup where request = $1', [first])).toMatchObject([
			{trouble: expect.stringContaining('were written')},
		]);
	});

	it('take their own where the target is another database than then', async () => {
		const {shop, first} = await sharing();
		await lockstep.query(
			`update request set target_identity = jsonb_set(target_identity, '{databaseOid}', '1') where number = $1`,
			[first],
		);
		const number = await lockstep.started(shop, second);
		await lockstep.run(number);
		expect(await taken(number)).toBe(1);
	});

	it('never share one that is being deleted', async () => {
		const {shop, first} = await sharing();
		await lockstep.query(`update backup set deleted_at = now() where request = $1`, [first]);
		const number = await lockstep.started(shop, second);
		await lockstep.run(number);
		expect(await taken(number)).toBe(1);
	});
});

it('what a program took is a deviation from the runbook in the step and in the audit', async () => {
	const shop = await lockstep.production();
	const {backup} = shop.target();
	shop.configure({backup: {...backup, directory: null, program: '/opt/snapshot'}});
	const number = await lockstep.started(shop, harmless);
	const backups = {
		...world.backups,
		check: async () => await Promise.resolve(),
		take: async () => await Promise.resolve(programBackup()),
	};
	await performRun(lockstep.worker('worker 7', {backups}), number);
	const record = await lockstep.load(number);
	expect(record.request.state).toBe('verified');
	expect(record.backups).toMatchObject([{kind: 'program', path: 'snap-1', restoreCommand: 'restore-snapshot snap-1'}]);
	const sentence = 'Deviation from the runbook: snap-1 was taken by /opt/snapshot, not by pg_dump';
	expect(await noteOfBackup(number)).toContain(sentence);
	const told = await lockstep.query(`select detail from audit_event where request = $1 and kind = 'step-backup-done'`, [
		number,
	]);
	expect(JSON.stringify(told)).toContain(sentence);
});
