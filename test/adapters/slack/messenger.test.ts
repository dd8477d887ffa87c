import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {createMessenger} from '../../../src/adapters/slack/messenger.ts';
import type {PendingStatement} from '../../../src/domain/review/review.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import type {MessageKind, MessageSlot} from '../../../src/operations/ports/message.ts';
import type {Messenger} from '../../../src/operations/ports/messenger.ts';
import {startLocalSlack} from './local-slack.ts';
import {backup, digest, finding, lena, noon, record, report, review, run, sha256, target} from './request-record.ts';

let local: Awaited<ReturnType<typeof startLocalSlack>>;
let messenger: Messenger;

const script = Buffer.from('\uFEFFSELECT 1;\r\n');
const escalation = {
	id: 7,
	openedAt: noon,
	sentence: 'Half of it landed.',
	pings: 1,
	nextPingAt: noon,
	acknowledgedBy: null,
	acknowledgedAt: null,
};
const channel = 'db-migrations';

function statementsOf(asked: string): readonly PendingStatement[] | null {
	if (asked === 'lost') return null;
	const type = asked === 'older' ? 'bigint' : 'int';
	return [{migration: 'A', place: {line: 3, column: 1}, sql: `ALTER TABLE a ADD b ${type};`, conditions: []}];
}

beforeEach(async () => {
	local = await startLocalSlack();
	messenger = createMessenger({
		client: local.client,
		targets: new Map([['shop-production', target()]]),
		scriptBytes: () => Promise.resolve(script),
		statements: (_record, asked) => Promise.resolve(statementsOf(asked)),
	});
});

afterEach(async () => {
	await local.close();
});

describe('posting', () => {
	test('every kind of message is posted where it belongs', async () => {
		const full = record(
			{state: 'failed'},
			{
				runs: [run({outcome: 'failed', report: report({failure: 'x'})})],
				backups: [backup()],
				escalations: [escalation],
			},
		);
		const threadTs = await messenger.post(slot('request'), full);
		for (const kind of [
			'details',
			'line',
			'result',
			'escalation',
			'reminder',
			'script',
			'tables',
			'findings',
		] as const) {
			await messenger.post(slot(kind, {threadTs, payload: {text: 'One sentence.'}}), full);
		}
		const [shown] = await local.people.as('dana').read(channel);
		expect(shown?.text).toBe('MR-12 has failed: shop 2.4.0 to shop-production');
		expect(shown?.metadata).toEqual({event_type: 'lockstep_message', event_payload: {id: 1}});
		expect(shown?.replies.map(({text}) => text.split('\n')[0])).toEqual([
			'MR-12: what takes effect',
			'One sentence.',
			'✖ MR-12 failed',
			'MR-12 on shop-production needs a person now: Half of it landed.',
			expect.stringContaining('MR-12 still waits for somebody to acknowledge.'),
			'Script of MR-12, 14 bytes, as it will run.',
			'All tables of shop-production after MR-12, every schema.',
			'All findings of MR-12: No findings.',
		]);
	});

	test('an escalation calls user groups and people, addresses looked up', async () => {
		const full = record({state: 'failed'}, {escalations: [escalation]});
		const threadTs = await messenger.post(slot('request'), full);
		await messenger.post(slot('escalation', {threadTs}), full);
		const [shown] = await local.people.as('dana').read(channel);
		expect(JSON.stringify(shown?.replies[0]?.blocks)).toContain('<!subteam^S0LEADS0001>, <@U0SAM000001>: please look.');
		expect(shown?.replies[0]?.broadcast, 'the channel sees it, not the thread alone').toBe(true);
	});

	test('a call pings whom its place among the calls names', async () => {
		const asked = {reviewDigest: digest, kind: 'asked', person: lena, called: ['U0PRIYA0001'], at: noon} as const;
		const full = record({}, {calls: [asked, {...asked, kind: 'reminder', person: null, called: ['U0OMAR00001']}]});
		const threadTs = await messenger.post(slot('request'), full);
		await messenger.post(slot('call', {threadTs, payload: {call: 0}}), full);
		const [shown] = await local.people.as('dana').read(channel);
		expect(shown?.replies[0]?.text).toMatch(
			/^<@U0PRIYA0001>: MR-12 .* waits for an approval\. <@U0LENA00001> asked\./u,
		);
	});

	test('new bytes are told as the difference from the script that the payload names', async () => {
		const threadTs = await messenger.post(slot('request'), record());
		await messenger.post(slot('difference', {threadTs, payload: {before: 'older'}}), record());
		const [shown] = await local.people.as('dana').read(channel);
		expect(shown?.replies[0]?.text).toBe('MR-12: what changed since the script before');
		expect(JSON.stringify(shown?.replies[0]?.blocks)).toContain(
			'-ALTER TABLE a ADD b bigint;\\n+ALTER TABLE a ADD b int;',
		);
	});

	test('where the older script is lost, or none is named, the statements are told themselves', async () => {
		const threadTs = await messenger.post(slot('request'), record());
		for (const payload of [{before: 'lost'}, {}]) {
			await messenger.post(slot('difference', {threadTs, payload}), record());
		}
		const [shown] = await local.people.as('dana').read(channel);
		expect(shown?.replies.map(({text}) => text)).toEqual(['MR-12: what takes effect', 'MR-12: what takes effect']);
	});

	test('the script is uploaded byte by byte, with its hash beside it', async () => {
		const threadTs = await messenger.post(slot('request'), record());
		const ts = await messenger.post(slot('script', {id: 9, threadTs}), record());
		const [, posted] = await local.people.as('dana').thread(channel, threadTs);
		expect(posted?.ts).toBe(ts);
		expect(posted?.text).toContain(`SHA-256 \`${sha256}\``);
		expect(posted?.files[0]?.name).toBe('MR-12-script-9.sql');
		expect(await local.people.fileBytes(posted?.files[0]?.id ?? '')).toEqual(script);
	});

	test('the full table list is a file', async () => {
		const verified = record({state: 'verified'}, {runs: [run()]});
		const threadTs = await messenger.post(slot('request'), verified);
		await messenger.post(slot('tables', {id: 4, threadTs}), verified);
		const [, posted] = await local.people.as('dana').thread(channel, threadTs);
		const bytes = await local.people.fileBytes(posted?.files[0]?.id ?? '');
		expect(bytes.toString()).toBe('-- 2 tables after MR-12\npublic.coupons\npublic.orders\n');
	});

	test('what was made otherwise than rehearsed is a file, and hides nothing', async () => {
		const difference = 'Found, and not rehearsed:\n@@ table public.a\u202Eb @@\n+CREATE TABLE';
		const failed = record({state: 'failed'}, {runs: [run({outcome: 'failed', report: report({difference})})]});
		const threadTs = await messenger.post(slot('request'), failed);
		const posting = slot('made-otherwise', {id: 5, threadTs});
		const ts = await messenger.post(posting, failed);
		const [, posted] = await local.people.as('dana').thread(channel, threadTs);
		expect(posted?.text).toContain('How shop-production after MR-12 differs from what was rehearsed.');
		expect(posted?.files[0]?.name).toBe('MR-12-made-otherwise-5.diff');
		const bytes = await local.people.fileBytes(posted?.files[0]?.id ?? '');
		expect(bytes.toString()).toBe(
			'MR-12: how shop-production differs from what was rehearsed\n\nFound, and not rehearsed:\n@@ table public.aU+202Eb @@\n+CREATE TABLE\n',
		);
		expect(await messenger.find(posting)).toBe(ts);
	});
});

test('every finding is in a file, with all its places', async () => {
	const repeated = finding({
		furtherPlaces: [13, 14, 15, 16, 17, 18].map((line) => ({migration: null, place: {line, column: 1}})),
	});
	const reviewed = record({review: review({findings: [repeated]})});
	const threadTs = await messenger.post(slot('request'), reviewed);
	await messenger.post(slot('findings', {id: 6, threadTs}), reviewed);
	const [, posted] = await local.people.as('dana').thread(channel, threadTs);
	const bytes = await local.people.fileBytes(posted?.files[0]?.id ?? '');
	expect(bytes.toString()).toBe(
		[
			'MR-12: 1 warning',
			'',
			'WARNING drop-column',
			'  orders.legacy_note is dropped and holds values.',
			'  Where: lines 12, 13, 14, 15, 16, 17 and 1 more, 20260301090000_DropLegacyNote',
			'  Statement: ALTER TABLE orders DROP COLUMN legacy_note;',
			'  Why: What it holds is gone.',
			'  Remedy: Drop it one release after the last version that reads it.',
			'',
			'',
		].join('\n'),
	);
});

describe('a post whose answer was lost', () => {
	test('is found again by its metadata, and by nothing else', async () => {
		await local.people.misbehave({kind: 'answer_lost', method: 'chat.postMessage'});
		await expect(messenger.post(slot('request', {id: 77}), record())).rejects.toMatchObject({
			code: 'slack-unreachable',
		});
		const ts = await messenger.find(slot('request', {id: 77}));
		expect(ts).toBe((await local.people.as('dana').read(channel))[0]?.ts);
		expect(await messenger.find(slot('request', {id: 78}))).toBeNull();
	});

	test('is found in its thread', async () => {
		const threadTs = await messenger.post(slot('request'), record());
		await local.people.misbehave({kind: 'answer_lost', method: 'chat.postMessage'});
		const line = slot('line', {id: 5, threadTs, payload: {text: 'Hello.'}});
		await expect(messenger.post(line, record())).rejects.toBeInstanceOf(Failure);
		expect(await messenger.find(line)).not.toBeNull();
		expect(await messenger.find({...line, id: 6})).toBeNull();
	});

	test('is found by its file’s name where it was an upload', async () => {
		const threadTs = await messenger.post(slot('request'), record());
		const upload = slot('script', {id: 5, threadTs});
		await local.people.misbehave({kind: 'answer_lost', method: 'files.completeUploadExternal'});
		await expect(messenger.post(upload, record())).rejects.toMatchObject({code: 'slack-unreachable'});
		expect(await messenger.find(upload)).not.toBeNull();
		expect(await messenger.find({...upload, id: 6})).toBeNull();
	});
});

describe('Slack’s troubles become failures', () => {
	const table = [
		[{kind: 'rate_limited', retryAfter: 7}, 'slack-rate-limited', 7000],
		[{kind: 'server_error', status: 500}, 'slack-unreachable', null],
		[{kind: 'slack_error', error: 'internal_error'}, 'slack-unreachable', null],
		[{kind: 'slack_error', error: 'channel_not_found'}, 'slack-refused', null],
		[{kind: 'answer_lost'}, 'slack-unreachable', null],
	] as const;

	test.each(table)('%j is %s', async (how, code, retryInMs) => {
		await local.people.misbehave(how);
		await expect(messenger.post(slot('request'), record())).rejects.toMatchObject({name: 'Failure', code, retryInMs});
	});

	test('a call is tried once: no retry inside the client', async () => {
		await local.people.misbehave({kind: 'server_error', status: 500, times: 5});
		await expect(messenger.post(slot('request'), record())).rejects.toBeInstanceOf(Failure);
		expect((await local.people.calls()).filter(({method}) => method === 'chat.postMessage')).toHaveLength(1);
	});

	test('a target that lockstep.yaml no longer names is told, not thrown as a bug', async () => {
		await expect(messenger.post(slot('request'), record({target: 'gone'}))).rejects.toMatchObject({
			code: 'slack-refused',
		});
	});
});

describe('editing', () => {
	test('shows the record as it is now, in the same message', async () => {
		const ts = await messenger.post(slot('request'), record());
		await messenger.edit({...slot('request'), ts}, record({state: 'approved'}));
		const shown = await local.people.as('dana').read(channel);
		expect(shown.map(({text}) => text)).toEqual(['MR-12 is approved: shop 2.4.0 to shop-production']);
		expect(shown[0]?.metadata).toEqual({event_type: 'lockstep_message', event_payload: {id: 1}});
	});

	test('an acknowledged escalation says by whom', async () => {
		const open = record({state: 'failed', reviewDigest: digest}, {escalations: [escalation]});
		const threadTs = await messenger.post(slot('request'), open);
		const ts = await messenger.post(slot('escalation', {threadTs}), open);
		const taken = {...open, escalations: [{...escalation, acknowledgedBy: lena, acknowledgedAt: noon}]};
		await messenger.edit({...slot('escalation', {threadTs}), ts}, taken);
		const [shown] = await local.people.as('dana').read(channel);
		expect(JSON.stringify(shown?.replies[0]?.blocks)).toContain(`*Acknowledged* by <@${lena}>`);
	});
});

function slot(kind: MessageKind, change: Partial<MessageSlot> = {}): MessageSlot {
	return {
		id: 1,
		number: 12,
		kind,
		channel: 'C0DBMIGR001',
		threadTs: null,
		ts: null,
		uncertain: false,
		payload: {},
		...change,
	};
}
