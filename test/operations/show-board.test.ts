import {describe, expect, it} from 'vitest';

import {publishMessages} from '../../src/operations/publish-message.ts';
import {type Board, showBoard} from '../../src/operations/show-board.ts';
import {withdrawRequest} from '../../src/operations/request/withdraw-request.ts';
import {cast, destructive, expectDone, harmless, openLockstep} from '../support/lockstep-world.ts';

const lockstep = await openLockstep();
const shop = await lockstep.production();

async function boardOf(person: string): Promise<Board> {
	return await showBoard(lockstep.world, person);
}

/** What waits for this person about this request. */
async function waits(number: number, person: string): Promise<string | null> {
	const {waiting} = await boardOf(person);
	return waiting.find(({record}) => record.request.number === number)?.what ?? null;
}

function numbers(
	items: readonly {readonly record: {readonly request: {readonly number: number}}}[],
): readonly number[] {
	return items.map(({record}) => record.request.number);
}

describe('a board', () => {
	it('shows each person what waits for them, from the checklist to the start', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		expect(await waits(number, cast.dana)).toBe('answer');
		expect(await waits(number, cast.priya)).toBeNull();
		await lockstep.answer(number);
		expect(await waits(number, cast.dana)).toBeNull();
		expect(numbers((await boardOf(cast.dana)).asked)).toContain(number);
		expect(await waits(number, cast.priya)).toBe('approve');
		expect(await waits(number, cast.otto)).toBeNull();
		expectDone(await lockstep.approve(number, cast.priya));
		expect(await waits(number, cast.priya)).toBeNull();
		const board = await boardOf(cast.dana);
		expect(await waits(number, cast.dana)).toBe('start');
		expect(numbers(board.asked)).not.toContain(number);
	});

	it('shows a blocker to who may waive it', async () => {
		const number = await lockstep.reviewed(shop, destructive);
		expect(await waits(number, cast.omar)).toBe('waive');
		expect(await waits(number, cast.priya)).toBeNull();
		expect(await waits(number, cast.dana)).toBe('answer');
	});

	it('shows a run with its step while it runs, and then among what has ended, with the target’s backup', async () => {
		const fresh = await lockstep.production();
		const number = await lockstep.started(fresh, harmless, {version: '7.1.0'});
		const seen: Board[] = [];
		lockstep.moments.beforeBackup = async () => {
			seen.push(await boardOf(cast.dana));
		};
		await lockstep.run(number);
		const [during] = seen;
		expect(numbers(during?.running ?? [])).toEqual([number]);
		expect(numbers(during?.asked ?? [])).not.toContain(number);
		expect(during?.running[0]?.record.runs[0]?.steps.at(-1)).toMatchObject({name: 'backup', state: 'running'});
		const after = await boardOf(cast.otto);
		expect(after.running).toEqual([]);
		expect(after.recent[0]).toMatchObject({number, state: 'verified', endedAt: expect.any(Number), message: null});
		expect(after.targets.find(({name}) => name === fresh.name)).toEqual({
			name: fresh.name,
			after: null,
			open: 0,
			lastBackupAt: expect.any(Number),
			lastVerified: {number, version: '7.1.0', at: expect.any(Number)},
		});
	});

	it('shows a failure to lead and on-call before all else', async () => {
		const [other, fresh] = [await lockstep.production(), await lockstep.production()];
		await lockstep.reviewed(other, harmless, {author: cast.lena, requester: cast.lena});
		const {number} = await lockstep.failed(fresh);
		const board = await boardOf(cast.lena);
		expect(board.waiting[0]).toMatchObject({what: 'acknowledge', record: {request: {number}}});
		expect(await waits(number, cast.sam)).toBe('acknowledge');
		expect(await waits(number, cast.dana)).toBeNull();
		expect(numbers((await boardOf(cast.dana)).asked)).toContain(number);
	});

	it('says where the request’s message stands, once it is posted', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		const find = async (): Promise<unknown> =>
			(await boardOf(cast.dana)).waiting.find(({record}) => record.request.number === number)?.message;
		expect(await find()).toBeNull();
		const world = {record: lockstep.record, messenger: lockstep.slack.messenger};
		await publishMessages(world, number, () => undefined);
		const {ts} = lockstep.slack.posts.find(({slot}) => slot.number === number && slot.kind === 'request') ?? {};
		expect(await find()).toEqual({channel: 'C0DBMIGR001', ts});
		expectDone(await withdrawRequest(lockstep.world, {number, person: cast.dana}));
		const [newest] = (await boardOf(cast.otto)).recent;
		expect(newest).toMatchObject({number, state: 'withdrawn', message: {ts}});
	});

	it.each([
		['a guest', cast.gus],
		['a stranger', cast.alien],
		['somebody Slack does not know', 'U0NOBODY'],
	])('shows %s what there is, and lets nothing wait for them', async (_name, person) => {
		const number = await lockstep.reviewed(shop, harmless, {requester: cast.dana, author: cast.dana});
		await lockstep.answer(number);
		const board = await boardOf(person);
		expect(board).toMatchObject({readOnly: true, waiting: [], rolesUnknown: false});
		expect(board.targets.map(({name}) => name)).toContain(shop.name);
	});

	it('shows what it can while Slack cannot be asked, and says what is missing', async () => {
		const number = await lockstep.reviewed(shop, harmless);
		lockstep.slack.lookUpDown = true;
		const board = await boardOf(cast.dana);
		expect(board).toMatchObject({readOnly: false, rolesUnknown: true});
		expect(numbers(board.waiting)).toContain(number);
		expect((await boardOf(cast.priya)).waiting.filter(({what}) => what === 'approve')).toEqual([]);
	});

	it('asks Slack once for each list of people, however many targets share it', async () => {
		const targets = await Promise.all([lockstep.production(), lockstep.production()]);
		for (const target of targets) await lockstep.reviewed(target, harmless);
		const asked: string[] = [];
		const people = {
			...lockstep.world.people,
			members: async (names: readonly string[]) => {
				asked.push(names.join(' '));
				return await lockstep.world.people.members(names);
			},
		};
		await showBoard({...lockstep.world, people}, cast.otto);
		expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
		expect(asked).toContain('S0APPROVERS');
	});

	it('puts a target after the one it comes after', async () => {
		const production = await lockstep.production();
		const staging = await lockstep.production();
		production.configure({after: staging.name});
		const names = (await boardOf(cast.otto)).targets.map(({name}) => name);
		expect(names.indexOf(staging.name)).toBeLessThan(names.indexOf(production.name));
		const configured = [...lockstep.world.settings.targets.keys()];
		expect(names.toSorted()).toEqual(configured.toSorted());
	});

	it('looks through a hundred open requests, failures first, and counts the rest', async () => {
		const fresh = await lockstep.production();
		const {number} = await lockstep.failed(fresh);
		const last = await lockstep.open(fresh, harmless);
		await lockstep.query(
			`insert into request (target, pool, channel, app, version, summary, script_sha256, script_name, submission_key,
				requester, author, last_editor, start_rule, state, created_at)
			select target, pool, channel, app, version, summary, script_sha256, script_name, 'many ' || n,
				requester, author, last_editor, start_rule, 'submitted', now()
			from request, generate_series(1, 120) as n where number = $1`,
			[last],
		);
		const board = await boardOf(cast.lena);
		expect(board.waiting.map(({record}) => record.request.number)).toContain(number);
		expect(board.unseen).toBeGreaterThan(20);
		expect(board.targets.find(({name}) => name === fresh.name)?.open).toBe(122);
		await lockstep.query(`delete from request where submission_key like 'many %'`);
	});
});
