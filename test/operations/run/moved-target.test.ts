import {describe, expect, it, vi} from 'vitest';

import type {Target} from '../../../src/domain/target.ts';
import {changing, harmless, initial, openLockstep, type Production} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
// Several rehearsals a test, each with a server of its own.
vi.setConfig({testTimeout: 180_000});

async function rehearsing(changed: Partial<Target> = {}): Promise<Production> {
	return await lockstep.production({rehearsal: {enabled: true}, ...changed});
}

/** What the thread says about moves. */
async function told(number: number): Promise<readonly string[]> {
	const rows = await lockstep.query<{text: string}>(
		`select payload ->> 'text' as text from message where request = $1 and payload ->> 'about' = 'moved' order by id`,
		[number],
	);
	return rows.map(({text}) => text);
}

async function runs(number: number): Promise<readonly (string | null)[]> {
	return (await lockstep.load(number)).runs.map(({outcome}) => outcome);
}

/** Points for customers, and no phone that is not known. */
const twoChanges = changing([
	'ALTER TABLE customers ADD points integer NOT NULL DEFAULT 0',
	`ALTER TABLE customers ALTER phone SET DEFAULT ''`,
]);

describe('what the script touches, changed behind Lockstep’s back between review and run', () => {
	it('stops the run before the backup; where the rehearsal shows the same again, it goes on by itself', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, harmless);
		const digest = await lockstep.digest(number);
		const first = await lockstep.load(number);
		await shop.query(`ALTER TABLE customers ADD nickname text;
			CREATE INDEX "<!channel> <@U0LENA00001>\u202e" ON customers (name)`);

		await lockstep.run(number);
		expect(await lockstep.request(number)).toMatchObject({state: 'submitted', startDueAt: first.request.startDueAt});
		expect((await lockstep.load(number)).backups).toEqual([]);
		const [reason, ...others] = await told(number);
		expect(others).toEqual([]);
		expect(reason).toContain(`${shop.name} is not as it was when the script was rehearsed: `);
		expect(reason).toContain('column public.customers.nickname came');
		expect(reason).toContain('U+202E');
		expect(reason).not.toContain('<!channel>');
		expect(reason).not.toContain('<@U0LENA00001>');

		const again = await lockstep.review(number);
		expect(again.request).toMatchObject({
			state: 'approved',
			reviewDigest: digest,
			startDueAt: first.request.startDueAt,
		});
		expect(again.rehearsal?.at).toBeGreaterThan(first.rehearsal?.at ?? 0);
		expect(again.approvals).toMatchObject([{voidedBecause: null}]);

		const ended = await lockstep.run(number);
		expect(ended.request.state).toBe('verified');
		expect(await runs(number)).toEqual(['moved', 'verified']);
		expect(ended.runs[1]?.report?.warnings).toEqual([]);
		expect(ended.runs[1]?.steps.at(-1)?.note).toContain('changed exactly as rehearsed');
	});

	it('stops it right before apply, too; where the script now does something else, people decide anew', async () => {
		const shop = await rehearsing();
		const number = await lockstep.started(shop, twoChanges);
		lockstep.moments.afterBackup = async () => {
			await shop.query('ALTER TABLE customers ALTER phone TYPE varchar(60)');
		};
		await lockstep.run(number);
		expect(await lockstep.load(number)).toMatchObject({request: {state: 'submitted'}, backups: [{}]});
		expect(await told(number)).toEqual([
			`${shop.name} is not as it was when the script was rehearsed: column public.customers.phone: text is now character varying(60).`,
		]);
		await lockstep.review(number);
		expect(await lockstep.load(number)).toMatchObject({
			request: {state: 'in-review', startDueAt: null},
			approvals: [{voidedBecause: expect.stringContaining('something else than what was approved')}],
		});
		expect(await shop.history()).toEqual([initial]);

		// A newer script stands on nothing yet.
		expect(await lockstep.record.rehearsalGround(number)).toMatchObject({delta: [{}, {}]});
		expect(await lockstep.open(shop, harmless, {version: '1.4.1'})).toBe(number);
		expect(await lockstep.record.rehearsalGround(number)).toBeNull();
	});

	it('counts what depends on it: a view, a trigger’s function; a table that the script is to create as well', async () => {
		const shop = await rehearsing();
		await shop.query(`CREATE VIEW phones AS SELECT phone FROM customers;
			CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TRIGGER watch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION watch()`);
		const number = await lockstep.started(shop, changing(['ALTER TABLE customers ADD points integer']));
		await shop.query('CREATE OR REPLACE VIEW phones AS SELECT phone FROM customers WHERE id > 0');
		await lockstep.run(number);
		expect(await told(number)).toEqual([expect.stringContaining('view public.phones')]);
		expect((await lockstep.review(number)).request.state).toBe('approved');

		await shop.query('ALTER TABLE customers ADD points integer');
		await lockstep.run(number);
		expect((await told(number))[1]).toContain('column public.customers.points came');
	});
});

describe('another request’s run in between', () => {
	/** With a second app, which keeps its own history. */
	async function withBilling(): Promise<Production> {
		const shop = await rehearsing({
			histories: [
				{app: 'shop', context: 'ShopContext', table: '"__EFMigrationsHistory"'},
				{app: 'billing', context: 'BillingContext', table: 'billing_history'},
			],
		});
		shop.reach({historyTables: ['"__EFMigrationsHistory"', 'billing_history']});
		await shop.query(`SET ROLE ${shop.target().apply.role};
			CREATE TABLE billing_history ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
			INSERT INTO billing_history VALUES ('${initial}', '10.0.3');
			CREATE TABLE events (id integer, at date) PARTITION BY RANGE (at);
			CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-01-02')`);
		return shop;
	}

	async function runBilling(shop: Production, statement: string): Promise<void> {
		const script = changing([statement], {historyTable: 'billing_history'});
		shop.configure({rehearsal: {enabled: false}});
		const number = await lockstep.started(shop, script, {app: 'billing'});
		expect((await lockstep.run(number)).request.state).toBe('verified');
		shop.configure({rehearsal: {enabled: true}});
	}

	it('moves nothing where it touches another table; nor does what else comes and goes, a nightly partition', async () => {
		const shop = await withBilling();
		const script = changing(['ALTER TABLE events ADD note text', 'ALTER TABLE customers ADD points integer']);
		const number = await lockstep.started(shop, script);
		await runBilling(shop, 'ALTER TABLE orders ADD paid date');
		await shop.query(`SET ROLE ${shop.target().apply.role};
			CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-01-02') TO ('2026-01-03');
			DROP TABLE events_1; ALTER TABLE drafts ADD title text; CREATE TABLE made (id integer)`);
		const ended = await lockstep.run(number);
		expect(ended.request.state).toBe('verified');
		expect(await runs(number)).toEqual(['verified']);
		expect(ended.runs[0]?.report?.warnings).toEqual([]);
	});

	it('has the script rehearsed again where it touches the same table', async () => {
		const shop = await withBilling();
		const number = await lockstep.started(shop, harmless);
		await runBilling(shop, 'ALTER TABLE customers ADD debt integer');
		await lockstep.run(number);
		expect(await told(number)).toEqual([expect.stringContaining('column public.customers.debt came')]);
		expect((await lockstep.review(number)).request.state).toBe('approved');
		expect((await lockstep.run(number)).request.state).toBe('verified');
		expect(await runs(number)).toEqual(['moved', 'verified']);
	});
});

it('A target that never stands still is left to a person after three moves in a row', async () => {
	const shop = await rehearsing();
	const number = await lockstep.started(shop, harmless);
	for (const move of [1, 2, 3]) {
		expect(await lockstep.request(number)).toMatchObject({state: 'approved', startDueAt: expect.any(Number)});
		await shop.query(`ALTER TABLE customers ADD other_${move} text`);
		await lockstep.run(number);
		await lockstep.review(number);
	}
	expect(await lockstep.request(number)).toMatchObject({state: 'approved', startDueAt: null, hold: null});
	expect((await told(number)).map((text) => text.includes('It was so 3 times in a row'))).toEqual([false, false, true]);
	expect((await lockstep.run(number)).request.state).toBe('approved');
	await lockstep.start(number);
	expect((await lockstep.run(number)).request.state).toBe('verified');
});

it('A rehearsal that stands on nothing any more lets the run go on, and the report says what could not be compared', async () => {
	const shop = await rehearsing();
	const number = await lockstep.started(shop, harmless);
	await lockstep.query('delete from rehearsal_ground where request = $1', [number]);
	await shop.query('ALTER TABLE customers ADD nickname text');
	const ended = await lockstep.run(number);
	expect(ended.request.state).toBe('verified');
	expect(ended.runs[0]?.report?.warnings).toEqual([
		'Verified more weakly: what the rehearsal stood on was not kept, so neither its base nor the change could be compared.',
	]);
	expect(ended.runs[0]?.steps.at(-1)?.note).toContain('weaker: what the rehearsal stood on was not kept');
});
