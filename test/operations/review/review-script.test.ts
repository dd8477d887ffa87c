import {describe, expect, it} from 'vitest';

import {freePort} from '../../../scripts/local-servers.ts';
import {agreeWithEvidence} from '../../../src/operations/review/answer-checklist.ts';
import {reviewRequest} from '../../../src/operations/review/review-script.ts';
import {withdrawRequest} from '../../../src/operations/request/withdraw-request.ts';
import {efScript} from '../../support/ef-script.ts';
import {
	cast,
	change,
	changing,
	destructive,
	expectDone,
	harmless,
	initial,
	openLockstep,
	type Production,
} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

function down(...ids: readonly string[]): Buffer {
	const migrations = ids.map((id) => ({id, statements: ['ALTER TABLE customers DROP COLUMN points']}));
	return efScript({version: '10', down: true, migrations});
}

async function isMarked(production: Production): Promise<string | null | undefined> {
	return (
		await production.query<{uuid: string | null}>(
			`SELECT (SELECT array_to_string(setconfig, ',') FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid
		WHERE datname = current_database()) AS uuid`,
		)
	)[0]?.uuid;
}

/** Another script takes the place of the request's, as the record has it then. */
async function newBytes(number: number, bytes: Buffer, approved: boolean): Promise<void> {
	const {request} = await lockstep.load(number);
	const {version, summary, scriptSha256, scriptName, revision} = request;
	const at = lockstep.world.clock.now();
	const person = cast.dana;
	const committed = await lockstep.record.commit({
		number,
		revision,
		claim: null,
		event: {kind: 'script-replaced', actor: person, at, detail: {}},
		writes: [
			{kind: 'request', set: {state: 'submitted'}},
			{kind: 'replaced-script', replaced: {version, summary, scriptSha256, scriptName, approved, person, at}},
			{kind: 'script', script: {sha256: lockstep.world.hash(bytes), name: scriptName, bytes}, editor: person},
		],
	});
	expect(committed).toEqual({kind: 'committed'});
}

/** What the messages of the kind `difference` compare with. */
async function differences(number: number): Promise<readonly unknown[]> {
	const rows = await lockstep.query<{payload: unknown}>(
		`select payload from message where request = $1 and kind = 'difference' order by id`,
		[number],
	);
	return rows.map(({payload}) => payload);
}

describe('a review', () => {
	it('tells by the target’s own history what is pending', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const {request, targetIdentity} = await lockstep.load(number);
		expect(request).toMatchObject({
			state: 'in-review',
			hold: null,
			reviewDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
			review: {
				direction: 'up',
				pending: [change],
				alreadyApplied: [initial],
				findings: [{rule: 'placeholder-default', severity: 'notice'}],
				destructive: false,
			},
		});
		expect(targetIdentity).toMatchObject({database: expect.stringMatching(/^test_/), uuid: null});
		expect(await lockstep.events(number)).toEqual(['submitted', 'review-started', 'review-finished']);
		expect(await lockstep.messages(number)).toEqual(['request', 'script', 'details']);
	});

	it('of new bytes tells the difference from what was approved last, else from the script before', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const first = (await lockstep.request(number)).scriptSha256;
		await newBytes(number, destructive, false);
		await lockstep.review(number);
		expect(await differences(number)).toEqual([{before: first}]);
		const second = (await lockstep.request(number)).scriptSha256;
		await newBytes(number, changing(['ALTER TABLE customers ADD age integer']), true);
		await newBytes(number, changing(['ALTER TABLE customers ADD size integer']), false);
		await lockstep.review(number);
		expect(await differences(number)).toEqual([{before: first}, {before: second}]);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'details')).toHaveLength(1);
	});

	it('asks the live tables: the same script is a blocker on a filled table and none on an empty one', async () => {
		const script = (table: string) => changing([`ALTER TABLE ${table} ADD code text NOT NULL`]);
		const onFilled = await lockstep.request(await lockstep.reviewed(shop, script('customers')));
		expect(onFilled.review?.findings).toMatchObject([{rule: 'not-null-without-default', severity: 'blocker'}]);
		const onEmpty = await lockstep.request(await lockstep.reviewed(shop, script('drafts')));
		expect(onEmpty.review?.findings).toEqual([]);
	});

	it('takes everything for pending where there is no history table yet', async () => {
		const fresh = await lockstep.production();
		await fresh.query('DROP TABLE "__EFMigrationsHistory"');
		const {review} = await lockstep.request(await lockstep.reviewed(fresh, harmless));
		expect(review).toMatchObject({pending: [initial, change], alreadyApplied: []});
	});

	it('marks the database once where the apply login may, and knows it by that', async () => {
		const fresh = await lockstep.production();
		const [own] = await fresh.query<{user: string}>(
			`SELECT rolname AS "user" FROM pg_roles WHERE rolname LIKE 'migrator_%' AND pg_has_role(rolname, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')`,
		);
		await fresh.query(`ALTER ROLE ${own?.user} SUPERUSER`);
		const number = await lockstep.reviewed(fresh, harmless);
		await fresh.query(`ALTER ROLE ${own?.user} NOSUPERUSER`);
		const {targetIdentity} = await lockstep.load(number);
		expect(targetIdentity?.uuid).toMatch(/^[0-9a-f-]{36}$/);
		expect(await isMarked(fresh)).toContain(targetIdentity?.uuid ?? 'no mark');
	});

	it('is verified at once, with its reason, where nothing is pending', async () => {
		const fresh = await lockstep.production();
		await fresh.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('${change}', '10.0.3')`);
		const number = await lockstep.reviewed(fresh, harmless);
		expect(await lockstep.request(number)).toMatchObject({
			state: 'verified',
			reason: `Nothing to apply: the history of ${fresh.name} holds every migration of this script already.`,
		});
	});

	it('of a down script asks for what it takes back, and is rejected where there is nothing', async () => {
		const fresh = await lockstep.production();
		const nothing = await lockstep.reviewed(fresh, down(change));
		expect(await lockstep.request(nothing)).toMatchObject({
			state: 'rejected',
			reason: expect.stringContaining('Nothing to revert'),
		});
		await fresh.query(`INSERT INTO "__EFMigrationsHistory" VALUES ('${change}', '10.0.3')`);
		const something = await lockstep.reviewed(fresh, down(change));
		expect(await lockstep.request(something)).toMatchObject({
			state: 'in-review',
			review: {direction: 'down', pending: [change], destructive: true},
		});
	});

	it('gives an equal digest for equal facts, and another for another pending set', async () => {
		const table = '"__EFMigrationsHistory"';
		const histories = ['shop', 'billing', 'stock'].map((app) => ({app, context: `${app} context`, table}));
		const fresh = await lockstep.production({histories});
		const digestOf = async (app: string): Promise<string> =>
			await lockstep.digest(await lockstep.reviewed(fresh, harmless, {app}));
		const first = await digestOf('shop');
		expect(await digestOf('billing')).toBe(first);
		await fresh.query(`DELETE FROM "__EFMigrationsHistory"`);
		expect(await digestOf('stock')).not.toBe(first);
	});
});

describe('a review that cannot be made now is postponed with its reason and made later', () => {
	async function expectPostponed(production: Production, number: number, reason: RegExp): Promise<void> {
		const {request} = await lockstep.review(number);
		expect(request).toMatchObject({state: 'submitted', review: null, hold: {reason: expect.stringMatching(reason)}});
		const events = await lockstep.events(number);
		await reviewRequest(lockstep.world, number);
		expect(await lockstep.events(number), 'not before its time').toEqual(events);
		production.reach({});
		lockstep.clock.advance(60_000);
		expect((await lockstep.review(number)).request).toMatchObject({state: 'in-review', hold: null});
	}

	it('where the target is down', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.open(fresh, harmless);
		fresh.reach({port: await freePort()});
		await expectPostponed(fresh, number, /nothing listens there/);
	});

	it('where the password is wrong, without telling it', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.open(fresh, harmless);
		fresh.reach({password: 'not-the-secret'});
		await expectPostponed(fresh, number, /^(?!.*not-the-secret)/);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'details')).toHaveLength(1);
	});

	it('where the target is a replica', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.open(fresh, harmless);
		const {targets} = lockstep.world;
		const replica = {
			...lockstep.world,
			targets: {
				open: (name: string) => {
					const database = targets.open(name);
					return {...database, state: async () => ({...(await database.state()), inRecovery: true})};
				},
			},
		};
		await reviewRequest(replica, number);
		expect(await lockstep.request(number)).toMatchObject({
			state: 'submitted',
			hold: {reason: expect.stringMatching(/is a replica .* only the primary/)},
		});
		lockstep.clock.advance(60_000);
		expect((await lockstep.review(number)).request.state).toBe('in-review');
	});
});

describe('workers', () => {
	it('that come at once review once', async () => {
		const number = await lockstep.open(shop, harmless);
		await Promise.all(['a', 'b', 'c'].map(async (name) => await reviewRequest(lockstep.worker(name), number)));
		expect(await lockstep.events(number)).toEqual(['submitted', 'review-started', 'review-finished']);
		await reviewRequest(lockstep.world, number);
		expect(await lockstep.events(number)).toHaveLength(3);
	});

	it('take a review over only when the lease of who began it has ended, and the old one then says nothing', async () => {
		const number = await lockstep.open(shop, harmless);
		let wake = (): void => undefined;
		const asleep = new Promise<void>((resolve) => {
			lockstep.moments.beforeReview = async () => {
				resolve();
				await new Promise<void>((go) => {
					wake = go;
				});
			};
		});
		const first = reviewRequest(lockstep.worker('a'), number);
		await asleep;
		expect(await lockstep.state(number)).toBe('reviewing');
		await reviewRequest(lockstep.worker('b'), number);
		expect(await lockstep.state(number)).toBe('reviewing');
		lockstep.clock.advance(180_000);
		await reviewRequest(lockstep.worker('b'), number);
		expect(await lockstep.state(number)).toBe('in-review');
		const events = await lockstep.events(number);
		wake();
		await first;
		expect(await lockstep.events(number)).toEqual(events);
		expect(events).toEqual(['submitted', 'review-started', 'review-started', 'review-finished']);
	});

	it('drop what they found when the request was withdrawn meanwhile', async () => {
		const number = await lockstep.open(shop, harmless);
		lockstep.moments.beforeReview = async () => {
			expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		};
		await reviewRequest(lockstep.world, number);
		expect(await lockstep.request(number)).toMatchObject({state: 'withdrawn', review: null});
	});

	it('do not review what is in nobody’s configuration any more, nor what does not exist', async () => {
		const number = await lockstep.open(shop, harmless);
		const without = lockstep.worker('w', {settings: {...lockstep.world.settings, targets: new Map()}});
		await reviewRequest(without, number);
		await reviewRequest(without, 999_999);
		expect(await lockstep.state(number)).toBe('submitted');
	});
});

describe('a second review', () => {
	it('keeps answers where nothing changed, and posts the details once', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		expectDone(
			await agreeWithEvidence(lockstep.world, {number, person: cast.dana, digest: await lockstep.digest(number)}),
		);
		await lockstep.query(`update request set state = 'submitted', revision = revision + 1 where number = $1`, [number]);
		const before = await lockstep.digest(number);
		await lockstep.review(number);
		expect(await lockstep.digest(number)).toBe(before);
		expect((await lockstep.load(number)).answers).not.toEqual([]);
		expect((await lockstep.messages(number)).filter((kind) => kind === 'details')).toHaveLength(1);
	});
});
