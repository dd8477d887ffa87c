import {fileURLToPath} from 'node:url';

import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import {fillGallery} from '../../scripts/gallery/fill-gallery.ts';
import {galleryEntries} from '../../scripts/gallery/gallery.ts';
import {type Simulator, startSimulator} from '../../simulator/server.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {openTab} from './support/tab.ts';

const manifestPath = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
const entries = galleryEntries();

let simulator: Simulator;
let browser: Browser;

beforeAll(async () => {
	simulator = await startSimulator({manifestPath, delivery: {mode: 'socket'}});
	await fillGallery(simulator.url);
	browser = await openBrowser();
});

afterAll(async () => await simulator.close());

it('shows every view and no problem of any', async () => {
	const tab = await openTab(browser, {url: `${simulator.url}/gallery`, as: 'dana'});
	const {page} = tab;
	await page.getByText(`${entries.length} views`, {exact: true}).waitFor();
	const drawn = await page
		.locator('.gal-entry')
		.evaluateAll((cards) =>
			cards.map((card) => ({id: card.id, words: card.querySelector('.gal-frame')?.textContent?.trim().length ?? 0})),
		);
	expect(new Set(drawn.map(({id}) => id))).toEqual(new Set(entries.map(({id}) => id)));
	expect(drawn).toHaveLength(entries.length);
	expect(drawn.filter(({words}) => words < 10)).toEqual([]);
	expect(await page.locator('.gal-problems').count()).toBe(0);
	await tab.close();
});

it('shows hostile data without a mention, an emoji or a link that is not meant', async () => {
	const tab = await openTab(browser, {url: `${simulator.url}/gallery`, as: 'gus'});
	const {page} = tab;
	await page.getByRole('searchbox').fill('hostile');
	const frames = page.locator('.gal-entry[aria-label$="hostile"] .gal-frame');
	await expect.poll(async () => await frames.count()).toBe(entries.filter(({variant}) => variant === 'hostile').length);
	expect(await frames.getByText('@gus', {exact: true}).count()).toBe(0);
	expect(await frames.getByText('@channel', {exact: true}).count()).toBe(0);
	const links = await frames.locator('a').evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
	expect(links.filter((href) => href.includes('evil'))).toEqual([]);
	await tab.close();
});

it.each(['light', 'dark'] as const)('is accessible in %s, a kind of view at a time', async (colour) => {
	const tab = await openTab(browser, {url: `${simulator.url}/gallery`, as: 'dana', colour});
	const {page} = tab;
	// Each of these shows some twenty views: axe would need minutes for all of them together.
	for (const words of [
		'modal hostile',
		'home/ hostile',
		'in-review hostile',
		'failed hostile',
		'escalation',
		'result short',
	]) {
		await page.getByRole('searchbox').fill(words);
		await page.getByText(new RegExp(`^\\d+ of ${entries.length} views`)).waitFor();
		await page.locator('.gal-entry').first().waitFor();
		await expectAccessible(page, `the gallery of “${words}”, ${colour}`);
	}
	await tab.close();
});
