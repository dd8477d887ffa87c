import {randomBytes} from 'node:crypto';

import {describe, expect, it, vi} from 'vitest';

import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import type {Target} from '../../../src/domain/target.ts';
import {askGate} from '../../../src/operations/answer-gate.ts';
import {decideFailure} from '../../../src/operations/failure/decide-failure.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import {waiveFinding} from '../../../src/operations/review/waive-finding.ts';
import {performRun} from '../../../src/operations/run/perform-run.ts';
import {reviewRequest} from '../../../src/operations/review/review-script.ts';
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

const lockstep = await openLockstep();
// Several rehearsals a test, each with a server of its own.
vi.setConfig({testTimeout: 180_000});

async function rehearsing(changed: Partial<Target> = {}): Promise<Production> {
	return await lockstep.production({rehearsal: {enabled: true}, ...changed});
}

function lastOf({runs}: RequestRecord): Partial<NonNullable<RequestRecord['runs'][number]['report']>> {
	return runs.at(-1)?.report ?? {};
}

async function rerun(number: number): Promise<RequestRecord> {
	expectDone(await decideFailure(lockstep.world, {number, person: cast.lena, decision: 'rerun', reason: 'mended'}));
	await lockstep.start(number);
	return await lockstep.run(number);
}

async function gate(shop: Production): Promise<string> {
	const {verdict, reason} = await askGate(lockstep.world, {app: 'shop', version: '1.4.0', target: shop.name});
	return `${verdict}: ${reason}`;
}

describe('a change that is not the one that was rehearsed', () => {
	it('keeps the gate shut: what came at a touched table meanwhile, until it is mended and verified again', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.beforeApply = async () => {
			await shop.query('CREATE INDEX busy ON customers (name)');
		};
		const record = await lockstep.run(number);
		expect(record.request.state).toBe('failed');
		expect(lastOf(record)).toMatchObject({
			landed: 'everything',
			failure: 'The history is as expected, but one change was not rehearsed: index public.busy came.',
			difference: expect.stringMatching(/^Found, and not rehearsed:\n@@ index public\.busy @@\n\+CREATE INDEX busy/u),
			tables: ['altered public.customers'],
		});
		expect(await lockstep.messages(number)).toContain('made-otherwise');
		expect(await gate(shop)).toBe('stop: failed');

		expect(lastOf(await rerun(number)).failure).toContain('index public.busy came');
		await shop.query('DROP INDEX busy');
		const mended = await rerun(number);
		expect(mended.request.state).toBe('verified');
		expect(lastOf(mended)).toMatchObject({difference: null, warnings: [], tables: ['altered public.customers']});
		expect(await gate(shop)).toBe('go: verified');
	});

	it('keeps it shut: what was rehearsed and is not there, or is there otherwise', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(
			shop,
			changing(['ALTER TABLE customers ADD points integer', 'ALTER TABLE orders ADD note varchar(10)']),
		);
		lockstep.moments.duringApply = async () => {
			await until(async () => (await shop.history()).length === 2, 'landed');
			await shop.query('ALTER TABLE customers DROP COLUMN points; ALTER TABLE orders ALTER note TYPE varchar(20)');
		};
		const record = await lockstep.run(number);
		expect(record.request.state).toBe('failed');
		expect(lastOf(record).failure).toContain('2 rehearsed changes are not there as rehearsed: ');
		expect(lastOf(record).failure).toContain('column public.customers.points');
		expect(lastOf(record).difference).toContain('@@ column public.orders.note @@\n+character varying(10)');
	});

	it('keeps it shut: a history that is not what it was, and the pending rows with the rehearsed versions', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.beforeApply = async () => {
			await shop.query(`CREATE FUNCTION otherwise() RETURNS trigger LANGUAGE plpgsql AS
					'BEGIN NEW."ProductVersion" = ''9.9.9''; RETURN NEW; END';
				CREATE TRIGGER otherwise BEFORE INSERT ON "__EFMigrationsHistory" FOR EACH ROW EXECUTE FUNCTION otherwise()`);
		};
		lockstep.moments.duringApply = async () => {
			await until(async () => (await shop.history()).length === 2, 'landed');
			await shop.query('DROP FUNCTION otherwise CASCADE');
		};
		const record = await lockstep.run(number);
		expect(lastOf(record).failure).toBe(
			`Every pending migration is in the history, but the history holds more than it should: ${change} (9.9.9). the history holds less than it should: ${change} (10.0.3).`,
		);
		await shop.query(`ALTER TABLE "__EFMigrationsHistory" DROP CONSTRAINT "__EFMigrationsHistory_pkey";
			UPDATE "__EFMigrationsHistory" SET "ProductVersion" = '10.0.3';
			INSERT INTO "__EFMigrationsHistory" VALUES ('${initial}', '10.0.3')`);
		expect(lastOf(await rerun(number)).failure).toContain(
			`the history holds more than it should: ${initial} (10.0.3).`,
		);
		await shop.query(
			`DELETE FROM "__EFMigrationsHistory" WHERE ctid = (SELECT max(ctid) FROM "__EFMigrationsHistory");
			ALTER TABLE "__EFMigrationsHistory" ADD PRIMARY KEY ("MigrationId")`,
		);
		expect((await rerun(number)).request.state).toBe('verified');
	});
});

it('What one request left otherwise than rehearsed keeps a newer one’s gate shut, too, until it is mended', async () => {
	const shop = await rehearsing({
		histories: [
			{app: 'shop', context: 'ShopContext', table: '"__EFMigrationsHistory"'},
			{app: 'billing', context: 'BillingContext', table: 'billing_history'},
		],
	});
	shop.reach({historyTables: ['"__EFMigrationsHistory"', 'billing_history']});
	await shop.query(`SET ROLE ${shop.target().apply.role};
		CREATE TABLE billing_history ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
		INSERT INTO billing_history VALUES ('${initial}', '10.0.3')`);
	const first = await lockstep.started(shop, harmless);
	lockstep.moments.beforeApply = async () => {
		await shop.query('CREATE INDEX busy ON customers (name)');
	};
	expect((await lockstep.run(first)).request.state).toBe('failed');
	const billing = changing(['ALTER TABLE customers ADD debt integer'], {historyTable: 'billing_history'});
	const other = await lockstep.started(shop, billing, {app: 'billing'});
	expect((await lockstep.run(other)).request.state).toBe('verified');
	// What another request's run made of the same table meanwhile is not this one's fault.
	expect(lastOf(await rerun(first)).failure).toBe(
		'The history is as expected, but one change was not rehearsed: index public.busy came.',
	);
	const migrations = [
		{id: initial, statements: ['CREATE TABLE customers (id integer PRIMARY KEY)']},
		{id: change, statements: ['ALTER TABLE customers ADD points integer NOT NULL DEFAULT 0']},
		{id: '20260301000000_Note', statements: ['ALTER TABLE orders ADD note text']},
	];
	const second = await lockstep.started(shop, changing([], {migrations}), {version: '1.5.0'});
	const fault = `The history is as expected, but one change that MR-${first} left otherwise than rehearsed is so still: index public.busy came.`;
	expect(lastOf(await lockstep.run(second)).failure).toBe(fault);
	const more = [...migrations, {id: '20260302000000_More', statements: ['ALTER TABLE orders ADD more text']}];
	const third = await lockstep.started(shop, changing([], {migrations: more}), {version: '1.6.0'});
	expect(lastOf(await lockstep.run(third)).failure).toBe(fault);
	await shop.query('DROP INDEX busy');
	expect((await rerun(third)).request.state).toBe('verified');
});

describe('what changed elsewhere meanwhile', () => {
	it('is a notice, partitions as one, without what the configuration ignores; so is a right given to the application', async () => {
		const app = `app_${randomBytes(5).toString('hex')}`;
		const shop = await rehearsing();
		await shop.query(`CREATE ROLE ${app}; GRANT SELECT ON orders TO ${app};
			CREATE TABLE events (id integer, at date) PARTITION BY RANGE (at)`);
		shop.configure({verification: {appRoles: [app], probes: [], ignore: ['public.staging_*']}});
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.beforeApply = async () => {
			await shop.query(`CREATE TABLE staging_7 (id integer); ALTER TABLE drafts ADD title text;
				CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-01-02');
				CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-01-02') TO ('2026-01-03');
				GRANT SELECT ON customers TO ${app}`);
		};
		const record = await lockstep.run(number);
		await shop.query(`DROP OWNED BY ${app}; DROP ROLE ${app}`);
		expect(record.request.state).toBe('verified');
		expect(lastOf(record).warnings?.toSorted()).toEqual([
			expect.stringMatching(/^Changed elsewhere meanwhile, and not rehearsed: 2 partitions of public\.events came\.$/u),
			'Changed elsewhere meanwhile, and not rehearsed: column public.drafts.title came.',
			`Given meanwhile, and not by the script: grant table public.customers to ${app} came.`,
		]);
	});
});

describe('who compares', () => {
	it('a killed worker’s successor, with what the dead one saw right before apply', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, harmless);
		let wake: () => void = () => undefined;
		let land: () => void = () => undefined;
		const landed = new Promise<void>((resolve) => {
			land = resolve;
		});
		lockstep.moments.beforeApply = async () => {
			await shop.query('CREATE INDEX busy ON customers (name)');
		};
		lockstep.moments.duringApply = async () => {
			await until(async () => (await shop.history()).length === 2, 'landed');
			land();
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		};
		const old = performRun(lockstep.worker('old'), number);
		await landed;
		await lockstep.query(`update run set lease_until = clock_timestamp() - interval '1 second' where request = $1`, [
			number,
		]);
		await performRun(lockstep.worker('new'), number);
		wake();
		await old;
		const record = await lockstep.load(number);
		expect(record.runs).toMatchObject([{worker: 'new', outcome: 'failed'}]);
		expect(lastOf(record).failure).toContain('one change was not rehearsed: index public.busy came.');
	});

	it('a run after one that landed in part, with the rest alone; the thread has what was missing of the first', async () => {
		const shop = await rehearsing();
		await shop.query('CREATE TABLE parts (id integer); INSERT INTO parts VALUES (1), (1); ANALYZE parts');
		await shop.query(`ALTER TABLE parts OWNER TO ${shop.target().apply.role}`);
		const script = changing(['CREATE UNIQUE INDEX once ON parts (id)'], {
			migrations: [
				{id: initial, statements: ['CREATE TABLE customers (id integer PRIMARY KEY)']},
				{id: '20260131000000_First', statements: ['ALTER TABLE customers ADD points integer']},
				{id: change, statements: ['CREATE UNIQUE INDEX once ON parts (id)']},
			],
		});
		const number = await lockstep.reviewed(shop, script);
		await lockstep.answer(number);
		expectDone(await lockstep.approve(number, cast.priya));
		await lockstep.start(number);
		const failed = await lockstep.run(number);
		expect(lastOf(failed)).toMatchObject({
			landed: 'part',
			difference: expect.stringMatching(/^Rehearsed, and not found so:\n@@ index public\.once @@/u),
		});
		await shop.query('DELETE FROM parts');
		expectDone(await decideFailure(lockstep.world, {number, person: cast.lena, decision: 'rerun', reason: 'mended'}));
		await lockstep.start(number);
		expect((await lockstep.run(number)).request.state).toBe('submitted');
		expect((await lockstep.review(number)).request).toMatchObject({state: 'in-review', review: {pending: [change]}});
		await lockstep.answer(number);
		expectDone(await lockstep.approve(number, cast.priya));
		await lockstep.start(number);
		const ended = await lockstep.run(number);
		expect(ended.request.state).toBe('verified');
		expect(lastOf(ended)).toMatchObject({difference: null, warnings: [], tables: ['altered public.parts']});
	});

	it('a revert: the history as before without what it takes back', async () => {
		const shop = await rehearsing();
		await shop.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('${change}', '10.0.3');
			ALTER TABLE customers ADD points integer`);
		const number = await lockstep.reviewed(
			shop,
			changing(['ALTER TABLE customers DROP COLUMN points'], {
				down: true,
				migrations: [{id: change, statements: ['ALTER TABLE customers DROP COLUMN points']}],
			}),
		);
		const ask = {number, person: cast.omar, rule: 'drop-column', reason: 'it was never read'};
		await waiveFinding(lockstep.world, {...ask, digest: await lockstep.digest(number)});
		await lockstep.answer(number);
		expectDone(await lockstep.approve(number, cast.priya));
		expectDone(await lockstep.approve(number, cast.omar));
		await lockstep.start(number);
		const ended = await lockstep.run(number);
		expect(lastOf(ended)).toMatchObject({failure: null, warnings: [], difference: null});
		expect(ended.request.state).toBe('verified');
		expect(await shop.history()).toEqual([initial]);
	});

	it('nobody, where a person accepted that it was not rehearsed: the verification says that it is weaker', async () => {
		const shop = await rehearsing();
		const number = await lockstep.open(shop, harmless);
		const away = (): Promise<never> => Promise.reject(new Failure('scratch-unavailable', 'No room for it.'));
		const scratch = {...lockstep.world.scratch, rehearse: away};
		await reviewRequest(lockstep.worker('nowhere', {scratch}), number);
		const ask = {number, person: cast.omar, rule: 'unrehearsed', reason: 'read line by line'};
		expectDone(await waiveFinding(lockstep.world, {...ask, digest: await lockstep.digest(number)}));
		await lockstep.answer(number);
		expectDone(await lockstep.approve(number, cast.priya));
		expectDone(await lockstep.approve(number, cast.omar));
		await lockstep.start(number);
		lockstep.moments.beforeApply = async () => {
			await shop.query('CREATE INDEX busy ON customers (name)');
		};
		const record = await lockstep.run(number);
		expect(record.request.state).toBe('verified');
		expect(lastOf(record).warnings).toEqual(['Verified more weakly: nothing was rehearsed to compare with.']);
		expect(record.runs[0]?.steps.at(-1)?.note).toContain('weaker: nothing was rehearsed to compare with');
	});
});
