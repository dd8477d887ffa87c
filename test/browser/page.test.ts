import {fileURLToPath} from 'node:url';

import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import {type Simulator, startSimulator} from '../../simulator/server.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {takePicture} from './support/picture.ts';
import {openTab} from './support/tab.ts';

const manifestPath = fileURLToPath(new URL('../../manifest.yml', import.meta.url));

let simulator: Simulator;
let browser: Browser;

beforeAll(async () => {
	simulator = await startSimulator({manifestPath, delivery: {mode: 'socket'}});
	browser = await openBrowser();
	// The bundle is built at the first request.
	await (await fetch(simulator.url)).text();
});

afterAll(async () => await simulator.close());

it.each(['light', 'dark'] as const)('asks who one is, in %s colours, and asks no other machine', async (colour) => {
	const tab = await openTab(browser, {url: simulator.url, colour});
	await tab.page.getByRole('heading', {level: 1}).first().waitFor();
	expect(await tab.page.title()).toContain('Shop');
	await expectAccessible(tab.page, 'the sign-in screen');
	expect(hostsOf(tab.watch.requests)).toEqual([new URL(simulator.url).host]);
	await tab.close();
});

it.each(['light', 'dark'] as const)('shows a channel, in %s colours, and asks no other machine', async (colour) => {
	const tab = await openTab(browser, {url: simulator.url, as: 'dana', colour});
	await tab.page.getByText('db-migrations').first().waitFor();
	await tab.page.getByRole('textbox').first().waitFor();
	const paint = await tab.page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime");
	console.log(`first contentful paint of a channel: ${Math.round(paint)} ms after the navigation`);
	expect(paint).toBeGreaterThan(0);
	await takePicture(tab.page, `channel-${colour}`);
	await expectAccessible(tab.page, 'a channel');
	expect(hostsOf(tab.watch.requests)).toEqual([new URL(simulator.url).host]);
	await tab.close();
});

function hostsOf(addresses: readonly string[]): readonly string[] {
	const hosts = addresses.filter((each) => each.startsWith('http')).map((each) => new URL(each).host);
	return [...new Set(hosts)];
}
