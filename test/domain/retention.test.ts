import {describe, expect, test} from 'vitest';
import type {RequestState} from '../../src/domain/request.ts';
import {graceMs, judgeRetention, type KeptBackup, keepUntil} from '../../src/domain/retention.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 2, 1, 10);

function backup(id: number, changed: Partial<KeptBackup> = {}): KeptBackup {
	const finishedAt = changed.finishedAt ?? start + id * day;
	return {
		id,
		target: 'shop',
		finishedAt,
		keepUntil: keepUntil(finishedAt, 7),
		requests: ['verified'],
		held: false,
		trouble: null,
		pastSince: null,
		...changed,
	};
}

describe('a backup past keeping', () => {
	const newer = backup(2);
	const past = start + 40 * day;
	const condemned = {pastSince: past - graceMs};

	test('is kept while its days last, whatever else is said of it', () => {
		const young = backup(1, condemned);
		expect(judgeRetention(young, [young, newer], young.keepUntil - 1)).toEqual({kind: 'keep', because: 'days'});
	});

	test('is only condemned by the first look, and deleted by one that comes a day later', () => {
		const first = backup(1);
		expect(judgeRetention(first, [first, newer], past)).toEqual({kind: 'condemn'});
		const seen = backup(1, {pastSince: past});
		expect(judgeRetention(seen, [seen, newer], past + graceMs - 1)).toEqual({kind: 'condemn'});
		expect(judgeRetention(seen, [seen, newer], past + graceMs)).toEqual({kind: 'delete'});
	});

	test('stays while a person holds it', () => {
		const held = backup(1, {...condemned, held: true});
		expect(judgeRetention(held, [held, newer], past)).toEqual({kind: 'keep', because: 'held'});
	});

	test.for<RequestState>(['submitted', 'in-review', 'changes-requested', 'approved', 'running', 'failed'])(
		'stays while a request that rests on it is %s',
		(state) => {
			const tied = backup(1, {...condemned, requests: ['verified', state]});
			expect(judgeRetention(tied, [tied, newer], past)).toEqual({kind: 'keep', because: 'request'});
		},
	);

	test.for<RequestState>(['verified', 'withdrawn', 'rejected', 'closed'])(
		'goes when every request that rested on it is %s',
		(state) => {
			const free = backup(1, {...condemned, requests: [state]});
			expect(judgeRetention(free, [free, newer], past)).toEqual({kind: 'delete'});
		},
	);

	test('stays as the target’s last good one, whatever is newer but bad or another target’s', () => {
		const last = backup(1, condemned);
		const others = [last, backup(2, {trouble: 'It has 3 bytes.'}), backup(3, {target: 'stock'})];
		expect(judgeRetention(last, others, past)).toEqual({kind: 'keep', because: 'last-good'});
		expect(judgeRetention(last, [...others, backup(4)], past)).toEqual({kind: 'delete'});
	});

	test('is not the last good one by a date that a wrong clock gave it', () => {
		const dated = backup(1, {...condemned, finishedAt: past + day, keepUntil: past - day});
		expect(judgeRetention(dated, [dated, newer], past)).toEqual({kind: 'delete'});
	});
});

test.for([
	['a clock that is right', []],
	['a clock that jumps ahead by forty days for some hours', [[9, 10, 40 * day]]],
	['a clock that goes back by a month for two days', [[12, 14, -30 * day]]],
	[
		'a clock that jumps to and fro every few days',
		[
			[5, 5.5, 9 * day],
			[11, 11.5, -9 * day],
			[20, 20.9, 365 * day],
		],
	],
] as const)('a month of daily runs with %s: nothing young or needed goes, and what is old does', ([, jumps]) => {
	let there: (KeptBackup & {readonly taken: number})[] = [];
	const deleted: {readonly id: number; readonly age: number}[] = [];
	for (let hour = 0; hour < 33 * 24; hour += 1) {
		const at = start + (hour / 24) * day;
		const [, , jump] = jumps.find(([from, to]) => hour / 24 >= from && hour / 24 < to) ?? [0, 0, 0];
		const now = at + jump;
		if (hour % 24 === 0) {
			there.push({...backup(hour / 24 + 1, {finishedAt: now, requests: stateOf(hour / 24)}), taken: at});
		}
		there = there.flatMap((one): typeof there => {
			const judged = judgeRetention(one, there, now);
			if (judged.kind === 'keep') return [{...one, pastSince: null}];
			if (judged.kind === 'condemn') {
				return [{...one, pastSince: one.pastSince === null || one.pastSince > now ? now : one.pastSince}];
			}
			deleted.push({id: one.id, age: at - one.taken});
			return [];
		});
		expect(there.some(({id}) => id === Math.floor(hour / 24) + 1)).toBe(true);
	}
	// A backup dated by a clock that was behind may go that much sooner, by that clock's own days; no other may.
	const wronglyDated = new Set(jumps.filter(([, , jump]) => jump < 0).flatMap(([from, to]) => days(from, to)));
	const tooYoung = deleted.filter(({id, age}) => age < 7 * day && !wronglyDated.has(id - 1));
	expect(tooYoung).toEqual([]);
	expect(there.filter(({requests}) => requests.includes('failed')).map(({id}) => id)).toEqual([4, 18]);
	expect(deleted.length).toBeGreaterThan(15);
});

/** The fourth and the eighteenth request failed, and nobody has decided yet. */
function stateOf(index: number): readonly RequestState[] {
	return index === 3 || index === 17 ? ['failed'] : ['verified'];
}

function days(from: number, to: number): readonly number[] {
	return Array.from({length: Math.ceil(to) - Math.floor(from)}, (_, index) => Math.floor(from) + index);
}
