import {readFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';

import {beforeAll, describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';

import {checkout} from './markdown.ts';

const Manifest = z.object({
	features: z.object({
		app_home: z.object({home_tab_enabled: z.boolean(), messages_tab_enabled: z.boolean()}),
		slash_commands: z.array(z.object({command: z.string(), usage_hint: z.string()})),
	}),
	oauth_config: z.object({scopes: z.object({bot: z.array(z.string())})}),
	settings: z.object({
		event_subscriptions: z.object({bot_events: z.array(z.string())}),
		socket_mode_enabled: z.boolean(),
		interactivity: z.object({is_enabled: z.boolean()}),
	}),
});

/** Which scopes Slack asks for, per method; both kinds of channel where a target's may be either. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
	'auth.test': [],
	'views.open': [],
	'views.update': [],
	'views.push': [],
	'views.publish': [],
	'chat.postMessage': ['chat:write'],
	'chat.postEphemeral': ['chat:write'],
	'chat.update': ['chat:write'],
	'chat.delete': ['chat:write'],
	'chat.getPermalink': [],
	'conversations.history': ['channels:history', 'groups:history'],
	'conversations.replies': ['channels:history', 'groups:history'],
	'files.info': ['files:read'],
	filesUploadV2: ['files:write'],
	'usergroups.users.list': ['usergroups:read'],
	'users.info': ['users:read'],
	'users.lookupByEmail': ['users:read.email'],
};

/** The receivers of calls that are not Web API methods: the socket's own client. */
const notTheWebApi = new Set(['on', 'off', 'once', 'start', 'disconnect']);

describe('manifest.yml', () => {
	const manifest = Manifest.parse(parse(readFileSync(path.join(checkout, 'manifest.yml'), 'utf8')));
	let used: readonly string[];

	beforeAll(async () => {
		used = await methodsUsed();
	});

	it('the test knows the scopes of every method that the code calls', () => {
		expect(used.length).toBeGreaterThan(8);
		expect(used.filter((method) => !Object.hasOwn(scopesOf, method))).toEqual([]);
	});

	it('asks for exactly the scopes that the code uses', () => {
		const needed = new Set(['commands', ...used.flatMap((method) => scopesOf[method] ?? [])]);
		expect([...manifest.oauth_config.scopes.bot].toSorted()).toEqual([...needed].toSorted());
	});

	it('has the slash command, with the words that the code knows', () => {
		expect(manifest.features.slash_commands.map(({command}) => command)).toEqual(['/migrate']);
		const listener = readFileSync(path.join(checkout, 'src/adapters/slack/listeners/command.ts'), 'utf8');
		const words = [...listener.matchAll(/case '([a-z]+)':/gu)].map(([, word = '']) => word);
		expect(words.length).toBeGreaterThan(3);
		for (const word of words) expect(manifest.features.slash_commands[0]?.usage_hint).toContain(word);
	});

	it('is one for Socket Mode with buttons', () => {
		expect(manifest.settings).toMatchObject({socket_mode_enabled: true, interactivity: {is_enabled: true}});
	});

	it('has a Home, direct messages for the answers of its buttons, and exactly the events that the code listens to', () => {
		expect(manifest.features.app_home).toEqual({home_tab_enabled: true, messages_tab_enabled: true});
		const app = readFileSync(path.join(checkout, 'src/adapters/slack/app.ts'), 'utf8');
		const events = [...app.matchAll(/app\.event\('([a-z_]+)'/gu)].map(([, event = '']) => event);
		expect(manifest.settings.event_subscriptions.bot_events).toEqual(events);
		expect(events).toEqual(['app_home_opened']);
	});
});

async function methodsUsed(): Promise<readonly string[]> {
	const folder = path.join(checkout, 'src/adapters/slack');
	const files = (await readdir(folder, {recursive: true})).filter((name) => name.endsWith('.ts'));
	const text = files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
	const called = [...text.matchAll(/\bclient\.(\w+(?:\.\w+)*)\(/gu)].map(([, method = '']) => method);
	return [...new Set(called)].filter((method) => !notTheWebApi.has(method));
}
