import {createHash, randomUUID} from 'node:crypto';

import pg from 'pg';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {createRecordStore} from '../../../src/adapters/record/record-store.ts';
import {applySchema} from '../../../src/adapters/record/schema.ts';
import type {NewRequest, Opened, StageChange, Transition, Write} from '../../../src/operations/ports/record.ts';
import {createDatabase} from '../../support/databases.ts';

let store: ReturnType<typeof createRecordStore>;
let sql: pg.Client;

beforeAll(async () => {
	const {url} = await createDatabase();
	await applySchema(url);
	store = createRecordStore(url, () => {});
	sql = new pg.Client(url);
	await sql.connect();
});

afterAll(async () => {
	await store.close();
	await sql.end();
});

const bytes = Buffer.from('select 1;');
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** For a target of its own unless one is named. */
function opening(more: Partial<NewRequest> = {}): Extract<StageChange, {kind: 'opened'}> {
	return {
		kind: 'opened',
		request: {
			target: randomUUID(),
			pool: 'default',
			channel: 'C0DBMIGR001',
			app: 'shop',
			version: '1.4.0',
			summary: 'Adds loyalty points',
			historyTable: '"__EFMigrationsHistory"',
			follows: null,
			script: {sha256, name: 'migration.sql', bytes},
			requester: 'U1',
			author: 'U1',
			start: {kind: 'by-hand'},
			submissionKey: randomUUID(),
			at: 1_700_000_000_000,
			messages: [{kind: 'request'}],
			...more,
		},
	};
}

function transition(number: number, revision: number, writes: readonly Write[], detail = {}): Transition {
	const event = {kind: 'test', actor: 'U1', at: 1_700_000_000_001, detail};
	return {number, revision, claim: null, event, writes};
}

function changing(version: string): Write {
	return {kind: 'request', set: {version}};
}

function numbersOf(opened: Opened): readonly number[] {
	if (opened.kind !== 'opened') throw new Error('moved');
	return opened.numbers;
}

async function one(stage = opening()): Promise<number> {
	return numbersOf(await store.open([stage]))[0] ?? 0;
}

async function count(): Promise<number> {
	const {rows} = await sql.query<{count: number}>('select count(*)::int as count from request');
	return rows[0]?.count ?? 0;
}

async function state(number: number, to: string): Promise<void> {
	await sql.query('update request set state = $2 where number = $1', [number, to]);
}

describe('requests of several stages', () => {
	it('are opened together, each linked with the one before, and known to each other', async () => {
		const stages = [opening(), opening({follows: 'earlier'}), opening({follows: 'earlier'})];
		const numbers = numbersOf(await store.open(stages));
		expect(numbers).toHaveLength(3);
		const [first = 0, second = 0, third = 0] = numbers;
		for (const number of numbers) {
			expect((await store.load(number))?.stages.map((stage) => stage.number)).toEqual([first, second, third]);
			expect(await store.auditHolds(number)).toBe(true);
		}
		expect((await store.load(third))?.request.follows).toBe(second);
		expect(numbersOf(await store.open(stages))).toEqual(numbers);
	});

	it('are opened all or none', async () => {
		const target = randomUUID();
		await one(opening({target}));
		const before = await count();
		expect(await store.open([opening(), opening({target, follows: 'earlier'})])).toEqual({kind: 'moved'});
		expect(await count()).toBe(before);
	});

	it('may be new and changed in one call, and a changed one follows the new one', async () => {
		const number = await one();
		const change = {
			kind: 'changed',
			transition: transition(number, 1, [changing('2.0.0')]),
			followsEarlier: true,
		} as const;
		const numbers = numbersOf(await store.open([opening(), change]));
		expect(numbers[1]).toBe(number);
		expect((await store.load(number))?.request).toMatchObject({version: '2.0.0', follows: numbers[0], revision: 2});
	});

	it('are left as they are when a linked one has moved', async () => {
		const [number, linked] = [await one(), await one()];
		const change = {
			kind: 'changed',
			transition: transition(number, 1, [changing('2.0.0')]),
			followsEarlier: false,
		} as const;
		expect(await store.open([change], [transition(linked, 7, [changing('2.0.0')])])).toEqual({kind: 'moved'});
		expect((await store.load(number))?.request).toMatchObject({version: '1.4.0', revision: 1});
	});

	it('change together although each shows the state of the one before', async () => {
		const [first = 0, second = 0] = numbersOf(await store.open([opening(), opening({follows: 'earlier'})]));
		const again: Write = {kind: 'script', script: {sha256, name: 'b.sql', bytes}, editor: 'U2'};
		expect(await store.commitAll([transition(first, 1, [again]), transition(second, 1, [again])])).toEqual({
			kind: 'committed',
		});
		for (const number of [first, second]) {
			expect((await store.load(number))?.request).toMatchObject({scriptName: 'b.sql', lastEditor: 'U2'});
			expect(await store.auditHolds(number)).toBe(true);
		}
		expect(await store.commitAll([transition(first, 2, []), transition(second, 1, [])])).toEqual({kind: 'moved'});
	});

	it('let nobody wait for ever when others change them in the opposite order', async () => {
		const [first, second] = [await one(), await one()];
		const transitions = async () => {
			const records = [await store.load(first), await store.load(second)];
			return records.flatMap((record) =>
				record === null ? [] : [transition(record.request.number, record.request.revision, [changing('3.0.0')])],
			);
		};
		for (let round = 0; round < 10; round++) {
			const asked = await transitions();
			const both = await Promise.all([store.commitAll(asked), store.commitAll(asked.toReversed())]);
			expect(both.map(({kind}) => kind)).toContain('moved');
		}
	});
});

it('a transition that tells the later stage loses nothing to one of both stages in the opposite order', async () => {
	const telling: Write = {kind: 'request', set: {state: 'in-review'}};
	// Linked afterwards: the later stage has the smaller number.
	const second = await one();
	const link = {kind: 'changed', transition: transition(second, 1, []), followsEarlier: true} as const;
	const [first = 0] = numbersOf(await store.open([opening(), link]));
	for (let round = 0; round < 4; round++) {
		const [earlier, later] = [await store.load(first), await store.load(second)];
		if (earlier === null || later === null) throw new Error('no requests');
		const both = [later, earlier].map(({request}) => transition(request.number, request.revision, []));
		const told = await Promise.all([
			store.commit({...transition(first, 0, [telling]), revision: null}),
			store.commitAll(both),
		]);
		expect(told[0]).toEqual({kind: 'committed'});
	}
});

describe('the place of an open request', () => {
	it('is taken by one alone, however many are opened there at once', async () => {
		const target = randomUUID();
		const opened = await Promise.all(Array.from({length: 8}, async () => await store.open([opening({target})])));
		expect(opened.filter(({kind}) => kind === 'opened')).toHaveLength(1);
	});

	it('belongs to target, app and history table, and is free once the request runs or has ended', async () => {
		const target = randomUUID();
		const slot = {target, app: 'shop', historyTable: '"__EFMigrationsHistory"'};
		const number = await one(opening({target}));
		expect(await store.openIn(slot)).toBe(number);
		expect(await store.openIn({...slot, app: 'stock'})).toBeNull();
		expect(await store.openIn({...slot, historyTable: 'other'})).toBeNull();
		for (const taken of ['submitted', 'reviewing', 'in-review', 'changes-requested', 'approved']) {
			await state(number, taken);
			expect(await store.openIn(slot)).toBe(number);
		}
		for (const free of ['running', 'failed', 'verified', 'withdrawn', 'rejected', 'closed']) {
			await state(number, free);
			expect(await store.openIn(slot)).toBeNull();
		}
	});

	it('is known of requests older than the column by what their review found', async () => {
		const target = randomUUID();
		const number = await one(opening({target, historyTable: ''}));
		await sql.query(`update request set review = '{"historyTable": "old"}' where number = $1`, [number]);
		expect(await store.openIn({target, app: 'shop', historyTable: 'old'})).toBe(number);
	});
});

it('a submission is known by its key where it opened and where it changed a request', async () => {
	const target = randomUUID();
	const slot = {target, app: 'shop', historyTable: '"__EFMigrationsHistory"'};
	const [opened, changed] = [randomUUID(), randomUUID()];
	const number = await one(opening({target, submissionKey: opened}));
	expect(await store.submitted(slot, changed)).toBeNull();
	await store.commit(transition(number, 1, [], {submission: changed}));
	expect(await store.submitted(slot, opened)).toBe(number);
	expect(await store.submitted(slot, changed)).toBe(number);
	expect(await store.submitted({...slot, app: 'stock'}, changed)).toBeNull();
});

it('the gate hears of a version that a newer one replaced, with the version that is there now', async () => {
	const [old, target] = [randomUUID(), randomUUID()];
	const number = await one(opening({target, version: old}));
	const replaced = {
		version: old,
		summary: 's',
		scriptSha256: sha256,
		scriptName: 'a.sql',
		approved: false,
		person: 'U1',
		at: 0,
	};
	await store.commit(transition(number, 1, [{kind: 'replaced-script', replaced}, changing('9.0.0')]));
	const known = {number, target, historyTable: '"__EFMigrationsHistory"', state: 'submitted', version: '9.0.0'};
	expect(await store.forGate('shop', old, null)).toEqual([known]);
	expect(await store.forGate('shop', old, target)).toEqual([known]);
	expect(await store.forGate('shop', '9.0.0', target)).toEqual([known]);
	expect(await store.forGate('shop', old, 'elsewhere')).toEqual([]);
	expect(await store.forGate('stock', old, null)).toEqual([]);
});

it('a request’s author, start and history table change with its script', async () => {
	const number = await one();
	const set = {author: 'U5', start: {kind: 'at', at: 7}, historyTable: 'h'} as const;
	await store.commit(transition(number, 1, [{kind: 'request', set}]));
	expect((await store.load(number))?.request).toMatchObject(set);
});
