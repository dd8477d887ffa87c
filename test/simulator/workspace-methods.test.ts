import {afterEach, expect, test} from 'vitest';
import {startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

test('the app hears of its own messages, edits and removals as Slack tells them', async () => {
	running = await startSocketApp({listen: () => {}});
	const {app, client} = running;
	const channel = 'C0DBMIGR001';
	const {ts = ''} = await app.client.chat.postMessage({channel, text: 'One'});
	await app.client.chat.update({channel, ts, text: 'Two'});
	await app.client.chat.delete({channel, ts});
	const events = async (): Promise<readonly unknown[]> =>
		(await client.deliveries()).map((each) => each.payload['event']);
	await expect.poll(async () => (await events()).length).toBe(3);
	const common = {type: 'message', channel, channel_type: 'channel'};
	expect(await events()).toMatchObject([
		{...common, bot_id: 'B0LOCKSTEP1', text: 'One', ts},
		{...common, subtype: 'message_changed', message: {text: 'Two', ts}, previous_message: {text: 'One', ts}},
		{...common, subtype: 'message_deleted', deleted_ts: ts, previous_message: {text: 'Two'}},
	]);
});

test('what the app is in is listed, and a bot that is not the app is not found', async () => {
	running = await startSocketApp({listen: () => {}});
	const {client} = running.app;
	const mine = await client.users.conversations({});
	expect(mine.channels?.map((each) => each.name)).toEqual(['db-migrations']);
	const hers = await client.users.conversations({user: 'U0DANA00001'});
	expect(hers.channels?.map((each) => each.name)).toEqual(['db-migrations', 'general']);
	expect(await client.bots.info({bot: 'B0LOCKSTEP1'})).toMatchObject({bot: {user_id: 'U0LOCKSTEP1'}});
	await expect(client.bots.info({bot: 'B0NOBODY001'})).rejects.toMatchObject({data: {error: 'bot_not_found'}});
	await expect(client.team.info({})).rejects.toMatchObject({data: {error: 'missing_scope', needed: 'team:read'}});
});
