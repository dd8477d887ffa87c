import type {Browser, Locator} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import type {Stage} from '../../scripts/stage/stage.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {fillRequest, messageTitled, openDesk, sendRequest} from './support/lockstep.ts';
import {takePicture} from './support/picture.ts';
import {openTab, phone} from './support/tab.ts';
import {startShippedStage} from '../support/shipped.ts';

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await startShippedStage({transport: 'socket', targets: {'shop-production': {rehearse: true, drill: true}}});
	browser = await openBrowser();
});

afterAll(async () => await stage.stop());

it('takes a migration from the request to verified by mouse and keyboard, the author’s own approval refused', async () => {
	const [dana, priya] = [await openDesk(browser, stage, 'dana'), await openDesk(browser, stage, 'priya')];
	const form = await fillRequest(dana, {
		script: 'shop-0009-add-shipments.sql',
		version: '1.9.0',
		summary: 'Shipments: tracking for every parcel',
	});
	await expectAccessible(dana, 'the form');
	await takePicture(dana, 'request-form');
	await sendRequest(dana, form);

	const asked = messageTitled(dana, 'MR-1');
	await asked.getByRole('button', {name: 'Agree with evidence'}).click();
	const approval = asked.getByRole('button', {name: /^Approve/});
	await approval.waitFor();
	// Tall enough for the whole message.
	await dana.setViewportSize({width: 1280, height: 1180});
	await takePicture(dana, 'request');
	await dana.setViewportSize({width: 1280, height: 900});
	await expectAccessible(dana, 'a request in review');
	await approval.click();
	const refusal = dana.getByText('You wrote this script', {exact: false}).first();
	await refusal.waitFor();
	await takePicture(dana, 'author-refused');
	await expectWaitingOnHome();

	await messageTitled(priya, 'MR-1')
		.getByRole('button', {name: /^Approve/})
		.click();
	await asked.getByRole('button', {name: 'Run now'}).click();
	const question = dana.getByRole('dialog', {name: 'Run MR-1 now?'});
	await expectAccessible(dana, 'a confirm dialog');
	await question.getByRole('button', {name: 'Run now'}).click();
	await messageTitled(priya, 'verified').waitFor();
	await takePicture(priya, 'verified');
	expect(await messageTitled(priya, 'MR-1').innerText()).toContain('1.9.0');
	await pictureDarkAndOnPhone();
	await dana.close();
	await priya.close();
	// A rehearsal and a drill among it.
}, 180_000);

/** Scrolls to where the message begins. */
async function fromItsTitle(message: Locator): Promise<void> {
	await message.evaluate((element) => element.scrollIntoView({block: 'start', behavior: 'instant'}));
}

/** The Home tab of whoever may approve names the request and where it stands. */
async function expectWaitingOnHome(): Promise<void> {
	const tab = await openTab(browser, {url: `${stage.simulator.url}/?app=home`, as: 'priya'});
	const {page} = tab;
	const home = page.getByRole('region', {name: 'Home of Lockstep'});
	await home.getByText('MR-1').first().waitFor();
	await expectAccessible(page, 'the Home tab');
	await takePicture(page, 'home');
	await tab.close();
}

async function pictureDarkAndOnPhone(): Promise<void> {
	for (const [name, colour, size] of [
		['verified-dark', 'dark', undefined],
		['phone', 'light', phone],
	] as const) {
		const tab = await openTab(browser, {
			url: `${stage.simulator.url}/?channel=db-migrations`,
			as: 'dana',
			colour,
			...(size === undefined ? {} : {size}),
		});
		const {page} = tab;
		await messageTitled(page, 'verified').waitFor();
		await fromItsTitle(messageTitled(page, 'verified'));
		await expectAccessible(page, name);
		await takePicture(page, name);
		await tab.close();
	}
}
