import {afterEach, describe, expect, test} from 'vitest';
import {narrowManifestPath, startSocketApp} from './running-app.ts';
import type {RunningApp} from './running-app.ts';

let running: RunningApp | undefined;

afterEach(async () => {
	await running?.close();
	running = undefined;
});

const channel = 'C0DBMIGR001';

async function started(heard: unknown[] = []): Promise<RunningApp> {
	running = await startSocketApp({
		listen(app) {
			app.event('reaction_added', async ({event}) => void heard.push(event));
			app.event('reaction_removed', async ({event}) => void heard.push(event));
		},
	});
	return running;
}

/** `ok`, or the error's code. */
async function outcome(call: Promise<unknown>): Promise<string> {
	return call.then(
		() => 'ok',
		(error: {data: {error: string}}) => error.data.error,
	);
}

test('people and the app react, each once with each emoji, and everyone sees who did', async () => {
	const {app, client} = await started();
	const dana = client.as('dana');
	const timestamp = await dana.say('db-migrations', 'Done');
	await client.as('priya').react({channel: 'db-migrations', ts: timestamp, name: 'tada'});
	const {reactions} = app.client;
	expect(await outcome(reactions.add({channel, timestamp, name: 'tada'}))).toBe('ok');
	expect(await outcome(reactions.add({channel, timestamp, name: 'tada'}))).toBe('already_reacted');

	const [message] = await dana.read('db-migrations');
	expect(message?.reactions).toEqual([{name: 'tada', count: 2, mine: false, people: ['U0PRIYA0001', 'U0LOCKSTEP1']}]);
	const wire = {reactions: [{name: 'tada', count: 2, users: ['U0PRIYA0001', 'U0LOCKSTEP1']}]};
	expect(await reactions.get({channel, timestamp})).toMatchObject({type: 'message', channel, message: wire});
	expect(await app.client.conversations.history({channel})).toMatchObject({messages: [wire]});

	expect(await outcome(reactions.remove({channel, timestamp, name: 'tada'}))).toBe('ok');
	expect(await outcome(reactions.remove({channel, timestamp, name: 'tada'}))).toBe('no_reaction');
	await client.as('priya').react({channel: 'db-migrations', ts: timestamp, name: 'tada', on: false});
	expect((await dana.read('db-migrations'))[0]?.reactions).toEqual([]);
	const again = client.as('priya').react({channel: 'db-migrations', ts: timestamp, name: 'tada', on: false});
	await expect(again).rejects.toThrow('no_reaction');
});

test('the app hears of reactions where it is a member alone', async () => {
	const heard: unknown[] = [];
	const {client} = await started(heard);
	const dana = client.as('dana');
	const elsewhere = await dana.say('general', 'Here');
	await dana.react({channel: 'general', ts: elsewhere, name: 'eyes'});
	const ts = await dana.say('db-migrations', 'There');
	await client.as('omar').react({channel: 'db-migrations', ts, name: 'thumbsup::skin-tone-3'});
	await client.as('omar').react({channel: 'db-migrations', ts, name: 'thumbsup::skin-tone-3', on: false});
	await expect.poll(() => heard.length).toBe(2);
	const common = {user: 'U0OMAR00001', item_user: 'U0DANA00001', item: {type: 'message', channel, ts}};
	expect(heard).toMatchObject([
		{...common, type: 'reaction_added', reaction: 'thumbsup::skin-tone-3'},
		{...common, type: 'reaction_removed', reaction: 'thumbsup::skin-tone-3'},
	]);
});

describe('reactions.add', () => {
	test('refuses what is not there and what is no name', async () => {
		const {app, client} = await started();
		const timestamp = await client.as('dana').say('db-migrations', 'Done');
		const elsewhere = await client.as('dana').say('general', 'Done');
		const add = async (given: object): Promise<string> =>
			outcome(app.client.reactions.add({channel, timestamp, name: 'tada', ...given}));
		expect(await add({name: 'two words'})).toBe('invalid_name');
		expect(await add({timestamp: '1.000001'})).toBe('message_not_found');
		expect(await add({timestamp: 'then'})).toBe('bad_timestamp');
		expect(await add({timestamp: undefined})).toBe('no_item_specified');
		expect(await add({channel: 'C0NOWHERE01'})).toBe('channel_not_found');
		expect(await add({channel: 'C0GENERAL01', timestamp: elsewhere})).toBe('not_in_channel');
	});

	test('ends at 23 emoji of one person and 50 of all', async () => {
		const {app, client} = await started();
		const ts = await client.as('dana').say('db-migrations', 'Done');
		const add = async (index: number): Promise<string> =>
			outcome(app.client.reactions.add({channel, timestamp: ts, name: `emoji_${index}`}));
		for (let index = 0; index < 23; index += 1) expect(await add(index)).toBe('ok');
		expect(await add(23)).toBe('too_many_reactions');
		for (const [person, from] of [
			['dana', 23],
			['priya', 46],
		] as const) {
			for (let index = from; index < Math.min(from + 23, 50); index += 1) {
				await client.as(person).react({channel: 'db-migrations', ts, name: `emoji_${index}`});
			}
		}
		expect(await add(50)).toBe('too_many_emoji');
	});

	test('needs its scope', async () => {
		running = await startSocketApp({manifestPath: narrowManifestPath, listen: () => {}});
		const {reactions} = running.app.client;
		expect(await outcome(reactions.add({channel, timestamp: '1.000001', name: 'tada'}))).toBe('missing_scope');
		expect(await outcome(reactions.get({channel, timestamp: '1.000001'}))).toBe('missing_scope');
	});
});
