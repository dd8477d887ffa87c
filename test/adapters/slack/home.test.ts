import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {refuse} from '../../../src/domain/refusal.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import type {Board, BoardItem, WaitingItem} from '../../../src/operations/show-board.ts';
import {emptyBoard, startApp} from './local-slack.ts';
import {dana, digest, noon, record, review, run, sha256} from './request-record.ts';

const channel = 'db-migrations';

const escalation = {
	id: 7,
	openedAt: noon,
	sentence: 'The run failed.',
	pings: 1,
	nextPingAt: noon,
	acknowledgedBy: null,
	acknowledgedAt: null,
};

const toStart: WaitingItem = {what: 'start', record: record({state: 'approved', approvedAt: noon}), message: null};
const toAcknowledge: WaitingItem = {
	what: 'acknowledge',
	record: record({number: 13, state: 'failed'}, {escalations: [escalation]}),
	message: null,
};
const running: BoardItem = {
	record: record(
		{number: 14, state: 'running'},
		{
			runs: [
				run({
					finishedAt: null,
					outcome: null,
					steps: [{name: 'backup', state: 'running', startedAt: noon, finishedAt: null, note: null}],
				}),
			],
		},
	),
	message: null,
};

function waiting(...items: readonly WaitingItem[]): () => Promise<Board> {
	return () => Promise.resolve({...emptyBoard, waiting: items});
}

describe.each(['socket', 'http'] as const)('over %s', (mode) => {
	let local: Awaited<ReturnType<typeof startApp>>;
	let person: ReturnType<typeof local.people.as>;
	/** Slack's ts of the test's beginning: what was said before is another test's. */
	let began = 0;

	beforeAll(async () => {
		local = await startApp(mode);
		person = local.people.as('dana');
	});

	beforeEach(() => {
		began = Date.now() / 1000;
		local.fake.calls.length = 0;
		local.fake.answer = () => Promise.resolve({kind: 'done', sentence: 'MR-12 is done.'});
		local.fake.board = () => Promise.resolve(emptyBoard);
		local.log.lines.length = 0;
	});

	afterEach(async () => {
		await local.people.misbehave({kind: 'none'});
		if ((await person.view()) !== null) await person.closeView();
	});

	afterAll(async () => {
		await local.close();
	});

	/** Opens the Home and waits until it says so. */
	async function home(words: string, who = person): Promise<string> {
		await who.openHome();
		return await shown(words, who);
	}

	async function shown(words: string, who = person): Promise<string> {
		return JSON.stringify(await who.waitForHome((view) => JSON.stringify(view).includes(words), 5000));
	}

	/** What was said to Dana in the app's direct messages since the test began. */
	async function toldDirectly(): Promise<string> {
		const told = (await person.directMessages()).filter(({ts}) => Number(ts) >= began);
		return told.map(({text}) => text).join('\n');
	}

	async function posted(): Promise<{readonly channel: string; readonly ts: string}> {
		const {ts = ''} = await local.client.chat.postMessage({channel: 'C0DBMIGR001', text: 'MR-12'});
		return {channel: 'C0DBMIGR001', ts};
	}

	test('the Home is made anew at each opening, for who opens it', async () => {
		expect(await home('Nothing waits for you. Request a migration with the button above')).toContain(
			'Nothing runs now.',
		);
		local.fake.board = waiting(toStart);
		expect(await home('is approved: click “Run now”')).toContain('Waiting for you (1)');
		expect(local.fake.calls).toEqual([
			{action: 'board', ask: dana},
			{action: 'board', ask: dana},
		]);
		expect(await local.people.as('omar').home()).toBeNull();
	});

	test('a Home that Slack delivers twice is made once, and the Messages tab makes none', async () => {
		await person.openHome('messages');
		await local.people.misbehave({kind: 'duplicate_deliveries', times: 1});
		await home('Nothing runs now.');
		await expect.poll(async () => (await local.people.deliveries()).some(({duplicate}) => duplicate)).toBe(true);
		await person.click({home: true, text: 'Refresh'});
		await expect.poll(() => local.fake.calls.length).toBe(2);
		expect(local.fake.calls).toEqual([
			{action: 'board', ask: dana},
			{action: 'board', ask: dana},
		]);
	});

	test('Refresh shows what is true now', async () => {
		await home('Nothing runs now.');
		local.fake.board = () => Promise.resolve({...emptyBoard, running: [running]});
		await person.click({home: true, text: 'Refresh'});
		expect(await shown('Running (1)')).toContain('backup since');
	});

	test('Run now starts the run, answers as a direct message and shows the Home again', async () => {
		local.fake.board = waiting(toStart);
		await home('Run now');
		local.fake.board = () => Promise.resolve({...emptyBoard, running: [running]});
		await person.click({home: true, text: 'Run now'});
		await shown('Running (1)');
		await expect.poll(toldDirectly).toBe('✔ MR-12 is done.');
		expect(local.fake.calls).toContainEqual({action: 'start', ask: {number: 12, person: dana, digest}});
	});

	test('Acknowledge takes the failure; a refusal is told and the Home shows what is true', async () => {
		local.fake.board = waiting(toAcknowledge);
		await home('waits for somebody to acknowledge it');
		local.fake.answer = () => Promise.resolve(refuse('already-acknowledged', 'Somebody else has acknowledged this.'));
		local.fake.board = () => Promise.resolve(emptyBoard);
		await person.click({home: true, text: 'Acknowledge'});
		await shown('Nothing waits for you.');
		await expect.poll(toldDirectly).toBe('⊘ Somebody else has acknowledged this.');
		expect(local.fake.calls).toContainEqual({action: 'acknowledge', ask: {number: 13, escalation: 7, person: dana}});
	});

	test('Request a migration opens the form', async () => {
		await home('Request a migration');
		await person.click({home: true, text: 'Request a migration'});
		expect(JSON.stringify(await person.waitForView())).toContain('lockstep_request_modal');
	});

	test('Open leads to the request’s message, and the click needs no answer', async () => {
		const message = await posted();
		local.fake.board = waiting({...toStart, what: 'approve', message});
		const view = await home('"url"');
		const address = `${local.slack.url}/archives/C0DBMIGR001/p${message.ts.replace('.', '')}`;
		expect(view).toContain(address);
		const {permalink} = await local.client.chat.getPermalink({channel: message.channel, message_ts: message.ts});
		expect(permalink).toBe(address);
		await person.click({home: true, text: 'Open'});
		expect(local.log.lines).toEqual([]);
	});

	test('the workspace’s address is asked for once', async () => {
		await home('Nothing waits for you.');
		const before = (await local.people.calls()).filter(({method}) => method === 'auth.test').length;
		await home('Nothing waits for you.');
		expect((await local.people.calls()).filter(({method}) => method === 'auth.test').length).toBe(before);
	});

	test('a guest sees the Home without the button that asks for a migration', async () => {
		local.fake.board = () => Promise.resolve({...emptyBoard, readOnly: true});
		const view = await home('You may look on', local.people.as('gus'));
		expect(view).not.toContain('Request a migration');
		expect(view).toContain('Refresh');
	});

	test('a failure is said on the Home with a reference, and nobody gets a message for having looked', async () => {
		local.fake.board = () => Promise.reject(new Failure('record-unreachable', 'It cannot be reached.'));
		const view = await home('Lockstep’s own database cannot be reached');
		expect(view).toMatch(/reference [0-9a-f]{8}/u);
		local.fake.board = () => Promise.resolve(emptyBoard);
		await person.click({home: true, text: 'Refresh'});
		await shown('Nothing waits for you.');
		expect(await toldDirectly()).toBe('');
	});

	test('a Home that Slack does not take is in the log', async () => {
		await local.people.misbehave({kind: 'server_error', method: 'views.publish', status: 503, times: 20});
		await person.openHome();
		await expect
			.poll(() => local.log.lines.join('\n'), {timeout: 15_000})
			.toContain('could not even show that it failed');
	});

	test('/migrate alone answers the same, with links to the messages', async () => {
		const message = await posted();
		local.fake.board = waiting({...toStart, message});
		await person.command('/migrate', '', {channel});
		const told = await person.waitForMessage(
			channel,
			(each) => each.ephemeral && Number(each.ts) >= began && each.text.includes('1 request waits for you'),
		);
		const blocks = JSON.stringify(told);
		expect(blocks).toContain(`${local.slack.url}/archives/C0DBMIGR001/p${message.ts.replace('.', '')}`);
		await person.click({channel, ts: told.ts, text: 'Run now'});
		await person.waitForMessage(channel, (each) => each.ephemeral && each.text.includes('MR-12 is done.'));
		expect(local.fake.calls).toContainEqual({action: 'start', ask: {number: 12, person: dana, digest}});
	});
});

test('without the workspace’s address everything is shown, without links', async () => {
	const local = await startApp('socket');
	try {
		await local.people.misbehave({kind: 'server_error', method: 'auth.test', status: 503, times: 20});
		local.fake.board = waiting({
			what: 'approve',
			record: record({review: review(), scriptSha256: sha256}),
			message: {channel: 'C0DBMIGR001', ts: '1700000000.000100'},
		});
		await local.people.as('dana').openHome();
		const view = await local.people
			.as('dana')
			.waitForHome((each) => JSON.stringify(each).includes('waits for an approval'), 20_000);
		expect(JSON.stringify(view)).not.toContain('archives');
		expect(local.log.lines.join('\n')).toContain('there are no links to messages');
	} finally {
		await local.close();
	}
});
