import {readdirSync, readFileSync} from 'node:fs';
import pg from 'pg';
import {beforeAll, describe, expect, test} from 'vitest';
import type {FenceReason} from '../../../src/operations/ports/targets.ts';
import {appliedIds, createProduction, efHistory, eventually, type Production} from './production.ts';

let shop: Production;

beforeAll(async () => {
	shop = await createProduction();
});

describe('a script that runs to its end', () => {
	test('is completed, with its output, its warnings, and nothing of the fence', async () => {
		const outcome = await shop.apply(
			`\uFEFFCREATE TABLE orders (id int PRIMARY KEY);\nDO $EF$ BEGIN RAISE WARNING 'slow table'; RAISE NOTICE 'fine'; END $EF$;\n`,
		);
		expect(outcome).toMatchObject({kind: 'completed', output: {exitCode: 0, warnings: ['line 2: slow table']}});
		expect(outcome.output.text.split('\n').toSorted()).toEqual([
			'',
			'psql:MR-42.sql:2: NOTICE:  00000: fine',
			'psql:MR-42.sql:2: WARNING:  01000: slow table',
		]);
	});

	test('applies once and leaves neither session nor lock', async () => {
		await shop.apply('CREATE TABLE once (id int);');
		expect(await shop.target.lockHolder()).toBeNull();
		expect(
			await shop.query(
				`SELECT FROM pg_stat_activity WHERE application_name LIKE 'lockstep%' AND datname = current_database()`,
			),
		).toEqual([]);
	});

	test('runs with the fence in force: limits, name, lock, no open transaction', async () => {
		const outcome =
			await shop.apply(`SELECT current_setting('lock_timeout') || ' ' || current_setting('client_connection_check_interval')
			|| ' ' || current_setting('application_name') || ' ' || (now() = statement_timestamp())
			|| ' ' || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS fence;`);
		expect(outcome.output.text).toContain('500ms 500ms lockstep MR-42 true 1');
	});

	test('assumes the role that is configured', async () => {
		await shop.query(
			`CREATE ROLE schema_owner_${shop.settings.user}; GRANT schema_owner_${shop.settings.user} TO ${shop.settings.user}`,
		);
		const outcome = await shop.apply('SELECT current_user AS who;', {role: `schema_owner_${shop.settings.user}`});
		// That role may not read the history, so the session is not prepared and nothing runs.
		expect(outcome).toMatchObject({
			kind: 'fenced',
			why: 'not-prepared',
			sentence: 'permission denied for table __EFMigrationsHistory',
		});
		await shop.query(`GRANT SELECT ON "__EFMigrationsHistory" TO schema_owner_${shop.settings.user}`);
		const second = await shop.apply('SELECT current_user AS who;', {role: `schema_owner_${shop.settings.user}`});
		expect(second).toMatchObject({kind: 'completed'});
		expect(second.output.text).toContain(`schema_owner_${shop.settings.user}`);
	});

	test('keeps the last 64 KiB of what psql prints, at whole lines', async () => {
		const {output} = await shop.apply(`SELECT i, repeat('ä', 100) FROM generate_series(1, 2000) AS i;`);
		expect(Buffer.byteLength(output.text)).toBeLessThanOrEqual(64 * 1024);
		expect(output.text).toMatch(/^ +\d+ \| ä{100}\n/);
		expect(output.text).toMatch(/\(2000 rows\)\n\n$/);
	});
});

describe('a script that fails', () => {
	test('tells line, SQLSTATE and message', async () => {
		const outcome = await shop.apply('SELECT 1;\n\nSELECT * FROM nowhere;\nCREATE TABLE never ();\n');
		expect(outcome).toMatchObject({
			kind: 'error',
			error: {sqlState: '42P01', message: 'relation "nowhere" does not exist', line: 3},
			output: {exitCode: 3},
		});
		expect(await shop.query(`SELECT FROM pg_tables WHERE tablename = 'never'`)).toEqual([]);
	});

	test('keeps what was committed before: the second of three transactions fails', async () => {
		const outcome = await shop.apply(
			'BEGIN; CREATE TABLE a1 (); COMMIT;\nBEGIN; CREATE TABLE b1 (); SELECT 1/0; COMMIT;\nBEGIN; CREATE TABLE c1 (); COMMIT;\n',
		);
		expect(outcome).toMatchObject({kind: 'error', error: {sqlState: '22012', line: 2}});
		expect(await shop.query(`SELECT tablename FROM pg_tables WHERE tablename IN ('a1', 'b1', 'c1')`)).toEqual([
			{tablename: 'a1'},
		]);
	});

	test('gives up a lock that it does not get in time', async () => {
		const holder = await shop.connect();
		await holder.query('CREATE TABLE busy (id int)');
		await holder.query(`GRANT SELECT ON busy TO ${shop.settings.user}`);
		await holder.query('BEGIN');
		await holder.query('LOCK TABLE busy');
		const outcome = await shop.apply('DROP TABLE IF EXISTS nothing;\nSELECT * FROM busy;', {lockTimeoutMs: 200});
		await holder.end();
		expect(outcome).toMatchObject({kind: 'error', error: {sqlState: '55P03', line: 2}});
	});

	test('cannot use a backslash command, whatever the review let through', async () => {
		const outcome = await shop.apply('SELECT 1;\n\\! touch /tmp/owned\nCREATE TABLE after_shell ();\n');
		expect(outcome).toMatchObject({kind: 'error', error: {sqlState: '', line: 2}});
		expect(await shop.query(`SELECT FROM pg_tables WHERE tablename = 'after_shell'`)).toEqual([]);
	});

	test("is an error, not the fence, when it raises the fence's own states", async () => {
		const outcome = await shop.apply(
			`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'LS001', MESSAGE = 'forged'; END $$;`,
		);
		expect(outcome).toMatchObject({kind: 'error', error: {sqlState: 'LS001', message: 'forged'}});
	});
});

describe('the fence refuses, and nothing of the script runs', () => {
	const script = 'CREATE TABLE must_not_be ();';

	function fenced(why: FenceReason, sentence: RegExp): object {
		return {kind: 'fenced', why, sentence: expect.stringMatching(sentence)};
	}

	async function expectations(): Promise<Awaited<ReturnType<Production['request']>>['expectations']> {
		return (await shop.request('')).expectations;
	}

	test('when another session holds the lock', async () => {
		await shop.target.withOrphanEnded(async () =>
			expect(await shop.apply(script, {})).toMatchObject(fenced('lock-busy', /holds the lock/)),
		);
	});

	test('when the lease is over, before or while psql starts', async () => {
		expect(await shop.apply(script, {beginWithinMs: 1})).toMatchObject(fenced('past-deadline', /time in which/));
		expect(await shop.apply(script, {beginWithinMs: 40})).toMatchObject(
			fenced('past-deadline', /time in which|no sign of life/),
		);
	});

	test('when it is another database', async () => {
		const before = await expectations();
		expect(
			await shop.apply(script, {expectations: {...before, identity: {...before.identity, uuid: '0'}}}),
		).toMatchObject(fenced('identity', /not the database/));
		expect(
			await shop.apply(script, {expectations: {...before, identity: {...before.identity, databaseOid: 1}}}),
		).toMatchObject(fenced('identity', /not the database/));
		expect(
			await shop.apply(script, {expectations: {...before, identity: {...before.identity, systemIdentifier: '1'}}}),
		).toMatchObject(fenced('identity', /not the database/));
		expect(
			await shop.apply(script, {expectations: {...before, identity: {...before.identity, endpoint: 'other:1'}}}),
		).toMatchObject(fenced('identity', /reviewed was at other:1/));
	});

	test('when the history holds more, less or other migrations', async () => {
		const before = await expectations();
		expect(await shop.apply(script, {expectations: {...before, appliedIds: []}})).toMatchObject(
			fenced('history-moved', /unexpected: 20260101000000_First; missing: nothing/),
		);
		expect(
			await shop.apply(script, {expectations: {...before, appliedIds: [...appliedIds, "20260202000000_It's"]}}),
		).toMatchObject(fenced('history-moved', /missing: 20260202000000_It's/));
		expect(
			await shop.apply(script, {expectations: {...before, history: {...efHistory, table: 'other_history'}}}),
		).toMatchObject(fenced('history-moved', /0 migrations instead of 1/));
	});

	test('when a table that answers relied on is no longer empty', async () => {
		await shop.query('CREATE TABLE "Has Rows" (id int); INSERT INTO "Has Rows" VALUES (1)');
		const before = await expectations();
		await shop.query(`GRANT SELECT ON "Has Rows" TO ${shop.settings.user}`);
		expect(
			await shop.apply(script, {expectations: {...before, emptyTables: [{schema: 'public', name: 'Has Rows'}]}}),
		).toMatchObject(fenced('data-moved', /public.Has Rows is no longer empty/));
	});

	test('when a small table has grown, known by statistics or counted', async () => {
		await shop.query(
			`CREATE TABLE grown (id int) WITH (autovacuum_enabled = false); INSERT INTO grown SELECT generate_series(1, 2000); GRANT SELECT ON grown TO ${shop.settings.user}`,
		);
		const before = await expectations();
		const small = {expectations: {...before, smallTables: [{table: {schema: null, name: 'grown'}, below: 1000}]}};
		expect(await shop.apply(script, small)).toMatchObject(fenced('data-moved', /grown to about 1000 rows/));
		await shop.query('ANALYZE grown');
		expect(await shop.apply(script, small)).toMatchObject(fenced('data-moved', /grown to about 2000 rows/));
	});

	test('when the session cannot be made ready', async () => {
		expect(await shop.apply(script, {role: 'nobody_of_this_name'})).toMatchObject(
			fenced('not-prepared', /nobody_of_this_name/),
		);
		expect(await shop.apply(script, {signal: AbortSignal.abort()})).toMatchObject(fenced('not-prepared', /Cancelled/));
	});

	test('so that in the end nothing of it is there', async () => {
		expect(await shop.query(`SELECT FROM pg_tables WHERE tablename = 'must_not_be'`)).toEqual([]);
	});
});

test('an expected history may be missing, or empty', async () => {
	const before = (await shop.request('')).expectations;
	const elsewhere = {expectations: {...before, appliedIds: [], history: {...efHistory, table: 'later."History"'}}};
	expect(
		await shop.apply('CREATE SCHEMA later; CREATE TABLE later."History" ("MigrationId" text);', elsewhere),
	).toMatchObject({kind: 'completed'});
	expect(await shop.apply('SELECT 1;', elsewhere)).toMatchObject({kind: 'completed'});
});

test('a table relied on as empty may be gone, and one that is small stays small', async () => {
	await shop.query(
		`CREATE TABLE tiny (id int); INSERT INTO tiny SELECT generate_series(1, 10); ANALYZE tiny; GRANT SELECT ON tiny TO ${shop.settings.user}`,
	);
	const before = (await shop.request('')).expectations;
	const outcome = await shop.apply('SELECT 1;', {
		expectations: {
			...before,
			emptyTables: [{schema: null, name: 'never_was'}],
			smallTables: [{table: {schema: null, name: 'tiny'}, below: 1_000_000}],
		},
	});
	expect(outcome).toMatchObject({kind: 'completed'});
});

test('cancelling ends psql and then the backend', async () => {
	const cancel = new AbortController();
	const session = shop.target.apply(
		await shop.request('CREATE TABLE kept (); BEGIN; CREATE TABLE lost (); SELECT pg_sleep(60); COMMIT;', {
			signal: cancel.signal,
		}),
	);
	await eventually(async () => (await applying()).some(({query}) => query.includes('pg_sleep')));
	cancel.abort();
	expect(await session.outcome).toMatchObject({
		kind: 'ended',
		sentence: 'psql was ended because the run was cancelled.',
	});
	expect(await applying()).toEqual([]);
	expect(await shop.query(`SELECT tablename FROM pg_tables WHERE tablename IN ('kept', 'lost')`)).toEqual([
		{tablename: 'kept'},
	]);
});

test('a backend that is ended from outside is told as such', async () => {
	const session = shop.target.apply(await shop.request('SELECT pg_sleep(60);'));
	await eventually(async () => (await applying()).some(({query}) => query.includes('pg_sleep')));
	expect(await shop.target.lockHolder()).toMatchObject({applicationName: 'lockstep MR-42', state: 'active'});
	expect(await shop.target.endApply()).toBe(true);
	expect(await shop.target.endApply()).toBe(false);
	expect(await session.outcome).toMatchObject({
		kind: 'ended',
		sentence: expect.stringContaining('terminating connection due to administrator command'),
	});
});

test('an apply is ended when nobody beats, and lives while somebody does', async () => {
	const session = shop.target.apply(
		await shop.request('SELECT pg_sleep(1.5); CREATE TABLE beaten ();', {leashMs: 600}),
	);
	const beating = setInterval(() => session.beat(), 100);
	expect(await session.outcome).toMatchObject({kind: 'completed'});
	clearInterval(beating);
	const silent = shop.target.apply(await shop.request('SELECT pg_sleep(10); CREATE TABLE silent ();', {leashMs: 600}));
	expect(await silent.outcome).toMatchObject({
		kind: 'ended',
		sentence: expect.stringContaining('no sign of life for 600 ms'),
	});
	expect(await applying()).toEqual([]);
	expect(await shop.query(`SELECT tablename FROM pg_tables WHERE tablename IN ('beaten', 'silent')`)).toEqual([
		{tablename: 'beaten'},
	]);
});

test('no secret is seen in arguments or environment, nor in the output', async () => {
	const session = shop.target.apply(
		await shop.request(`SELECT pg_sleep(1); SELECT ${pg.escapeLiteral(shop.settings.password)} AS leaked;`),
	);
	await eventually(async () => (await applying()).some(({query}) => query.includes('pg_sleep')));
	const seen = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
		.flatMap((pid) => [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`)]);
	expect(seen.some((text) => text.includes('/dev/fd/5'))).toBe(true);
	expect(seen.filter((text) => text.includes(shop.settings.password))).toEqual([]);
	const {output} = await session.outcome;
	expect(output.text).toContain('***');
	expect(output.text).not.toContain(shop.settings.password);
});

async function applying(): Promise<readonly {readonly query: string}[]> {
	return await shop.query(
		`SELECT query FROM pg_stat_activity WHERE application_name LIKE 'lockstep MR-%' AND datname = current_database()`,
	);
}

function read(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
