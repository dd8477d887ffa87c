import {createHash, randomUUID} from 'node:crypto';

import pg from 'pg';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {createRecordStore} from '../../../src/adapters/record/record-store.ts';
import {applySchema} from '../../../src/adapters/record/schema.ts';
import type {RequestState} from '../../../src/domain/request.ts';
import type {Review} from '../../../src/domain/review/review.ts';
import type {NewRequest, Transition, Write} from '../../../src/operations/ports/record.ts';
import {createDatabase, type TestDatabase} from '../../support/databases.ts';

let database: TestDatabase;
let store: ReturnType<typeof createRecordStore>;
let sql: pg.Client;

beforeAll(async () => {
	database = await createDatabase();
	// Replicas start together: the second waits for the first.
	await Promise.all([applySchema(database.url), applySchema(database.url)]);
	store = createRecordStore(database.url, () => {});
	sql = new pg.Client(database.url);
	await sql.connect();
});

afterAll(async () => {
	await store.close();
	await sql.end();
});

const bytes = Buffer.from('select 1;');

function newRequest(more: Partial<NewRequest> = {}): NewRequest {
	return {
		target: 'shop',
		pool: 'default',
		channel: 'C0DBMIGR001',
		app: 'shop',
		version: '1.4.0',
		summary: 'Adds loyalty points',
		// A history of its own: in the same one it would take the place of the request before.
		historyTable: `"history ${randomUUID()}"`,
		follows: null,
		script: {sha256: createHash('sha256').update(bytes).digest('hex'), name: 'migration.sql', bytes},
		requester: 'U1',
		author: 'U1',
		start: {kind: 'by-hand'},
		submissionKey: randomUUID(),
		at: 1_700_000_000_000,
		messages: [{kind: 'request'}, {kind: 'script'}],
		...more,
	};
}

async function open(request: NewRequest): Promise<number> {
	const opened = await store.open([{kind: 'opened', request}]);
	const number = opened.kind === 'opened' ? opened.numbers[0] : undefined;
	if (number === undefined) throw new Error('opened nothing');
	return number;
}

function transition(
	number: number,
	revision: number | null,
	writes: readonly Write[],
	more: Partial<Transition> = {},
): Transition {
	return {
		number,
		revision,
		claim: null,
		event: {kind: 'test', actor: 'U1', at: 1_700_000_000_001, detail: {b: 1, a: 'ü'}},
		writes,
		...more,
	};
}

async function approved(target: string): Promise<number> {
	const number = await open(newRequest({target}));
	await store.commit(transition(number, null, [{kind: 'request', set: {state: 'approved', startDueAt: 0}}]));
	return number;
}

async function started(target: string, worker: string, leaseMs = 60_000): Promise<number> {
	const number = await approved(target);
	const writes: readonly Write[] = [
		{kind: 'request', set: {state: 'running'}},
		{kind: 'run-started', run: {worker, leaseMs}},
	];
	expect(await store.commit(transition(number, null, writes))).toEqual({kind: 'committed'});
	return number;
}

async function endLease(number: number): Promise<void> {
	await sql.query(`update run set lease_until = now() - interval '1 second' where request = $1`, [number]);
}

describe('a request', () => {
	it('comes back as it was opened, its bytes too', async () => {
		const number = await open(newRequest());
		const record = await store.load(number);
		expect(record?.request).toMatchObject({
			number,
			revision: 1,
			state: 'submitted',
			app: 'shop',
			lastEditor: 'U1',
			scriptBytes: 9,
			review: null,
		});
		expect(Buffer.from((await store.script(record?.request.scriptSha256 ?? '')) ?? [])).toEqual(bytes);
		expect(await store.load(999_999)).toBeNull();
	});

	it('is opened once, however often its submission is delivered', async () => {
		const request = newRequest();
		const numbers = await Promise.all([open(request), open(request)]);
		expect(numbers[0]).toBe(numbers[1]);
	});

	it('changes only from the revision that was decided on', async () => {
		const number = await open(newRequest());
		const withdraw: readonly Write[] = [{kind: 'request', set: {state: 'withdrawn'}}];
		const both = await Promise.all([
			store.commit(transition(number, 1, withdraw)),
			store.commit(transition(number, 1, withdraw)),
		]);
		expect(both.map(({kind}) => kind).toSorted()).toEqual(['committed', 'moved']);
		expect((await store.load(number))?.request).toMatchObject({revision: 2, state: 'withdrawn'});
	});

	it('writes all rows of a transition or none', async () => {
		const number = await open(newRequest());
		const broken: Write = {kind: 'escalation-opened', run: 999_999, sentence: 'no such run', at: 0, nextPingAt: 0};
		await expect(
			store.commit(transition(number, 1, [{kind: 'request', set: {state: 'failed'}}, broken])),
		).rejects.toThrow(/foreign key/);
		expect((await store.load(number))?.request).toMatchObject({revision: 1, state: 'submitted'});
		expect(await store.auditHolds(number)).toBe(true);
	});

	it('keeps one live approval of a person for a review', async () => {
		const number = await open(newRequest());
		const approval: Write = {
			kind: 'approval',
			approval: {person: 'U2', reviewDigest: 'd', confirmedItems: [], at: 5, voidedBecause: null},
		};
		await store.commit(transition(number, null, [approval]));
		await store.commit(transition(number, null, [approval]));
		expect((await store.load(number))?.approvals).toHaveLength(1);
	});
});

describe('the audit', () => {
	it('is a chain that any change breaks', async () => {
		const number = await open(newRequest());
		await store.commit(transition(number, 1, []));
		expect(await store.auditHolds(number)).toBe(true);
		await expect(sql.query(`update audit_event set actor = 'U9' where request = $1`, [number])).rejects.toThrow(
			/never changed/,
		);
		await sql.query(`alter table audit_event disable trigger all`);
		await sql.query(`update audit_event set actor = 'U9' where request = $1 and sequence = 1`, [number]);
		await sql.query(`alter table audit_event enable trigger all`);
		expect(await store.auditHolds(number)).toBe(false);
	});
});

describe('a run', () => {
	it('is the only active one of its target', async () => {
		const first = await started('busy', 'w1');
		const second = await approved('busy');
		const committed = await store.commit(
			transition(second, null, [{kind: 'run-started', run: {worker: 'w2', leaseMs: 1000}}]),
		);
		expect(committed).toEqual({kind: 'target-busy', number: first});
		expect((await store.load(second))?.request.state).toBe('approved');
	});

	it('is taken over only after its lease, and then shuts the old worker out', async () => {
		const number = await started('lease', 'w1');
		const old = await store.activeClaim(number, 'w1');
		expect(old).not.toBeNull();
		expect(await store.takeOver(number, 'w2', 1000)).toBeNull();
		await endLease(number);
		if (old === null) throw new Error('no claim');
		expect(await store.heartbeat(old, 1000)).toBeNull();
		const successors = await Promise.all([store.takeOver(number, 'w2', 60_000), store.takeOver(number, 'w3', 60_000)]);
		expect(successors.filter((claim) => claim !== null)).toHaveLength(1);
		expect(await store.commit(transition(number, null, [], {claim: old}))).toEqual({kind: 'lost'});
		const claim = successors.find((one) => one !== null) ?? old;
		expect(await store.commit(transition(number, null, [], {claim}))).toEqual({kind: 'committed'});
	});

	it('writes nothing once its lease has ended, even where nobody took over', async () => {
		const number = await started('ended', 'w1');
		const claim = await store.activeClaim(number, 'w1');
		await endLease(number);
		expect(await store.commit(transition(number, null, [], {claim}))).toEqual({kind: 'lost'});
	});

	it('hears of a cancel by its heartbeat', async () => {
		const number = await started('cancel', 'w1');
		const claim = await store.activeClaim(number, 'w1');
		if (claim === null) throw new Error('no claim');
		expect(await store.heartbeat(claim, 60_000)).toEqual({cancelAskedBy: null});
		await store.commit(transition(number, null, [{kind: 'run', run: claim.run, set: {cancelAskedBy: 'U7'}}]));
		expect(await store.heartbeat(claim, 60_000)).toEqual({cancelAskedBy: 'U7'});
	});
});

describe('what is due', () => {
	it('follows from the record alone', async () => {
		const waiting = await open(newRequest({target: 'due-1'}));
		const ready = await approved('due-2');
		const orphan = await started('due-3', 'w1');
		await endLease(orphan);
		const held = await approved('due-4');
		await store.commit(
			transition(held, null, [{kind: 'request', set: {hold: {reason: 'busy', until: Date.now() + 60_000}}}]),
		);
		const due = await store.due();
		expect(due.reviews).toContainEqual({number: waiting, pool: 'default'});
		const runs = due.runs.map(({number}) => number);
		expect(runs).toEqual(expect.arrayContaining([ready, orphan]));
		expect(runs).not.toContain(held);
		expect(due.messages).toContain(waiting);
	});

	it('names an escalation until somebody acknowledges', async () => {
		const number = await started('escalated', 'w1');
		const claim = await store.activeClaim(number, 'w1');
		await store.commit(
			transition(number, null, [
				{kind: 'escalation-opened', run: claim?.run ?? null, sentence: 'It failed.', at: 0, nextPingAt: 1},
			]),
		);
		const escalation = (await store.load(number))?.escalations[0];
		expect((await store.due()).escalations).toContainEqual({escalation: escalation?.id, number});
		await store.commit(
			transition(number, null, [{kind: 'escalation-acknowledged', escalation: escalation?.id ?? 0, by: 'U3', at: 5}]),
		);
		expect((await store.due()).escalations).not.toContainEqual({escalation: escalation?.id, number});
	});
});

describe('publishing', () => {
	it('posts the request first, each message once, whoever publishes', async () => {
		const number = await open(newRequest());
		const posted: string[] = [];
		async function publish(slot: {readonly kind: string; readonly threadTs: string | null}) {
			posted.push(`${slot.kind} in ${slot.threadTs ?? 'channel'}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
			return {kind: 'published', ts: `ts-${slot.kind}`, revision: 1} as const;
		}
		await Promise.all([store.publishMessages(number, publish), store.publishMessages(number, publish)]);
		await store.publishMessages(number, publish);
		expect(posted).toEqual(['request in channel', 'script in ts-request']);
	});

	it('edits a live message when its request changed, and no other', async () => {
		const number = await open(newRequest());
		const kinds: string[] = [];
		async function publish(slot: {readonly kind: string; readonly ts: string | null}) {
			kinds.push(`${slot.kind} ${slot.ts === null ? 'new' : 'edit'}`);
			return {kind: 'published', ts: 'ts', revision: (await store.load(number))?.request.revision ?? 0} as const;
		}
		await store.publishMessages(number, publish);
		await store.commit(transition(number, null, [{kind: 'message', message: {kind: 'line', payload: {text: 'x'}}}]));
		await store.publishMessages(number, publish);
		expect(kinds).toEqual(['request new', 'script new', 'request edit', 'line new']);
	});

	it('says that a post is of uncertain fate when its publisher died on the way', async () => {
		const number = await open(newRequest({messages: [{kind: 'request'}]}));
		const dying = store.publishMessages(number, () => Promise.reject(new Error('the process died')));
		await expect(dying).rejects.toThrow('the process died');
		const uncertain: boolean[] = [];
		await store.publishMessages(number, (slot) => {
			uncertain.push(slot.uncertain);
			return Promise.resolve({kind: 'later', inMs: 60_000, uncertain: false});
		});
		expect(uncertain).toEqual([true]);
		await store.publishMessages(number, () => Promise.reject(new Error('not before its time')));
	});
});

describe('the lists', () => {
	it('answer for the gate by app, version and target', async () => {
		const one = await open(newRequest({app: 'gate-app', target: 'one'}));
		const two = await open(newRequest({app: 'gate-app', target: 'two'}));
		expect(
			(await store.forGate('gate-app', '1.4.0', null)).map(({number}) => number).toSorted((a, b) => a - b),
		).toEqual([one, two]);
		expect((await store.forGate('gate-app', '1.4.0', 'two')).map(({number}) => number)).toEqual([two]);
		expect(await store.forGate('gate-app', '1.4.1', null)).toEqual([]);
	});

	it('show open requests first', async () => {
		const done = await open(newRequest({target: 'listed'}));
		const waiting = await open(newRequest({target: 'listed'}));
		await store.commit(transition(waiting, null, []));
		const newest = await open(newRequest({target: 'listed'}));
		await store.commit(transition(newest, null, [{kind: 'request', set: {state: 'verified'}}]));
		expect((await store.list({target: 'listed', limit: 10})).map(({number}) => number)).toEqual([
			waiting,
			done,
			newest,
		]);
	});
});

it('says that the record cannot be reached, and no more', async () => {
	const nowhere = createRecordStore('postgresql://nobody:secret@127.0.0.1:1/none', () => {});
	await expect(nowhere.load(1)).rejects.toMatchObject({
		name: 'Failure',
		code: 'record-unreachable',
		message: expect.not.stringContaining('secret'),
	});
	await nowhere.close();
});

describe('the edit budget', () => {
	it('gives a message one edit in two seconds, and the workspace forty in a minute, whoever asks', async () => {
		await sql.query('delete from edit');
		const both = await Promise.all([store.takeEdit(1), store.takeEdit(1)]);
		expect(both.filter((wait) => wait === 0)).toHaveLength(1);
		expect(Math.max(...both)).toBeGreaterThan(1000);
		expect(Math.max(...both)).toBeLessThanOrEqual(2000);
		for (let message = 2; message <= 40; message++) expect(await store.takeEdit(message)).toBe(0);
		const wait = await store.takeEdit(41);
		expect(wait).toBeGreaterThan(50_000);
		expect(wait).toBeLessThanOrEqual(60_000);
		await sql.query(`update edit set at = at - interval '61 seconds'`);
		expect(await store.takeEdit(41)).toBe(0);
	});
});

describe('a message that Slack does not take', () => {
	it('is waited for by the ones after it, but not for ever', async () => {
		const number = await open(newRequest({messages: [{kind: 'request'}, {kind: 'details'}, {kind: 'line'}]}));
		const posted: string[] = [];
		async function publishAll(): Promise<void> {
			await store.publishMessages(number, (slot) => {
				if (slot.kind === 'details') return Promise.resolve({kind: 'later', inMs: 60_000, uncertain: false});
				posted.push(slot.kind);
				return Promise.resolve({kind: 'published', ts: slot.kind, revision: 1});
			});
		}
		for (let round = 0; round < 3; round++) {
			await publishAll();
			await publishAll();
			expect(posted).toEqual(['request']);
			await sql.query(`update message set next_try_at = now() where request = $1`, [number]);
		}
		await publishAll();
		await publishAll();
		expect(posted).toEqual(['request', 'line']);
	});
});

describe('the ids of known migrations', () => {
	const review = (historyTable: string, alreadyApplied: readonly string[], pending: readonly string[]): Review => ({
		direction: 'up',
		historyTable,
		pending,
		alreadyApplied,
		changes: [],
		findings: [],
		destructive: false,
		tables: [],
		largeTableRows: 1,
	});

	async function reviewed(app: string, state: RequestState, found: Review): Promise<void> {
		const number = await open(newRequest({app}));
		const done = await store.commit(transition(number, null, [{kind: 'request', set: {state, review: found}}]));
		expect(done).toEqual({kind: 'committed'});
	}

	it('are those found applied, or applied, in the same history table; what was only asked for is none', async () => {
		await reviewed('known-a', 'verified', review('"H"', ['1_First'], ['2_Second']));
		await reviewed('known-a', 'rejected', review('"H"', ['2_Second'], ['3_Never']));
		await reviewed('known-b', 'in-review', review('"H"', ['1_Other'], ['4_Asked']));
		await reviewed('known-a', 'verified', review('other."H"', ['5_Elsewhere'], []));
		await reviewed('known-a', 'verified', {...review('"H"', ['6_NotThere'], []), direction: 'down'});
		expect(await store.knownMigrations('"H"')).toEqual([
			{app: 'known-a', id: '1_First'},
			{app: 'known-b', id: '1_Other'},
			{app: 'known-a', id: '2_Second'},
		]);
		expect(await store.knownMigrations('"Nobody"')).toEqual([]);
	});
});
