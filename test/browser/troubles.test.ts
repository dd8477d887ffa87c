import type {Browser, Locator, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import {createDoubledShop, run} from '../../scripts/stage/shop-database.ts';
import type {Stage} from '../../scripts/stage/stage.ts';
import {efScript} from '../support/ef-script.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {chooseScript, fillRequest, messageWith, openDesk, type PageAsk, sendRequest} from './support/lockstep.ts';
import {takePicture} from './support/picture.ts';
import {startShippedStage} from '../support/shipped.ts';

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await startShippedStage({
		transport: 'socket',
		targets: {
			'shop-production': {},
			'shop-second': {database: 'second'},
			'shop-third': {database: 'third'},
			'shop-fourth': {database: 'fourth'},
			'shop-drilled': {database: 'drilled', rehearse: true, drill: true},
		},
	});
	for (const name of ['second', 'third', 'fourth']) {
		await run(stage.postgres, 'postgres', [`CREATE DATABASE ${name} OWNER shop_owner`]);
	}
	await createDoubledShop(stage.postgres, 'drilled');
	// Two customers with one e-mail address: the unique index of shop-0011 cannot be made.
	await run(stage.postgres, 'shop', [
		`INSERT INTO "Customers" ("Name", "Email") VALUES ('Ada', 'ada@example.com'), ('Ada B', 'ada@example.com')`,
		// A table of unknown size counts as a large one, and its index would be a blocker.
		'ANALYZE "Customers"',
	]);
	browser = await openBrowser();
});

afterAll(async () => await stage.stop());

async function request(page: Page, ask: PageAsk): Promise<void> {
	await sendRequest(page, await fillRequest(page, ask));
}

/** A request's own message, which alone has its summary. */
function requestOf(page: Page, summary: string): Locator {
	return messageWith(page, summary);
}

async function click(message: Locator, button: string): Promise<void> {
	await message.getByRole('button', {name: button, exact: true}).click();
}

/** Clicks a button that asks first, and answers as told. */
async function clickAndAnswer(page: Page, message: Locator, button: string, answer: string): Promise<void> {
	await click(message, button);
	const question = page.locator('dialog').filter({has: page.getByRole('button', {name: answer, exact: true})});
	await question.getByRole('button', {name: answer, exact: true}).click();
	await question.waitFor({state: 'detached'});
}

/** Three clicks by two people: agree, approve, run. */
async function takeToRun(author: Page, approver: Page, summary: string): Promise<void> {
	await click(requestOf(author, summary), 'Agree with evidence');
	await approveAndRun(author, approver, summary);
}

async function approveAndRun(author: Page, approver: Page, summary: string): Promise<void> {
	await click(requestOf(approver, summary), 'Approve');
	await clickAndAnswer(author, requestOf(author, summary), 'Run now', 'Run now');
}

async function says(message: Locator, words: string | RegExp): Promise<void> {
	await message.filter({hasText: words}).waitFor();
}

/** Opens the thread of a request that has failed: its escalation stands there. */
async function openThread(page: Page, summary: string): Promise<void> {
	const failed = requestOf(page, summary);
	await says(failed, 'What failed:');
	await failed.getByRole('button', {name: /\d+ replies/}).click();
}

/** The request in the channel, the escalation in its thread, both from where they begin. */
async function pictureFailure(page: Page, summary: string): Promise<void> {
	const begins = [
		messageWith(page, 'needs a person now'),
		page.getByRole('article').filter({hasText: summary}).first(),
	];
	for (const message of begins) {
		await message.evaluate((element) => element.scrollIntoView({block: 'start', behavior: 'instant'}));
	}
	await takePicture(page, 'failure');
}

it('calls for a person when a run fails, says what landed, and says who has acknowledged', async () => {
	const [dana, priya, sam] = [
		await openDesk(browser, stage, 'dana'),
		await openDesk(browser, stage, 'priya'),
		await openDesk(browser, stage, 'sam'),
	];
	const summary = 'One account per e-mail address';
	await request(dana, {
		target: 'shop-production',
		script: 'shop-0011-add-unique-customer-email.sql',
		version: '1.11.0',
		summary,
	});
	await takeToRun(dana, priya, summary);

	for (const page of [sam, dana, priya]) await openThread(page, summary);
	const call = messageWith(sam, 'needs a person now');
	await call.waitFor();
	const words = await call.innerText();
	expect(words).toContain('The deploy gate of shop 1.11.0 is shut.');
	expect(words).toMatch(/^Landed:.*AddProductBarcode/m);
	expect(words).toMatch(/^Did not land:.*AddUniqueCustomerEmail/m);
	await expectAccessible(sam, 'an escalation');
	await pictureFailure(sam, summary);

	await click(call, 'Acknowledge');
	for (const page of [sam, dana, priya]) {
		const acknowledged = messageWith(page, 'failed, acknowledged');
		await says(acknowledged, /Acknowledged by @sam/);
		expect(await acknowledged.getByRole('button', {name: 'Acknowledge', exact: true}).count()).toBe(0);
	}
	await Promise.all([dana.close(), priya.close(), sam.close()]);
});

it('withdraws only once the person has confirmed it', async () => {
	const [dana, priya] = [await openDesk(browser, stage, 'dana'), await openDesk(browser, stage, 'priya')];
	const summary = 'A table that nobody needs';
	const script = {
		name: 'not-needed.sql',
		bytes: efScript({
			version: '10',
			migrations: [{id: '20260101000000_NotNeeded', statements: ['CREATE TABLE not_needed (id int)']}],
		}),
	};
	await request(dana, {target: 'shop-second', script, version: '2.0.0', summary});
	const asked = requestOf(dana, summary);
	await asked.getByRole('button', {name: 'Agree with evidence'}).waitFor();

	await clickAndAnswer(dana, asked, 'Withdraw', 'Keep it');
	await click(asked, 'Agree with evidence');
	// The next click's answer shows that the withdrawal was never sent: the request went on.
	await requestOf(priya, summary).getByRole('button', {name: 'Approve', exact: true}).waitFor();

	await clickAndAnswer(dana, asked, 'Withdraw', 'Withdraw');
	for (const page of [dana, priya]) {
		const ended = requestOf(page, summary);
		await says(ended, 'This request has ended.');
		expect(await ended.getByRole('button', {name: 'Approve', exact: true}).count()).toBe(0);
	}
	await Promise.all([dana.close(), priya.close()]);
});

it('goes back to its author for changes, and on with the new script that the author uploads', async () => {
	const [dana, priya] = [await openDesk(browser, stage, 'dana'), await openDesk(browser, stage, 'priya')];
	const summary = 'Parcels, with their weight';
	const parcels = (id: string, table: string): Buffer =>
		efScript({version: '10', migrations: [{id, statements: [`CREATE TABLE ${table} (id int)`]}]});
	await request(dana, {
		target: 'shop-third',
		script: {name: 'first.sql', bytes: parcels('20260102000000_Parcel', 'parcel')},
		version: '3.0.0',
		summary,
	});
	const asked = requestOf(dana, summary);
	await click(asked, 'Agree with evidence');

	const seen = requestOf(priya, summary);
	await seen.getByRole('button', {name: 'Approve', exact: true}).waitFor();
	await click(seen, 'Request changes…');
	const form = priya.getByRole('dialog', {name: /^Changes to MR-/});
	await form.getByRole('textbox', {name: 'What must change'}).click();
	await priya.keyboard.type('Name the table in the plural.');
	await expectAccessible(priya, 'the form that asks for changes');
	await form.getByRole('button', {name: 'Request changes', exact: true}).click();
	await form.waitFor({state: 'detached'});
	await says(asked, 'Asked for: Name the table in the plural.');

	await click(asked, 'New script…');
	const sending = dana.getByRole('dialog', {name: /^Script for MR-/});
	await chooseScript(dana, sending, {name: 'second.sql', bytes: parcels('20260102000000_Parcels', 'parcels')});
	await expectAccessible(dana, 'the form for a new script');
	await sending.getByRole('button', {name: 'Send', exact: true}).click();
	await says(asked, '20260102000000_Parcels');
	await dana.keyboard.press('Escape');
	await dana.locator('[role=dialog]').waitFor({state: 'detached'});
	// The answers of the checklist still stand: they said the same of the first script.
	await approveAndRun(dana, priya, summary);
	await says(seen, 'Done. shop 3.0.0 may be deployed');
	await Promise.all([dana.close(), priya.close()]);
});

it('cancels a run on request, and says what landed', async () => {
	const [dana, priya] = [await openDesk(browser, stage, 'dana'), await openDesk(browser, stage, 'priya')];
	const summary = 'A change that takes its time';
	const script = {
		name: 'slow.sql',
		bytes: efScript({
			version: '10',
			migrations: [
				{id: '20260103000000_Quick', statements: ['CREATE TABLE quick (id int)']},
				{id: '20260104000000_Slow', statements: ['CREATE TABLE slow (id int)', 'PERFORM pg_sleep(60)']},
			],
		}),
	};
	await request(dana, {target: 'shop-fourth', script, version: '4.0.0', summary});
	await takeToRun(dana, priya, summary);

	const running = requestOf(priya, summary);
	await says(running, 'apply: running');
	await takePicture(priya, 'running');
	await clickAndAnswer(priya, running, 'Cancel run', 'Let it run');
	await clickAndAnswer(priya, running, 'Cancel run', 'Cancel the run');
	const failed = requestOf(dana, summary);
	await says(failed, 'cancelled the run while it was applying');
	const words = await failed.innerText();
	expect(words).toMatch(/^Landed:.*20260103000000_Quick/m);
	expect(words).toMatch(/^Did not land:.*20260104000000_Slow/m);
	await Promise.all([dana.close(), priya.close()]);
});

it('stops at its drill what the real rows forbid, and says that the target is untouched', async () => {
	const [dana, priya] = [await openDesk(browser, stage, 'dana'), await openDesk(browser, stage, 'priya')];
	const summary = 'One account for each e-mail address';
	await request(dana, {
		target: 'shop-drilled',
		script: 'shop-0011-add-unique-customer-email.sql',
		version: '1.11.1',
		summary,
	});
	await takeToRun(dana, priya, summary);

	const stopped = requestOf(dana, summary);
	await says(stopped, 'Stopped by the drill, before anything was applied.');
	const words = await stopped.innerText();
	expect(words).toMatch(/On the real rows the script stopped at line 370: could not create unique index/);
	expect(words).toContain('The target is untouched');
	await stopped.getByRole('button', {name: /\d+ replies/}).click();
	const call = messageWith(dana, 'stopped by its drill, needs a person');
	await call.waitFor();
	expect(await call.innerText()).not.toMatch(/Restore/);
	for (const message of [call, dana.getByRole('article').filter({hasText: summary}).first()]) {
		await message.evaluate((element) => element.scrollIntoView({block: 'start', behavior: 'instant'}));
	}
	// Away from the message, whose tools would cover its title.
	await dana.mouse.move(0, 0);
	await expectAccessible(dana, 'a run that its drill stopped');
	await takePicture(dana, 'drill');
	await Promise.all([dana.close(), priya.close()]);
});
