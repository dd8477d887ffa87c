import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {run, shopScript} from '../../scripts/stage/shop-database.ts';
import {type Stage, startStage} from '../../scripts/stage/stage.ts';
import {efScript} from '../support/ef-script.ts';
import {
	castOf,
	clickOn,
	heardBy,
	messageOf,
	requestMigration,
	storyOf,
	untilHeard,
	untilStory,
} from '../support/people.ts';
import {startShippedStage} from '../support/shipped.ts';

const execute = promisify(execFile);
const plain = efScript({
	version: '10',
	migrations: [{id: '20260101000000_Plain', statements: ['CREATE TABLE plain (id int)']}],
});

function changing(id: string): Buffer {
	return efScript({
		version: '10',
		migrations: [{id, statements: [`CREATE TABLE t_${id.slice(-1).toLowerCase()} (id int)`]}],
	});
}

/** By the sources once, as a checkout runs it, and as it is shipped. */
const ways = [
	{transport: 'socket', start: startShippedStage},
	{transport: 'http', start: startStage},
] as const;

describe.each(ways)('over $transport', ({transport, start}) => {
	let stage: Stage;

	beforeAll(async () => {
		stage = await start({
			transport,
			targets: {
				'shop-production': {},
				'shop-second': {database: 'second'},
				'shop-third': {
					database: 'third',
					policy: {startAtOnceAllowed: true, escalateEveryMinutes: 0.02, largeTableRows: 10},
				},
			},
		});
		for (const name of ['second', 'third']) {
			await run(stage.postgres, 'postgres', [`CREATE DATABASE ${name} OWNER shop_owner`]);
		}
	});

	afterAll(async () => await stage.stop());

	async function gate(version: string): Promise<string> {
		const options = {env: {...process.env, LOCKSTEP_GATE_URL: stage.gateUrl, LOCKSTEP_GATE_TOKEN: stage.gateToken}};
		const asked = execute(process.execPath, ['bin/lockstep', 'gate', '--app', 'shop', '--version', version], options);
		return await asked.then(
			() => 'go',
			(error: unknown) => (error instanceof Error && 'code' in error ? `exit ${String(error.code)}` : String(error)),
		);
	}

	it('goes from the request to verified in three clicks, and the author’s own approval is refused', async () => {
		const {dana, priya} = castOf(stage);
		expect(await gate('1.9.0')).toBe('exit 2');
		const number = await requestMigration(stage, dana, {
			target: 'shop-production',
			script: await shopScript('shop-0009-add-shipments.sql'),
			version: '1.9.0',
		});
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, dana, number, 'Approve');
		await untilHeard(stage, dana, 'You wrote this script');
		await clickOn(stage, priya, number, 'Approve');
		await clickOn(stage, dana, number, 'Run now');
		await untilStory(stage, number, `MR-${number} is verified`);
		// The thread follows the message a moment later.
		await untilStory(stage, number, 'created public.\\"Shipments');
		await untilStory(stage, number, 'All tables of shop-production');
		expect(await gate('1.9.0')).toBe('go');
		const posts = await postsAbout(number);
		expect(posts.length).toBeGreaterThan(2);
		expect(posts.length).toBeLessThanOrEqual(12);
		const pings = posts.filter((post) => /<@U|<!subteam/.test(post));
		expect(pings).toHaveLength(2);
		expect(pings[1]).toContain('<@U0DANA00001>: shop 1.9.0 may be deployed');
	});

	/** What was posted and uploaded about a request, as it was sent: an edit afterwards pings nobody. */
	async function postsAbout(number: number): Promise<readonly string[]> {
		const making = ['chat.postMessage', 'files.completeUploadExternal'];
		const calls = (await stage.slack.calls()).filter(({method}) => making.includes(method));
		return calls.map((call) => JSON.stringify(call.arguments)).filter((sent) => sent.includes(`MR-${number}`));
	}

	it('opens one request and approves once, however often Slack delivers', async () => {
		const {dana, priya, omar} = castOf(stage);
		await stage.slack.misbehave({kind: 'duplicate_deliveries', times: 50});
		const number = await requestMigration(stage, dana, {target: 'shop-second', script: plain, version: '3.0.0'});
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, priya, number, 'Approve');
		await untilStory(stage, number, `MR-${number} is approved`);
		await stage.slack.misbehave({kind: 'none'});
		const list = await stage.slack.as('U0OMAR00001').command('/migrate', 'list', {channel: stage.channel});
		expect(list.kind).toBe('accepted');
		await untilHeard(stage, omar, `MR-${number}`);
		expect((await heardBy(stage, omar)).join('\n')).not.toContain(`MR-${number + 1}`);
		await dana.command('/migrate', `withdraw MR-${number}`, {channel: stage.channel});
		await untilStory(stage, number, `MR-${number} is withdrawn`);
	});

	it('answers help, unknown words, an unknown target and an unknown number', async () => {
		const {dana} = castOf(stage);
		for (const [words, answer] of [
			['help', '/migrate request'],
			['dance', '/migrate request'],
			['show MR-9999', 'no MR-9999'],
			['request nowhere', 'shop-production'],
		] as const) {
			await dana.command('/migrate', words, {channel: stage.channel});
			await untilHeard(stage, dana, answer);
		}
	});

	// What follows is the same however Slack's payloads come, so it is shown once.
	if (transport === 'http') return;

	it('shuts the gate on a failure, says what landed, pings until acknowledged, and lets the lead decide', async () => {
		const {dana, priya, sam, lena} = castOf(stage);
		const number = await requestMigration(stage, dana, {
			target: 'shop-third',
			script: efScript({
				version: '10',
				migrations: [
					{id: '20260101000000_Good', statements: ['CREATE TABLE good (id int)', 'INSERT INTO good VALUES (1), (1)']},
					{id: '20260102000000_Bad', statements: ['CREATE UNIQUE INDEX bad ON good (id)']},
				],
			}),
			version: '2.0.0',
		});
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, priya, number, 'Approve');
		await clickOn(stage, dana, number, 'Run now');
		const story = await untilStory(stage, number, `MR-${number} has failed`);
		expect(story).toContain('1 of 2 migrations landed');
		expect(await gate('2.0.0')).toBe('exit 1');
		await untilStory(stage, number, 'restore-shop');
		await untilStory(stage, number, 'still waits for somebody to acknowledge');
		await sam.click({channel: stage.channel, text: 'Acknowledge'});
		await untilStory(stage, number, 'acknowledged');
		await clickOn(stage, dana, number, 'Close…');
		await dana.waitForView();
		await dana.fill({reason: 'I would like to.'});
		await dana.submit();
		await untilHeard(stage, dana, 'Only a lead');
		await clickOn(stage, lena, number, 'Close…');
		await lena.waitForView();
		await lena.fill({reason: 'Fixed forward in 2.0.1.'});
		await lena.submit();
		await untilStory(stage, number, `MR-${number} is closed`);
		expect(await gate('2.0.0')).toBe('exit 1');
	});

	it('answers a stale button, and new bytes void an approval', async () => {
		const {dana, priya} = castOf(stage);
		const number = await requestMigration(stage, dana, {
			target: 'shop-second',
			script: changing('20260103000000_A'),
			version: '3.1.0',
		});
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, priya, number, 'Approve');
		await untilStory(stage, number, `MR-${number} is approved`);
		await clickOn(stage, dana, number, 'New script…');
		await dana.waitForView();
		await dana.fill({script_file: {filename: 'second.sql', bytes: changing('20260103000000_B')}});
		await dana.submit();
		await untilStory(stage, number, '20260103000000_B');
		// The checklist's answers stay, for the new bytes say the same of every item.
		await untilStory(stage, number, '0 of 1 approval given');
		expect(await storyOf(stage, number)).not.toContain('"text":"Run now"');
		await dana.command('/migrate', `withdraw ${number}`, {channel: stage.channel});
		await untilStory(stage, number, `MR-${number} is withdrawn`);
	});

	it('refuses people who may not, and says who may', async () => {
		const {dana, gus, sam, priya} = castOf(stage);
		const number = await requestMigration(stage, dana, {
			target: 'shop-second',
			script: changing('20260104000000_C'),
			version: '3.2.0',
		});
		await clickOn(stage, gus, number, 'Agree with evidence');
		await untilHeard(stage, gus, 'Guests cannot');
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, sam, number, 'Approve');
		await untilHeard(stage, sam, 'not among this target’s approvers');
		await stage.slack.setPerson('U0PRIYA0001', {deactivated: true});
		await clickOn(stage, priya, number, 'Approve');
		await untilHeard(stage, priya, 'deactivated');
		await stage.slack.setPerson('U0PRIYA0001', {deactivated: false});
		await clickOn(stage, priya, number, 'Request changes…');
		await priya.waitForView();
		await priya.fill({reason: 'Name the table in the plural.'});
		await priya.submit();
		await untilStory(stage, number, 'Name the table in the plural.');
	});

	it('waives a blocker by a named person only, and then asks for two approvals', async () => {
		const {dana, priya, omar, lena} = castOf(stage);
		await run(stage.postgres, 'third', [
			'CREATE TABLE big (id int); ALTER TABLE big OWNER TO shop_owner; INSERT INTO big SELECT generate_series(1, 1000); ANALYZE big',
		]);
		const script = efScript({
			version: '10',
			migrations: [{id: '20260105000000_Index', statements: ['CREATE INDEX on_big ON big (id)']}],
		});
		const number = await requestMigration(stage, dana, {target: 'shop-third', script, version: '2.1.0'});
		await clickOn(stage, dana, number, 'Agree with evidence');
		await untilStory(stage, number, 'index-not-concurrent');
		const item = await messageOf(stage, number);
		expect(JSON.stringify(item)).toContain('Answer…');
		await clickOn(stage, dana, number, 'Answer…');
		await dana.waitForView();
		await dana.fill({verdict: 'not-applicable', reason: 'A thousand rows only.'});
		await dana.submit();
		await untilStory(stage, number, 'A thousand rows only.');
		await clickOn(stage, dana, number, 'Waive…');
		await dana.waitForView();
		await dana.fill({reason: 'I know better.'});
		await dana.submit();
		await untilHeard(stage, dana, 'must be waived by somebody else');
		await clickOn(stage, lena, number, 'Waive…');
		await lena.waitForView();
		await lena.fill({reason: 'Small enough at night.'});
		await lena.submit();
		await untilStory(stage, number, 'Small enough at night.');
		for (const [index, approver] of [priya, omar].entries()) {
			await untilStory(stage, number, `${index} of 2 approvals given`);
			await clickOn(stage, approver, number, 'Approve…');
			await approver.waitForView();
			await approver.fill({items: ['large-index-concurrently']});
			await approver.submit();
		}
		await clickOn(stage, dana, number, 'Run now');
		await untilStory(stage, number, `MR-${number} is verified`);
	});
});
