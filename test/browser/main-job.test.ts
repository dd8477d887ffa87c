import {fileURLToPath} from 'node:url';

import type {Browser, Locator, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import {type Stage, startStage} from '../../scripts/stage/stage.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {takePicture} from './support/picture.ts';
import {openTab} from './support/tab.ts';

const scripts = fileURLToPath(new URL('../../examples/shop/scripts/', import.meta.url));

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await startStage({transport: 'socket'});
	browser = await openBrowser();
});

afterAll(async () => await stage.stop());

async function desk(person: string): Promise<Page> {
	const {page} = await openTab(browser, {url: stage.simulator.url, as: person, size: {width: 1280, height: 900}});
	await page.getByRole('button', {name: /^db-migrations/}).click();
	return page;
}

/** Requests as a person would: the command with the keyboard, the form with mouse and keyboard. */
async function request(page: Page, script: string, version: string, summary: string): Promise<void> {
	await page.getByRole('textbox', {name: 'Message #db-migrations'}).click();
	await page.keyboard.type('/migrate request');
	await page.keyboard.press('Escape');
	await page.keyboard.press('Enter');
	const form = page.getByRole('dialog', {name: 'Request a migration'});
	const chooser = page.waitForEvent('filechooser');
	await form.getByRole('button', {name: 'Script file (.sql)'}).click();
	await (await chooser).setFiles(`${scripts}${script}`);
	await form.getByText(script).waitFor();
	await form.getByRole('textbox', {name: 'App'}).click();
	await page.keyboard.type('shop');
	await form.getByRole('textbox', {name: 'Version'}).click();
	await page.keyboard.type(version);
	await form.getByRole('textbox', {name: 'Summary'}).click();
	await page.keyboard.type(summary);
	await expectAccessible(page, 'the form');
	await takePicture(page, 'request-form');
	await form.getByRole('button', {name: 'Request', exact: true}).click();
	const done = page.getByRole('dialog', {name: 'Requested'});
	await done.getByText('is open').waitFor();
	await page.keyboard.press('Escape');
	await done.waitFor({state: 'detached'});
}

/** The message whose title has this. */
function message(page: Page, title: string | RegExp): Locator {
	const titled = page.getByRole('heading', {name: title});
	return page.getByRole('log').getByRole('article').filter({has: titled});
}

it('takes a migration from the request to verified by mouse and keyboard, the author’s own approval refused', async () => {
	const [dana, priya] = [await desk('dana'), await desk('priya')];
	await request(dana, 'shop-0009-add-shipments.sql', '1.9.0', 'Shipments: tracking for every parcel');

	const asked = message(dana, 'MR-1');
	await asked.getByRole('button', {name: 'Agree with evidence'}).click();
	const approval = asked.getByRole('button', {name: /^Approve/});
	await approval.waitFor();
	await takePicture(dana, 'request');
	await expectAccessible(dana, 'a request in review');
	await approval.click();
	const refusal = dana.getByText('You wrote this script', {exact: false}).first();
	await refusal.waitFor();
	await takePicture(dana, 'author-refused');

	await message(priya, 'MR-1')
		.getByRole('button', {name: /^Approve/})
		.click();
	await asked.getByRole('button', {name: 'Run now'}).click();
	const question = dana.getByRole('dialog', {name: 'Run MR-1 now?'});
	await expectAccessible(dana, 'a confirm dialog');
	await question.getByRole('button', {name: 'Run now'}).click();
	await message(priya, 'verified').waitFor();
	await takePicture(priya, 'verified');
	expect(await message(priya, 'MR-1').innerText()).toContain('1.9.0');
	await dana.close();
	await priya.close();
});
