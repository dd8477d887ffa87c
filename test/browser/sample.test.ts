import {fileURLToPath} from 'node:url';

import type {Browser, Locator, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import {type Simulator, startSimulator} from '../../simulator/server.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {openTab, type Tab} from './support/tab.ts';

const manifestPath = fileURLToPath(new URL('../../manifest.yml', import.meta.url));

let simulator: Simulator;
let browser: Browser;

beforeAll(async () => {
	simulator = await startSimulator({manifestPath, delivery: {mode: 'socket'}});
	browser = await openBrowser();
});

afterAll(async () => await simulator.close());

/** A surface of the sample in a tab of its own, where nobody has touched anything yet. */
async function openSample(kind: 'message' | 'modal' | 'home', name: string): Promise<Tab> {
	const tab = await openTab(browser, {url: `${simulator.url}/sample#${kind}`});
	await tab.page.getByRole('main', {name}).waitFor();
	return tab;
}

/** Waits until an element of the sample holds this, as the state beside it says. */
async function expectHeld(page: Page, blockId: string, actionId: string, held: object): Promise<void> {
	const region = page.getByRole('region', {name: 'State as JSON'});
	const read = async (): Promise<unknown> => {
		const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = JSON.parse(await region.innerText());
		return values[blockId]?.[actionId];
	};
	await expect.poll(read, {message: `${blockId} / ${actionId}`, timeout: 5_000}).toMatchObject(held);
}

/** Waits until the newest thing that was done is this sentence. */
async function expectDone(page: Page, sentence: string): Promise<void> {
	const newest = page.getByRole('log', {name: 'What was done'}).getByRole('listitem').first();
	await expect.poll(async () => await newest.innerText(), {timeout: 5_000}).toBe(sentence);
}

function menu(page: Page, name: string): Locator {
	return page.getByRole('combobox', {name, exact: true});
}

/** Opens a menu and chooses, with the mouse alone. */
async function chooseByMouse(page: Page, field: Locator, option: string): Promise<void> {
	await field.click();
	await page.getByRole('option', {name: option}).click();
}

/** Opens a menu, types into it and chooses the first that fits, with the keyboard alone. */
async function chooseByKeyboard(page: Page, field: Locator, typed: string, option: string): Promise<void> {
	await field.focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.type(typed);
	await page.getByRole('option', {name: option}).waitFor();
	await page.keyboard.press('Enter');
}

it('presses every button of a message, and asks first where a button has a question', async () => {
	const tab = await openSample('message', 'Message');
	const {page} = tab;
	await expectAccessible(page, 'the sample of a message');
	await page.getByRole('button', {name: 'Plain', exact: true}).first().click();
	await expectDone(page, 'buttons / button-plain: pressed');
	await page.getByRole('button', {name: /^Approve/}).focus();
	await page.keyboard.press('Enter');
	await expectDone(page, 'buttons / button-primary: pressed');

	const danger = page.getByRole('button', {name: 'Run now'});
	const question = page.getByRole('dialog', {name: 'Run it now?'});
	await danger.click();
	await question.getByText('This cannot be taken back.', {exact: false}).waitFor();
	await expectAccessible(page, 'the question of a button');
	await question.getByRole('button', {name: 'Not yet'}).click();
	await question.waitFor({state: 'detached'});
	await danger.click();
	await page.keyboard.press('Escape');
	await question.waitFor({state: 'detached'});
	await expectDone(page, 'buttons / button-primary: pressed');
	await danger.click();
	await question.getByRole('button', {name: 'Run it'}).click();
	await expectDone(page, 'buttons / button-danger: pressed');

	tab.watch.pardon(/example\.com/);
	const opened = tab.context.waitForEvent('page');
	await page.getByRole('link', {name: 'Read the runbook on another site'}).click();
	await (await opened).close();
	await expectDone(page, 'buttons / button-link: pressed');
	expect(await page.getByRole('button', {name: 'Start the workflow'}).first().isDisabled()).toBe(true);
	await tab.close();
});

it('chooses in every menu of one choice with the mouse', async () => {
	const tab = await openSample('message', 'Message');
	const {page} = tab;
	const target = menu(page, 'Choose a target').first();
	await target.click();
	await page.getByRole('option', {name: 'orders-us'}).waitFor();
	await expectAccessible(page, 'an open menu');
	await page.getByRole('option', {name: 'orders-us'}).click();
	await expectDone(page, 'menus / static: "orders-us"');
	expect(await target.inputValue()).toBe('orders-us');

	const search = menu(page, 'Search the migrations').first();
	await search.click();
	await page.getByText('Type a character to search.').waitFor();
	await page.keyboard.type('region');
	await page.getByRole('option', {name: '20260914_AddRegion'}).click();
	await expectHeld(page, 'menus', 'external', {selected_option: {value: 'add-region'}});

	await chooseByMouse(page, menu(page, 'Choose an approver').first(), '@priya');
	await expectHeld(page, 'menus', 'user', {selected_user: 'U0PRIYA0001'});
	await chooseByMouse(page, menu(page, 'Choose a conversation').first(), '#on-call');
	await expectHeld(page, 'menus', 'conversation', {selected_conversation: 'G0ONCALL001'});
	await menu(page, 'Choose a channel').first().click();
	expect(await page.getByRole('option', {name: '#on-call'}).count()).toBe(0);
	await page.getByRole('option', {name: '#general'}).click();
	await expectHeld(page, 'menus', 'channel', {selected_channel: 'C0GENERAL01'});
	await tab.close();
});

it('chooses in every menu of one choice with the keyboard', async () => {
	const tab = await openSample('message', 'Message');
	const {page} = tab;
	// The first of a name stands in a row, the last one beside a section's text.
	const beside = (name: string): Locator => menu(page, name).last();
	await chooseByKeyboard(page, beside('Choose a target'), 'bill', 'billing');
	await expectHeld(page, 'beside-static_select', 'static', {selected_option: {value: 'billing'}});
	await chooseByKeyboard(page, menu(page, 'Search the migrations').nth(2), 'drop', '20261003_DropLegacyFlag');
	await expectHeld(page, 'beside-external_select', 'external', {selected_option: {value: 'drop-legacy-flag'}});
	await chooseByKeyboard(page, beside('Choose an approver'), 'omar', '@omar');
	await expectHeld(page, 'beside-users_select', 'user', {selected_user: 'U0OMAR00001'});
	await chooseByKeyboard(page, beside('Choose a conversation'), 'db', '#db-migrations');
	await expectHeld(page, 'beside-conversations_select', 'conversation', {selected_conversation: 'C0DBMIGR001'});
	await chooseByKeyboard(page, beside('Choose a channel'), 'gen', '#general');
	await expectHeld(page, 'beside-channels_select', 'channel', {selected_channel: 'C0GENERAL01'});

	const hundred = menu(page, 'One of a hundred');
	await hundred.focus();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('End');
	await page.keyboard.press('Enter');
	await expectHeld(page, 'large-menus', 'hundred', {selected_option: {value: 'm100'}});
	await tab.close();
});

it('takes an entry of an overflow menu with the mouse and with the keyboard', async () => {
	const tab = await openSample('message', 'Message');
	const {page} = tab;
	await page.getByRole('button', {name: 'More actions', exact: true}).click();
	await page.getByRole('menuitem', {name: 'Show the script'}).waitFor();
	await expectAccessible(page, 'an open overflow menu');
	await page.getByRole('menuitem', {name: 'Show the script'}).click();
	await expectDone(page, 'choices / overflow: "script"');
	await page.getByRole('button', {name: /^More actions: /}).focus();
	await page.keyboard.press('Enter');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expectDone(page, 'beside-overflow / overflow: "withdraw"');
	await tab.close();
});

it('chooses in every menu of several choices with the mouse', async () => {
	const tab = await openSample('home', 'App Home');
	const {page} = tab;
	await expectAccessible(page, 'the sample of an App Home');
	await chooseByMouse(page, menu(page, 'Choose regions').first(), 'Ohio');
	await expectHeld(page, 'many-menus', 'many-static', {selected_options: [{value: 'dub'}, {value: 'cmh'}]});
	await page.getByRole('option', {name: 'Frankfurt'}).click();
	await page.getByText('At most 3 can be chosen.').waitFor();
	await expectAccessible(page, 'an open menu of several choices');
	await page.keyboard.press('Escape');
	await page.getByRole('button', {name: 'Remove Dublin'}).first().click();
	await expectHeld(page, 'many-menus', 'many-static', {selected_options: [{value: 'cmh'}, {value: 'fra'}]});

	await chooseByMouse(page, menu(page, 'Search the migrations').nth(1), '20260901_AddOrders');
	await expectHeld(page, 'many-menus', 'many-external', {selected_options: [{value: 'add-orders'}]});
	await page.keyboard.press('Escape');
	await page.getByRole('button', {name: 'Remove @omar'}).first().click();
	await expectHeld(page, 'many-menus', 'many-users', {selected_users: ['U0PRIYA0001']});
	await chooseByMouse(page, menu(page, 'Choose conversations').first(), '#on-call');
	await expectHeld(page, 'many-menus', 'many-conversations', {selected_conversations: ['G0ONCALL001']});
	await page.keyboard.press('Escape');
	await chooseByMouse(page, menu(page, 'Choose channels').first(), '#general');
	await expectHeld(page, 'many-menus', 'many-channels', {selected_channels: ['C0GENERAL01']});
	await tab.close();
});

it('chooses in menus of several choices with the keyboard, and takes back with Backspace', async () => {
	const tab = await openSample('home', 'App Home');
	const {page} = tab;
	await chooseByKeyboard(page, menu(page, 'Choose channels').first(), 'gen', '#general');
	await page.keyboard.type('db');
	await page.getByRole('option', {name: '#db-migrations'}).waitFor();
	await page.keyboard.press('Enter');
	await expectHeld(page, 'many-menus', 'many-channels', {selected_channels: ['C0GENERAL01', 'C0DBMIGR001']});
	await page.keyboard.press('Backspace');
	await expectHeld(page, 'many-menus', 'many-channels', {selected_channels: ['C0GENERAL01']});
	await page.keyboard.press('Tab');
	await chooseByKeyboard(page, menu(page, 'Choose regions').first(), 'ohio', 'Ohio');
	await expectHeld(page, 'many-menus', 'many-static', {selected_options: [{value: 'dub'}, {value: 'cmh'}]});
	await page.keyboard.press('Tab');
	await chooseByKeyboard(page, menu(page, 'Choose people').first(), 'gus', '@gus');
	await expectHeld(page, 'many-menus', 'many-users', {selected_users: ['U0PRIYA0001', 'U0OMAR00001', 'U0GUS000001']});
	await page.keyboard.press('Tab');
	await chooseByKeyboard(page, menu(page, 'Choose conversations').first(), 'call', '#on-call');
	await expectHeld(page, 'many-menus', 'many-conversations', {selected_conversations: ['G0ONCALL001']});
	await page.keyboard.press('Tab');
	await chooseByKeyboard(page, menu(page, 'Search the migrations').nth(1), 'index', '20261121_IndexOrdersByRegion');
	await expectHeld(page, 'many-menus', 'many-external', {selected_options: [{value: 'index-orders-by-region'}]});
	await tab.close();
});

it('ticks checkboxes and radio buttons with the mouse and the keyboard', async () => {
	const tab = await openSample('home', 'App Home');
	const {page} = tab;
	await page.getByRole('checkbox', {name: 'Window is agreed'}).first().click();
	await expectHeld(page, 'choices', 'checks', {selected_options: [{value: 'backup'}, {value: 'window'}]});
	await page.getByRole('checkbox', {name: 'Backup is in its place'}).first().focus();
	await page.keyboard.press('Space');
	await expectHeld(page, 'choices', 'checks', {selected_options: [{value: 'window'}]});
	await page.getByRole('radio', {name: 'orders-eu'}).first().click();
	await expectHeld(page, 'choices', 'radio', {selected_option: {value: 'orders-eu'}});
	await page.getByRole('radio', {name: 'orders-us'}).last().focus();
	await page.keyboard.press('ArrowDown');
	await expectHeld(page, 'beside-radio_buttons', 'radio', {selected_option: {value: 'billing'}});
	await tab.close();
});

it('takes a day, a time and a moment from the keyboard', async () => {
	const tab = await openSample('modal', 'Modal');
	const {page} = tab;
	await page.getByLabel('A datepicker', {exact: true}).focus();
	// The same day in whichever order this machine writes days and months.
	await page.keyboard.type('12122027');
	await page.keyboard.press('Enter');
	await expectHeld(page, 'input-date', 'date', {selected_date: '2027-12-12'});
	await page.getByLabel('A timepicker', {exact: true}).focus();
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('Enter');
	await expectHeld(page, 'input-time', 'time', {selected_time: '23:30'});
	await page.getByLabel('A datetimepicker', {exact: true}).focus();
	await page.keyboard.type('12122027');
	await page.keyboard.press('Enter');
	// 22:00 in London, where the reader lives; in winter that is UTC.
	await expectHeld(page, 'input-moment', 'moment', {selected_date_time: Date.UTC(2027, 11, 12, 22) / 1000});
	await tab.close();
});

it('fills in a modal, which says what is missing until everything is there', async () => {
	const tab = await openSample('modal', 'Modal');
	const {page} = tab;
	await expectAccessible(page, 'the sample of a modal');
	const submit = page.getByRole('button', {name: 'Submit'});
	await submit.click();
	await page.getByText('Something that is needed is missing.').waitFor();
	expect(await page.getByText('Please complete this required field.').count()).toBe(4);
	await expectAccessible(page, 'a modal with errors');

	const write = async (name: string, text: string): Promise<void> => {
		await page.getByRole('textbox', {name, exact: true}).click();
		await page.keyboard.type(text);
	};
	await write('Title', 'Add a region');
	await page.getByText('12 / 60').waitFor();
	await expectHeld(page, 'input-line', 'line', {value: 'Add a region'});
	await write('Why is this needed?', 'Parcels leave from two places now.');
	await expectHeld(page, 'input-lines', 'lines', {value: 'Parcels leave from two places now.'});
	await write('Email of the author', 'dana@example.com');
	await expectHeld(page, 'input-email', 'email', {value: 'dana@example.com'});
	await write('Link to the change', 'https://example.com/42');
	await expectHeld(page, 'input-url', 'url', {value: 'https://example.com/42'});
	await write('How many tries', '7');
	await expectHeld(page, 'input-number', 'number', {value: '7'});
	await write('How many hours', '5');
	await expectHeld(page, 'input-decimal', 'decimal', {value: '2.55'});
	await write('Notes', 'By hand');
	await expectHeld(page, 'input-rich', 'rich', {type: 'rich_text_input'});
	await write('The app hears of this one at Enter', 'now');
	await page.keyboard.press('Enter');
	await expectHeld(page, 'input-told', 'told', {value: 'now'});
	await menu(page, 'A static select').click();
	await page.getByRole('option', {name: 'billing'}).waitFor();
	await expectAccessible(page, 'an open menu of a modal');
	await page.getByRole('option', {name: 'billing'}).click();
	await expectHeld(page, 'input-static', 'static', {selected_option: {value: 'billing'}});

	const script = page.getByRole('button', {name: 'Script', exact: true});
	const chosen = page.waitForEvent('filechooser');
	await script.click();
	const buffer = Buffer.from('select 1;');
	await (await chosen).setFiles({name: 'add-region.sql', mimeType: 'application/sql', buffer});
	await expectHeld(page, 'input-script', 'script', {files: [{name: 'add-region.sql', size: buffer.length}]});
	await page.getByRole('button', {name: 'Remove add-region.sql'}).click();
	await expectHeld(page, 'input-script', 'script', {files: []});
	await script.setInputFiles({name: 'picture.png', mimeType: 'image/png', buffer});
	await page.getByRole('alert').filter({hasText: 'picture.png'}).waitFor();
	await script.setInputFiles({name: 'add-region.sql', mimeType: 'application/sql', buffer});
	await submit.click();
	await page.getByText('Everything that is needed is filled in.').waitFor();
	await tab.close();
});

it('says that the app failed, and takes back what was chosen', async () => {
	const tab = await openSample('message', 'Message');
	const {page} = tab;
	await page.getByRole('checkbox', {name: 'The app fails'}).check();
	const target = menu(page, 'Choose a target').first();
	await chooseByMouse(page, target, 'billing');
	await page.getByRole('alert').filter({hasText: 'Lockstep did not answer in time.'}).waitFor();
	expect(await target.inputValue()).toBe('');
	await expectHeld(page, 'menus', 'static', {selected_option: null});
	await tab.close();
});
