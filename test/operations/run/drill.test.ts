import {existsSync} from 'node:fs';
import {readFile, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {describe, expect, it} from 'vitest';

import {createBackups} from '../../../src/adapters/backups/backups.ts';
import type {Drill} from '../../../src/domain/drill.ts';
import type {Target} from '../../../src/domain/target.ts';
import {askGate} from '../../../src/operations/answer-gate.ts';
import {verifyBackup} from '../../../src/operations/backups/verify-backup.ts';
import type {Backups} from '../../../src/operations/ports/backups.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import type {DrillRequest, Scratch} from '../../../src/operations/ports/scratch.ts';
import {decideFailure} from '../../../src/operations/failure/decide-failure.ts';
import {performRun} from '../../../src/operations/run/perform-run.ts';
import {cancelRun} from '../../../src/operations/run/start-run.ts';
import {databaseServer} from '../../support/databases.ts';
import {
	cast,
	change,
	changing,
	expectDone,
	harmless,
	initial,
	openLockstep,
	type Production,
	until,
} from '../../support/lockstep-world.ts';
import {programBackup} from '../../support/program-backup.ts';

const lockstep = await openLockstep();
const {world} = lockstep;

const drilling = {enabled: true, maxBytes: 1024 ** 3, withinMs: 60_000};

async function drilled(changed: Partial<Target> = {}): Promise<Production> {
	return await lockstep.production({drill: drilling, ...changed});
}

/** Performs the run that is due by a worker with another scratch, or other backups. */
async function runWith(
	number: number,
	changed: {readonly scratch?: Partial<Scratch>; readonly backups?: Partial<Backups>; readonly stopping?: AbortSignal},
): Promise<RequestRecord> {
	const {scratch, backups, ...others} = changed;
	const other = {scratch: {...world.scratch, ...scratch}, backups: {...world.backups, ...backups}, ...others};
	await performRun(lockstep.worker('worker 2', other), number);
	return await lockstep.load(number);
}

const never: Partial<Scratch> = {drill: () => Promise.reject(new Error('a drill was made'))};

function passing(request: DrillRequest): {readonly drill: Drill; readonly output: string} {
	const {backup} = request;
	const counted = {restoredInMs: 41_000, tablesCompared: 5, rowsRestored: 1_230_000, leftOut: [], scriptMs: 3100};
	return {drill: {kind: 'passed', at: 1, backup, serverVersion: '15.18', ...counted}, output: ''};
}

function stepOf({runs}: RequestRecord, name = 'drill'): {readonly state?: string; readonly note?: string | null} {
	return runs.at(-1)?.steps.find((step) => step.name === name) ?? {};
}

/** All that a script could have changed: rows, and how the tables are made. */
async function contentsOf(shop: Production): Promise<unknown> {
	const rows = await shop.query(
		`SELECT (SELECT json_agg(c ORDER BY id) FROM customers AS c) AS customers, (SELECT json_agg(o ORDER BY id) FROM orders AS o) AS orders,
			(SELECT json_agg(h) FROM "__EFMigrationsHistory" AS h) AS history`,
	);
	const made = await shop.query(
		`SELECT attrelid::regclass::text AS relation, attname, attnotnull FROM pg_attribute WHERE attnum > 0 AND attrelid IN
			(SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) ORDER BY 1, attnum`,
	);
	const constraints = await shop.query('SELECT conname FROM pg_constraint ORDER BY 1');
	return {rows, made, constraints};
}

describe('a script that the real rows stop', () => {
	it.each([
		[
			'a null',
			`UPDATE customers SET name = NULL WHERE id = 7`,
			'ALTER TABLE customers ALTER name SET NOT NULL',
			'23502',
		],
		[
			'a duplicate',
			`UPDATE customers SET phone = '555-1' WHERE id = 2`,
			'CREATE UNIQUE INDEX by_phone ON customers (phone)',
			'23505',
		],
		[
			'a broken reference',
			`UPDATE orders SET customer = 99 WHERE id = 7`,
			'ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers',
			'23503',
		],
	])('over %s fails before production is touched', async (_, spoil, statement, sqlState) => {
		const shop = await drilled();
		await shop.query(`UPDATE orders SET customer = 1 WHERE customer = 0; ${spoil}`);
		const before = await contentsOf(shop);
		const number = await lockstep.started(shop, changing([statement]));
		lockstep.moments.beforeApply = () => Promise.reject(new Error('production was touched'));
		const record = await lockstep.run(number);
		expect(record.request.state).toBe('failed');
		expect(await contentsOf(shop)).toEqual(before);
		expect(record.runs[0]).toMatchObject({
			outcome: 'failed',
			appliedBefore: null,
			drill: {kind: 'script-failed', error: {sqlState, statement}},
			report: {landed: 'nothing', missingMigrations: [change], rerunSafe: true, lastHistory: [{migrationId: initial}]},
		});
		const failure = record.runs[0]?.report?.failure ?? '';
		expect(failure).toMatch(/^On the restored backup the script stopped at line \d+ \(/);
		expect(failure).toContain(statement);
		expect(failure).toContain(`(SQLSTATE ${sqlState}). Production is untouched`);
		expect(record.runs[0]?.report?.output).toContain('ERROR:');
		expect(stepOf(record)).toMatchObject({state: 'failed'});
		expect(record.escalations).toMatchObject([{sentence: failure, acknowledgedBy: null}]);
		const version = {app: 'shop', version: '1.4.0', target: shop.name};
		expect(await askGate(world, version)).toMatchObject({verdict: 'stop'});
	});

	it('fails by a probe in the same way', async () => {
		const probes = [{name: 'all customers are there', sql: 'SELECT count(*) = 20 FROM customers'}];
		const shop = await drilled({verification: {appRoles: [], probes, ignore: []}});
		const number = await lockstep.started(shop, changing(['DELETE FROM customers WHERE id = 20']));
		const record = await lockstep.run(number);
		expect(record.request.state).toBe('failed');
		expect(record.runs[0]?.report).toMatchObject({
			landed: 'nothing',
			failure: expect.stringMatching(/“all customers are there” was answered with false\. Production is untouched/),
		});
		expect(await shop.query('SELECT FROM customers')).toHaveLength(20);
	});
});

describe('a drill that passes', () => {
	it('predicts how long production takes, and is compared with it', async () => {
		const shop = await drilled();
		const number = await lockstep.started(shop, harmless);
		const record = await lockstep.run(number);
		expect(record.request.state).toBe('verified');
		expect(record.runs[0]?.drill).toMatchObject({kind: 'passed', backup: record.backups[0]?.fileName});
		expect(stepOf(record)).toMatchObject({
			state: 'done',
			note: expect.stringMatching(
				/^Restored in [\d.]+ s, 5 tables and 222 rows as the manifest counts them\. The script took [\d.]+ s there: expect about as long\.$/,
			),
		});
		expect(stepOf(record, 'apply').note).toMatch(/^1 applied in [\d.]+ s; the drill took [\d.]+ s$/);
		expect((await lockstep.events(number)).filter((kind) => kind.includes('drill'))).toEqual([
			'step-drill-running',
			'step-drill-done',
		]);
	});

	it('is made of a copy that nobody else may read where what is kept is encrypted, and the copy is removed', async () => {
		const shop = await drilled();
		const recipients = [await identityToRecipient(await generateX25519Identity())];
		shop.configure({backup: {...shop.target().backup, encrypted: true}});
		const number = await lockstep.started(shop, harmless);
		const seen: string[] = [];
		const scratch: Partial<Scratch> = {
			drill: async (request) => {
				seen.push(request.dumpFile);
				expect((await readFile(request.dumpFile)).subarray(0, 5).toString()).toBe('PGDMP');
				expect((await stat(request.dumpFile)).mode & 0o777).toBe(0o600);
				expect((await stat(path.dirname(request.dumpFile))).mode & 0o777).toBe(0o700);
				return passing(request);
			},
		};
		const record = await runWith(number, {scratch, backups: await encryptingBackups(shop, recipients)});
		expect(record.request.state).toBe('verified');
		expect(record.backups[0]?.path).toMatch(/\.age$/);
		expect(stepOf(record).note).toBe(
			'Restored in 41 s, 5 tables and 1.2 million rows as the manifest counts them. The script took 3.1 s there: expect about as long.',
		);
		expect(seen.map((file) => existsSync(path.dirname(file)))).toEqual([false]);
	});

	it('removes the copy as well where the backup fails', async () => {
		const shop = await drilled();
		shop.configure({backup: {...shop.target().backup, encrypted: true}});
		const number = await lockstep.started(shop, harmless);
		let copy = '';
		const take: Backups['take'] = ({plainCopy}) => {
			copy = plainCopy ?? '';
			return Promise.reject(new Failure('disk-full', 'There is no room left.'));
		};
		expect((await runWith(number, {scratch: never, backups: {take}})).runs).toMatchObject([{outcome: 'held'}]);
		expect(copy).not.toBe('');
		expect(existsSync(path.dirname(copy))).toBe(false);
	});

	it('is made of a shared backup with the rows of its manifest', async () => {
		const shop = await lockstep.production();
		shop.configure({backup: {...shop.target().backup, reuseWithinMs: 3_600_000}});
		const first = await lockstep.started(shop, harmless);
		const [kept] = (await lockstep.run(first)).backups;
		shop.configure({drill: drilling});
		const number = await lockstep.started(
			shop,
			changing(['ALTER TABLE customers ADD later integer'], {id: '20260301000000_Later'}),
		);
		const asked: DrillRequest[] = [];
		const scratch: Partial<Scratch> = {
			drill: (request) => {
				asked.push(request);
				return Promise.resolve(passing(request));
			},
		};
		expect((await runWith(number, {scratch})).request.state).toBe('verified');
		expect(asked).toMatchObject([
			{
				dumpFile: kept?.path,
				rows: expect.arrayContaining([{schema: 'public', name: 'customers', rows: 20, exact: true}]),
			},
		]);
	});

	it('is made of a backup of its own after one that stopped it: no older one holds what was mended', async () => {
		const shop = await lockstep.production();
		shop.configure({backup: {...shop.target().backup, reuseWithinMs: 3_600_000}});
		shop.configure({drill: drilling});
		await shop.query(`UPDATE customers SET phone = '555-1' WHERE id = 2`);
		const number = await lockstep.started(shop, changing(['CREATE UNIQUE INDEX by_phone ON customers (phone)']));
		const stopped = await lockstep.run(number);
		expect(stopped.runs[0]?.drill).toMatchObject({kind: 'script-failed', error: {sqlState: '23505'}});

		await shop.query(`UPDATE customers SET phone = '555-' || id`);
		const decision = {number, person: cast.lena, decision: 'rerun', reason: 'the phones are mended'} as const;
		expectDone(await decideFailure(world, decision));
		await lockstep.start(number);
		const mended = await lockstep.run(number);
		expect(mended.request.state).toBe('verified');
		expect(stepOf(mended, 'backup').note).toContain('read back in full');
		expect(stepOf(mended, 'backup').note).not.toContain('Shares');
	});

	it('is made of a backup of its own after one that stopped another request, and that one is shown to nobody', async () => {
		const shop = await lockstep.production();
		shop.configure({backup: {...shop.target().backup, reuseWithinMs: 3_600_000}, drill: drilling});
		const shared = await lockstep.started(shop, harmless);
		const passes: Partial<Scratch> = {drill: (request) => Promise.resolve(passing(request))};
		expect((await runWith(shared, {scratch: passes})).request.state).toBe('verified');
		await shop.query(`UPDATE customers SET phone = '555-1' WHERE id = 2`);
		const unique = ['CREATE UNIQUE INDEX by_phone ON customers (phone)'];
		const number = await lockstep.started(shop, changing(unique, {id: '20260301000000_Later'}));
		const scratch: Partial<Scratch> = {
			drill: (request) => {
				const {drill, output} = passing(request);
				const error = {sqlState: '23505', message: 'twice.', line: 1, statement: null, mayBeForLackOfRows: false};
				if (drill.kind !== 'passed') throw new TypeError('It passes.');
				return Promise.resolve({drill: {...drill, kind: 'script-failed', error}, output});
			},
		};
		const stopped = await runWith(number, {scratch});
		expect(stepOf(stopped, 'backup').note).toContain(`Shares MR-${shared}’s backup`);
		expect(stopped.request.state).toBe('failed');
		expect(stopped.lastBackup).toBeNull();

		await shop.query(`UPDATE customers SET phone = '555-' || id`);
		const decision = {number, person: cast.lena, decision: 'close', reason: 'the phones are mended'} as const;
		expectDone(await decideFailure(world, decision));
		const forward = await lockstep.started(shop, changing(unique, {id: '20260401000000_Forward'}));
		expect((await lockstep.load(forward)).lastBackup).toBeNull();
		const mended = await runWith(forward, {scratch: passes});
		expect(mended.request.state).toBe('verified');
		expect(stepOf(mended, 'backup').note).not.toContain('Shares');
	});
});

async function encryptingBackups(shop: Production, recipients: readonly string[]): Promise<Pick<Backups, 'take'>> {
	const {host, port, superuser, password, binDirectory} = await databaseServer();
	const [named] = await shop.query<{name: string}>('SELECT current_database() AS name');
	const target = {
		name: shop.name,
		host,
		port,
		database: named?.name ?? '',
		user: superuser,
		password,
		ssl: null,
		recipients,
	};
	const backups = createBackups({targets: [target], toolFolders: [binDirectory]});
	return {take: async (backup) => await backups.take(backup)};
}

describe('a backup that the drill finds bad', () => {
	it('ends the run, and is neither shared any more nor the last good one', async () => {
		const shop = await drilled();
		const number = await lockstep.started(shop, harmless);
		const take: Backups['take'] = async (backup) => {
			const taken = await world.backups.take(backup);
			const rows = taken.rows.map((table) => (table.name === 'orders' ? {...table, rows: 201} : table));
			return {...taken, rows};
		};
		const record = await runWith(number, {backups: {take}});
		expect(record.request.state).toBe('failed');
		expect(await shop.history()).toEqual([initial]);
		expect(record.runs[0]?.drill).toMatchObject({
			kind: 'rows-differ',
			tables: [{table: 'public.orders', inManifest: 201, restored: 200}],
		});
		expect(record.runs[0]?.report?.failure).toMatch(
			/other rows than its manifest counts: public\.orders has 200, 201 counted\. It is no backup to rely on\. Production is untouched/,
		);
		const [kept] = await lockstep.record.backups.list({target: shop.name, pool: null});
		expect(kept?.trouble).toContain('public.orders');
		expect(await lockstep.record.backups.newest(number, 0)).toBeNull();
		expect(await lockstep.events(number)).toContain('backup-found-bad');
	});

	it('stays bad when its bytes are read again and are those that were written', async () => {
		const shop = await drilled();
		const number = await lockstep.started(shop, harmless);
		const scratch: Partial<Scratch> = {
			drill: ({backup}) =>
				Promise.resolve({drill: {kind: 'restore-failed', at: 1, backup, sentence: 'end of file.'}, output: ''}),
		};
		const {backups} = await runWith(number, {scratch});
		const [kept] = await lockstep.record.backups.list({target: shop.name, pool: null});
		if (kept === undefined) throw new Error('no backup was kept');
		const {kind, path: file, bytes, sha256} = kept;
		const {signal} = new AbortController();
		expect(await world.backups.verify({target: shop.name, kind, path: file, bytes, sha256, signal})).toBeNull();
		expect(await verifyBackup(world, kept, {by: 'U0LENA', signal})).toContain('could not be restored');
		// As somebody reads it who began before the drill ended.
		expect(await verifyBackup(world, {...kept, condemned: false}, {by: 'U0LENA', signal})).toBeNull();
		const [still] = await lockstep.record.backups.list({target: shop.name, pool: null});
		expect(still).toMatchObject({fileName: backups[0]?.fileName, condemned: true, trouble: kept.trouble});
		expect(await lockstep.record.backups.newest(number, 0)).toBeNull();
	});

	it('is bad as well where it cannot be restored', async () => {
		const shop = await drilled();
		const number = await lockstep.started(shop, harmless);
		const scratch: Partial<Scratch> = {
			drill: ({backup}) =>
				Promise.resolve({
					drill: {kind: 'restore-failed', at: 1, backup, sentence: 'could not read from input file: end of file.'},
					output: '',
				}),
		};
		const record = await runWith(number, {scratch});
		expect(record.request.state).toBe('failed');
		expect(record.runs[0]?.report?.failure).toMatch(/could not be restored: could not read from input file/);
		const [kept] = await lockstep.record.backups.list({target: shop.name, pool: null});
		expect(kept?.trouble).toContain('could not be restored');
	});
});

describe('a drill is skipped, and the run says so and goes on,', () => {
	async function skipping(
		changed: Partial<Target>,
		more: {readonly script?: Buffer; readonly scratch?: Partial<Scratch>; readonly backups?: Partial<Backups>} = {},
	): Promise<string> {
		const shop = await drilled();
		shop.configure(changed);
		const number = await lockstep.started(shop, more.script ?? harmless);
		const record = await runWith(number, {scratch: never, ...more});
		expect(record.request.state).toBe('verified');
		expect(record.runs[0]?.drill?.kind).toBe('skipped');
		expect(stepOf(record).state).toBe('done');
		const [told] = await lockstep.query<{note: string}>(
			`select detail ->> 'note' as note from audit_event where request = $1 and kind = 'step-drill-done'`,
			[number],
		);
		expect(told?.note).toBe(stepOf(record).note);
		return told?.note ?? '';
	}

	it('where the target wants none', async () => {
		expect(await skipping({drill: {...drilling, enabled: false}})).toMatch(
			/^Skipped: .* configuration wants no drill\.$/,
		);
	});

	it('where the database is larger than may be copied', async () => {
		expect(await skipping({drill: {...drilling, maxBytes: 1_000_000}})).toMatch(
			/has 0\.01 GB, and drill\.maxGigabytes lets 0\.00/,
		);
	});

	it('where a program took the backup', async () => {
		const backups: Partial<Backups> = {check: () => Promise.resolve(), take: () => Promise.resolve(programBackup())};
		const backup = {directory: null, keepDays: 7, required: true, program: '/opt/snapshot'};
		expect(await skipping({backup}, {backups})).toMatch(/\/opt\/snapshot took the backup/);
	});

	it('where no throw-away server can be made', async () => {
		const scratch: Partial<Scratch> = {
			drill: () => Promise.reject(new Failure('scratch-unavailable', 'This machine has no room for it.')),
		};
		expect(await skipping({}, {scratch})).toBe('Skipped: This machine has no room for it.');
	});

	it('where the copy for it could not be written, and the backup is kept all the same', async () => {
		const shop = await drilled();
		shop.configure({backup: {...shop.target().backup, encrypted: true}});
		const encrypting = await encryptingBackups(shop, [await identityToRecipient(await generateX25519Identity())]);
		const take: Backups['take'] = async (backup) => {
			await rm(path.dirname(backup.plainCopy ?? ''), {recursive: true});
			return await encrypting.take(backup);
		};
		const number = await lockstep.started(shop, harmless);
		const record = await runWith(number, {scratch: never, backups: {take}});
		expect(record.request.state).toBe('verified');
		expect(record.backups).toHaveLength(1);
		expect(stepOf(record).note).toMatch(/^Skipped: the copy of the backup in .* cannot be written \(ENOENT\)\.$/);
	});

	it('where only ciphertext is left of a shared backup', async () => {
		const shop = await drilled();
		const {backup} = shop.target();
		shop.configure({backup: {...backup, encrypted: true, reuseWithinMs: 3_600_000}});
		const backups = await encryptingBackups(shop, [await identityToRecipient(await generateX25519Identity())]);
		const scratch: Partial<Scratch> = {drill: (request) => Promise.resolve(passing(request))};
		const first = await lockstep.started(shop, harmless);
		expect((await runWith(first, {scratch, backups})).request.state).toBe('verified');
		const second = await lockstep.started(
			shop,
			changing(['ALTER TABLE customers ADD later integer'], {id: '20260301000000_Later'}),
		);
		const record = await runWith(second, {scratch: never, backups});
		expect(record.request.state).toBe('verified');
		expect(stepOf(record).note).toMatch(/^Skipped: only the ciphertext of .* is left\.$/);
	});

	it('where nobody can read what the script does, and no named person let it run there', async () => {
		const script = changing([`EXECUTE 'ALTER TABLE customers ADD ' || quote_ident('points') || ' integer'`]);
		expect(await skipping({}, {script})).toMatch(/dynamic-sql.* no named person/);
	});
});

describe('a run that is to end during its drill', () => {
	it('is held where a person cancels it: nothing was applied, and nothing is left of the drill', async () => {
		const shop = await drilled();
		const number = await lockstep.started(shop, harmless);
		const scratch: Partial<Scratch> = {
			drill: async (request) => {
				expectDone(await cancelRun(world, {number, person: cast.dana}));
				return await world.scratch.drill({...request, bytes: Buffer.from('SELECT pg_sleep(60);')});
			},
		};
		const record = await runWith(number, {scratch});
		expect(record).toMatchObject({request: {state: 'approved', hold: null}, runs: [{outcome: 'held'}]});
		expect(stepOf(record).state).toBe('dropped');
		expect(await shop.history()).toEqual([initial]);
	});

	it('is done again by the next worker where this one stops, or dies', async () => {
		const shop = await drilled();
		const number = await lockstep.started(shop, harmless);
		const stopping = new AbortController();
		const ending: Partial<Scratch> = {
			drill: ({signal}) => {
				stopping.abort();
				expect(signal.aborted).toBe(true);
				return Promise.reject(new Failure('cancelled', 'The drill was cancelled.'));
			},
		};
		const stopped = await runWith(number, {scratch: ending, stopping: stopping.signal});
		expect(stopped.request.state).toBe('running');
		expect(stepOf(stopped).state).toBe('dropped');
		let drills = 0;
		const dying: Partial<Scratch> = {
			drill: async ({signal}) => {
				drills++;
				await lockstep.query(
					`update run set lease_until = clock_timestamp() - interval '1 second' where request = $1`,
					[number],
				);
				await until(async () => await Promise.resolve(signal.aborted), 'the lease was lost');
				throw new Failure('cancelled', 'The drill was cancelled.');
			},
		};
		expect((await runWith(number, {scratch: dying})).request.state).toBe('running');
		const scratch: Partial<Scratch> = {drill: (request) => Promise.resolve(passing(request))};
		expect((await runWith(number, {scratch})).request.state).toBe('verified');
		expect(drills).toBe(1);
		expect(await shop.history()).toEqual([initial, change]);
	});
});
