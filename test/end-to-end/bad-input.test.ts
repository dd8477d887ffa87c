import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {freePort} from '../../scripts/local-servers.ts';
import {run} from '../../scripts/stage/shop-database.ts';
import type {Stage} from '../../scripts/stage/stage.ts';
import {efScript} from '../support/ef-script.ts';
import {
	castOf,
	clickOn,
	eventually,
	messageOf,
	requestMigration,
	submitRequest,
	takeToRun,
	untilStory,
} from '../support/people.ts';
import {startShippedStage} from '../support/shipped.ts';

let stage: Stage;
const good = efScript({
	version: '10',
	migrations: [{id: '20260101000000_Good', statements: ['CREATE TABLE good (id int)']}],
});

beforeAll(async () => {
	stage = await startShippedStage({
		transport: 'socket',
		targets: {
			'shop-production': {},
			plain: {database: 'plain'},
			quiet: {database: 'quiet'},
			locked: {database: 'plain', user: 'nobody_here'},
			down: {port: await freePort()},
			full: {database: 'full', backupDirectory: '/dev/null/backups'},
		},
	});
	for (const name of ['plain', 'quiet', 'full']) {
		await run(stage.postgres, 'postgres', [`CREATE DATABASE "${name}" OWNER shop_owner`]);
	}
});

afterAll(async () => await stage.stop());

function under(table: string): Buffer {
	return efScript({
		version: '8',
		historyTable: table,
		migrations: [{id: '20260101000000_Good', statements: ['CREATE TABLE good (id int)']}],
	});
}

describe('a script that cannot be used', () => {
	it.each([
		['an empty file', Buffer.alloc(0), /empty/i],
		['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good.toString('utf8'), 'utf16le')]), /UTF-16/],
		['a NUL byte', Buffer.concat([good, Buffer.from('\n-- \0\n')]), /NUL/],
		['a shell command', Buffer.concat([good, Buffer.from('\\! rm -rf /\n')]), /\\\\!|psql/],
		['not SQL', Buffer.from('Dear colleague, please find attached'), /Line 1,/],
		['SQL, but not of EF', Buffer.from('CREATE TABLE t (id int);'), /--idempotent/],
		[
			'a history table that the target does not list',
			under('other."__EFMigrationsHistory"'),
			/other.*histories in lockstep\.yaml/s,
		],
	] as const)('%s is refused in the modal, with what to do', async (_name, script, words) => {
		expect(await submitRequest(stage, castOf(stage).dana, {target: 'shop-production', script})).toMatch(words);
	});

	it('30 MB are refused where the file is chosen', async () => {
		const {dana} = castOf(stage);
		const big = Buffer.alloc(30_000_000, '-- a comment\n');
		const said = await submitRequest(stage, dana, {target: 'shop-production', script: big}).catch((error: unknown) =>
			String(error),
		);
		expect(said).toMatch(/10 ?MB|too large|10,000,000/i);
		await dana.closeView().catch(() => {});
	});

	it('an app that the target does not have is named beside those it has', async () => {
		expect(
			await submitRequest(stage, castOf(stage).dana, {target: 'shop-production', script: good, app: 'shopp'}),
		).toMatch(/shop, inventory/);
	});

	it('opens nothing', async () => {
		const messages = await castOf(stage).priya.read(stage.channel);
		expect(messages.filter(({byApp, ephemeral}) => byApp && !ephemeral)).toEqual([]);
	});
});

describe('a target that cannot be asked', () => {
	it.each([
		['locked', /nobody_here/],
		['down', /cannot be reached|refused|no answer/i],
	])('%s: the request says why and is tried again', async (target, words) => {
		const number = await requestMigration(stage, castOf(stage).dana, {target, script: good});
		const story = await untilStory(stage, number, words);
		expect(story).not.toContain('secret');
		await castOf(stage).dana.command('/migrate', `withdraw MR-${number}`, {channel: stage.channel});
		await untilStory(stage, number, `MR-${number} is withdrawn`);
	});

	it('a backup directory that cannot be written holds the run, and nobody is woken', async () => {
		const number = await takeToRun(stage, {target: 'full', script: good});
		await untilStory(stage, number, /\/dev\/null\/backups/);
		expect(await untilStory(stage, number, `MR-${number} is approved`)).not.toContain('Acknowledge');
	});
});

describe('when others are down', () => {
	it('Redis: the request is kept, the person is told, and it goes on by itself', async () => {
		await stage.redis.crash();
		const {dana} = castOf(stage);
		const said = await submitRequest(stage, dana, {target: 'plain', script: good});
		expect(said).toContain('queue cannot be reached');
		const number = Number(/MR-(\d+)/.exec(said)?.[1]);
		await eventually('its message is there without Redis', async () => await messageOf(stage, number));
		await stage.redis.restart();
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, castOf(stage).priya, number, 'Approve');
		await clickOn(stage, dana, number, 'Run now');
		await untilStory(stage, number, `MR-${number} is verified`);
	});

	it.each([
		['500', '20260102000000', {kind: 'server_error', times: 6}],
		['429', '20260103000000', {kind: 'rate_limited', times: 4, retryAfter: 1}],
		['a lost answer', '20260104000000', {kind: 'answer_lost', method: 'chat.postMessage', times: 2}],
	] as const)('Slack answers %s: every message comes in the end, and comes once', async (_answer, time, trouble) => {
		const {dana} = castOf(stage);
		const id = `${time}_Change`;
		const script = efScript({version: '10', migrations: [{id, statements: ['PERFORM pg_sleep(3)']}]});
		const number = await requestMigration(stage, dana, {target: 'quiet', script});
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, castOf(stage).priya, number, 'Approve');
		await clickOn(stage, dana, number, 'Run now');
		await untilStory(stage, number, 'apply: running');
		await stage.slack.misbehave(trouble);
		await untilStory(stage, number, `MR-${number} is verified`, 60_000);
		await untilStory(stage, number, 'All tables of quiet', 60_000);
		const message = await messageOf(stage, number);
		const results = message?.replies.filter(({text}) => text.includes('verified')) ?? [];
		expect(results).toHaveLength(1);
	});
});
