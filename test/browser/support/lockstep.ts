import {fileURLToPath} from 'node:url';

import type {Browser, Locator, Page} from 'playwright-core';

import type {Stage} from '../../../scripts/stage/stage.ts';
import {openTab} from './tab.ts';

const scripts = fileURLToPath(new URL('../../../examples/shop/scripts/', import.meta.url));

/** A file to choose: one of examples/shop/scripts by its name, or one made up. */
export type ScriptFile = string | {readonly name: string; readonly bytes: Buffer};

export interface PageAsk {
	/** As typed behind `/migrate request`; the form's own choice when absent. */
	readonly target?: string;
	readonly script: ScriptFile;
	readonly version: string;
	readonly summary: string;
}

/** The person's window, with #db-migrations open. */
export async function openDesk(browser: Browser, stage: Stage, person: string): Promise<Page> {
	const {page} = await openTab(browser, {url: stage.simulator.url, as: person, size: {width: 1280, height: 900}});
	await page.getByRole('button', {name: /^db-migrations/}).click();
	return page;
}

/** Requests as a person would: the command with the keyboard, the form with mouse and keyboard. Leaves the form filled. */
export async function fillRequest(page: Page, ask: PageAsk): Promise<Locator> {
	await page.getByRole('textbox', {name: 'Message #db-migrations'}).click();
	await page.keyboard.type(ask.target === undefined ? '/migrate request' : `/migrate request ${ask.target}`);
	await page.keyboard.press('Escape');
	await page.keyboard.press('Enter');
	const form = page.getByRole('dialog', {name: 'Request a migration'});
	await chooseScript(page, form, ask.script);
	await form.getByRole('textbox', {name: 'App'}).click();
	await page.keyboard.type('shop');
	await form.getByRole('textbox', {name: 'Version'}).click();
	await page.keyboard.type(ask.version);
	await form.getByRole('textbox', {name: 'Summary'}).click();
	await page.keyboard.type(ask.summary);
	return form;
}

/** Sends the filled form, waits until the request is open and closes the modal that says so. */
export async function sendRequest(page: Page, form: Locator): Promise<void> {
	await form.getByRole('button', {name: 'Request', exact: true}).click();
	const done = page.getByRole('dialog', {name: 'Requested'});
	await done.getByText('is open').waitFor();
	await page.keyboard.press('Escape');
	await done.waitFor({state: 'detached'});
}

/** Uploads the file by the form's chooser. */
export async function chooseScript(page: Page, form: Locator, script: ScriptFile): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await form.getByRole('button', {name: 'Script file (.sql)'}).click();
	const chosen =
		typeof script === 'string'
			? `${scripts}${script}`
			: {name: script.name, mimeType: 'application/sql', buffer: script.bytes};
	await (await chooser).setFiles(chosen);
	await form.getByText(typeof script === 'string' ? script : script.name).waitFor();
}

/** The newest message of the channel whose words have this. */
export function messageWith(page: Page, words: string | RegExp): Locator {
	return page.getByRole('log').getByRole('article').filter({hasText: words}).last();
}

/** The message whose title has this: answers that one person alone sees name requests too, but have no title. */
export function messageTitled(page: Page, title: string | RegExp): Locator {
	const titled = page.getByRole('heading', {name: title});
	return page.getByRole('log').getByRole('article').filter({has: titled});
}
