import {randomUUID} from 'node:crypto';

import {expect, it} from 'vitest';

import {createRecordStore} from '../../src/adapters/record/record-store.ts';
import {askGate} from '../../src/operations/answer-gate.ts';
import {withdrawRequest} from '../../src/operations/request/withdraw-request.ts';
import {cast, expectDone, harmless, openLockstep, type Production} from '../support/lockstep-world.ts';

const lockstep = await openLockstep();
const [first, second] = [await lockstep.production(), await lockstep.production()];

async function gate(version: string, target: Production | null = null) {
	const question = {app: 'shop', version, target: target?.name ?? null};
	const {verdict, reason, requests} = await askGate(lockstep.world, question);
	return {verdict, reason, requests: requests.map(({number}) => number)};
}

it('opens for a target when every request of the version is verified there, and for all when everywhere', async () => {
	const version = randomUUID();
	expect(await gate(version)).toEqual({verdict: 'hold', reason: 'unknown-version', requests: []});
	const [one, two] = [
		await lockstep.started(first, harmless, {version}),
		await lockstep.approved(second, harmless, {version}),
	];
	expect(await gate(version, first)).toEqual({verdict: 'hold', reason: 'waiting', requests: [one]});
	lockstep.moments.beforeBackup = async () => {
		expect(await gate(version, first)).toEqual({verdict: 'hold', reason: 'running', requests: [one]});
	};
	await lockstep.run(one);
	expect(await gate(version, first)).toEqual({verdict: 'go', reason: 'verified', requests: [one]});
	expect(await gate(version, second)).toEqual({verdict: 'hold', reason: 'waiting', requests: [two]});
	expect(await gate(version)).toEqual({verdict: 'hold', reason: 'waiting', requests: [two]});
	await lockstep.start(two);
	await lockstep.run(two);
	expect(await gate(version)).toEqual({verdict: 'go', reason: 'verified', requests: [two, one]});
});

it('holds for a target that it does not know, and names those it does', async () => {
	const answer = await askGate(lockstep.world, {app: 'shop', version: '1.4.0', target: 'shopp'});
	expect(answer).toMatchObject({verdict: 'hold', reason: 'unknown-target', requests: []});
	expect(answer.sentence).toContain(`${first.name}, ${second.name}`);
});

it('holds for another app, and where every request was withdrawn', async () => {
	const version = randomUUID();
	const number = await lockstep.open(first, harmless, {version});
	expect(await askGate(lockstep.world, {app: 'stock', version, target: null})).toMatchObject({
		verdict: 'hold',
		reason: 'unknown-version',
	});
	expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
	expect(await gate(version)).toEqual({verdict: 'hold', reason: 'only-withdrawn', requests: [number]});
});

it('says that the record cannot be reached, so that who asks can hold', async () => {
	const record = createRecordStore('postgresql://nobody@127.0.0.1:1/none', () => undefined);
	const question = {app: 'shop', version: '1.4.0', target: null};
	await expect(askGate({...lockstep.world, record}, question)).rejects.toMatchObject({code: 'record-unreachable'});
	await record.close();
});
