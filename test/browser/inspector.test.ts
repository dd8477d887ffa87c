import {fileURLToPath} from 'node:url';

import type {Browser, Locator, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {WebSocket} from 'ws';

import {type Simulator, startSimulator} from '../../simulator/server.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {openTab, type Tab} from './support/tab.ts';

const manifestPath = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
const dana = 'U0DANA00001';
const channel = 'C0DBMIGR001';

let simulator: Simulator;
let browser: Browser;

beforeAll(async () => {
	simulator = await startSimulator({manifestPath, delivery: {mode: 'socket'}});
	browser = await openBrowser();
});

afterAll(async () => await simulator.close());

type Answer = {readonly status: number; readonly retryAfter: string | null; readonly text: string};

/** Calls the Web API as the app does. Throws where the connection is cut. */
async function call(method: string, fields: Readonly<Record<string, string>>, token?: string): Promise<Answer> {
	const answer = await fetch(`${simulator.apiUrl}${method}`, {
		method: 'POST',
		headers: {authorization: `Bearer ${token ?? simulator.botToken}`},
		body: new URLSearchParams(fields),
	});
	return {status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text()};
}

async function lookUp(user = dana): Promise<Answer> {
	return await call('users.info', {user});
}

/** Dana's window with the switches open. */
async function openSwitches(): Promise<Tab> {
	const tab = await openTab(browser, {url: simulator.url, as: 'dana', size: {width: 1280, height: 900}});
	await tab.page.getByRole('button', {name: 'Make Slack misbehave'}).click();
	await tab.page.getByRole('region', {name: 'What is on now'}).getByText('Slack behaves.').waitFor();
	return tab;
}

type Wish = {readonly what: string; readonly extra?: readonly [label: string, value: string]; readonly method?: string};

/** Fills in the form of what befalls the next call, and sends it. */
async function letHappen(page: Page, {what, extra, method = 'users.info'}: Wish): Promise<void> {
	await page.getByLabel('What happens').selectOption({label: what});
	await page.getByLabel('Method (empty: every method)').click();
	await page.keyboard.press('ControlOrMeta+A');
	await page.keyboard.type(method);
	if (extra !== undefined) await page.getByLabel(extra[0]).fill(extra[1]);
	await page.getByRole('button', {name: `Let it happen to the next call of ${method}`}).click();
	await page.getByText(`${what}: for the next call of ${method}.`, {exact: true}).waitFor();
}

/** The calls that were made to fail so, in the call log. */
function fated(page: Page, fate: string): Locator {
	const log = page.getByRole('region', {name: 'Call log'});
	return log.getByRole('listitem').filter({hasText: `made to: ${fate}`});
}

it('lets the next calls fail as they were told to, once each, and logs them so', async () => {
	const tab = await openSwitches();
	const {page} = tab;
	await expectAccessible(page, 'the switches');

	await letHappen(page, {what: 'Rate limited (429)', extra: ['Retry after, seconds', '7']});
	await page.getByText('429, retry after 7 s, for the next call of users.info.').waitFor();
	expect(await lookUp()).toMatchObject({status: 429, retryAfter: '7'});
	expect(await lookUp()).toMatchObject({status: 200, retryAfter: null});

	await letHappen(page, {what: 'Server error (500)', extra: ['Status', '503']});
	expect(await lookUp()).toMatchObject({status: 503, text: 'Server Error'});

	await letHappen(page, {what: 'An error of Slack’s', extra: ['Error code', 'internal_error']});
	expect(JSON.parse((await lookUp()).text)).toEqual({ok: false, error: 'internal_error'});

	await letHappen(page, {what: 'Slow', extra: ['Milliseconds', '600']});
	const before = performance.now();
	expect(JSON.parse((await lookUp()).text)).toMatchObject({ok: true});
	expect(performance.now() - before).toBeGreaterThan(590);

	await letHappen(page, {what: 'Answer lost', method: 'chat.postMessage'});
	await expect(call('chat.postMessage', {channel, text: 'Said, but nobody heard'})).rejects.toThrow('fetch failed');
	await page.getByRole('button', {name: /^db-migrations/}).click();
	await page.getByRole('log').getByText('Said, but nobody heard').waitFor();

	await page.getByRole('button', {name: 'Call log'}).click();
	await fated(page, 'rate limited').getByText('429 ratelimited').waitFor();
	await fated(page, 'server error').getByText('HTTP 503').waitFor();
	await fated(page, 'slack error').getByText('internal_error').first().waitFor();
	await fated(page, 'slow').getByText('ok', {exact: true}).waitFor();
	await fated(page, 'answer lost').getByText('connection cut').waitFor();
	await fated(page, 'rate limited').getByText('users.info').click();
	await page.getByRole('region', {name: 'JSON: Arguments'}).getByText(dana).waitFor();
	await expectAccessible(page, 'the call log');
	await tab.close();
});

it('cuts every call while Slack is down, and none when it is up again', async () => {
	const tab = await openSwitches();
	const {page} = tab;
	const down = page.getByRole('switch', {name: 'Slack is down'});
	await down.click();
	await page.getByRole('region', {name: 'What is on now'}).getByText('Slack is down.').waitFor();
	expect(await down.getAttribute('aria-checked')).toBe('true');
	await expect(lookUp()).rejects.toThrow('fetch failed');
	await down.click();
	await page.getByText('Slack is up again.').waitFor();
	expect(await lookUp()).toMatchObject({status: 200});
	await page.getByRole('button', {name: 'Call log'}).click();
	await fated(page, 'down').getByText('connection cut').waitFor();
	await tab.close();
});

it('refuses calls above the real rate limits until everything is switched off', async () => {
	const tab = await openSwitches();
	const {page} = tab;
	await page.getByRole('switch', {name: 'Real rate limits'}).click();
	await page.getByText('Slack’s real rate limits are on.').waitFor();
	const post = async (text: string): Promise<number> => (await call('chat.postMessage', {channel, text})).status;
	expect([await post('one'), await post('two'), await post('three'), await post('four')]).toEqual([200, 200, 200, 429]);
	await page.getByRole('button', {name: 'Switch everything off'}).click();
	await page.getByText('Slack behaves again.').waitFor();
	expect(await post('five')).toBe(200);
	await tab.close();
});

it('makes people guests, deactivated, strangers and bots in the eyes of the app, and takes it back', async () => {
	const tab = await openSwitches();
	const priya = tab.page.getByRole('group', {name: /@priya/});
	const flags = [
		['guest', 'is_restricted'],
		['deactivated', 'deleted'],
		['stranger', 'is_stranger'],
		['bot', 'is_bot'],
	] as const;
	const seen = async (field: string): Promise<unknown> => {
		const answer: {readonly user: Readonly<Record<string, unknown>>} = JSON.parse((await lookUp('U0PRIYA0001')).text);
		return answer.user[field] ?? false;
	};
	for (const [flag, field] of flags) {
		for (const on of [true, false]) {
			// One after the other: each flag on its own.
			/* oxlint-disable no-await-in-loop */
			await priya.getByRole('checkbox', {name: flag}).click();
			await tab.page.getByText(`Priya Raman: ${flag} ${on ? 'on' : 'off'}.`).waitFor();
			expect(await seen(field), `${field} after ${flag}`).toBe(on);
			/* oxlint-enable no-await-in-loop */
		}
	}
	await tab.close();
});

it('sends a payload twice, warns of the end of a connection, and cuts it', async () => {
	const tab = await openSwitches();
	const {page} = tab;
	const {url}: {readonly url: string} = JSON.parse((await call('apps.connections.open', {}, simulator.appToken)).text);
	const heard: Readonly<Record<string, unknown>>[] = [];
	const app = new WebSocket(url);
	let cut = false;
	app.on('close', () => (cut = true));
	app.on('message', (data: Buffer) => {
		const message: Readonly<Record<string, unknown>> = JSON.parse(data.toString());
		heard.push(message);
		const id = message['envelope_id'];
		if (id !== undefined) app.send(JSON.stringify({envelope_id: id}));
	});
	const types = (): readonly unknown[] => heard.map((each) => each['type']);
	await expect.poll(types).toEqual(['hello']);

	await page.getByRole('button', {name: 'Send twice'}).click();
	await page.getByText('The next payload will come twice.').waitFor();
	await page.getByRole('button', {name: /^db-migrations/}).click();
	await page.getByRole('textbox', {name: 'Message #db-migrations'}).click();
	await page.keyboard.type('/migrate help');
	await page.keyboard.press('Escape');
	await page.keyboard.press('Enter');
	await expect.poll(types).toEqual(['hello', 'slash_commands', 'slash_commands']);
	expect(heard[1]?.['payload']).toEqual(heard[2]?.['payload']);

	await page.getByRole('button', {name: 'End connections with a warning'}).click();
	await expect.poll(() => heard.at(-1)).toEqual({type: 'disconnect', reason: 'refresh_requested'});
	expect(cut).toBe(false);
	await page.getByRole('button', {name: 'Cut connections'}).click();
	await expect.poll(() => cut).toBe(true);
	await tab.close();
});

it('shows what lies behind a message: its limits, its JSON and its calls', async () => {
	const blocks = [{type: 'section', block_id: 'greeting', text: {type: 'mrkdwn', text: 'Look *behind* me'}}];
	await call('chat.postMessage', {channel, text: 'Look behind me', blocks: JSON.stringify(blocks)});
	const tab = await openTab(browser, {url: simulator.url, as: 'dana', size: {width: 1280, height: 900}});
	const {page} = tab;
	await page.getByRole('button', {name: /^db-migrations/}).click();
	const message = page.getByRole('log').getByRole('article').filter({hasText: 'Look behind me'});
	await message.hover();
	await message.getByRole('button', {name: 'Inspect'}).click();
	const panel = page.getByRole('tabpanel');
	await panel.getByText('1 of 50', {exact: false}).waitFor();
	await expectAccessible(page, 'the limits of a message');
	await page.getByRole('tab', {name: 'Limits'}).focus();
	await page.keyboard.press('ArrowRight');
	await panel.getByText('Slack would refuse nothing here.').waitFor();
	await page.keyboard.press('ArrowRight');
	await panel.getByText('1. section · greeting').click();
	await panel.getByText('"Look *behind* me"').waitFor();
	await expectAccessible(page, 'the JSON of a message');
	await page.getByRole('tab', {name: /^Calls/}).click();
	await panel.getByText('chat.postMessage').waitFor();
	await page.getByRole('button', {name: 'Close', exact: true}).click();
	await panel.waitFor({state: 'detached'});
	await tab.close();
});
