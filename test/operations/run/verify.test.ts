import {randomBytes} from 'node:crypto';

import pg from 'pg';
import {describe, expect, it} from 'vitest';

import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import type {Target} from '../../../src/domain/target.ts';
import {askGate} from '../../../src/operations/answer-gate.ts';
import {decideFailure} from '../../../src/operations/failure/decide-failure.ts';
import {noticeMoved} from '../../../src/operations/review/notice-moved.ts';
import {withdrawRequest} from '../../../src/operations/request/withdraw-request.ts';
import {databaseUrl} from '../../support/databases.ts';
import type {EfCommand} from '../../support/ef-script.ts';
import {atEndOfFile} from '../../support/leaks.ts';
import {
	cast,
	change,
	changing,
	expectDone,
	expectRefusal,
	harmless,
	initial,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

// Roles belong to the whole cluster: they are dropped after the databases in which they have rights.
const app = `app_${randomBytes(5).toString('hex')}`;
const reader = `${app}_reader`;
await onCluster([`CREATE ROLE ${app}`, `CREATE ROLE ${reader}`]);
atEndOfFile(async () => await onCluster([`DROP ROLE ${app}`, `DROP ROLE ${reader}`]));

const lockstep = await openLockstep();

async function onCluster(statements: readonly string[]): Promise<void> {
	const client = new pg.Client({connectionString: await databaseUrl('postgres')});
	await client.connect();
	try {
		for (const statement of statements) await client.query(statement);
	} finally {
		await client.end();
	}
}

/** The application writes three tables and reads a fourth; the reader reads one. */
async function withApp(changed: Partial<Target> = {}): Promise<Production> {
	const shop = await lockstep.production(changed);
	await shop.query(`GRANT USAGE ON SCHEMA public TO ${app}, ${reader};
		GRANT SELECT, INSERT, UPDATE, DELETE ON customers, orders, drafts TO ${app};
		GRANT SELECT ON seeds TO ${app};
		GRANT SELECT ON orders TO ${reader}`);
	shop.configure({verification: {appRoles: [app, reader], probes: [], ignore: []}});
	return shop;
}

async function ranOn(shop: Production, commands: readonly EfCommand[]): Promise<RequestRecord> {
	return await lockstep.run(await lockstep.started(shop, changing(commands)));
}

async function gate(shop: Production): Promise<string> {
	const {verdict, reason} = await askGate(lockstep.world, {app: 'shop', version: '1.4.0', target: shop.name});
	return `${verdict}: ${reason}`;
}

async function allowRerun(number: number): Promise<void> {
	expectDone(await decideFailure(lockstep.world, {number, person: cast.lena, decision: 'rerun', reason: 'mended'}));
}

async function rerun(number: number): Promise<RequestRecord> {
	await allowRerun(number);
	await lockstep.start(number);
	return await lockstep.run(number);
}

function failureOf({runs}: RequestRecord): string {
	return runs.at(-1)?.report?.failure ?? '';
}

/** Of a target without rehearsals. */
const weaker: unknown = expect.stringMatching(/^Verified more weakly: this target asks for no rehearsal/u);

const coupons = 'CREATE TABLE coupons (id integer PRIMARY KEY)';

describe('what the application may not use', () => {
	it('keeps the gate shut, and the report has the GRANT that mends it', async () => {
		const shop = await withApp();
		const record = await ranOn(shop, [coupons]);
		expect(record).toMatchObject({
			request: {state: 'failed'},
			runs: [{outcome: 'failed', report: {landed: 'everything', rerunSafe: true, missingMigrations: []}}],
			escalations: [{sentence: expect.stringContaining('The history is as expected, but')}],
		});
		expect(failureOf(record)).toContain(
			`${app} lacks SELECT, INSERT, UPDATE, DELETE on the new table public.coupons: GRANT SELECT, INSERT, UPDATE, DELETE ON public.coupons TO ${app};`,
		);
		expect(failureOf(record)).toContain(`GRANT SELECT ON public.coupons TO ${reader};`);
		expect(await gate(shop)).toBe('stop: failed');
	});

	it('is not forgotten by a re-run, which applies nothing, takes no backup, and verifies what was mended', async () => {
		const shop = await withApp();
		const {request} = await ranOn(shop, [coupons]);
		const number = request.number;
		for (const attempt of [2, 3]) {
			const again = await rerun(number);
			expect(again.runs.map(({outcome}) => outcome)).toEqual(Array.from({length: attempt}, () => 'failed'));
			expect(failureOf(again)).toContain('public.coupons');
			expect(await gate(shop)).toBe('stop: failed');
		}
		await shop.query(`GRANT ALL ON coupons TO ${app}, ${reader}`);
		const mended = await rerun(number);
		expect(mended).toMatchObject({request: {state: 'verified'}, backups: [{}]});
		expect(mended.runs.at(-1)?.report?.tables).toEqual(['created public.coupons']);
		expect(await shop.history()).toEqual([initial, change]);
		expect(await gate(shop)).toBe('go: verified');
	});

	it('is not forgotten by a review that finds nothing to apply', async () => {
		const table = '"__EFMigrationsHistory"';
		const shop = await withApp({histories: ['shop', 'billing'].map((name) => ({app: name, context: name, table}))});
		const {request} = await ranOn(shop, [coupons]);
		const number = request.number;
		await allowRerun(number);
		const later = changing(['ALTER TABLE orders ADD note text'], {id: '20260301000000_Later'});
		const other = await lockstep.started(shop, later, {app: 'billing'});
		expect((await lockstep.run(other)).request.state).toBe('verified');
		await noticeMoved(lockstep.world, number);
		expect(await lockstep.state(number)).toBe('submitted');
		await lockstep.review(number);
		expect(await lockstep.request(number)).toMatchObject({state: 'in-review', review: {pending: []}});
		expect(await gate(shop)).toBe('hold: waiting');
		await lockstep.answer(number);
		expectDone(await lockstep.approve(number, cast.priya));
		await lockstep.start(number);
		expect(failureOf(await lockstep.run(number))).toContain('public.coupons');
		expect(await gate(shop)).toBe('stop: failed');
	});

	it('is forgotten neither by a withdrawal nor by another request that has nothing to apply', async () => {
		const shop = await withApp();
		const {number} = (await ranOn(shop, [coupons])).request;
		await allowRerun(number);
		const withdrawn = await withdrawRequest(lockstep.world, {number, person: cast.dana});
		expect(expectRefusal(withdrawn, 'not-in-this-state').sentence).toContain('verifies again');
		// Running again, it is no request whose place a newer script takes.
		await lockstep.start(number);
		expect(failureOf(await lockstep.run(number))).toContain('public.coupons');
		const other = await lockstep.open(shop, changing([coupons]), {version: '1.4.1'});
		await lockstep.review(other);
		expect(await lockstep.request(other)).toMatchObject({
			state: 'submitted',
			hold: {reason: expect.stringContaining(`MR-${number} was applied`)},
		});

		await shop.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON coupons TO ${app}; GRANT SELECT ON coupons TO ${reader}`);
		expect((await rerun(number)).request.state).toBe('verified');
		lockstep.clock.advance(60_000);
		await lockstep.review(other);
		expect(await lockstep.state(other)).toBe('verified');
	});

	/** What the failed script has, and more. */
	function newer(id: string, name: string): Buffer {
		return changing([], {
			migrations: [
				{id: initial, statements: ['CREATE TABLE customers (id integer PRIMARY KEY)']},
				{id: change, statements: [coupons]},
				{id, statements: [`ALTER TABLE orders ADD ${name} text`]},
			],
		});
	}

	it('is not forgotten by a newer script either, beside the failed request or in its place', async () => {
		const shop = await withApp();
		const {number} = (await ranOn(shop, [coupons])).request;
		const beside = await lockstep.started(shop, newer('20260301000000_Note', 'note'), {version: '1.5.0'});
		expect(beside).not.toBe(number);
		expect(failureOf(await lockstep.run(beside))).toContain('public.coupons');

		await allowRerun(beside);
		const place = await lockstep.open(shop, newer('20260302000000_Word', 'word'), {version: '1.6.0'});
		expect(place).toBe(beside);
		await lockstep.review(place);
		await lockstep.answer(place);
		expectDone(await lockstep.approve(place, cast.priya));
		await lockstep.start(place);
		expect(failureOf(await lockstep.run(place))).toContain('public.coupons');
	});

	it('is not forgotten after a lead closed the request, and not any more known once it is mended', async () => {
		const shop = await withApp();
		const {number} = (await ranOn(shop, [coupons])).request;
		expectDone(
			await decideFailure(lockstep.world, {number, person: cast.lena, decision: 'close', reason: 'we fix forward'}),
		);
		const after = await lockstep.started(shop, newer('20260303000000_Last', 'last'), {version: '1.7.0'});
		expect(failureOf(await lockstep.run(after))).toContain('public.coupons');
		await shop.query(`GRANT ALL ON coupons TO ${app}, ${reader}`);
		expect((await rerun(after)).request.state).toBe('verified');
	});

	it('is looked for where a migration drops a table and makes it anew: its grants, and no others, are missed', async () => {
		const shop = await withApp();
		await shop.query(`REVOKE INSERT, UPDATE, DELETE ON drafts FROM ${app}`);
		const record = await ranOn(shop, ['DROP TABLE drafts', 'CREATE TABLE drafts (id integer)']);
		expect(failureOf(record)).toContain(`GRANT SELECT ON public.drafts TO ${app};`);
		expect(failureOf(record)).not.toContain(reader);
	});

	it('is looked for among schemas, sequences and views, but an identity’s sequence needs no right', async () => {
		const shop = await withApp();
		const record = await ranOn(shop, [
			'CREATE SCHEMA "user"',
			'CREATE TABLE "user".items (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)',
			'CREATE SEQUENCE numbers',
			'CREATE VIEW open_orders AS SELECT * FROM orders',
		]);
		const grants = [...failureOf(record).matchAll(/GRANT [^;]+;/gu)].map(([grant]) => grant);
		expect(grants.filter((grant) => grant.endsWith(` ${app};`))).toEqual([
			`GRANT USAGE ON SCHEMA "user" TO ${app};`,
			`GRANT USAGE ON SEQUENCE public.numbers TO ${app};`,
			`GRANT SELECT, INSERT, UPDATE, DELETE ON "user".items TO ${app};`,
			`GRANT SELECT ON public.open_orders TO ${app};`,
		]);
	});

	it('is nothing where default privileges, or the script, grant it', async () => {
		const shop = await withApp();
		await shop.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${shop.target().apply.role} GRANT ALL ON TABLES TO ${app}`);
		const record = await ranOn(shop, [coupons, `GRANT SELECT ON coupons TO ${reader}`]);
		expect(record.request.state).toBe('verified');
		expect(record.runs[0]?.steps.at(-1)?.note).toContain(`${app}, ${reader} may use what is new`);
	});

	it('is nothing where the application has no rights beside it, and where no role is configured', async () => {
		const shop = await withApp();
		await shop.query('CREATE SCHEMA inner_works; CREATE TABLE inner_works.a (id int)');
		await shop.query(`ALTER SCHEMA inner_works OWNER TO ${shop.target().apply.role}`);
		expect((await ranOn(shop, ['CREATE TABLE inner_works.b (id int)'])).request.state).toBe('verified');
		const without = await lockstep.production();
		expect((await ranOn(without, [coupons])).request.state).toBe('verified');
	});

	it('cannot be told of a role that the server does not have: held before anything is applied', async () => {
		const shop = await withApp();
		shop.configure({verification: {appRoles: [app, 'nobody_here'], probes: [], ignore: []}});
		expect(await ranOn(shop, [coupons])).toMatchObject({
			request: {state: 'approved', hold: {reason: expect.stringContaining('names nobody_here')}},
			escalations: [],
		});
		expect(await shop.history()).toEqual([initial]);
	});
});

describe('sequences', () => {
	async function withSerial(): Promise<Production> {
		const shop = await lockstep.production();
		await shop.query(`SET ROLE ${shop.target().apply.role};
			CREATE TABLE items (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text);
			INSERT INTO items (name) VALUES ('a'), ('b')`);
		return shop;
	}

	it('that the run left behind their column keep the gate shut, until setval mends them', async () => {
		const shop = await withSerial();
		const record = await ranOn(shop, [`INSERT INTO items (id, name) VALUES (5, 'seed')`]);
		expect(record.request.state).toBe('failed');
		const remedy = `SELECT setval('public.items_id_seq', (SELECT max(id) FROM public.items));`;
		expect(failureOf(record)).toContain(
			`the sequence public.items_id_seq gives out 3 next, and public.items.id holds 5 already, so that inserts fail: ${remedy}`,
		);
		expect(await gate(shop)).toBe('stop: failed');
		await shop.query(remedy);
		expect((await rerun(record.request.number)).request.state).toBe('verified');
	});

	it('of a new table are looked at as well', async () => {
		const shop = await lockstep.production();
		const record = await ranOn(shop, ['CREATE TABLE items (id serial PRIMARY KEY)', 'INSERT INTO items VALUES (1)']);
		expect(failureOf(record)).toContain('public.items_id_seq gives out 1 next');
	});

	it('that were behind before are a warning: not this run’s doing', async () => {
		const shop = await withSerial();
		await shop.query(`INSERT INTO items (id) VALUES (9)`);
		const record = await ranOn(shop, ['ALTER TABLE items ADD note text']);
		expect(record.request.state).toBe('verified');
		expect(record.runs[0]?.report?.warnings).toEqual([
			weaker,
			expect.stringMatching(/^As before this run, the sequence public\.items_id_seq gives out 3 next/),
		]);
	});

	it('that the script moved along are as they should be', async () => {
		const shop = await withSerial();
		const record = await ranOn(shop, [
			`INSERT INTO items (id, name) VALUES (5, 'seed')`,
			`PERFORM setval('items_id_seq', (SELECT max(id) FROM items))`,
		]);
		expect(record).toMatchObject({request: {state: 'verified'}, runs: [{report: {warnings: [weaker]}}]});
	});
});

describe('a constraint NOT VALID', () => {
	it('that the run left is a warning with the statement that checks it; one from before is not said', async () => {
		const shop = await lockstep.production();
		await shop.query('ALTER TABLE orders ADD CONSTRAINT known CHECK (id > 0) NOT VALID');
		const record = await ranOn(shop, ['ALTER TABLE orders ADD CONSTRAINT "Some" CHECK (customer >= 0) NOT VALID']);
		expect(record.request.state).toBe('verified');
		expect(record.runs[0]?.report?.warnings).toEqual([
			weaker,
			'Constraint "Some" on public.orders is NOT VALID: rows from before it were not checked. ALTER TABLE public.orders VALIDATE CONSTRAINT "Some"; checks them.',
		]);
	});
});

describe('probes', () => {
	it('that are true let the request be verified', async () => {
		const shop = await lockstep.production();
		const probes = [{name: 'points are there', sql: 'SELECT count(points) = 20 FROM customers; -- twenty'}];
		shop.configure({verification: {appRoles: [], probes, ignore: []}});
		const record = await lockstep.run(await lockstep.started(shop, harmless));
		expect(record.request.state).toBe('verified');
		expect(record.runs[0]?.steps.at(-1)?.note).toContain('the probe is true');
	});

	it('that are not, keep the gate shut by their names, and are asked again after a re-run', async () => {
		const shop = await lockstep.production();
		const probes = [
			{name: 'orders have notes', sql: 'SELECT EXISTS (SELECT FROM notes)'},
			{name: 'customers have points', sql: 'SELECT min(points) > 0 FROM customers'},
		];
		shop.configure({verification: {appRoles: [], probes, ignore: []}});
		const record = await lockstep.run(await lockstep.started(shop, harmless));
		expect(record.request.state).toBe('failed');
		expect(failureOf(record)).toContain(
			'The probe “orders have notes” could not be answered: relation "notes" does not exist',
		);
		expect(failureOf(record)).toContain('The probe “customers have points” was answered with false.');
		expect(await gate(shop)).toBe('stop: failed');
		await shop.query(
			'CREATE TABLE notes AS SELECT 1 AS id; GRANT SELECT ON notes TO public; UPDATE customers SET points = 1',
		);
		expect((await rerun(record.request.number)).request.state).toBe('verified');
		expect(await gate(shop)).toBe('go: verified');
	});
});

describe('an index that the run left invalid', () => {
	it('is still one after a re-run, and gone when it was built again', async () => {
		const shop = await lockstep.production();
		const number = await lockstep.started(shop, harmless);
		lockstep.moments.duringApply = async () => {
			await shop.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_pkey'::regclass`);
		};
		expect(failureOf(await lockstep.run(number))).toContain(
			'an index is not valid: public.orders_pkey on public.orders',
		);
		expect(failureOf(await rerun(number))).toContain('an index is not valid');
		expect(await gate(shop)).toBe('stop: failed');
		await shop.query('REINDEX INDEX orders_pkey');
		expect((await rerun(number)).request.state).toBe('verified');
	});
});
