import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';

import {type Stage, startStage} from '../../scripts/stage/stage.ts';
import {expectAccessible} from './support/accessible.ts';
import {openBrowser} from './support/browser.ts';
import {fillRequest, messageTitled, openDesk, sendRequest} from './support/lockstep.ts';
import {takePicture} from './support/picture.ts';

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await startStage({transport: 'socket'});
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
	await takePicture(dana, 'request');
	await expectAccessible(dana, 'a request in review');
	await approval.click();
	const refusal = dana.getByText('You wrote this script', {exact: false}).first();
	await refusal.waitFor();
	await takePicture(dana, 'author-refused');

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
	await dana.close();
	await priya.close();
});
