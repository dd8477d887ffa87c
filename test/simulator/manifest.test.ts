import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {readManifest} from '../../simulator/manifest.ts';
import {manifestPath, narrowManifestPath} from './running-app.ts';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'manifest-'));
});

afterEach(() => {
	rmSync(folder, {recursive: true});
});

test('a manifest tells of commands, shortcuts and the Home tab', () => {
	expect(readManifest(manifestPath)).toMatchObject({
		commands: ['/migrate'],
		escapedCommands: ['/migrate'],
		commandDetails: [{command: '/migrate', description: 'Anything', usageHint: ''}],
		shortcuts: [
			{kind: 'global', name: 'Start a request', callbackId: 'start', description: 'Starts one'},
			{kind: 'message', name: 'Take note', callbackId: 'note', description: 'Notes the message'},
		],
		homeTab: true,
	});
	expect(readManifest(narrowManifestPath)).toMatchObject({shortcuts: [], homeTab: false, events: []});
});

test('a manifest is refused where it lacks the scopes of what it asks for', () => {
	const path = join(folder, 'manifest.json');
	writeFileSync(
		path,
		JSON.stringify({
			features: {slash_commands: [{command: '/x', description: 'X'}]},
			oauth_config: {scopes: {bot: ['chat:write']}},
			settings: {event_subscriptions: {bot_events: ['reaction_added', 'reaction_removed', 'app_home_opened']}},
		}),
	);
	expect(() => readManifest(path)).toThrow('The manifest lacks the scope commands, reactions:read.');
});
