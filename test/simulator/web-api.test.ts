import {WebClient} from '@slack/web-api';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {connectToSimulator} from '../../simulator/client.ts';
import type {SimulatorClient} from '../../simulator/client.ts';
import {startSimulator} from '../../simulator/server.ts';
import type {Simulator} from '../../simulator/server.ts';
import {manifestPath, narrowManifestPath, once} from './running-app.ts';

const channel = 'C0DBMIGR001';
let slack: Simulator;
let client: SimulatorClient;
let web: WebClient;

beforeAll(async () => {
	slack = await startSimulator({manifestPath, delivery: {mode: 'socket'}});
	client = connectToSimulator(slack.url);
	web = webClient(slack, slack.botToken);
});

afterAll(async () => {
	await slack.close();
});

beforeEach(async () => {
	await client.misbehave({kind: 'none'});
});

function webClient(at: Simulator, token?: string): WebClient {
	return new WebClient(token, {
		slackApiUrl: at.apiUrl,
		retryConfig: once,
		rejectRateLimitedCalls: true,
	});
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
	return call.then(
		() => 'no error',
		(error: {data?: {error: string}; code: string}) => error.data?.error ?? error.code,
	);
}

describe('who may call', () => {
	test('auth.test names the app', async () => {
		expect(await web.auth.test()).toMatchObject({ok: true, user_id: 'U0LOCKSTEP1', bot_id: 'B0LOCKSTEP1'});
	});

	test('no token, a wrong one, and one of the wrong kind are refused', async () => {
		expect(await errorOf(webClient(slack).auth.test())).toBe('not_authed');
		expect(await errorOf(webClient(slack, 'xoxb-other').auth.test())).toBe('invalid_auth');
		expect(await errorOf(webClient(slack, slack.appToken).auth.test())).toBe('not_allowed_token_type');
		expect(await errorOf(web.apps.connections.open({}))).toBe('not_allowed_token_type');
	});

	test('a method without its scope names what it needs and what there is', async () => {
		const narrow = await startSimulator({manifestPath: narrowManifestPath, delivery: {mode: 'socket'}});
		const limited = webClient(narrow, narrow.botToken);
		const refusals = await Promise.all([
			errorOf(limited.users.info({user: 'U0DANA00001'})),
			errorOf(limited.usergroups.users.list({usergroup: 'S0APPROVER1'})),
			errorOf(limited.chat.postMessage({channel, text: 'Hello'})),
			errorOf(limited.conversations.history({channel})),
			errorOf(limited.files.info({file: 'F0'})),
		]);
		await narrow.close();
		expect(refusals).toEqual(Array.from({length: 5}, () => 'missing_scope'));
	});

	test('an unknown method is said to be unknown', async () => {
		expect(await errorOf(web.apiCall('chat.shout'))).toBe('unknown_method');
	});
});

describe('messages', () => {
	test('are posted, read back with their metadata, edited and deleted', async () => {
		const metadata = {event_type: 'request', event_payload: {id: 'MR-1'}};
		const {ts = ''} = await web.chat.postMessage({channel, text: 'First', metadata});

		await web.chat.update({channel, ts, text: 'Second'});

		const {messages = []} = await web.conversations.history({channel, include_all_metadata: true, limit: 1});
		expect(messages[0]).toMatchObject({ts, text: 'Second', metadata, edited: {user: 'U0LOCKSTEP1'}});
		const plain = await web.conversations.history({channel, limit: 1});
		expect(plain.messages?.[0]).not.toHaveProperty('metadata');
		await web.chat.delete({channel, ts});
		expect(await errorOf(web.chat.update({channel, ts, text: 'Third'}))).toBe('message_not_found');
	});

	test('form threads', async () => {
		const {ts = ''} = await web.chat.postMessage({channel, text: 'Top'});
		await web.chat.postMessage({channel, thread_ts: ts, text: 'Below'});

		const {messages} = await web.conversations.replies({channel, ts});

		expect(messages?.map((each) => each.text)).toEqual(['Top', 'Below']);
		expect(messages?.[0]).toMatchObject({reply_count: 1, thread_ts: ts});
		expect((await client.as('omar').thread('db-migrations', ts)).map((each) => each.text)).toEqual(['Top', 'Below']);
	});

	test('are refused as Slack refuses them', async () => {
		const said = await client.as('dana').say('db-migrations', 'Mine');
		const hidden = await web.chat.postEphemeral({channel, user: 'U0DANA00001', text: 'Psst'});
		const refused = {
			channel_not_found: web.chat.postMessage({channel: 'C0NOWHERE00', text: 'x'}),
			not_in_channel: web.chat.postMessage({channel: 'C0GENERAL01', text: 'x'}),
			no_text: web.chat.postMessage({channel, text: ''}),
			message_not_found: web.chat.update({channel, ts: hidden.message_ts ?? '', text: 'x'}),
			cant_update_message: web.chat.update({channel, ts: said, text: 'x'}),
			cant_delete_message: web.chat.delete({channel, ts: said}),
			user_not_in_channel: web.chat.postEphemeral({channel, user: 'U0DEE000001', text: 'x'}),
			thread_not_found: web.conversations.replies({channel, ts: '1.000001'}),
			user_not_found: web.users.info({user: 'U0NOBODY000'}),
			users_not_found: web.users.lookupByEmail({email: 'dee@example.com'}),
			no_such_subteam: web.usergroups.users.list({usergroup: 'S0NOBODY000'}),
			invalid_metadata_format: web.apiCall('chat.postMessage', {channel, text: 'x', metadata: {event_type: 'x'}}),
		};
		for (const [code, call] of Object.entries(refused)) expect(await errorOf(call)).toBe(code);
	});

	test('to a person come as a direct message', async () => {
		const {channel: direct} = await web.conversations.open({users: 'U0SAM000001'});
		await web.chat.postMessage({channel: direct?.id ?? '', text: 'Wake up'});
		await web.chat.postMessage({channel: 'U0SAM000001', text: 'Now'});
		const texts = (await client.as('sam').directMessages()).map((each) => each.text);
		expect(texts).toEqual(['Wake up', 'Now']);
	});
});

describe('people', () => {
	test('show what they are, and may change', async () => {
		expect((await web.users.info({user: 'U0GUS000001'})).user).toMatchObject({is_restricted: true});
		expect((await web.users.info({user: 'U0DEE000001'})).user).toMatchObject({deleted: true});
		expect((await web.users.info({user: 'U0ROBO00001'})).user).toMatchObject({is_bot: true});
		expect((await web.users.info({user: 'U0STEF00001'})).user).toMatchObject({
			is_stranger: true,
			team_id: 'T0ELSEWHERE',
		});
		await client.setPerson('lena', {guest: true});
		expect((await web.users.info({user: 'U0LENA00001'})).user).toMatchObject({
			is_restricted: true,
			tz: 'Europe/Berlin',
			profile: {email: 'lena@example.com'},
		});
	});

	test('are listed page by page', async () => {
		const names: (string | undefined)[] = [];
		for await (const page of web.paginate('users.list', {limit: 4})) {
			names.push(...((page as {members?: {name?: string}[]}).members ?? []).map((each) => each.name));
		}
		expect(names).toHaveLength(10);
		expect(await errorOf(web.users.list({cursor: 'nonsense'}))).toBe('invalid_cursor');
	});

	test('are in groups', async () => {
		const {users} = await web.usergroups.users.list({usergroup: 'S0APPROVER1'});
		expect(users).toEqual(['U0PRIYA0001', 'U0OMAR00001']);
	});
});

describe('files', () => {
	test('are uploaded, posted in a thread, looked up and downloaded with the bot token alone', async () => {
		const {ts = ''} = await web.chat.postMessage({channel, text: 'Top'});
		const uploaded = await web.filesUploadV2({
			channel_id: channel,
			thread_ts: ts,
			filename: 'script.sql',
			title: 'The script',
			initial_comment: 'Here it is',
			content: 'SELECT 1;',
		});
		expect(uploaded.ok).toBe(true);

		const [, reply] = await client.as('dana').thread('db-migrations', ts);
		expect(reply).toMatchObject({text: 'Here it is', files: [{name: 'script.sql', title: 'The script', size: 9}]});
		const {file} = await web.files.info({file: reply?.files[0]?.id ?? ''});
		expect(file).toMatchObject({filetype: 'sql', size: 9, shares: {public: {[channel]: [{thread_ts: ts}]}}});
		const url = file?.url_private_download ?? '';
		const headers = {authorization: `Bearer ${slack.botToken}`};
		expect(await (await fetch(url, {headers})).text()).toBe('SELECT 1;');
		expect(await (await fetch(url)).text()).toContain('Sign in');
	});

	test('of a channel the app is not in are not found', async () => {
		await client.as('dana').say('general', '', {files: [{filename: 'a.sql', bytes: Buffer.from('x')}]});
		const [message] = await client.as('dana').read('general');
		expect(await errorOf(web.files.info({file: message?.files[0]?.id ?? ''}))).toBe('file_not_found');
	});
});

describe('misbehaviour', () => {
	test('429 comes with Retry-After, for as many calls as wished', async () => {
		await client.misbehave({kind: 'rate_limited', method: 'auth.test', times: 1, retryAfter: 7});
		await expect(web.auth.test()).rejects.toMatchObject({retryAfter: 7});
		expect((await web.auth.test()).ok).toBe(true);
	});

	test('500, errors of Slack and a slow answer', async () => {
		await client.misbehave({kind: 'server_error'});
		await expect(web.auth.test()).rejects.toMatchObject({statusCode: 500});
		await client.misbehave({kind: 'slack_error', error: 'fatal_error'});
		expect(await errorOf(web.auth.test())).toBe('fatal_error');
		await client.misbehave({kind: 'slow', milliseconds: 120});
		const started = Date.now();
		await web.auth.test();
		expect(Date.now() - started).toBeGreaterThan(100);
	});

	test('a call whose answer is lost took effect, and the metadata tells so', async () => {
		await client.misbehave({kind: 'answer_lost', method: 'chat.postMessage'});
		const metadata = {event_type: 'row', event_payload: {id: 'lost'}};
		await expect(web.chat.postMessage({channel, text: 'Lost?', metadata})).rejects.toThrow('fetch failed');
		const {messages} = await web.conversations.history({channel, include_all_metadata: true, limit: 1});
		expect(messages?.[0]).toMatchObject({text: 'Lost?', metadata});
		expect((await client.calls()).find((each) => each.fate === 'answer_lost')).toMatchObject({status: 0});
	});

	test('a Slack that is down cuts every call until it is up again', async () => {
		await client.misbehave({kind: 'down', on: true});
		await expect(web.auth.test()).rejects.toThrow('fetch failed');
		await client.misbehave({kind: 'down', on: false});
		expect((await web.auth.test()).ok).toBe(true);
	});

	test("Slack's own rates hold when they are switched on", async () => {
		await client.misbehave({kind: 'rate_limits', on: true});
		const {ts = ''} = await web.chat.postMessage({channel, text: 'Busy'});
		const calls = Array.from({length: 51}, (_each, index) =>
			errorOf(web.chat.update({channel, ts, text: `Edit ${index}`})),
		);
		const answers = await Promise.all(calls);
		expect(answers.filter((each) => each !== 'no error')).toEqual(['slack_webapi_rate_limited_error']);
	});
});
